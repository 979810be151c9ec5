/**
 * An open state into its block in shared memory, and out of it.
 *
 * Nearly all PDPs are below 2^24: a block has their lowest 16 bits and the 8 above, and says by WIDE that the uppermost 8
 * are not all 0. Those stand in memory of their own: what nobody touches there takes no room. Only what says anything is
 * copied: values that ticks have, the log area up to its end. What stands beside it is of an earlier tile.
 */
import { METRICS } from "../../wire/metric.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import {
  ALIKE_BYTES,
  AREA_AT,
  AREA_BYTES,
  BLOCK,
  LOWS_AT,
  MID_SHIFT,
  MIDS_AT,
  type OpenState,
  STATE_BYTES,
  TOP_SHIFT,
  VALUES,
  WIDE,
} from "./open-state.ts";
import type { Views } from "./shared-states.ts";

const M = METRICS.length;
const ALL_METRICS = (1 << M) - 1;
const WORDS = STATE_BYTES / 4;
const ALIKE_WORDS = ALIKE_BYTES / 4;
const AREA_WORDS_AT = AREA_AT / 4;
/** Any word that every memory has. */
const FENCE_AT = 0;

/** Odd while a block is written, even again. What is stored meanwhile needs a fence before it and after it. */
export function turnLock(words: Int32Array, id: number): void {
  const lock = id * WORDS + BLOCK.lock;
  words[lock] = ((words[lock] ?? 0) + 1) | 0;
}

/** What is stored before it is seen before what is stored after it. */
export function fence(words: Int32Array): void {
  Atomics.add(words, FENCE_AT, 0);
}

/** The block becomes what the state says; its lock is left alone. */
export function pack(state: OpenState, views: Views, id: number): void {
  const { words } = views;
  const { alike, areaWords } = state;
  const block = id * WORDS;
  for (let i = BLOCK.lock + 1; i < ALIKE_WORDS; i += 1) words[block + i] = alike[i] ?? 0;
  if (packPdps(state, views, id) >>> TOP_SHIFT !== 0) {
    words[block + BLOCK.taken] = (alike[BLOCK.taken] ?? 0) | WIDE;
    packTops(state, views, id);
  }
  const area = block + AREA_WORDS_AT;
  const used = Math.ceil(state.areaUsed / 4);
  for (let i = 0; i < used; i += 1) words[area + i] = areaWords[i] ?? 0;
}

/** @returns all bits that any value has */
function packPdps({ pdps: { flags, values } }: OpenState, { bytes, shorts }: Views, id: number): number {
  const block = id * STATE_BYTES;
  let all = 0;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    const present = flags[slot] ?? 0;
    if (present === 0) continue;
    const from = slot * M;
    const lows = (block + LOWS_AT) / 2 + from;
    const mids = block + MIDS_AT + from;
    for (let m = 0; m < M; m += 1) {
      const value = (present >> m) & 1 ? (values[from + m] ?? 0) : 0;
      all |= value;
      shorts[lows + m] = value;
      bytes[mids + m] = value >>> MID_SHIFT;
    }
  }
  return all;
}

function packTops({ pdps: { flags, values } }: OpenState, { tops }: Views, id: number): void {
  for (let i = 0; i < VALUES; i += 1) {
    const has = ((flags[i >> 3] ?? 0) >> (i & 7)) & 1;
    tops[id * VALUES + i] = has ? (values[i] ?? 0) >>> TOP_SHIFT : 0;
  }
}

/**
 * The state becomes what the block says, but for its open rows. A value that a tick does not have is 0, what stands where
 * no tick has any stays as it was.
 */
export function unpack(views: Views, id: number, state: OpenState): void {
  const { words } = views;
  const { alike, areaWords } = state;
  const block = id * WORDS;
  for (let i = 0; i < ALIKE_WORDS; i += 1) alike[i] = words[block + i] ?? 0;
  const isWide = ((alike[BLOCK.taken] ?? 0) & WIDE) !== 0;
  // Only a block says that.
  state.taken = (alike[BLOCK.taken] ?? 0) & ~WIDE;
  unpackPdps(views, id, state, isWide);
  const area = block + AREA_WORDS_AT;
  // A reader may find a number that is half written: it looks again, but must not be led out of the block.
  const used = Math.ceil(Math.min(state.areaUsed, AREA_BYTES) / 4);
  for (let i = 0; i < used; i += 1) areaWords[i] = words[area + i] ?? 0;
}

function unpackPdps(views: Views, id: number, { pdps }: OpenState, isWide: boolean): void {
  const { flags, values } = pdps;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    const present = flags[slot] ?? 0;
    if (present === 0) continue;
    unpackTick(views, id, slot * M, values);
    if (isWide) for (let i = slot * M; i < (slot + 1) * M; i += 1) addTop(views, id, i, values);
    if (present !== ALL_METRICS) clearOthers(values, slot * M, present);
  }
}

function unpackTick({ bytes, shorts }: Views, id: number, from: number, values: Uint32Array): void {
  const lows = (id * STATE_BYTES + LOWS_AT) / 2;
  const mids = id * STATE_BYTES + MIDS_AT;
  for (let i = from; i < from + M; i += 1)
    values[i] = (shorts[lows + i] ?? 0) | ((bytes[mids + i] ?? 0) << MID_SHIFT);
}

function addTop({ tops }: Views, id: number, i: number, values: Uint32Array): void {
  values[i] = (values[i] ?? 0) | ((tops[id * VALUES + i] ?? 0) << TOP_SHIFT);
}

function clearOthers(values: Uint32Array, from: number, present: number): void {
  for (let m = 0; m < M; m += 1) if (!((present >> m) & 1)) values[from + m] = 0;
}
