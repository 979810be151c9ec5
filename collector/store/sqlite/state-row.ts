/**
 * An open state as the file keeps it: only the rows, ticks and log bytes that are in use, since most of a block is empty
 * when it is written.
 *
 * Numbers first, then a byte that says which rows follow, the rows, each taken tick (flags, values, code), the records.
 * Up to schema 4 three rows of the finest archive had places, of which one was in use, every tick was in the rows, and
 * a row had another form.
 */
import { ConfigError } from "../../wire/errors.ts";
import { METRICS } from "../../wire/metric.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import {
  aligned,
  copyRow,
  fromOldRows,
  isEmptyRow,
  oldRowBytes,
  type RowBlock,
  rowBlock,
  rowBytes,
} from "./blocks.ts";
import { slotOf } from "./log-tiles.ts";
import { AREA_BYTES, NUMBERS_BYTES, type OpenState, ROWS } from "./open-state.ts";

const M = METRICS.length;
const TICK_BYTES = 1 + M * 4 + 2;
/** With the byte of rows: they have today's form. */
const TODAY = 0x80;
/** Places of the finest archive's rows up to schema 4. */
const OLD_FINEST = 3;
const OLD_ROWS = OLD_FINEST + ROWS - 1;

/** Every row and every tick, and the log records' room full. */
const STORED_MOST_BYTES = NUMBERS_BYTES + 1 + rowBytes(ROWS) + TICKS_PER_TILE * TICK_BYTES + AREA_BYTES;

const ROW_WORDS = rowBytes(1) / 4;

/** The bytes to be stored; good until the next call. Number by number: views of parts would cost more than the copying. */
export function stateWriter() {
  const bytes = new Uint8Array(STORED_MOST_BYTES);
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(bytes.buffer, 0, NUMBERS_BYTES / 4);
  return (state: OpenState): Uint8Array => {
    for (let i = 0; i < words.length; i += 1) words[i] = state.alike[i] ?? 0;
    let at = NUMBERS_BYTES + 1;
    let present = 0;
    for (let row = 0; row < ROWS; row += 1) {
      if (isEmptyRow(state.rows, row)) continue;
      present |= 1 << row;
      at = putRow(view, at, state.rows, row);
    }
    bytes[NUMBERS_BYTES] = present | TODAY;
    for (let slot = 0; slot < TICKS_PER_TILE; slot += 1)
      if ((state.taken >> slot) & 1) at = putTick(view, at, state, slot);
    const { area, areaUsed } = state;
    for (let i = 0; i < areaUsed; i += 1) bytes[at + i] = area[i] ?? 0;
    return bytes.subarray(0, at + areaUsed);
  };
}

/** @returns the place after it */
function putRow(to: DataView, at: number, { words }: RowBlock, row: number): number {
  for (let i = 0; i < ROW_WORDS; i += 1) to.setUint32(at + i * 4, words[row * ROW_WORDS + i] ?? 0, true);
  return at + rowBytes(1);
}

/** @returns the place after it */
function putTick(to: DataView, at: number, { pdps, codes }: OpenState, slot: number): number {
  const present = pdps.flags[slot] ?? 0;
  to.setUint8(at, present);
  for (let m = 0; m < M; m += 1)
    to.setUint32(at + 1 + m * 4, (present >> m) & 1 ? (pdps.values[slot * M + m] ?? 0) : 0, true);
  to.setUint16(at + 1 + M * 4, codes[slot] ?? 0, true);
  return at + TICK_BYTES;
}

/**
 * Makes a state what the stored bytes say.
 *
 * @throws ConfigError when a newer program kept more open log records than there is room for here.
 */
export function readState(stored: Uint8Array, state: OpenState): void {
  state.bytes.fill(0);
  state.bytes.set(stored.subarray(0, NUMBERS_BYTES));
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  let at = readRows(stored, NUMBERS_BYTES, state.rows, view);
  if (!isWholeRows(stored, NUMBERS_BYTES)) state.setRowTicks(0, slotOf(state.lastTick / state.stepS));
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    if (!((state.taken >> slot) & 1)) continue;
    state.pdps.flags[slot] = stored[at] ?? 0;
    for (let m = 0; m < M; m += 1) state.pdps.values[slot * M + m] = view.getUint32(at + 1 + m * 4, true);
    state.codes[slot] = view.getUint16(at + 1 + M * 4, true);
    at += TICK_BYTES;
  }
  if (state.areaUsed > AREA_BYTES) throw tooMuch(state.areaUsed);
  state.area.set(stored.subarray(at, at + state.areaUsed));
}

function tooMuch(bytes: number): ConfigError {
  return new ConfigError(
    `the database was written by a newer carrierwatch (${bytes} bytes of open log records, this one has room for ${AREA_BYTES})`,
    { hint: "run that version again, or restore a backup made before the upgrade" },
  );
}

/** The byte of rows and the rows, at most. */
export const STORED_ROWS_BYTES = 1 + rowBytes(ROWS);

/** Whether STORED_ROWS_BYTES from the byte of rows on are enough to read them. */
export function isWholeRows(stored: Uint8Array, at: number): boolean {
  return ((stored[at] ?? 0) & TODAY) !== 0;
}

/**
 * Rows become what the stored bytes say.
 *
 * @param at Where the byte of rows stands.
 * @param view Of the same bytes.
 * @returns where the ticks begin.
 */
export function readRows(
  stored: Uint8Array,
  at: number,
  rows: RowBlock,
  view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength),
): number {
  rows.words.fill(0);
  if (!isWholeRows(stored, at)) return readOldRows(stored, at, rows);
  const present = stored[at] ?? 0;
  let from = at + 1;
  for (let i = 0; i < ROWS; i += 1) {
    if (!((present >> i) & 1)) continue;
    for (let word = 0; word < ROW_WORDS; word += 1)
      rows.words[i * ROW_WORDS + word] = view.getUint32(from + word * 4, true);
    from += rowBytes(1);
  }
  return from;
}

function readOldRows(stored: Uint8Array, at: number, rows: RowBlock): number {
  const present = stored[at] ?? 0;
  let from = at + 1;
  for (let i = 0; i < OLD_ROWS; i += 1) {
    if (!((present >> i) & 1)) continue;
    const row = fromOldRows(aligned(stored.subarray(from, from + oldRowBytes(1))), 1);
    copyRow(rowBlock(row, 0, 1), 0, rows, Math.max(0, i - OLD_FINEST + 1));
    from += oldRowBytes(1);
  }
  return from;
}
