/**
 * The open states of all generations in memory that the writer and the readers share.
 *
 * The writer puts a block there after its commit is on disk, so that a reader sees what is acknowledged and never what
 * may be rolled back. A block's first number is odd while it is written; a reader copies it and looks again.
 */
import { UnavailableError } from "../../wire/errors.ts";
import { GENERATIONS } from "./bands.ts";
import {
  FLUSHED_AT,
  LAST_TICK_AT,
  LOCK_AT,
  OPENED_TICK_AT,
  OpenState,
  STATE_BYTES,
  USED_AT,
  VALUES,
} from "./open-state.ts";
import { fence, pack, turnLock, unpack } from "./state-block.ts";

/** As many generations as row ids have room for; memory is taken as they come. */
const MOST = GENERATIONS;
const AT_ONCE = 256;
const WORDS = STATE_BYTES / 4;
/** Blocks that are written together: few, because a reader of one waits until all are given back. */
export const TOGETHER = 64;
/** Numbers begin at 1: block 0 counts how often series got or lost one, and how often they lost one. @see directory.ts */
export const CHANGED_AT = 0;
export const LOST_AT = 1;
/** And which commit it shows, of its number the lowest 32 bits. */
const SHOWN_AT = 2;
/** Whether the writer's thread has ended: 1 = it shows nothing any more. */
const ENDED_AT = 3;
/** How often a waiting reader looks whether that is so. */
const LOOK_EVERY_MS = 1_000;

/** What threads share. */
export type StatesMemory = {
  readonly blocks: SharedArrayBuffer;
  /** The uppermost bits of PDPs, by generation; hardly any has some, and what nobody touches takes no room. */
  readonly tops: SharedArrayBuffer;
};

/** Made by the caller's thread and given to each worker. */
export function sharedStatesMemory(): StatesMemory {
  const made = (each: number) => new SharedArrayBuffer(AT_ONCE * each, { maxByteLength: MOST * each });
  return { blocks: made(STATE_BYTES), tops: made(VALUES) };
}

export type SharedStates = ReturnType<typeof sharedStates>;

/** The writer's thread has ended: nobody waits for what it would have shown. */
export function writerEnded({ blocks }: StatesMemory): void {
  Atomics.store(new Int32Array(blocks, 0, ENDED_AT + 1), ENDED_AT, 1);
}

/** The memory as it was long at one moment. */
export type Views = {
  readonly bytes: Uint8Array;
  readonly shorts: Uint16Array;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly tops: Uint8Array;
};

/** Of a fixed length: one that grows with its memory is asked for its length at every access. */
export function viewsOf({ blocks, tops }: StatesMemory): Views {
  const length = blocks.byteLength;
  return {
    bytes: new Uint8Array(blocks, 0, length),
    shorts: new Uint16Array(blocks, 0, length / 2),
    words: new Int32Array(blocks, 0, length / 4),
    numbers: new Float64Array(blocks, 0, length / 8),
    // They grow first: there is room for all that have a block.
    tops: new Uint8Array(tops, 0, (length / STATE_BYTES) * VALUES),
  };
}

/** Makes room for a generation. @throws RangeError for a number that none can have */
function grow({ blocks, tops }: StatesMemory, id: number): void {
  if (id >= MOST) throw new RangeError(`there is no room for generation ${id}: ${MOST} is the most`);
  const room = Math.min(MOST, id + AT_ONCE);
  tops.grow(room * VALUES);
  blocks.grow(room * STATE_BYTES);
}

/** A generation and what its block becomes. */
type Published = { readonly id: number; readonly state: OpenState };

export function sharedStates(memory: StatesMemory) {
  let views = viewsOf(memory);
  let { bytes, words: locks, numbers } = views;
  const fits = (id: number): boolean => {
    if ((id + 1) * STATE_BYTES > bytes.length && memory.blocks.byteLength > bytes.length) {
      views = viewsOf(memory);
      ({ bytes, words: locks, numbers } = views);
    }
    return id >= 0 && (id + 1) * STATE_BYTES <= bytes.length;
  };
  /** An atomic operation waits for every store before it: two for each block took longer than the stores. */
  const publishSome = (all: readonly Published[], from: number, to: number): void => {
    for (let i = from; i < to; i += 1) while (!fits(all[i]?.id ?? 0)) grow(memory, all[i]?.id ?? 0);
    for (let i = from; i < to; i += 1) turnLock(locks, all[i]?.id ?? 0);
    fence(locks);
    for (let i = from; i < to; i += 1) {
      const one = all[i];
      if (one) pack(one.state, views, one.id);
    }
    fence(locks);
    for (let i = from; i < to; i += 1) turnLock(locks, all[i]?.id ?? 0);
  };
  return {
    /** Writer only: the memory that has this number's block; null = none is there yet. Good until one is published. */
    views: (id: number): Views | null => (fits(id) ? views : null),
    /** Writer only: makes the block what the state says. */
    publish: (id: number, state: OpenState): void => publishSome([{ id, state }], 0, 1),
    /** The same of several, no number twice. */
    publishAll(all: readonly Published[]): void {
      for (let from = 0; from < all.length; from += TOGETHER)
        publishSome(all, from, Math.min(all.length, from + TOGETHER));
    },
    /** Writer only: nobody else writes, so nothing has to be looked at twice. */
    copyTo(id: number, state: OpenState): void {
      if (fits(id)) unpack(views, id, state);
    },
    /**
     * A copy of one moment; null when no generation has this number.
     *
     * @param state Where the copy goes, and what is returned.
     */
    read(id: number, state = new OpenState()): OpenState | null {
      if (!fits(id)) return null;
      const lock = id * WORDS + LOCK_AT;
      for (;;) {
        const before = Atomics.load(locks, lock);
        unpack(views, id, state);
        if (before % 2 === 0 && Atomics.load(locks, lock) === before) break;
      }
      return state.used === 1 ? state : null;
    },
    /** First and newest tick; null when no generation has this number. */
    reach(id: number): { openedTick: number; lastTick: number } | null {
      if (!fits(id)) return null;
      const lock = id * WORDS + LOCK_AT;
      const at = (id * STATE_BYTES) / 8;
      for (;;) {
        const before = Atomics.load(locks, lock);
        const used = locks[id * WORDS + USED_AT];
        const openedTick = numbers[at + OPENED_TICK_AT] ?? 0;
        const lastTick = numbers[at + LAST_TICK_AT] ?? 0;
        if (before % 2 === 0 && Atomics.load(locks, lock) === before)
          return used === 1 ? { openedTick, lastTick } : null;
      }
    },
    /** Writer only: every state is shown that a commit changed. */
    shown(commit: number): void {
      Atomics.store(locks, SHOWN_AT, commit | 0);
      Atomics.notify(locks, SHOWN_AT);
    },
    /** Waits until that is so for a commit that the file has. @throws UnavailableError store_stopped */
    awaitShown: (commit: number): void => untilShown(locks, commit),
    /** Writer only: which series has which number is another, before any of their states is. */
    renamed(change: "opened" | "forgot"): void {
      if (change === "forgot") Atomics.add(locks, LOST_AT, 1);
      Atomics.add(locks, CHANGED_AT, 1);
    },
    /** Writer only: the commit that last wrote its state to the file; null when no generation has this number. */
    flushedAt(id: number): number | null {
      if (!fits(id) || locks[id * WORDS + USED_AT] !== 1) return null;
      return numbers[(id * STATE_BYTES) / 8 + FLUSHED_AT] ?? null;
    },
  };
}

/**
 * Waits for a commit to be shown: its tiles with states of before it would count twice. On a slow disk that takes as long
 * as the writer folds the WAL in at the end of its commit.
 *
 * @throws UnavailableError store_stopped when the writer has ended before.
 */
function untilShown(words: Int32Array, commit: number): void {
  for (;;) {
    const shown = Atomics.load(words, SHOWN_AT);
    if (((shown - commit) | 0) >= 0) return;
    if (Atomics.load(words, ENDED_AT) === 1)
      throw new UnavailableError("store_stopped", "the store does not answer: its writer has ended");
    Atomics.wait(words, SHOWN_AT, shown, LOOK_EVERY_MS);
  }
}
