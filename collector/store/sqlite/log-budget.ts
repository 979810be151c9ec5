/**
 * The byte budget of a series' sample log: the oldest details go first, and are counted; state, times and identity stay.
 *
 * A tile is stripped once, and takes no details from then on: who comes late into it leaves them. A little per write
 * keeps up, because a write brings one or two tiles; an import brings dozens, and then a write gives up more.
 */
import type Database from "better-sqlite3";
import { type Bands, tileId, tileOf } from "./bands.ts";
import { ByteWriter } from "./bytes.ts";
import { recordHead, strippedRecord } from "./log-record.ts";
import { replaceTile, strippedTile } from "./log-tiles.ts";
import { RECENT } from "./open-state.ts";
import type { Arrived, Working } from "./rings.ts";
import type { SharedTexts } from "./shared-texts.ts";
import type { TileCache } from "./tile-cache.ts";

/** What a series may take for each tick of its log. */
export const LOG_BYTES_PER_TICK = 64;
/** Under which name of `meta` dropped details are counted. */
export const DETAILS_DROPPED = "details dropped";
/** Tiles looked at per write; and where the log is so far over its budget that they cannot keep up. */
export const TILES_AT_ONCE = 8;
const TILES_FAR_OVER = 128;
const FAR_OVER = 1.05;
/** Of what is looked at because it is far over, so many in one commit for all series: it has to fit the WAL. */
export const FAR_OVER_PER_COMMIT = 1_024;
/** Shared texts are tidied when the newest tile is a multiple of this. */
const TIDY_EVERY = 16;

export function budgetOf(bands: Bands): number {
  return bands.log.entries * LOG_BYTES_PER_TICK;
}

function counting(db: Database.Database): (dropped: number) => void {
  const count = db.prepare(
    `INSERT INTO meta (name, value) VALUES ('${DETAILS_DROPPED}', ?)
     ON CONFLICT (name) DO UPDATE SET value = CAST(value + excluded.value AS TEXT)`,
  );
  return (dropped) => count.run(String(dropped));
}

/** A sample as a tile takes it that was stripped: nobody would drop its details later, but the texts they share go. */
export function withoutDetails(
  db: Database.Database,
  texts: SharedTexts,
): (id: number, sample: Arrived) => Arrived {
  const count = counting(db);
  return (id, sample) => {
    const { shared } = recordHead(sample.record);
    const writer = new ByteWriter(512);
    strippedRecord(sample.record, writer, shared !== null && texts.saysWhy(id, shared));
    count(1);
    return { ...sample, record: writer.taken() };
  };
}

export function logBudget(db: Database.Database, tiles: TileCache, texts: SharedTexts) {
  const count = counting(db);
  const stripOne = ({ state, bands, id }: Working, tile: number): number => {
    const bytes = tiles.look(tileId(id, bands.log, tile), tile);
    const stripped = bytes && strippedTile(bytes, (n) => texts.saysWhy(id, n));
    if (!stripped) return 0;
    replaceTile(tiles, state, id, bands, tile, stripped.bytes);
    return stripped.dropped;
  };
  const tidy = ({ state, bands, id }: Working): void => {
    const keptFromS = state.lastTick - bands.log.entries * state.stepS;
    texts.forget(id, state, keptFromS, (state.strippedTo + 1) * bands.log.perTile * state.stepS);
  };
  let spare = 0;
  /** Strips tiles from..until while the log is over its budget. @returns how many details went */
  const stripSome = (working: Working, from: number, until: number): number => {
    const { state, bands } = working;
    const budget = budgetOf(bands);
    let dropped = 0;
    for (let tile = from; tile < until && state.logBytes > budget; tile += 1) {
      dropped += stripOne(working, tile);
      state.strippedTo = tile;
      // Texts that only these tiles named are part of the log, too: with them gone it may be within its budget.
      if ((tile + 1 - from) % TILES_AT_ONCE === 0 && state.nextShared > RECENT) tidy(working);
    }
    return dropped;
  };
  return {
    /** Before the first open state of a commit is written. */
    begin(): void {
      spare = FAR_OVER_PER_COMMIT;
    },
    /** Before the open state is written: brings the log back within its budget. */
    keep(working: Working): void {
      const { state, bands } = working;
      const newest = tileOf(bands.log, state.lastTick / state.stepS);
      if (state.nextShared > RECENT && newest % TIDY_EVERY === 0) tidy(working);
      const budget = budgetOf(bands);
      if (state.logBytes <= budget) return;
      const isFarOver = state.logBytes > budget * FAR_OVER;
      const atOnce = TILES_AT_ONCE + (isFarOver ? Math.min(spare, TILES_FAR_OVER - TILES_AT_ONCE) : 0);
      const oldest = Math.max(newest - bands.log.ring + 1, tileOf(bands.log, state.openedTick / state.stepS));
      const from = Math.max(oldest, state.strippedTo + 1);
      const dropped = stripSome(working, from, Math.min(newest, from + atOnce));
      spare -= Math.max(0, state.strippedTo + 1 - from - TILES_AT_ONCE);
      if (dropped > 0) count(dropped);
      if (state.nextShared > RECENT) tidy(working);
    },
  };
}
