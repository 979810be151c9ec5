/**
 * The journal: what a commit stored of generations whose open state it did not write, in one row per commit.
 *
 * An entry is everything its open state was changed by. After an unclean end the entries of later commits than a
 * state's own (`flushedAt`) are applied to it again, in order, which gives the same state. Little-endian, packed.
 */
import { METRICS } from "../../wire/metric.ts";
import { putVarint } from "./bytes.ts";
import { type Batch, VALUES, WORD } from "./packed.ts";
import type { Arrived, Working } from "./rings.ts";

const M = METRICS.length;
/** Where the parts of an entry stand, from its beginning; after the head its values, then its log record. */
export const ENTRY = { id: 0, tick: 4, code: 12, present: 14, length: 15, values: 17 } as const;
const FIRST_BYTES = 256 * 1024;
const FIRST_ENTRIES = 4_096;
/** With the length of a record: the due mark of the entry is not made yet. */
const UNMARKED = 0x8000;

/** Entries one behind the other, and whose each is. */
export class JournalPart {
  private bytes = new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.bytes.buffer);
  private used = 0;
  /** By number of the entry: of generations that somebody has in hands. */
  private readonly owners = new Map<number, Working>();
  private ends = new Uint32Array(FIRST_ENTRIES);
  private count = 0;

  add(working: Working, { tick, code, present, values, from, record }: Arrived): void {
    this.room(ENTRY.values + M * 4 + record.length);
    this.head(working.id, tick, code, present, record.length);
    this.put(present, values, from);
    this.bytes.set(record, this.used);
    this.used += record.length;
    this.owners.set(this.count, working);
    this.end();
  }

  /**
   * A sample of a batch whose state nobody has in hands.
   *
   * @param at Where its words begin.
   * @param shared Number of its text in the series.
   * @param length Bytes of its log record.
   * @param mark Whether its due mark is to be made from here.
   * @returns the entry's number
   */
  addOf(
    id: number,
    { words, own }: Batch,
    at: number,
    tick: number,
    shared: number,
    epoch: number,
    length: number,
    mark: boolean,
  ): number {
    const ownAt = words[at + WORD.ownAt] ?? 0;
    const ownBytes = words[at + WORD.ownBytes] ?? 0;
    this.room(ENTRY.values + M * 4 + length);
    const present = words[at + WORD.present] ?? 0;
    this.head(id, tick, words[at + WORD.code] ?? 0, present, mark ? length | UNMARKED : length);
    this.put(present, words, at + VALUES);
    const { bytes } = this;
    bytes[this.used] = words[at + WORD.flags] ?? 0;
    const to = putVarint(bytes, putVarint(bytes, this.used + 1, shared + 1), epoch);
    for (let i = 0; i < ownBytes; i += 1) bytes[to + i] = own[ownAt + i] ?? 0;
    this.used = to + ownBytes;
    this.end();
    return this.count - 1;
  }

  /** An entry by its number: it is the worker's from now on. */
  taken(i: number, by: Working): JournalEntry {
    this.owners.set(i, by);
    return entryAt(this.bytes, this.view, this.startOf(i));
  }

  /** All entries; good until the next one is added. */
  seen(): { readonly bytes: Uint8Array; readonly view: DataView } {
    return { bytes: this.bytes, view: this.view };
  }

  /** Where in them one begins. */
  startOf(i: number): number {
    return i === 0 ? 0 : (this.ends[i - 1] ?? 0);
  }

  /** Calls back for each entry whose mark is not made yet; from then on it is. */
  eachUnmarked(visit: (entry: JournalEntry) => void): void {
    for (let i = 0; i < this.count; i += 1) {
      const at = this.startOf(i) + ENTRY.length;
      const length = this.view.getUint16(at, true);
      if (!(length & UNMARKED)) continue;
      this.view.setUint16(at, length & ~UNMARKED, true);
      visit(entryAt(this.bytes, this.view, this.startOf(i)));
    }
  }

  /** The entries of generations that are not written whole in this transaction, and the workers they are of. */
  written(isLeftOut: (working: Working) => boolean): Written {
    const owners: Working[] = [];
    const left: number[] = [];
    for (const [i, owner] of this.owners)
      if (isLeftOut(owner)) left.push(i);
      else owners.push(owner);
    left.sort((a, b) => a - b);
    const bytes = left.length === 0 ? this.bytes.subarray(0, this.used) : this.without(left);
    return { bytes, owners, entries: this.count - left.length };
  }

  clear(): void {
    this.used = 0;
    this.count = 0;
    this.owners.clear();
  }

  /** A copy: where entries stand is still asked after the commit. */
  private without(left: readonly number[]): Uint8Array {
    const copy = new Uint8Array(this.used);
    let from = 0;
    let to = 0;
    for (const i of left) {
      copy.set(this.bytes.subarray(from, this.startOf(i)), to);
      to += this.startOf(i) - from;
      from = this.ends[i] ?? 0;
    }
    copy.set(this.bytes.subarray(from, this.used), to);
    return copy.subarray(0, to + this.used - from);
  }

  private head(id: number, tick: number, code: number, present: number, length: number): void {
    const { view, used } = this;
    view.setUint32(used + ENTRY.id, id, true);
    view.setFloat64(used + ENTRY.tick, tick, true);
    view.setUint16(used + ENTRY.code, code, true);
    view.setUint8(used + ENTRY.present, present);
    view.setUint16(used + ENTRY.length, length, true);
    this.used += ENTRY.values;
  }

  private put(present: number, values: Uint32Array, from: number): void {
    for (let m = 0; m < M; m += 1) {
      if (!((present >> m) & 1)) continue;
      this.view.setUint32(this.used, values[from + m] ?? 0, true);
      this.used += 4;
    }
  }

  private end(): void {
    this.ends[this.count] = this.used;
    this.count += 1;
  }

  private room(more: number): void {
    if (this.used + more > this.bytes.length) {
      const larger = new Uint8Array((this.used + more) * 2);
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    if (this.count < this.ends.length) return;
    const longer = new Uint32Array(this.count * 2);
    longer.set(this.ends);
    this.ends = longer;
  }
}

type Written = { readonly bytes: Uint8Array; readonly owners: Working[]; readonly entries: number };

export type JournalEntry = Arrived & {
  readonly id: number;
  readonly unmarked: boolean;
  /** Where the next entry begins. */
  readonly next: number;
};

const entryValues = new Uint32Array(M);

/** The entry that begins at a place; good until the next is read. */
export function entryAt(bytes: Uint8Array, view: DataView, start: number): JournalEntry {
  const id = idOf(view, start);
  const tick = tickOf(view, start);
  const code = view.getUint16(start + ENTRY.code, true);
  const present = view.getUint8(start + ENTRY.present);
  const unmarked = (view.getUint16(start + ENTRY.length, true) & UNMARKED) !== 0;
  const length = recordBytesOf(view, start);
  let at = start + ENTRY.values;
  for (let m = 0; m < M; m += 1) {
    if (!((present >> m) & 1)) continue;
    entryValues[m] = view.getUint32(at, true);
    at += 4;
  }
  const record = bytes.subarray(at, at + length);
  const next = at + length;
  return { id, tick, code, present, values: entryValues, from: 0, record, unmarked, next };
}

/** Whose the entry is that begins at a place. */
export function idOf(view: DataView, start: number): number {
  return view.getUint32(start + ENTRY.id, true);
}

/** Its tick, UTC s. */
export function tickOf(view: DataView, start: number): number {
  return view.getFloat64(start + ENTRY.tick, true);
}

/** Bytes of its log record, which it ends with. */
export function recordBytesOf(view: DataView, start: number): number {
  return view.getUint16(start + ENTRY.length, true) & ~UNMARKED;
}

/** Where the entry that begins at a place ends. */
export function endOf(view: DataView, start: number): number {
  let values = 0;
  for (let bits = view.getUint8(start + ENTRY.present); bits !== 0; bits &= bits - 1) values += 1;
  return start + ENTRY.values + values * 4 + recordBytesOf(view, start);
}

/** Calls back for each entry of a journal row, in order; an entry is good until the next. */
export function eachEntry(bytes: Uint8Array, visit: (entry: JournalEntry) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const entry = entryAt(bytes, view, at);
    visit(entry);
    at = entry.next;
  }
}
