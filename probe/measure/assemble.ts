/** A trail of hops becomes what the sample says: timings, verdict, details. Pure. */
import { PHASES, usOf } from "../../collector/wire/metric.ts";
import { judge, type Limits } from "../judge/judge.ts";
import { detailOf } from "./detail.ts";
import type { Trail } from "./follow.ts";
import type { Measurable, Measured } from "./measured.ts";
import { timingsOf } from "./phases.ts";

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
      headers:
        assignment.expect.headers === undefined ? null : Object.fromEntries(last?.answer?.headers ?? []),
      findings: body?.findings ?? null,
      certificate: last?.certificate ?? null,
      nowS: Math.floor(about.startedMs / 1000),
      totalMs: (timings.total ?? 0) / 1000,
      loopDelayMs: trouble === null ? about.loopDelayMs : about.endDelayMs,
      lateMs: about.lateMs,
      hasNetwork: trouble === null || trail.hasNetwork(),
    },
    assignment.expect,
    about.limits,
  );
  const redirectUs =
    last && hops.length > 1 ? usOf(last.marks.startMs - (hops[0]?.marks.startMs ?? 0)) : null;
  const detail = detailOf(hops, { finalUrl: trail.url?.href ?? null, redirectUs });
  detail.lateMs = round3(about.lateMs);
  detail.loopDelayMs = round3(about.loopDelayMs);
  const { startedMs } = about;
  if (verdict.note === undefined) return { ...verdict, startedMs, timings, detail };
  const { note, ...judged } = verdict;
  return { ...judged, startedMs, timings, detail: { ...detail, note } };
}

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
