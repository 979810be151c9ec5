/**
 * The open state of a generation: everything of it that is not in tiles yet, in one block of fixed size.
 *
 * It holds the PDP tile of the newest tick with its strip codes, the log records of the open ticks, and the open row of
 * each coarser archive. Ticks of the open tile go into rows when it is left: until then who wants a row adds them. Open
 * rows are not in the memory shared with the readers, since they change only when the state is written: the file has
 * them (open-rows.ts), as it has what is in use of the rest (state-row.ts).
 *
 * In the writer's hands PDPs are whole numbers; a block in shared memory has them in parts (state-block.ts). A value counts
 * only where its tick's flags say so: what else stands there is of an earlier tile.
 */
import { METRICS } from "../../wire/metric.ts";
import { MOST_HELD, TICKS_PER_TILE } from "./bands.ts";
import { codeBlock, codeBytes, type PdpBlock, type RowBlock, rowBlock, rowBytes } from "./blocks.ts";

/** The open row of each archive that is held. */
export const ROWS = MOST_HELD;

/** PDPs of the open tile. */
export const VALUES = TICKS_PER_TILE * METRICS.length;
/** What comes before everything else. */
export const NUMBERS_BYTES = 120;
/** Which PDPs each tick of the open tile has, its strip codes, and the lower and middle bits of the PDPs. */
export const FLAGS_AT = NUMBERS_BYTES;
export const CODES_AT = FLAGS_AT + TICKS_PER_TILE;
export const LOWS_AT = CODES_AT + codeBytes(TICKS_PER_TILE);
export const MIDS_AT = LOWS_AT + VALUES * 2;
export const AREA_AT = MIDS_AT + VALUES;
/** Room for log records; what does not fit goes to the tile at once. */
export const AREA_BYTES = 752;
/** A block in shared memory. */
export const STATE_BYTES = AREA_AT + AREA_BYTES;
/** Numbers, flags and codes: in a block and in the writer's hands alike. What follows there is its own. */
export const ALIKE_BYTES = LOWS_AT;
const VALUES_AT = ALIKE_BYTES;
const OWN_AREA_AT = VALUES_AT + VALUES * 4;
export const ROWS_AT = OWN_AREA_AT + AREA_BYTES;
const HELD_BYTES = ROWS_AT + rowBytes(ROWS);

/** How many shared texts are known by hash: the newest. */
export const RECENT = 3;

/** Places among the 8-byte numbers; the first 8 bytes are the lock and `used`. */
const F = { opened: 1, last: 2, flushed: 3, logBytes: 4, strippedTo: 5, needed: 14 } as const;
/** Places among the 4-byte numbers. */
const U = {
  lock: 0,
  used: 1,
  stepS: 12,
  taken: 13,
  areaUsed: 14,
  rowTicks: 15,
  nextShared: 16,
  shape: 17,
  recent: 18,
  laidTo: 27,
} as const;

const TICKS = (1 << TICKS_PER_TILE) - 1;
/** In shared memory with the bits of the ticks that are taken: some PDP has bits above the 24 that stand in the block. */
export const WIDE = 1 << TICKS_PER_TILE;
export const MID_SHIFT = 16;
export const TOP_SHIFT = 24;
const ROW_SLOT_SHIFT = TICKS_PER_TILE;

/** Where in shared memory a block's lock and mark stand, in 4-byte numbers from its start. */
export const LOCK_AT = U.lock;
export const USED_AT = U.used;
export const AREA_USED_AT = U.areaUsed;
export const STEP_AT = U.stepS;
/** For who works on a block in shared memory: 4-byte numbers, 8-byte ones (`lastTick`) and bytes (`…At`) from its start. */
export const BLOCK = {
  lock: U.lock,
  used: U.used,
  stepS: U.stepS,
  taken: U.taken,
  areaUsed: U.areaUsed,
  rowTicks: U.rowTicks,
  nextShared: U.nextShared,
  recent: U.recent,
  laidTo: U.laidTo,
  lastTick: F.last,
  flagsAt: FLAGS_AT,
  lowsAt: LOWS_AT,
  midsAt: MIDS_AT,
  codesAt: CODES_AT,
  areaAt: AREA_AT,
} as const;
/** In 8-byte numbers. */
export const OPENED_TICK_AT = F.opened;
export const LAST_TICK_AT = F.last;
export const FLUSHED_AT = F.flushed;

export class OpenState {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pdps: PdpBlock;
  readonly codes: Uint16Array;
  /** The open row of each held archive, finest first; not of a copy out of shared memory. */
  readonly rows: RowBlock;
  /** Log records of the open ticks: slot, length, record. */
  readonly area: Uint8Array;
  /** What is alike in shared memory, and the log records, in 4-byte numbers. */
  readonly alike: Int32Array;
  readonly areaWords: Int32Array;
  private readonly f: Float64Array;
  private readonly u: Uint32Array;

  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(HELD_BYTES)) {
    this.bytes = bytes;
    this.rows = rowBlock(bytes, ROWS_AT, ROWS);
    const { buffer, byteOffset } = bytes;
    this.pdps = {
      flags: bytes.subarray(FLAGS_AT, FLAGS_AT + TICKS_PER_TILE),
      values: new Uint32Array(buffer, byteOffset + VALUES_AT, VALUES),
    };
    this.codes = codeBlock(bytes, CODES_AT, TICKS_PER_TILE);
    this.area = bytes.subarray(OWN_AREA_AT, OWN_AREA_AT + AREA_BYTES);
    this.alike = new Int32Array(buffer, byteOffset, ALIKE_BYTES / 4);
    this.areaWords = new Int32Array(buffer, byteOffset + OWN_AREA_AT, AREA_BYTES / 4);
    this.f = new Float64Array(buffer, byteOffset, NUMBERS_BYTES / 8);
    this.u = new Uint32Array(buffer, byteOffset, NUMBERS_BYTES / 4);
  }

  /** Makes it the state of a new generation. */
  begin(stepS: number, tick: number, commit: number, shape = 0): void {
    this.bytes.fill(0);
    this.used = 1;
    this.stepS = stepS;
    this.openedTick = tick;
    this.lastTick = tick;
    this.flushedAt = commit;
    this.shape = shape;
    this.strippedTo = -1;
  }

  /** No tick of the open tile has a sample any more. */
  clearTicks(): void {
    for (let i = FLAGS_AT / 4; i < ALIKE_BYTES / 4; i += 1) this.alike[i] = 0;
    this.taken = 0;
  }

  /** 1 = a generation's, 0 = nobody's. */
  get used(): number {
    return this.u[U.used] ?? 0;
  }
  set used(value: number) {
    this.u[U.used] = value;
  }
  get stepS(): number {
    return this.u[U.stepS] ?? 0;
  }
  set stepS(value: number) {
    this.u[U.stepS] = value;
  }
  get openedTick(): number {
    return this.f[F.opened] ?? 0;
  }
  set openedTick(value: number) {
    this.f[F.opened] = value;
  }
  get lastTick(): number {
    return this.f[F.last] ?? 0;
  }
  set lastTick(value: number) {
    this.f[F.last] = value;
  }
  /** The commit that last wrote this block to the file; journal entries up to it are in that copy. */
  get flushedAt(): number {
    return this.f[F.flushed] ?? 0;
  }
  set flushedAt(value: number) {
    this.f[F.flushed] = value;
  }
  /** The newest commit that a reader of this state has to see in the file: it wrote tiles or texts that belong to it. */
  get neededAt(): number {
    return this.f[F.needed] ?? 0;
  }
  set neededAt(value: number) {
    this.f[F.needed] = value;
  }
  /** Bytes of the sample log in the file, shared texts included. */
  get logBytes(): number {
    return this.f[F.logBytes] ?? 0;
  }
  set logBytes(value: number) {
    this.f[F.logBytes] = value;
  }
  /** Details up to this log tile were dropped; -1 = none. */
  get strippedTo(): number {
    return this.f[F.strippedTo] ?? 0;
  }
  set strippedTo(value: number) {
    this.f[F.strippedTo] = value;
  }
  /** A bit for each tick of the open tile that has a sample. */
  get taken(): number {
    return (this.u[U.taken] ?? 0) & TICKS;
  }
  set taken(value: number) {
    this.u[U.taken] = value;
  }
  get areaUsed(): number {
    return this.u[U.areaUsed] ?? 0;
  }
  set areaUsed(value: number) {
    this.u[U.areaUsed] = value;
  }
  /** A bit for each tick of the open tile that is not in the rows yet. */
  get apart(): number {
    return (this.u[U.rowTicks] ?? 0) & TICKS;
  }
  /** The slot of the open tile whose rows are the open ones. */
  get rowSlot(): number {
    return (this.u[U.rowTicks] ?? 0) >>> ROW_SLOT_SHIFT;
  }
  setRowTicks(apart: number, rowSlot: number): void {
    this.u[U.rowTicks] = (rowSlot << ROW_SLOT_SHIFT) | apart;
  }
  /** Label of the newest row that was laid whole; 0 = none ever was. */
  get laidTo(): number {
    return this.u[U.laidTo] ?? 0;
  }
  set laidTo(value: number) {
    this.u[U.laidTo] = value;
  }
  /** Version of the layout that its rows stand in. */
  get shape(): number {
    return this.u[U.shape] ?? 0;
  }
  set shape(value: number) {
    this.u[U.shape] = value;
  }
  get nextShared(): number {
    return this.u[U.nextShared] ?? 0;
  }
  set nextShared(value: number) {
    this.u[U.nextShared] = value;
  }

  /** Number of the shared text with these two words of hash; -1 when it is not among the newest. */
  sharedOf(a: number, b: number): number {
    for (let i = 0; i < Math.min(RECENT, this.nextShared); i += 1) {
      const at = U.recent + i * 3;
      if (this.u[at] === a && this.u[at + 1] === b) return this.u[at + 2] ?? -1;
    }
    return -1;
  }
  /** Number of the i-th newest shared text; -1 = there is none. */
  recentAt(i: number): number {
    return i < Math.min(RECENT, this.nextShared) ? (this.u[U.recent + i * 3 + 2] ?? -1) : -1;
  }
  /** A new shared text takes the first place, the last of them loses its own. @returns its number */
  addShared(a: number, b: number): number {
    const n = this.nextShared;
    this.u.copyWithin(U.recent + 3, U.recent, U.recent + (RECENT - 1) * 3);
    this.u[U.recent] = a;
    this.u[U.recent + 1] = b;
    this.u[U.recent + 2] = n;
    this.nextShared = n + 1;
    return n;
  }
}
