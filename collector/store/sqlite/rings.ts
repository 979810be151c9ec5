/**
 * One sample into its generation: the open state while its ticks are open, the tiles behind it when it is late.
 *
 * When the newest tick moves on, what the open state leaves is written to its tiles; nothing else is cleared, because a
 * tile says by its number which lap it belongs to. Whoever touches a tile has to write the open state in the same
 * transaction (`flush`), so that the file holds one moment of the generation. All arithmetic is on integers, so order
 * cannot change a byte.
 */

import type { Row } from "../../archive/row.ts";
import { UNKNOWN_CODE } from "../../archive/strip.ts";
import { METRICS } from "../../wire/metric.ts";
import { type Band, type Bands, entryOf, isShown, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import {
  addPdps,
  addTicks,
  clearRow,
  codeBlock,
  codeBytes,
  copyRow,
  isEmptyRow,
  rowBlock,
  rowBytes,
  setPdps,
} from "./blocks.ts";
import { isMeasured, layRow, unlayRows } from "./laid-rows.ts";
import { addLasts, layLasts, leaveLasts, unlayLasts } from "./lasts.ts";
import { addToArea, fullerTile, fullTile, placeTile, replaceTile, slotOf, tileBuilder } from "./log-tiles.ts";
import { CODES_AT, type OpenState, ROWS_AT } from "./open-state.ts";
import { wholeRecord } from "./record-builder.ts";
import { addToStrips, leaveStrips } from "./strips.ts";
import type { TileCache } from "./tile-cache.ts";

/** A generation while a transaction works on it. */
export type Working = {
  readonly id: number;
  /** Those of the layout that its state says. */
  bands: Bands;
  readonly state: OpenState;
  /** Its open state is not what it was. */
  changed: boolean;
  /** A text that a record of it refers to is new. */
  needs: boolean;
  /** A tile was touched: the open state has to be written too. */
  flush: boolean;
};

export type Arrived = {
  readonly tick: number;
  readonly code: number;
  /** A bit for each metric with a value; the values are `values[from]` and on. */
  readonly present: number;
  readonly values: Uint32Array;
  readonly from: number;
  /** The sample's log record: without timings when they are its PDPs. */
  readonly record: Uint8Array;
};

const M = METRICS.length;

/** Number of the tick whose rows are the open ones. */
export function rowNo({
  bands,
  state,
}: {
  readonly bands: Bands;
  readonly state: Pick<OpenState, "lastTick" | "stepS" | "rowSlot">;
}): number {
  return tileOf(bands.pdps, state.lastTick / state.stepS) * TICKS_PER_TILE + state.rowSlot;
}

export class Rings {
  private readonly tiles: TileCache;
  private readonly bare: (id: number, sample: Arrived) => Arrived;
  private readonly builder = tileBuilder();

  /** @param bare A sample as a tile takes it whose details were dropped. */
  constructor(tiles: TileCache, bare: (id: number, sample: Arrived) => Arrived) {
    this.tiles = tiles;
    this.bare = bare;
  }

  private stripCodes({ id, bands }: Working, tickNo: number): Uint16Array | null {
    const band = bands.strip;
    const tile = tileOf(band, tickNo);
    const bytes = this.tiles.change(tileId(id, band, tile), tile, codeBytes(band.perTile));
    return bytes && codeBlock(bytes, 0, band.perTile);
  }

  /** Row `at` of the open state goes to its tile. */
  private leaveRow(working: Working, band: Band, entry: number, at: number): void {
    const { rows, bytes } = working.state;
    if (isEmptyRow(rows, at)) return;
    const tile = tileOf(band, entry);
    const from = rowBytes(entry % band.perTile);
    this.tiles.patch(
      tileId(working.id, band, tile),
      tile,
      rowBytes(band.perTile),
      from,
      bytes,
      ROWS_AT + rowBytes(at),
      rowBytes(1),
    );
    clearRow(rows, at);
    working.flush = true;
  }

  private moveRows(working: Working, fromNo: number, toNo: number): void {
    const { bands } = working;
    for (let i = 0; i < bands.coarse.length; i += 1) {
      const band = bands.coarse[i];
      if (!band?.held) continue;
      const entry = entryOf(band, fromNo);
      if (entry !== entryOf(band, toNo)) this.leaveRow(working, band, entry, i);
    }
  }

  /** Ticks of the open tile that stand apart go into the rows; the open rows are those of the newest tick. */
  joinRows(working: Working): void {
    const { state, bands } = working;
    const { apart, rowSlot } = state;
    // Nobody but the file keeps open rows, and which ticks are in them is shown to the readers.
    working.flush = true;
    working.changed = true;
    const tileFirst = rowNo(working) - rowSlot;
    const newest = slotOf(state.lastTick / state.stepS);
    const late = apart & ((1 << rowSlot) - 1);
    this.addEach(working, tileFirst, late, bands.stored);
    const rest = apart & ~late;
    for (let i = 0; i < bands.coarse.length; i += 1) {
      const band = bands.coarse[i];
      if (band?.held) this.joinHeld(working, band, i, tileFirst, newest, rest);
    }
    state.setRowTicks(0, newest);
    const others = working.bands.unheld;
    if (others.length > 0) this.addEach(working, tileFirst, rest, others);
  }

  /** Ticks from the open rows' own on go into the rows of a held band, one after the other. */
  private joinHeld(
    working: Working,
    band: Band,
    at: number,
    tileFirst: number,
    newest: number,
    taken: number,
  ): void {
    const { state } = working;
    let entry = entryOf(band, rowNo(working));
    for (let from = state.rowSlot; ; ) {
      // The slot after the last of this row.
      const end = entry * band.steps - tileFirst + 1;
      const to = Math.min(end, newest + 1);
      addTicks(state.rows, at, state.pdps, from, to, taken);
      if (end > newest) return;
      this.leaveRow(working, band, entry, at);
      from = end;
      entry += 1;
    }
  }

  private addEach(working: Working, tileFirst: number, taken: number, bands: readonly Band[]): void {
    const { flags, values } = working.state.pdps;
    for (let slot = 0; taken >> slot !== 0; slot += 1)
      if ((taken >> slot) & 1)
        this.addToRows(working, tileFirst + slot, flags[slot] ?? 0, values, slot * M, bands);
  }

  /** The open records are more than there is room for: they go to their tile whole, before its ticks end. */
  private leaveArea(working: Working, tile: number): void {
    const { state, id, bands } = working;
    if (state.areaUsed === 0) return;
    this.builder.begin(this.tiles.look(tileId(id, bands.log, tile), tile));
    this.builder.addArea(state);
    replaceTile(this.tiles, state, id, bands, tile, this.builder.seen());
    state.areaUsed = 0;
    working.flush = true;
  }

  private leaveTicks({ state, id, bands }: Working, tile: number): void {
    const before = this.tiles.lookAhead(tileId(id, bands.log, tile), tile);
    placeTile(this.tiles, state, id, bands, tile, fullTile(this.tiles, state, before));
    state.areaUsed = 0;
  }

  private leaveCodes({ bands: { strip }, state, id }: Working, firstNo: number): void {
    const tile = tileOf(strip, firstNo);
    const at = codeBytes(firstNo % strip.perTile);
    const size = codeBytes(strip.perTile);
    this.tiles.patch(
      tileId(id, strip, tile),
      tile,
      size,
      at,
      state.bytes,
      CODES_AT,
      codeBytes(TICKS_PER_TILE),
    );
  }

  private leaveTile(working: Working, tickNo: number): void {
    const { bands, state } = working;
    if (state.taken === 0) return;
    this.joinRows(working);
    const tile = tileOf(bands.pdps, tickNo);
    this.leaveTicks(working, tile);
    this.leaveCodes(working, tile * TICKS_PER_TILE);
    leaveStrips(this.tiles, working, tile);
    leaveLasts(this.tiles, working, tile);
    state.clearTicks();
    working.flush = true;
  }

  /** The newest tick moves to `tick`: what is no longer open goes to the rings. */
  private advance(working: Working, tick: number): void {
    const { bands, state } = working;
    const fromNo = state.lastTick / state.stepS;
    const toNo = tick / state.stepS;
    const tile = tileOf(bands.pdps, toNo);
    if (tileOf(bands.pdps, fromNo) !== tile) {
      this.leaveTile(working, fromNo);
      this.moveRows(working, rowNo(working), tile * TICKS_PER_TILE);
      state.setRowTicks(0, 0);
    }
    state.lastTick = tick;
  }

  private addToRows(
    working: Working,
    tickNo: number,
    present: number,
    values: Uint32Array,
    from: number,
    bands: readonly Band[] = working.bands.stored,
  ): void {
    if (present === 0) return;
    const { state, id } = working;
    const newestNo = state.lastTick / state.stepS;
    const openNo = rowNo(working);
    for (const band of bands) {
      const entry = entryOf(band, tickNo);
      if (band.held && entry === entryOf(band, openNo))
        addPdps(state.rows, working.bands.coarse.indexOf(band), present, values, from);
      else if (isShown(band, entry, entryOf(band, newestNo))) {
        const tile = tileOf(band, entry);
        const bytes = this.tiles.change(tileId(id, band, tile), tile, rowBytes(band.perTile));
        if (bytes) addPdps(rowBlock(bytes, 0, band.perTile), entry % band.perTile, present, values, from);
        working.flush = true;
      }
    }
  }

  private addToOpenTile(working: Working, tickNo: number, sample: Arrived): void {
    const { state, bands } = working;
    const slot = slotOf(tickNo);
    setPdps(state.pdps, slot, sample.present, sample.values, sample.from);
    state.codes[slot] = sample.code;
    state.taken |= 1 << slot;
    state.setRowTicks(state.apart | (1 << slot), state.rowSlot);
    if (addToArea(state, slot, sample.record)) return;
    this.leaveArea(working, tileOf(bands.log, tickNo));
    if (!addToArea(state, slot, sample.record)) this.addWhole(working, tickNo, sample);
  }

  /** A record that is longer than the open area goes to its tile at once. */
  private addWhole(working: Working, tickNo: number, sample: Arrived): void {
    const { bands, id, state } = working;
    const tile = tileOf(bands.log, tickNo);
    this.builder.begin(this.tiles.look(tileId(id, bands.log, tile), tile));
    this.builder.add(slotOf(tickNo), wholeRecord(sample));
    replaceTile(this.tiles, state, id, bands, tile, this.builder.seen());
    working.flush = true;
  }

  /** Its record and primary data points go to the tile of their ticks, unless that is of a later lap. */
  private addToLog(working: Working, tickNo: number, sample: Arrived): void {
    const { bands, id, state } = working;
    const tile = tileOf(bands.log, tickNo);
    const slot = this.tiles.slot(tileId(id, bands.log, tile), tile);
    if (slot && slot.number > tile) return;
    const before = slot?.number === tile ? slot.bytes : null;
    const kept = tile > state.strippedTo ? sample : this.bare(id, sample);
    placeTile(this.tiles, state, id, bands, tile, fullerTile(this.tiles, before, slotOf(tickNo), kept));
  }

  private addBehind(working: Working, tickNo: number, newestNo: number, sample: Arrived): void {
    const { bands } = working;
    if (isShown(bands.strip, tickNo, newestNo)) {
      const codes = this.stripCodes(working, tickNo);
      if (codes) codes[tickNo % bands.strip.perTile] = sample.code;
    }
    addToStrips(this.tiles, working, tickNo, sample);
    addLasts(this.tiles, working, tickNo, sample.present, sample.values, sample.from);
    if (isShown(bands.log, tickNo, newestNo)) this.addToLog(working, tickNo, sample);
    this.addToRows(working, tickNo, sample.present, sample.values, sample.from);
    working.flush = true;
  }

  /** Adds a tick nobody had before. */
  add(working: Working, sample: Arrived): void {
    const { state, bands } = working;
    if (sample.tick > state.lastTick) this.advance(working, sample.tick);
    state.openedTick = Math.min(state.openedTick, sample.tick);
    const tickNo = sample.tick / state.stepS;
    const newestNo = state.lastTick / state.stepS;
    if (sample.tick <= state.laidTo && sample.code !== UNKNOWN_CODE) {
      this.joinRows(working);
      unlayRows(this.tiles, working, tickNo);
      unlayLasts(this.tiles, working, tickNo);
    }
    if (tileOf(bands.pdps, tickNo) === tileOf(bands.pdps, newestNo))
      this.addToOpenTile(working, tickNo, sample);
    else this.addBehind(working, tickNo, newestNo, sample);
  }

  /** Before the layout changes: every row of the open state goes to its tile. */
  leaveRows(working: Working): void {
    const { state, bands } = working;
    this.joinRows(working);
    for (const [i, band] of bands.coarse.entries())
      if (band.held) this.leaveRow(working, band, entryOf(band, state.lastTick / state.stepS), i);
  }

  /** After that: the open rows stand in the open state again, as the new bands have them. */
  takeRows(working: Working): void {
    const { state, bands, id } = working;
    bands.coarse.forEach((band, i) => {
      if (!band.held) return;
      const entry = entryOf(band, state.lastTick / state.stepS);
      const tile = tileOf(band, entry);
      const bytes = this.tiles.look(tileId(id, band, tile), tile);
      if (bytes) copyRow(rowBlock(bytes, 0, band.perTile), entry % band.perTile, state.rows, i);
    });
  }

  /**
   * Lays a whole row where nobody measured.
   *
   * @param cells In METRICS order.
   * @param lasts Of its last tick, in METRICS order; null = none.
   * @returns False when there is a row already.
   */
  lay(
    working: Working,
    rowS: number,
    labelS: number,
    cells: readonly Row[],
    lasts: readonly (number | null)[],
  ): boolean {
    const { bands, state } = working;
    this.joinRows(working);
    const wide = bands.coarse.filter((one) => one.steps * state.stepS === rowS);
    const laid = wide.map((band) => layRow(this.tiles, working, band, labelS / rowS, cells));
    if (!laid.includes(true)) return false;
    layLasts(this.tiles, working, rowS, labelS, lasts);
    return true;
  }

  /** Whether a tick with labelS - rowS < tick <= labelS is up, down or suspect. */
  isMeasured(working: Working, rowS: number, labelS: number): boolean {
    const { stepS } = working.state;
    const first = Math.floor((labelS - rowS) / stepS) + 1;
    return isMeasured(this.tiles, working, first, Math.floor(labelS / stepS));
  }

  /** The strip code of a tick behind the open tile; 0 when none is kept. */
  codeBehind({ id, bands, state }: Working, tick: number): number {
    const band = bands.strip;
    const tickNo = tick / state.stepS;
    const tile = tileOf(band, tickNo);
    const bytes = this.tiles.look(tileId(id, band, tile), tile);
    return bytes ? (codeBlock(bytes, 0, band.perTile)[tickNo % band.perTile] ?? 0) : 0;
  }
}
