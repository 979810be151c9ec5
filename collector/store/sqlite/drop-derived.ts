/**
 * Rows of schema 6 that are made of primary data points from now on leave the file: their tiles, and what was open of
 * them. What was laid there stays.
 *
 * Some neighbouring generations at a time, each time in a transaction of its own; which are done is noted, so a killed
 * migration goes on where it was.
 */
import type Database from "better-sqlite3";
import { type Band, type Bands, bandsOf, entryOf, MOST_HELD, slotId, tileId, tileOf } from "./bands.ts";
import { aligned, clearRow, copyRow, isEmptyRow, type RowBlock, rowBlock, rowBytes } from "./blocks.ts";
import { OpenState } from "./open-state.ts";
import { rowNo } from "./rings.ts";
import { shapesOf } from "./shapes.ts";
import { readState, stateWriter } from "./state-row.ts";

/** Generations in one transaction: a few thousand pages change. */
const TOGETHER = 32;
const TELL_EVERY = 50;

type Generation = { id: number; target: string; step_s: number; shape: number; data: Uint8Array | null };

export function dropDerived(
  db: Database.Database,
  told: (done: number, of: number) => void,
  together = TOGETHER,
): void {
  const all = Number(db.prepare("SELECT count(*) FROM generation").pluck().get());
  const done = db.prepare("SELECT count(*) FROM dropped").pluck();
  const parts = partsOf(db);
  const some = db.transaction((): number => {
    const found = parts.next.all(together);
    for (const one of found) {
      dropOne(parts, one);
      parts.note.run(one.id);
    }
    return found.length;
  });
  for (let n = 0; some.immediate() > 0; n += 1)
    if (n % TELL_EVERY === TELL_EVERY - 1) told(Number(done.get()), all);
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(db: Database.Database) {
  return {
    shapes: shapesOf(db),
    next: db.prepare<[number], Generation>(
      `SELECT id, target, step_s, shape, head.data AS data FROM generation LEFT JOIN head USING (id)
       WHERE id NOT IN (SELECT id FROM dropped) ORDER BY id LIMIT ?`,
    ),
    note: db.prepare("INSERT INTO dropped (id) VALUES (?)"),
    writeHead: db.prepare("UPDATE head SET data = ? WHERE id = ?"),
    tile: db
      .prepare<[number, number], Uint8Array>("SELECT data FROM tile WHERE id = ? AND number = ?")
      .pluck(),
    write: db.prepare(
      `INSERT INTO tile (id, number, data) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET number = excluded.number, data = excluded.data`,
    ),
    drop: db.prepare("DELETE FROM tile WHERE id = ? AND number > ?"),
    stored: stateWriter(),
  };
}

function dropOne(parts: Parts, { id, target, step_s: stepS, shape, data }: Generation): void {
  if (!data) return;
  const state = new OpenState();
  readState(data, state);
  const bands = bandsOf(stepS, parts.shapes.at(target, stepS, shape).layout);
  dropTiles(parts, id, bands, state.laidTo);
  // The open rows are not those of the newest tick: ticks after them may stand apart.
  const openNo = rowNo({ bands, state });
  bands.coarse.forEach((band, i) => {
    if (!band.derived || i >= MOST_HELD || isEmptyRow(state.rows, i)) return;
    const entry = entryOf(band, openNo);
    if (entry * band.steps * stepS <= state.laidTo) keepLaid(parts, id, band, entry, state.rows, i);
    clearRow(state.rows, i);
  });
  parts.writeHead.run(parts.stored(state), id);
}

/** Slots of derived bands lose what is newer than any row that was laid. */
function dropTiles({ drop }: Parts, id: number, { coarse, stepS }: Bands, laidTo: number): void {
  for (const band of coarse) {
    if (!band.derived) continue;
    const laid = laidTo === 0 ? -1 : tileOf(band, entryOf(band, laidTo / stepS));
    for (let slot = 0; slot < band.ring; slot += 1) drop.run(slotId(id, band.part, slot), laid);
  }
}

/** An open row that was laid, its only tick being UNKNOWN, goes to its tile. */
function keepLaid(
  { tile, write }: Parts,
  id: number,
  band: Band,
  entry: number,
  rows: RowBlock,
  at: number,
): void {
  const number = tileOf(band, entry);
  const slot = tileId(id, band, number);
  const found = tile.get(slot, number);
  const bytes = found ? aligned(found) : new Uint8Array(rowBytes(band.perTile));
  copyRow(rows, at, rowBlock(bytes, 0, band.perTile), entry % band.perTile);
  write.run(slot, number, bytes);
}
