/**
 * The samples of a target's addresses become the target's own: k of m for its state, one address for its times. Pure.
 *
 * Times are never averaged: they are those of the address whose turn it is, preceded by the lookup, so that they mean what
 * they mean for any other target. Who has the turn moves on by one address a tick.
 */
import { speedBpsOf, toPdp } from "../../collector/wire/metric.ts";
import type { Addresses } from "../../collector/wire/request.ts";
import {
  type Detail,
  FAILURE_PHASES,
  type Failure,
  type FailurePhase,
  NO_TIMINGS,
  type Timings,
} from "../../collector/wire/sample.ts";
import type { Measured } from "../measure/measured.ts";
import { oneLine } from "../measure/text.ts";
import { enough, neededOf } from "./enough.ts";

/** One address, or family, as it was measured. */
export type Part = {
  /** What names its series: an IP address, "ipv4" or "ipv6". */
  readonly address: string;
  readonly measured: Measured;
  /** Time of the lookup that gave it, us; null = nobody was asked. */
  readonly dnsUs: number | null;
};

export type Whole = {
  readonly rule: Pick<Addresses, "up" | "max">;
  /** Begins with the part whose turn it is; the others follow in their order. Not empty. */
  readonly parts: readonly Part[];
  /** Addresses of the name that were not measured. */
  readonly other: number;
  /** What the name stands for, and who said so. */
  readonly looked: Pick<Detail, "answers" | "resolver">;
  readonly startedMs: number;
  /** How late the target's measurement began, ms. */
  readonly lateMs: number;
  /** What else is to be said, one sentence; null = nothing. */
  readonly note: string | null;
};

/** The target's own measurement. */
export function rollUpOf(whole: Whole): Measured {
  const { parts, rule, startedMs } = whole;
  const up = parts.filter(({ measured: { state } }) => state === "up" || state === "suspect");
  const unknown = parts.filter(({ measured }) => measured.state === "unknown");
  const needed = neededOf(rule, parts.length);
  const count = { up: up.length, unknown: unknown.length, of: parts.length };
  const state = enough(count, needed);
  if (state === "up") {
    const shown = up.find(({ measured }) => measured.state === "up") ?? up[0];
    if (shown) return { startedMs, state: shown.measured.state, ...shownBy(shown, whole, count.up) };
  }
  const first = unknown[0];
  if (state === "unknown" && first) {
    const { unknownReason = "internal", detail } = first.measured;
    const said = { timings: NO_TIMINGS, detail: detailOf({}, whole, count.up, detail.note) };
    return { startedMs, state: "unknown", unknownReason, ...said };
  }
  return downOf(whole, count.up, needed);
}

function downOf(whole: Whole, up: number, needed: number): Measured {
  const { parts, startedMs } = whole;
  const failing = parts.filter(({ measured }) => measured.failure !== undefined);
  const phase = mostly(failing);
  const shown = failing.find(({ measured }) => measured.failure?.phase === phase);
  const what = shown?.measured.failure;
  if (!shown || !what) return tooFew(whole, up, needed);
  // A name with one address fails as that address does: nothing is gained by another word for it.
  const failure = parts.length === 1 ? what : addressesFailure(whole, failing, what, up, needed);
  return { startedMs, state: "down", failure, ...shownBy(shown, whole, up) };
}

function addressesFailure(
  { parts }: Whole,
  failing: readonly Part[],
  shown: Failure,
  up: number,
  needed: number,
): Failure {
  const sources = new Set(failing.map(({ measured }) => measured.failure?.source));
  const common = up === 0 && sources.size === 1;
  const list = failing.map(({ address, measured }) => `${address} ${measured.failure?.cause ?? ""}`);
  return {
    phase: shown.phase,
    cause: "addresses",
    // One address that answers shows that the way there is open: then it is the target's.
    source: common ? shown.source : "target",
    elapsedUs: shown.elapsedUs,
    detail: oneLine(`${up} of ${parts.length} addresses up, ${needed} needed: ${list.join(", ")}`, 200),
  };
}

/** The name has fewer addresses than must be up: that is known once it has been looked up. */
function tooFew(whole: Whole, up: number, needed: number): Measured {
  const { parts, startedMs } = whole;
  const elapsedUs = Math.max(0, ...parts.map(({ dnsUs }) => dnsUs ?? 0));
  const detail = `${up} of ${parts.length} addresses up, ${needed} needed`;
  return {
    startedMs,
    state: "down",
    failure: { phase: "dns", cause: "addresses", source: "target", elapsedUs, detail },
    timings: NO_TIMINGS,
    detail: detailOf({}, whole, up),
  };
}

/** The phase most of them failed in; of equals the earliest. */
function mostly(failing: readonly Part[]): FailurePhase | null {
  let most: FailurePhase | null = null;
  let count = 0;
  for (const phase of FAILURE_PHASES) {
    const here = failing.filter(({ measured }) => measured.failure?.phase === phase).length;
    if (here > count) [most, count] = [phase, here];
  }
  return most;
}

function shownBy(part: Part, whole: Whole, up: number): Pick<Measured, "timings" | "detail"> {
  const { timings, detail, failure } = part.measured;
  // Of a measurement that failed in a lookup, after a redirect, no dns time is complete.
  const dnsUs = failure?.phase === "dns" ? null : part.dnsUs;
  return {
    timings: withLookup(timings, dnsUs, detail.wireBytes ?? null),
    detail: detailOf(detail, whole, up, detail.note),
  };
}

/** Times as if the lookup had belonged to this measurement alone. */
export function withLookup(timings: Timings, dnsUs: number | null, wireBytes: number | null): Timings {
  if (dnsUs === null) return timings;
  const after = (us: number | null) => (us === null ? null : toPdp(us + dnsUs).value);
  const total = after(timings.total);
  const known = timings.speed !== null && total !== null && wireBytes !== null;
  return {
    ...timings,
    dns: toPdp((timings.dns ?? 0) + dnsUs).value,
    ttfb: after(timings.ttfb),
    total,
    speed: known ? speedBpsOf(wireBytes, total) : null,
  };
}

function detailOf(detail: Detail, whole: Whole, up: number, note?: string): Detail {
  const { parts, other, looked, lateMs } = whole;
  const said = [note, whole.note].filter((text) => text !== undefined && text !== null).join("; ");
  return {
    ...detail,
    ...looked,
    addresses: { up, of: parts.length, ...(other > 0 ? { other } : {}) },
    lateMs,
    ...(said === "" ? {} : { note: oneLine(said, 300) }),
  };
}
