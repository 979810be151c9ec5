/** The log record of a batch's sample: its own bytes behind flags, shared text and epoch; with timings when they are asked for. */
import { METRICS } from "../../wire/metric.ts";
import { putVarint } from "./bytes.ts";
import { FLAG, TIMINGS_MOST_BYTES } from "./log-record.ts";
import { type Batch, VALUES, WORD } from "./packed.ts";
import type { Arrived } from "./rings.ts";

const M = METRICS.length;
const PREFIX_MOST_BYTES = 24;

export function recordBuilder() {
  let buffer = new Uint8Array(1_024);
  return {
    /** Good until the next call. @param shared Number of the shared text. */
    sample(batch: Batch, at: number, tick: number, shared: number, epoch: number): Arrived {
      const { words, own } = batch;
      const ownAt = words[at + WORD.ownAt] ?? 0;
      const ownBytes = words[at + WORD.ownBytes] ?? 0;
      if (buffer.length < ownBytes + PREFIX_MOST_BYTES + TIMINGS_MOST_BYTES)
        buffer = new Uint8Array(ownBytes + PREFIX_MOST_BYTES + TIMINGS_MOST_BYTES);
      buffer[0] = words[at + WORD.flags] ?? 0;
      const prefix = putVarint(buffer, putVarint(buffer, 1, shared + 1), epoch);
      for (let i = 0; i < ownBytes; i += 1) buffer[prefix + i] = own[ownAt + i] ?? 0;
      const end = prefix + ownBytes;
      const present = words[at + WORD.present] ?? 0;
      const code = words[at + WORD.code] ?? 0;
      return arrived(buffer.subarray(0, end), tick, code, present, words, at + VALUES);
    },
  };
}

/** An arrived sample from its parts. @param record Its log record; an up sample's is without timings. */
export function arrived(
  record: Uint8Array,
  tick: number,
  code: number,
  present: number,
  values: Uint32Array,
  from: number,
): Arrived {
  return { tick, code, present, values, from, record };
}

let whole = new Uint8Array(1_024);

/** The record of a sample with its timings, which it says that it has; good until the next is made. */
export function wholeRecord({ record, present, values, from }: Arrived): Uint8Array {
  if ((record[0] ?? 0) & FLAG.timings) return record;
  if (whole.length < record.length + TIMINGS_MOST_BYTES)
    whole = new Uint8Array(2 * record.length + TIMINGS_MOST_BYTES);
  whole.set(record);
  whole[0] = (record[0] ?? 0) | FLAG.timings;
  whole[record.length] = present;
  let end = record.length + 1;
  for (let m = 0; m < M; m += 1) if ((present >> m) & 1) end = putVarint(whole, end, values[from + m] ?? 0);
  return whole.subarray(0, end);
}
