/**
 * The reference for archive sets: the layout of each target and step, as its changes made it.
 *
 * Nothing is made of anything: rows are consolidated from the PDPs on every read, and the layout says which are shown.
 */
import { firstLayout, isAsked, type Layout, nextLayout } from "../../archive/sets.ts";
import { NO_EXTRAS } from "../../wire/archives.ts";
import { changeTick } from "../held-rows.ts";
import type { Samples } from "../store.ts";
import { allGenerations, NO_LASTS, reach, type Shelf } from "./memory-shelf.ts";

export type MemoryShapes = {
  of(target: string, stepS: number): Layout;
  readonly shape: Samples["shape"];
};

export function memoryShapes(shelf: Shelf): MemoryShapes {
  const layouts = new Map<string, Layout>();
  const of = (target: string, stepS: number) => layouts.get(`${stepS}/${target}`) ?? firstLayout(stepS);
  return {
    of,
    async shape(target, stepS, archives, atS, extras = NO_EXTRAS) {
      const before = of(target, stepS);
      if (isAsked(before, archives, extras)) return;
      const generations = allGenerations(shelf).filter(
        ({ series, stepS: step }) => series.target === target && step === stepS,
      );
      const newest = generations.map((generation) => reach(generation).lastTick);
      const atTick = changeTick(stepS, atS, newest);
      const layout = nextLayout(stepS, before, archives, atTick, extras);
      layouts.set(`${stepS}/${target}`, layout);
      for (const row of generations.flatMap(({ laid }) => [...laid.values()])) {
        row.isGone ||= !layout.rings.some(({ rowS }) => rowS === row.rowS);
        if (!layout.lasts?.some(({ rowS }) => rowS === row.rowS)) row.lasts = NO_LASTS;
      }
    },
  };
}
