/** A trail of hops becomes what the sample says: timings, verdict, details. Pure. */
import { PHASES, RECEIVE_RATE_MIN_BYTES, toPdp, usOf } from "../../collector/wire/metric.ts";
import type { Detail } from "../../collector/wire/sample.ts";
import { judge, type Limits } from "../judge/judge.ts";
import type { Trail } from "./follow.ts";
import type { Hop } from "./hop.ts";
import type { Measurable, Measured } from "./measured.ts";
import { type Marks, timingsOf } from "./phases.ts";

export type Circumstances = {
  readonly startedMs: number;
  /** Largest at any mark. */
  readonly loopDelayMs: number;
  /** When the measurement ended. */
  readonly endDelayMs: number;
  readonly lateMs: number;
  readonly limits: Limits;
};

/** The measurement as the sample will say it; nulls where the phase was never completed. */
export function measuredOf(trail: Trail, assignment: Measurable, about: Circumstances): Measured {
  const { hops, trouble } = trail;
  const last = hops.at(-1);
  const body = last?.answer?.body ?? null;
  const marks = hops.map((hop) => hop.marks);
  const failed = trouble === null ? null : (PHASES.find((phase) => phase === trouble.phase) ?? null);
  const timings = timingsOf(marks, failed, body?.wireBytes ?? null);
  const verdict = judge(
    {
      trouble,
      status: last?.answer?.status ?? null,
      findings: body && { bytes: body.bodyBytes ?? 0, contains: body.found, matches: null, json: null },
      totalMs: (timings.total ?? 0) / 1000,
      loopDelayMs: trouble === null ? about.loopDelayMs : about.endDelayMs,
      lateMs: about.lateMs,
      hasNetwork: trouble === null || trail.hasNetwork(),
    },
    assignment.expect,
    about.limits,
  );
  const { note, ...judged } = verdict;
  const detail = detailOf(trail, about);
  return {
    startedMs: about.startedMs,
    ...judged,
    timings,
    detail: note === undefined ? detail : { ...detail, note },
  };
}

function detailOf(trail: Trail, about: Circumstances): Detail {
  const { hops } = trail;
  const last = hops.at(-1);
  const detail: Detail = { lateMs: round3(about.lateMs), loopDelayMs: round3(about.loopDelayMs) };
  if (!last) return detail;
  addAnswer(detail, last);
  const redirects = hops.length - 1;
  if (redirects > 0) {
    detail.redirects = Math.min(redirects, 20);
    detail.redirectUs = usOf(last.marks.startMs - (hops[0]?.marks.startMs ?? 0));
    if (trail.url) detail.finalUrl = trail.url.href.slice(0, 2048);
  }
  if (last.address !== null) detail.address = last.address.slice(0, 64);
  if (last.family !== null) detail.family = last.family;
  if (last.tlsProtocol !== null) detail.tlsProtocol = last.tlsProtocol.slice(0, 16);
  if (last.certificate) detail.certificate = last.certificate;
  return detail;
}

function addAnswer(detail: Detail, { answer, status, wireBytes, marks }: Hop): void {
  if (status === null) return;
  detail.status = status;
  detail.protocol = "http/1.1";
  if (wireBytes !== null) detail.wireBytes = wireBytes;
  const body = answer?.body ?? null;
  if (body === null) return;
  detail.wireBytes = body.wireBytes;
  if (body.bodyBytes !== null) detail.bodyBytes = body.bodyBytes;
  const rate = receiveBps(body.wireBytes, marks);
  if (rate !== null) detail.receiveBps = rate;
}

/** Bytes per second while the body came; null under 100 kB, where it says nothing. */
function receiveBps(wireBytes: number, marks: Marks): number | null {
  if (wireBytes < RECEIVE_RATE_MIN_BYTES || marks.firstByteMs === null || marks.endMs === null) return null;
  return toPdp((wireBytes * 1000) / Math.max(0.001, marks.endMs - marks.firstByteMs)).value;
}

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
