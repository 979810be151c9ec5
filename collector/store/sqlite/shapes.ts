/**
 * Layouts as the file has them: a row for each change of a target's archive set at one step, never changed afterwards.
 *
 * Writer, reader and checks read them here; a layout is one object for all generations that have it.
 */
import type Database from "better-sqlite3";
import { firstLayout, type Layout } from "../../archive/sets.ts";

/** What a change made, and the last tick before it. */
export type Shape = { readonly layout: Layout; readonly atTick: number };

export type Shapes = {
  /** @throws RangeError when the file has no such version. */
  at(target: string, stepS: number, version: number): Shape;
  /** The newest version of a target at a step; 0 = its set was never changed. */
  newest(target: string, stepS: number): number;
  add(target: string, stepS: number, shape: Shape): void;
  /** What a rollback took back is not known. */
  clear(): void;
};

export function shapesOf(db: Database.Database): Shapes {
  const known = new Map<string, Shape>();
  const select = db.prepare<[string, number, number], { at_tick: number; layout: string }>(
    "SELECT at_tick, layout FROM shape WHERE target = ? AND step_s = ? AND version = ?",
  );
  const newest = db
    .prepare<[string, number], number>(
      "SELECT coalesce(max(version), 0) FROM shape WHERE target = ? AND step_s = ?",
    )
    .pluck();
  let insert: Database.Statement | undefined;
  return {
    at(target, stepS, version) {
      if (version === 0) return { layout: firstLayout(stepS), atTick: 0 };
      const name = `${version}/${stepS}/${target}`;
      const before = known.get(name);
      if (before) return before;
      const row = select.get(target, stepS, version);
      if (!row)
        throw new RangeError(`${target} has no archives of version ${version} at a step of ${stepS} s`);
      const shape = { layout: JSON.parse(row.layout) as Layout, atTick: row.at_tick };
      known.set(name, shape);
      return shape;
    },
    newest: (target, stepS) => Number(newest.get(target, stepS)),
    add(target, stepS, { layout, atTick }) {
      insert ??= db.prepare(
        "INSERT INTO shape (target, step_s, version, at_tick, layout) VALUES (?, ?, ?, ?, ?)",
      );
      insert.run(target, stepS, layout.version, atTick, JSON.stringify(layout));
    },
    clear: () => known.clear(),
  };
}

/** The layouts of generations, by number: most have the default one of their step and cost nothing. */
export type Layouts = {
  of(id: number, stepS: number): Layout;
  /** The generation has this one from now on; null = it is no more. */
  set(id: number, layout: Layout | null): void;
  /** The transaction is on disk. */
  committed(): void;
  clear(): void;
};

export function layoutsOf(db: Database.Database, shapes: Shapes): Layouts {
  const byId = new Map<number, Layout>();
  let undo: (() => void)[] = [];
  const put = (id: number, layout: Layout | undefined) => {
    if (layout === undefined || layout.version === 0) byId.delete(id);
    else byId.set(id, layout);
  };
  const rows = db.prepare<[], { id: number; target: string; step_s: number; shape: number }>(
    "SELECT id, target, step_s, shape FROM generation WHERE shape > 0",
  );
  for (const row of rows.iterate()) byId.set(row.id, shapes.at(row.target, row.step_s, row.shape).layout);
  return {
    of: (id, stepS) => byId.get(id) ?? firstLayout(stepS),
    set(id, layout) {
      const before = byId.get(id);
      undo.push(() => put(id, before));
      put(id, layout ?? undefined);
    },
    committed() {
      undo = [];
    },
    clear() {
      for (const back of undo.reverse()) back();
      undo = [];
    },
  };
}
