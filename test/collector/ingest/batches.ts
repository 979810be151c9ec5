/** Batches as a probe would send them, by the clock of the test. */
import assert from "node:assert/strict";
import { DetailTexts } from "../../../collector/ingest/detail-texts.ts";
import type { ParsedSample } from "../../../collector/ingest/envelope.ts";
import { receivedOf, unpacked } from "../../../collector/ingest/received.ts";
import type { BatchEnvelope, Sample } from "../../../collector/wire/sample.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";

export const EPOCH = "0123456789abcdef";
const STEP_S = 300;

/** An up sample of the newest tick before `nowMs`, or `back` ticks earlier. */
export function sampleOf(
  target: string,
  nowMs: number,
  change: Partial<Sample> & { back?: number } = {},
): Sample {
  const { back = 0, ...rest } = change;
  const tick = Math.floor(nowMs / 1000 / STEP_S - back) * STEP_S;
  return {
    target,
    tick,
    stepS: STEP_S,
    seq: 1 + back,
    startedMs: tick * 1000 + 500,
    state: "up",
    timings: {
      ...NO_TIMINGS,
      dns: 1_000,
      connect: 2_000,
      wait: 30_000,
      transfer: 4_000,
      ttfb: 33_000,
      total: 37_000,
    },
    detail: { status: 200 },
    ...rest,
  };
}

export function batchOf(
  samples: readonly unknown[],
  nowMs: number,
  change: Partial<BatchEnvelope> = {},
): BatchEnvelope {
  return {
    wire: 1,
    epoch: EPOCH,
    sentMs: nowMs,
    probeVersion: "1.2.3",
    knownMark: 0,
    rttMs: null,
    spool: { records: samples.length, bytes: 100, dropped: 0, quarantined: 0 },
    samples: [...samples],
    ...change,
  };
}

/** What a batch in columns says besides its samples. */
export const HEAD: Omit<BatchEnvelope, "samples"> = {
  wire: 1,
  epoch: EPOCH,
  sentMs: 1_800_000_000_000,
  probeVersion: "1.2.3",
  knownMark: 0,
  rttMs: null,
  spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
};

/** The records of a batch in columns, each judged for itself, in their order. */
export function judged(bytes: Uint8Array, texts = new DetailTexts()): ParsedSample[] {
  const all = unpacked(receivedOf(bytes, texts)).records;
  assert.deepEqual(
    all.map(({ at }) => at),
    all.map((_, i) => i),
  );
  return all.map(({ parsed }) => parsed);
}
