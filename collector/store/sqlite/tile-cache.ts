/**
 * Tiles a transaction touches: each is read once at most, changed in memory and written once, at the end, in order of
 * row id.
 *
 * A slot that holds a lower number starts afresh: the ring has come round. What it held is not read, and neither is a
 * tile of which only some bytes become others: handing a BLOB over costs more than all else. Nothing is kept between
 * transactions.
 */
import type Database from "better-sqlite3";
import { Arena } from "./arena.ts";
import { SlotIndex } from "./slot-index.ts";
import { type Slot, TOGETHER, tileStatements } from "./tile-statements.ts";

export type { Slot } from "./tile-statements.ts";

export type TileCache = {
  /** The tile's bytes, to be changed in place; null when its slot already holds a later lap. */
  change(id: number, number: number, size: number): Uint8Array | null;
  /** Some bytes of a tile become `length` others; nothing happens when its slot already holds a later lap. */
  patch(
    id: number,
    number: number,
    size: number,
    at: number,
    bytes: Uint8Array,
    from: number,
    length: number,
  ): void;
  /** The tile's bytes for looking, or null when the slot holds another lap. */
  look(id: number, number: number): Uint8Array | null;
  /** The same of a tile that is hardly ever there. */
  lookAhead(id: number, number: number): Uint8Array | null;
  /** What its slot holds; the bytes only if it is this lap. */
  slot(id: number, number: number): Slot | null;
  /** How many bytes its slot holds, of whichever lap; -1 = it is empty. */
  lengthOf(id: number): number;
  /** A generation has a number that another had: what was looked at ahead may have been emptied. */
  forgetAhead(): void;
  /** The slot holds this from now on; what stood there is not read. */
  replace(id: number, number: number, bytes: Uint8Array): void;
  /** Room for a tile that is to replace one; nobody's after the transaction. */
  room(bytes: number): Uint8Array;
  /** Writes what was changed, and forgets it. */
  flush(): void;
  /** The same if that is much: between samples, so that it need not all be in memory until the end. */
  flushMuch(): void;
  /** How many tiles this transaction wrote far from any other: each takes a page of the WAL. */
  apart(): number;
  /** The transaction is on disk. */
  committed(): void;
  /** Forgets everything, as after a rollback. */
  clear(): void;
};

/** What a slot holds in memory: `patch` has a tile of zeros but for the bytes from..to, the others are not known. */
type Held = {
  mark: "read" | "changed" | "patch";
  number: number;
  length: number;
  bytes: Uint8Array | null;
  from: number;
  to: number;
};

/** Tiles in memory before some are written. */
const MUCH = 1_024;
/** Row ids so close are mostly on one page. */
const NEAR = 8;

export function tileCache(db: Database.Database): TileCache {
  return new Tiles(db);
}

class Tiles implements TileCache {
  private readonly statements: ReturnType<typeof tileStatements>;
  private readonly index = new SlotIndex();
  /** By place of the index; used again, as thousands come and go with every transaction. */
  private readonly held: Held[] = [];
  private readonly arena = new Arena();
  private readonly zeros = new ZeroTiles();
  private order = new Float64Array(MUCH);
  private far = 0;

  constructor(db: Database.Database) {
    this.statements = tileStatements(db);
  }

  change(id: number, number: number, size: number): Uint8Array | null {
    const found = this.read(id, number);
    if (found && found.number > number) return null;
    const bytes = (found?.number === number ? found.bytes : null) ?? this.arena.zeros(size);
    this.put(id, "changed", number, bytes);
    return bytes;
  }

  patch(
    id: number,
    number: number,
    size: number,
    at: number,
    bytes: Uint8Array,
    from: number,
    length: number,
  ): void {
    const place = this.index.find(id);
    const before = this.held[place];
    const to = at + length;
    if (place < 0 || !before) {
      const tile = this.zeros.take(size);
      copy(bytes, from, tile, at, length);
      const held = this.put(id, "patch", number, tile);
      held.from = at;
      held.to = to;
    } else if (before.mark === "patch" && before.number === number && before.to === at && before.bytes) {
      copy(bytes, from, before.bytes, at, length);
      before.to = to;
    } else this.change(id, number, size)?.set(bytes.subarray(from, from + length), at);
  }

  look(id: number, number: number): Uint8Array | null {
    const found = this.read(id, number);
    return found?.number === number ? found.bytes : null;
  }

  lookAhead(id: number, number: number): Uint8Array | null {
    const isThere = this.index.find(id) >= 0 || this.statements.heads.numberOf(id) === number;
    return isThere ? this.look(id, number) : null;
  }

  slot(id: number, number: number): Slot | null {
    return this.read(id, number);
  }

  lengthOf(id: number): number {
    const place = this.index.find(id);
    return place < 0 ? this.statements.heads.lengthOf(id) : (this.held[place]?.length ?? -1);
  }

  forgetAhead(): void {
    this.statements.heads.clear();
  }

  replace(id: number, number: number, bytes: Uint8Array): void {
    this.put(id, "changed", number, bytes);
  }

  room(bytes: number): Uint8Array {
    return this.arena.piece(bytes);
  }

  flush(): void {
    const { index, statements } = this;
    const count = this.sorted();
    this.countApart(count);
    const bound: (number | Uint8Array)[] = [];
    let first: Held | null = null;
    let firstAt = 0;
    const leave = (end: number): void => {
      if (!first || bound.length === 0) return;
      if (first.mark === "changed") statements.write(bound);
      else if (!statements.patch(bound, { from: first.from, to: first.to, size: first.length }))
        for (let i = firstAt; i < end; i += 1) this.settle(this.order[i] ?? 0);
      bound.length = 0;
    };
    for (let i = 0; i < count; i += 1) {
      const id = this.order[i] ?? 0;
      const held = this.held[index.find(id)];
      if (!held?.bytes) continue;
      if (bound.length === TOGETHER * 3 || !isAlike(first, held)) {
        leave(i);
        first = held;
        firstAt = i;
      }
      bound.push(id, held.number, held.bytes);
    }
    leave(count);
    this.forget();
  }

  flushMuch(): void {
    if (this.index.size > MUCH) this.flush();
  }

  apart(): number {
    return this.far;
  }

  committed(): void {
    this.far = 0;
  }

  clear(): void {
    this.forget();
    this.far = 0;
  }

  private forget(): void {
    for (let place = 0; place < this.index.size; place += 1) {
      const held = this.held[place];
      if (held?.mark === "patch") held.bytes?.fill(0, held.from, held.to);
    }
    this.zeros.clear();
    this.index.clear();
    this.arena.clear();
    this.statements.heads.clear();
  }

  /** Ids of what has to be written, in order. @returns how many */
  private sorted(): number {
    const { index } = this;
    if (this.order.length < index.size) this.order = new Float64Array(index.size * 2);
    let count = 0;
    for (let place = 0; place < index.size; place += 1) {
      if (this.held[place]?.mark === "read") continue;
      this.order[count] = index.at(place);
      count += 1;
    }
    this.order.subarray(0, count).sort();
    return count;
  }

  private countApart(count: number): void {
    let before = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i += 1) {
      const id = this.order[i] ?? 0;
      if (id - before > NEAR) this.far += 1;
      before = id;
    }
  }

  /** A patch that could not be made in the file is made here and written, unless a later lap is there. */
  private settle(id: number): void {
    const held = this.held[this.index.find(id)];
    if (!held?.bytes) return;
    const found = this.statements.read(id, held.number);
    if (found && found.number > held.number) return;
    const bytes = (found?.number === held.number ? found.bytes : null) ?? this.arena.zeros(held.length);
    bytes.set(held.bytes.subarray(held.from, held.to), held.from);
    this.statements.write([id, held.number, bytes]);
  }

  /** What a slot holds, of this lap with its bytes. */
  private read(id: number, number: number): Held | null {
    const place = this.index.find(id);
    const held = this.held[place];
    const isKnown = place >= 0 && held !== undefined;
    if (isKnown && held.mark !== "patch" && (held.bytes !== null || held.number !== number)) return held;
    const patch = isKnown && held.mark === "patch" ? { ...held } : null;
    const found = this.statements.read(id, patch?.number ?? number);
    if (patch?.bytes) {
      const isLater = found !== null && found.number > patch.number;
      if (isLater) {
        patch.bytes.fill(0, patch.from, patch.to);
        return this.put(id, "read", found.number, null, found.length);
      }
      const bytes = (found?.number === patch.number ? found.bytes : null) ?? this.arena.zeros(patch.length);
      bytes.set(patch.bytes.subarray(patch.from, patch.to), patch.from);
      patch.bytes.fill(0, patch.from, patch.to);
      return this.put(id, "changed", patch.number, bytes);
    }
    return found && this.put(id, "read", found.number, found.bytes, found.length);
  }

  private put(
    id: number,
    mark: Held["mark"],
    number: number,
    bytes: Uint8Array | null,
    length = bytes?.length ?? 0,
  ): Held {
    const place = this.index.put(id);
    const held = this.held[place];
    if (!held) {
      const made = { mark, number, length, bytes, from: 0, to: 0 };
      this.held[place] = made;
      return made;
    }
    held.mark = mark;
    held.number = number;
    held.length = length;
    held.bytes = bytes;
    return held;
  }
}

/** Tiles of zeros that are used again and again: who takes one makes it zeros again. */
class ZeroTiles {
  private readonly bySize = new Map<number, { tiles: Uint8Array[]; used: number }>();

  take(size: number): Uint8Array {
    const of = this.bySize.get(size) ?? { tiles: [], used: 0 };
    this.bySize.set(size, of);
    const tile = of.tiles[of.used] ?? new Uint8Array(size);
    of.tiles[of.used] = tile;
    of.used += 1;
    return tile;
  }

  clear(): void {
    for (const of of this.bySize.values()) of.used = 0;
  }
}

/** Byte by byte: for so few a view of them costs more. */
function copy(from: Uint8Array, at: number, to: Uint8Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i += 1) to[toAt + i] = from[at + i] ?? 0;
}

/** Whether two are written by one statement. */
function isAlike(a: Held | null, b: Held): boolean {
  if (a?.mark !== b.mark) return false;
  return a.mark === "changed" || (a.from === b.from && a.to === b.to && a.length === b.length);
}
