/**
 * A target's archive set changes: first the change is written, then its generations are brought to it, one in each
 * transaction, so that no acknowledgement waits for all of them and a crash leaves whole generations.
 *
 * A sample newer than the change finds its generation brought to it: what a row is made of is never older than the row.
 */
import type Database from "better-sqlite3";
import { agedLayout, isAsked, nextLayout, ownRings, type Ring } from "../../archive/sets.ts";
import type { Archive, Extras } from "../../wire/archives.ts";
import { changeTick } from "../held-rows.ts";
import { ownBands } from "./bands.ts";
import { remake } from "./remake.ts";
import type { Rings, Working } from "./rings.ts";
import type { Layouts, Shapes } from "./shapes.ts";
import type { TileCache } from "./tile-cache.ts";

type Parts = {
  readonly db: Database.Database;
  readonly tiles: TileCache;
  readonly rings: Rings;
  readonly shapes: Shapes;
  readonly layouts: Layouts;
  /** A generation as this transaction has it. */
  of(id: number): Working;
};

/** What a target asks for. */
type Asked = { readonly archives: readonly Archive[] | null; readonly extras: Extras };

type Behind = { id: number; target: string; step_s: number };

export type WriterShapes = ReturnType<typeof writerShapes>;

export function writerShapes({ db, tiles, rings, shapes, layouts, of }: Parts) {
  const ofTarget = db
    .prepare<[string, number], number>("SELECT id FROM generation WHERE target = ? AND step_s = ?")
    .pluck();
  const behind = db.prepare<[], Behind>(
    `SELECT id, target, step_s FROM
       (SELECT target, step_s, max(version) AS newest FROM shape GROUP BY target, step_s)
       JOIN generation USING (target, step_s)
     WHERE generation.shape < newest LIMIT 1`,
  );
  const targetOf = db.prepare<[number], string>("SELECT target FROM generation WHERE id = ?").pluck();
  const update = db.prepare("UPDATE generation SET shape = ? WHERE id = ?");
  const spare = db.prepare("INSERT INTO spare_ring (generation, part, slots) VALUES (?, ?, ?)");
  const age = ageing(db, shapes, (target, stepS) =>
    ofTarget.all(target, stepS).map((id) => of(id).state.lastTick),
  );
  /** Some generation may be behind. */
  let busy = behind.get() !== undefined;

  const bring = (one: Working, target: string): void => {
    const { stepS } = one.state;
    const from = layouts.of(one.id, stepS);
    const { layout: to, atTick } = shapes.at(target, stepS, from.version + 1);
    const before = one.bands;
    remake(tiles, rings, one, { from, to, atTick });
    update.run(to.version, one.id);
    layouts.set(one.id, to);
    for (const { part, ring } of ownBands(before))
      if (!ownRings(to).some((held) => held.part === part)) spare.run(one.id, part, ring);
  };
  return {
    shape(target: string, stepS: number, { archives, extras }: Asked, atS: number): void {
      const { layout } = shapes.at(target, stepS, shapes.newest(target, stepS));
      if (isAsked(layout, archives, extras)) return;
      const newest = ofTarget.all(target, stepS).map((id) => of(id).state.lastTick);
      const atTick = changeTick(stepS, atS, newest);
      shapes.add(target, stepS, { layout: nextLayout(stepS, layout, archives, atTick, extras), atTick });
      busy = true;
    },
    age(): void {
      if (age()) busy = true;
    },
    /** Brings one generation a change further; whether there was one to bring. */
    reshape(): boolean {
      const next = behind.get();
      busy = next !== undefined;
      if (next) bring(of(next.id), next.target);
      return busy;
    },
    /** What a target has at a step by its newest change. */
    ringsOf: (target: string, stepS: number): readonly Ring[] =>
      shapes.at(target, stepS, shapes.newest(target, stepS)).layout.rings,
    /** Whether some generation may have to be brought to a change before it takes a sample. */
    isBusy: () => busy,
    /** Before a sample of this tick is added. */
    catchUp(one: Working, tick: number): void {
      if (!busy) return;
      const target = targetOf.get(one.id) ?? "";
      const newest = shapes.newest(target, one.state.stepS);
      for (;;) {
        const { version } = layouts.of(one.id, one.state.stepS);
        if (version >= newest) return;
        if (tick <= shapes.at(target, one.state.stepS, version + 1).atTick) return;
        bring(one, target);
      }
    },
    /** The bands of a new generation. @returns their layout's version */
    begin(id: number, target: string, stepS: number): number {
      const { layout } = shapes.at(target, stepS, shapes.newest(target, stepS));
      if (layout.version === 0) return 0;
      layouts.set(id, layout);
      update.run(layout.version, id);
      return layout.version;
    },
    clear(): void {
      shapes.clear();
      layouts.clear();
      busy = behind.get() !== undefined;
    },
  };
}

/**
 * Frozen rings that every series of their target has outlived are in no layout from now on; `reshape` and `empty` give
 * their space back.
 *
 * @param newestOf Newest ticks of a target's generations of a step.
 * @returns Whether there were any, by each call.
 */
function ageing(
  db: Database.Database,
  shapes: Shapes,
  newestOf: (target: string, stepS: number) => number[],
): () => boolean {
  const changed = db.prepare<[], { target: string; step_s: number; newest: number }>(
    "SELECT target, step_s, max(version) AS newest FROM shape GROUP BY target, step_s",
  );
  const ageOne = (target: string, stepS: number, version: number): boolean => {
    const { layout } = shapes.at(target, stepS, version);
    if (ownRings(layout).every(({ untilS }) => untilS === null)) return false;
    const ticks = newestOf(target, stepS);
    const next = ticks.length === 0 ? null : agedLayout(layout, Math.min(...ticks));
    if (next) shapes.add(target, stepS, { layout: next, atTick: Math.max(...ticks) });
    return next !== null;
  };
  return () =>
    changed.all().filter(({ target, step_s, newest }) => ageOne(target, step_s, newest)).length > 0;
}
