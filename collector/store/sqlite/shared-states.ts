/**
 * The open states of all generations in memory that the writer and the readers share.
 *
 * The writer puts a block there after its commit is on disk, so that a reader sees what is acknowledged and never what
 * may be rolled back. A block's first number is odd while it is written; a reader copies it and looks again.
 */
import { LAST_TICK_AT, LOCK_AT, OPENED_TICK_AT, OpenState, STATE_BYTES, USED_AT } from "./open-state.ts";

/** As many generations as row ids have room for; memory is taken as they come. */
const MOST = 2 ** 20;
const AT_ONCE = 256;
const WORDS = STATE_BYTES / 4;

/** Made by the caller's thread and given to each worker. */
export function sharedStatesMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(AT_ONCE * STATE_BYTES, { maxByteLength: MOST * STATE_BYTES });
}

export type SharedStates = ReturnType<typeof sharedStates>;

export function sharedStates(memory: SharedArrayBuffer) {
  const bytes = new Uint8Array(memory);
  const locks = new Int32Array(memory);
  const numbers = new Float64Array(memory);
  const fits = (id: number) => id >= 0 && (id + 1) * STATE_BYTES <= memory.byteLength;
  return {
    /** Writer only: makes the block what the state says. */
    publish(id: number, state: Uint8Array): void {
      if (!fits(id)) memory.grow(Math.min(MOST, id + AT_ONCE) * STATE_BYTES);
      const lock = id * WORDS + LOCK_AT;
      const version = Atomics.load(locks, lock);
      Atomics.store(locks, lock, version + 1);
      bytes.set(state.subarray(4), id * STATE_BYTES + 4);
      Atomics.store(locks, lock, version + 2);
    },
    /** Writer only: nobody else writes, so nothing has to be looked at twice. */
    copyTo(id: number, state: OpenState): void {
      const at = id * STATE_BYTES;
      state.bytes.set(bytes.subarray(at, at + STATE_BYTES));
    },
    /** A copy of one moment; null when no generation has this number. */
    read(id: number): OpenState | null {
      if (!fits(id)) return null;
      const lock = id * WORDS + LOCK_AT;
      const at = id * STATE_BYTES;
      const copy = new Uint8Array(STATE_BYTES);
      for (;;) {
        const before = Atomics.load(locks, lock);
        copy.set(bytes.subarray(at, at + STATE_BYTES));
        if (before % 2 === 0 && Atomics.load(locks, lock) === before) break;
      }
      const state = new OpenState(copy);
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
    /** Writer only: newest tick alone; null when no generation has this number. */
    lastTick(id: number): number | null {
      if (!fits(id) || locks[id * WORDS + USED_AT] !== 1) return null;
      return numbers[(id * STATE_BYTES) / 8 + LAST_TICK_AT] ?? null;
    },
  };
}
