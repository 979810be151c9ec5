/**
 * The reference for archive sets: the layout of each target and step, as its changes made it.
 *
 * Nothing is made of anything: rows are consolidated from the PDPs on every read, and the layout says which are shown.
 */
import { firstLayout, isSameSet, type Layout, nextLayout } from "../../archive/sets.ts";
import { changeTick } from "../held-rows.ts";
import type { Samples } from "../store.ts";
import { allGenerations, reach, type Shelf } from "./memory-shelf.ts";

export type MemoryShapes = {
  of(target: string, stepS: number): Layout;
  readonly shape: Samples["shape"];
};

export function memoryShapes(shelf: Shelf): MemoryShapes {
  const layouts = new Map<string, Layout>();
  const of = (target: string, stepS: number) => layouts.get(`${stepS}/${target}`) ?? firstLayout(stepS);
  return {
    of,
    async shape(target, stepS, archives, atS) {
      const before = of(target, stepS);
      if (isSameSet(before.set, archives)) return;
      const generations = allGenerations(shelf).filter(
        ({ series, stepS: step }) => series.target === target && step === stepS,
      );
      const newest = generations.map((generation) => reach(generation).lastTick);
      const atTick = changeTick(stepS, atS, newest);
      const layout = nextLayout(stepS, before, archives, atTick);
      layouts.set(`${stepS}/${target}`, layout);
      for (const row of generations.flatMap(({ laid }) => [...laid.values()]))
        row.isGone ||= !layout.rings.some(({ rowS }) => rowS === row.rowS);
    },
  };
}
