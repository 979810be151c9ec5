/** The samples every side of the archive bench is given: eight values of a series at a tick, and realistic details. */
import type { SampleRecord } from "../../../collector/store/store.ts";
import { T0 } from "../../contract/times.ts";

export const STEP_S = 300;
export const BATCH = 500;
/** After its tick a sample of the engine's own bench is received. */
export const RECEIVED_AFTER_MS = 5_000;
/** Where a run begins, on a boundary of no archive, so that rows close all along it. */
export const FIRST_TICK = T0 + 7 * STEP_S;

const DETAIL = {
  status: 200,
  bodyBytes: 48_213,
  wireBytes: 11_840,
  redirects: 0,
  address: "192.0.2.10",
  family: 4 as const,
  protocol: "h2",
  tlsProtocol: "TLSv1.3",
  headerBytes: 612,
};

/** Batches on their way at a time: 10,000 series are of 20 vantages, and each ships its own. */
export const LANES = 20;
/** Samples before the clock starts; few show only that all of it runs. */
const WARM_SAMPLES = 640_000;
const FEW_WARM_SAMPLES = 32_000;

/** Rounds before the clock starts: V8 compiles what is run often, once in a process's life. */
export function warmRounds(series: number, isQuick: boolean): number {
  return Math.ceil((isQuick ? FEW_WARM_SAMPLES : WARM_SAMPLES) / series);
}

/** Dns, connect, tls, wait, transfer, ttfb, total (us) and speed (bytes/s). */
export function valuesOf(series: number, tick: number): number[] {
  const base = 1_000 + ((series * 7_919 + (tick / STEP_S) * 104_729) % 40_009);
  const phases = [base, base * 2, base * 3, base * 5 + (tick % 977), base * 2];
  const ttfb = base * 11 + (tick % 977);
  return [...phases, ttfb, ttfb + base * 2, Math.floor((48_213 * 1e6) / (ttfb + base * 2))];
}

const NAMES = ["dns", "connect", "tls", "wait", "transfer", "ttfb", "total", "speed"] as const;

/** 500 targets to a vantage: what one probe ships at a tick. */
export function recordOf(
  series: number,
  tick: number,
  receivedMs = tick * 1_000 + RECEIVED_AFTER_MS,
): SampleRecord {
  const target = `shop-${series % BATCH}`;
  const values = valuesOf(series, tick);
  const noise = (series * 31 + tick) % 97;
  return {
    vantage: `v-${Math.floor(series / BATCH)}`,
    epoch: `0123456789ab${String(Math.floor(series / BATCH)).padStart(4, "0")}`,
    receivedMs,
    skewMs: (noise - 40) / 8,
    sample: {
      target,
      tick,
      stepS: STEP_S,
      seq: (tick / STEP_S) % 100_000,
      startedMs: tick * 1_000 + 250 + noise,
      state: "up",
      timings: Object.fromEntries(
        NAMES.map((name, i) => [name, values[i] ?? 0]),
      ) as SampleRecord["sample"]["timings"],
      detail: {
        ...DETAIL,
        tlsNetUs: (values[2] ?? 0) - noise,
        lateMs: noise / 10,
        loopDelayMs: noise / 100,
        certificate: {
          subject: `CN=${target}.test`,
          issuer: "C=US, O=Some Authority, CN=R11",
          notAfterS: 1_800_000_000,
          fingerprint256: `${"AB:".repeat(30)}${String(series % BATCH).padStart(5, "0")}`,
        },
      },
    },
  };
}

/**
 * The batches of one round: every series once, 500 at a time.
 *
 * As JSON leaves them, which is how samples come to a collector: texts that were put together here would be flattened by
 * whoever compares them first.
 */
export function roundOf(series: number, tick: number): SampleRecord[][] {
  return Array.from({ length: Math.ceil(series / BATCH) }, (_, b) => {
    const records = Array.from({ length: Math.min(BATCH, series - b * BATCH) }, (_, i) =>
      recordOf(b * BATCH + i, tick),
    );
    return JSON.parse(JSON.stringify(records)) as SampleRecord[];
  });
}
