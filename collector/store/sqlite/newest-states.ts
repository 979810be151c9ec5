/**
 * The newest tick of a generation out of its open state in shared memory: a few numbers, no copy of the block.
 *
 * Read as the writer writes it, between two looks at the block's lock. What was published is on disk.
 */
import { METRICS } from "../../wire/metric.ts";
import type { Newest } from "../newest.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import {
  BLOCK,
  CODES_AT,
  FLAGS_AT,
  LAST_TICK_AT,
  LOCK_AT,
  LOWS_AT,
  MID_SHIFT,
  MIDS_AT,
  STATE_BYTES,
  STEP_AT,
  TOP_SHIFT,
  USED_AT,
  VALUES,
  WIDE,
} from "./open-state.ts";
import { CHANGED_AT, LOST_AT, type StatesMemory, viewsOf } from "./shared-states.ts";

const M = METRICS.length;
/** A block is written in microseconds; a writer that is put aside meanwhile is not waited for. */
const TRIES = 10_000;

export type NewestStates = ReturnType<typeof newestStates>;

export function newestStates(memory: StatesMemory) {
  let views = viewsOf(memory);
  const fits = (id: number): boolean => {
    if ((id + 1) * STATE_BYTES > views.bytes.length && memory.blocks.byteLength > views.bytes.length)
      views = viewsOf(memory);
    return id > 0 && (id + 1) * STATE_BYTES <= views.bytes.length;
  };
  /** Runs an act that reads the block until nobody wrote meanwhile; false = somebody always did. */
  const unchanged = (id: number, act: (id: number, at: number) => void): boolean => {
    const at = id * STATE_BYTES;
    const lock = at / 4 + LOCK_AT;
    for (let i = 0; i < TRIES; i += 1) {
      const before = Atomics.load(views.words, lock);
      act(id, at);
      if (before % 2 === 0 && Atomics.load(views.words, lock) === before) return true;
    }
    return false;
  };
  const one = { tick: Number.NaN, stepS: 0, code: 0, present: 0, values: new Uint32Array(M) };
  const look = (id: number, at: number): void => {
    const { bytes, shorts, words, numbers, tops } = views;
    one.tick = words[at / 4 + USED_AT] === 1 ? (numbers[at / 8 + LAST_TICK_AT] ?? Number.NaN) : Number.NaN;
    one.stepS = words[at / 4 + STEP_AT] ?? 0;
    // What is torn is looked at again, but must not lead out of the block.
    const slot = one.stepS > 0 && one.tick > 0 ? Math.floor(one.tick / one.stepS) % TICKS_PER_TILE : 0;
    one.code = shorts[(at + CODES_AT) / 2 + slot] ?? 0;
    one.present = bytes[at + FLAGS_AT + slot] ?? 0;
    const isWide = ((words[at / 4 + BLOCK.taken] ?? 0) & WIDE) !== 0;
    for (let m = 0; m < M; m += 1) {
      const place = slot * M + m;
      const low = shorts[(at + LOWS_AT) / 2 + place] ?? 0;
      const top = isWide ? (tops[id * VALUES + place] ?? 0) : 0;
      one.values[m] = low | ((bytes[at + MIDS_AT + place] ?? 0) << MID_SHIFT) | (top << TOP_SHIFT);
    }
  };
  return {
    /** How often series got or lost a number. */
    changes: (): number => Atomics.load(views.words, CHANGED_AT),
    /** How often they lost one, which may have another owner since. */
    losses: (): number => Atomics.load(views.words, LOST_AT),
    /**
     * Entry i becomes the newest tick of the generation, where that is newer; nothing changes where no generation has
     * this number.
     *
     * @returns false = the writer is in the middle of it: to be asked again.
     */
    into(to: Newest, i: number, id: number): boolean {
      if (!fits(id)) return true;
      if (!unchanged(id, look)) return false;
      const held = to.ticks[i] ?? Number.NaN;
      if (Number.isNaN(one.tick) || one.tick <= held) return true;
      to.ticks[i] = one.tick;
      to.stepsS[i] = one.stepS;
      to.codes[i] = one.code;
      to.present[i] = one.present;
      for (let m = 0; m < M; m += 1) to.values[i * M + m] = (one.present >> m) & 1 ? (one.values[m] ?? 0) : 0;
      return true;
    },
  };
}
