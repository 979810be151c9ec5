/**
 * Samples that only add a tick to the open tile of their generation: most of them.
 *
 * Such a one is judged by the block in shared memory, has its entry in the journal, and is put in its place there after
 * the commit: no copy of the block is made. A generation has one such sample per transaction; when more comes for it, it
 * is taken into somebody's hands (writer-states.ts) and the entry with it.
 */
import { METRICS } from "../../wire/metric.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import { putVarint, varintSize } from "./bytes.ts";
import { ENTRY, endOf, type JournalEntry, type JournalPart, recordBytesOf, tickOf } from "./journal.ts";
import { textsNeeded } from "./log-record.ts";
import { AREA_BYTES, BLOCK, MID_SHIFT, RECENT, STATE_BYTES, TOP_SHIFT, VALUES, WIDE } from "./open-state.ts";
import { type Batch, heardAt, WORD } from "./packed.ts";
import type { Working } from "./rings.ts";
import { type SharedStates, TOGETHER, type Views } from "./shared-states.ts";
import { fence, turnLock } from "./state-block.ts";

const M = METRICS.length;
const WORD_BYTES = 4;
const RECENT_WORDS = 3;
const NO_TEXT = -1;
const FIRST_ADDED = 1_024;

export class DirectAdds {
  private readonly shared: SharedStates;
  private readonly journal: JournalPart;
  /** By generation: number of its entry, counted from 1; 0 = it has none. */
  private entries = new Int32Array(0);
  /** Generations in the order of their samples, each with the number of its entry. */
  private added = new Int32Array(FIRST_ADDED * 2);
  private count = 0;
  private readonly tile = new OpenTile();

  constructor(shared: SharedStates, journal: JournalPart) {
    this.shared = shared;
    this.journal = journal;
  }

  /**
   * Adds a sample where that is all there is to do.
   *
   * @param at Where its words begin.
   * @param mark Whether it makes a due mark.
   * @returns false when it has to go the longer way; nothing has changed then.
   */
  add(id: number, batch: Batch, at: number, tick: number, epoch: number, mark: boolean): boolean {
    const views = this.shared.views(id);
    if (!views || (this.entries[id] ?? 0) !== 0) return false;
    const stepS = batch.words[at + WORD.stepS] ?? 0;
    if (!isNextOfItsTile(views, id, tick, stepS, this.tile.firstOf(tick, stepS))) return false;
    const { a, b } = heardAt(batch, at);
    const text = numberOfText(views.words, id, a, b);
    if (text === NO_TEXT) return false;
    const bytes = 1 + varintSize(text + 1) + varintSize(epoch) + (batch.words[at + WORD.ownBytes] ?? 0);
    const areaUsed = views.words[wordOf(id, BLOCK.areaUsed)] ?? 0;
    if (areaUsed + 1 + varintSize(bytes) + bytes > AREA_BYTES) return false;
    const number = this.journal.addOf(id, batch, at, tick, text, epoch, bytes, mark) + 1;
    this.note(id, number);
    return true;
  }

  /** Gives up the entry of a generation that is in somebody's hands from now on; null = it has none. */
  take(one: Working): JournalEntry | null {
    const number = this.entries[one.id] ?? 0;
    if (number === 0) return null;
    this.entries[one.id] = 0;
    return this.journal.taken(number - 1, one);
  }

  /** The transaction is on disk: shows each. @param told Called with its generation. */
  publish(told: (id: number) => void): void {
    const left = this.keepOwn();
    for (let from = 0; from < left; from += TOGETHER)
      this.publishSome(from, Math.min(left, from + TOGETHER), told);
  }

  clear(): void {
    for (let i = 0; i < this.count; i += 1) this.entries[this.added[i * 2] ?? 0] = 0;
    this.count = 0;
  }

  private note(id: number, number: number): void {
    if (id >= this.entries.length) this.entries = longer(this.entries, (id + 1) * 2);
    if (this.count * 2 === this.added.length) this.added = longer(this.added, this.count * 4);
    this.entries[id] = number;
    this.added[this.count * 2] = id;
    this.added[this.count * 2 + 1] = number;
    this.count += 1;
  }

  /** Those that nobody took go to the front. @returns how many they are */
  private keepOwn(): number {
    const { added, entries, count } = this;
    let left = 0;
    for (let i = 0; i < count; i += 1) {
      const id = added[i * 2] ?? 0;
      const number = added[i * 2 + 1] ?? 0;
      if (entries[id] !== number) continue;
      added[left * 2] = id;
      added[left * 2 + 1] = number;
      left += 1;
    }
    this.count = left;
    return left;
  }

  /**
   * Blocks are taken and given back some at a time: an atomic operation waits for every store before it, and a block is
   * seldom in a cache. Two for each sample took longer than the stores.
   */
  private publishSome(from: number, to: number, told: (id: number) => void): void {
    const { added, journal } = this;
    const views = this.shared.views(0);
    if (!views) return;
    const { words } = views;
    for (let i = from; i < to; i += 1) turnLock(words, added[i * 2] ?? 0);
    fence(words);
    const { bytes, view } = journal.seen();
    for (let i = from; i < to; i += 1) {
      const id = added[i * 2] ?? 0;
      place(views, id, bytes, view, journal.startOf((added[i * 2 + 1] ?? 0) - 1));
      told(id);
    }
    fence(words);
    for (let i = from; i < to; i += 1) turnLock(words, added[i * 2] ?? 0);
  }
}

/** The first tick of the tile that a tick belongs to: mostly asked for the same one. */
class OpenTile {
  private tick = -1;
  private stepS = 0;
  private first = Number.POSITIVE_INFINITY;

  /** Infinity for a tick that is not on its step. */
  firstOf(tick: number, stepS: number): number {
    if (tick !== this.tick || stepS !== this.stepS) {
      this.tick = tick;
      this.stepS = stepS;
      this.first = firstOfTile(tick, stepS);
    }
    return this.first;
  }
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const made = new Int32Array(Math.max(FIRST_ADDED, length));
  made.set(from);
  return made;
}

function firstOfTile(tick: number, stepS: number): number {
  const tickNo = tick / stepS;
  if (Math.floor(tickNo) !== tickNo) return Number.POSITIVE_INFINITY;
  return Math.floor(tickNo / TICKS_PER_TILE) * TICKS_PER_TILE * stepS;
}

/** Whole-number arithmetic without `%`, which is a call for numbers of this size. */
function slotOf(tickNo: number): number {
  return tickNo - Math.floor(tickNo / TICKS_PER_TILE) * TICKS_PER_TILE;
}

function wordOf(id: number, place: number): number {
  return (id * STATE_BYTES) / WORD_BYTES + place;
}

/**
 * Whether a tick follows the newest one within the open tile, with no laid row in its way.
 *
 * @param firstTick The first one of its tile; the newest one is on its step, too.
 */
function isNextOfItsTile(
  { words, numbers }: Views,
  id: number,
  tick: number,
  stepS: number,
  firstTick: number,
): boolean {
  if (words[wordOf(id, BLOCK.used)] !== 1 || words[wordOf(id, BLOCK.stepS)] !== stepS) return false;
  const last = numbers[(id * STATE_BYTES) / 8 + BLOCK.lastTick] ?? 0;
  return tick > last && last >= firstTick && tick > (words[wordOf(id, BLOCK.laidTo)] ?? 0) >>> 0;
}

/** Number of the shared text with this hash among the newest of a generation. */
function numberOfText(words: Int32Array, id: number, a: number, b: number): number {
  const most = Math.min(RECENT, words[wordOf(id, BLOCK.nextShared)] ?? 0);
  for (let i = 0; i < most; i += 1) {
    const at = wordOf(id, BLOCK.recent) + i * RECENT_WORDS;
    if (words[at] === (a | 0) && words[at + 1] === (b | 0)) return words[at + 2] ?? NO_TEXT;
  }
  return NO_TEXT;
}

/**
 * At a start: an entry of the journal takes effect on its block where it only adds a tick to the open tile.
 *
 * @param start Where it begins.
 * @returns false when it has to go the longer way; nothing has changed then.
 */
export function placeNext(
  shared: SharedStates,
  id: number,
  from: Uint8Array,
  view: DataView,
  start: number,
): boolean {
  const views = shared.views(id);
  if (!views) return false;
  const { words } = views;
  const stepS = words[wordOf(id, BLOCK.stepS)] ?? 0;
  const tick = tickOf(view, start);
  if (!isNextOfItsTile(views, id, tick, stepS, firstOfTile(tick, stepS))) return false;
  const bytes = recordBytesOf(view, start);
  if (textsNeeded(from, endOf(view, start) - bytes) > (words[wordOf(id, BLOCK.nextShared)] ?? 0))
    return false;
  const areaUsed = words[wordOf(id, BLOCK.areaUsed)] ?? 0;
  if (areaUsed + 1 + varintSize(bytes) + bytes > AREA_BYTES) return false;
  place(views, id, from, view, start);
  return true;
}

/** An entry of the journal takes effect on its block, which nobody reads at a start, or which is locked. */
function place(views: Views, id: number, from: Uint8Array, view: DataView, start: number): void {
  const { bytes, words, shorts, numbers } = views;
  const block = id * STATE_BYTES;
  const tick = tickOf(view, start);
  const present = view.getUint8(start + ENTRY.present);
  const length = recordBytesOf(view, start);
  const slot = slotOf(tick / (words[wordOf(id, BLOCK.stepS)] ?? 1));
  let at = start + ENTRY.values;
  bytes[block + BLOCK.flagsAt + slot] = present;
  shorts[(block + BLOCK.codesAt) / 2 + slot] = view.getUint16(start + ENTRY.code, true);
  const lows = (block + BLOCK.lowsAt) / 2 + slot * M;
  const mids = block + BLOCK.midsAt + slot * M;
  let all = 0;
  for (let m = 0; m < M; m += 1) {
    if (!((present >> m) & 1)) continue;
    const value = view.getUint32(at, true);
    all |= value;
    shorts[lows + m] = value;
    bytes[mids + m] = value >>> MID_SHIFT;
    at += 4;
  }
  const wasWide = (words[wordOf(id, BLOCK.taken)] ?? 0) & WIDE;
  const isWide = all >>> TOP_SHIFT !== 0 || wasWide !== 0;
  if (isWide) placeTops(views, id, wasWide !== 0, slot, present, view, start + ENTRY.values);
  const area = block + BLOCK.areaAt;
  let to = area + (words[wordOf(id, BLOCK.areaUsed)] ?? 0);
  bytes[to] = slot;
  to = putVarint(bytes, to + 1, length);
  for (let i = 0; i < length; i += 1) bytes[to + i] = from[at + i] ?? 0;
  words[wordOf(id, BLOCK.areaUsed)] = to + length - area;
  const bit = 1 << slot;
  words[wordOf(id, BLOCK.taken)] = (words[wordOf(id, BLOCK.taken)] ?? 0) | bit | (isWide ? WIDE : 0);
  words[wordOf(id, BLOCK.rowTicks)] = (words[wordOf(id, BLOCK.rowTicks)] ?? 0) | bit;
  numbers[block / 8 + BLOCK.lastTick] = tick;
}

/** The uppermost bits of a tick's values. @param wasWide Whether another tick of the open tile has some. */
function placeTops(
  { tops }: Views,
  id: number,
  wasWide: boolean,
  slot: number,
  present: number,
  from: DataView,
  at: number,
): void {
  const first = id * VALUES;
  // What an earlier tile had.
  if (!wasWide) tops.fill(0, first, first + VALUES);
  let place = at;
  for (let m = 0; m < M; m += 1) {
    if (!((present >> m) & 1)) continue;
    tops[first + slot * M + m] = from.getUint32(place, true) >>> TOP_SHIFT;
    place += 4;
  }
}
