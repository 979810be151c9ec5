/**
 * A tcp, tls, ping or dns target becomes the same Measured as an http one: its own phases, the same verdicts.
 *
 * Phases that a kind does not have are null: nothing here has a wait, a transfer, a first byte or a speed. A failed
 * measurement is data; only the caller's own signal rejects, in measure.ts.
 */

import { type Place, placeOf } from "../../../collector/wire/kind.ts";
import { PHASES } from "../../../collector/wire/metric.ts";
import type { Detail } from "../../../collector/wire/sample.ts";
import { judge } from "../../judge/judge.ts";
import type { Circumstances } from "../assemble.ts";
import { hasNetwork as addressed, familiesFor, familiesOfPin, ownFamilies } from "../families.ts";
import type { Course } from "../follow.ts";
import type { HopTools } from "../hop.ts";
import type { Measurable, Measured } from "../measured.ts";
import { newMarks, phaseStartMs, timingsOf } from "../phases.ts";
import { describe, type Trouble } from "../trouble.ts";
import { connectOnce } from "./connects.ts";
import { ping } from "./ping.ts";
import { askRecords } from "./records.ts";
import type { KindTask } from "./task.ts";

/** A measurement that has run and is not yet judged: what the loop did meanwhile is measure.ts's to say. */
export type Ran = {
  readonly trouble: Trouble | null;
  conclude(about: Circumstances): Measured;
};

/** Runs the measurement of a URL that `kindOf` knows. */
export async function measureKind(tools: HopTools, assignment: Measurable, course: Course): Promise<Ran> {
  const { pin } = assignment.addresses ?? {};
  const { localAddress } = tools;
  const families =
    pin === undefined
      ? familiesFor(assignment.family, localAddress, ownFamilies(tools.interfaces))
      : familiesOfPin(pin, localAddress);
  const detail: Detail = {};
  const marks = newMarks(tools.clock.monoMs());
  const task: KindTask = { tools, assignment, course, families, marks, at: { phase: "dns" }, detail };
  const trouble = await troubleOf(task);
  course.finished.push(marks);
  const hasNetwork = () => addressed(tools.interfaces, families, localAddress);
  return { trouble, conclude: (about) => measuredOf(task, trouble, hasNetwork, about) };
}

async function troubleOf(task: KindTask): Promise<Trouble | null> {
  const { tools, marks, at } = task;
  try {
    const result = placeOf(task.assignment.url);
    if (!result.ok)
      return { phase: "dns", code: "GUARD", message: `the URL ${result.problem}`, elapsedMs: 0 };
    await run(task, result.place);
    return null;
  } catch (error) {
    const phase = PHASES.find((one) => one === at.phase);
    const sinceMs = phase === undefined ? marks.startMs : phaseStartMs(marks, phase);
    return { phase: at.phase, elapsedMs: tools.clock.monoMs() - sinceMs, ...describe(error) };
  }
}

function run(task: KindTask, place: Place): Promise<void> {
  switch (place.kind) {
    case "tcp":
      return connectOnce(task, place, false);
    case "tls":
      return connectOnce(task, place, true);
    case "ping":
      return ping(task, place);
    case "dns":
      return askRecords(task, place);
  }
}

function measuredOf(
  { marks, detail, assignment }: KindTask,
  trouble: Trouble | null,
  hasNetwork: () => boolean,
  about: Circumstances,
): Measured {
  const failed = trouble === null ? null : (PHASES.find((phase) => phase === trouble.phase) ?? null);
  const timings = timingsOf([marks], failed, null);
  const { note, ...verdict } = judge(
    {
      trouble,
      status: undefined,
      ...(detail.certificate === undefined ? {} : { certificate: detail.certificate }),
      ...(detail.records === undefined ? {} : { records: detail.records }),
      nowS: Math.floor(about.startedMs / 1000),
      totalMs: (timings.total ?? 0) / 1000,
      loopDelayMs: trouble === null ? about.loopDelayMs : about.endDelayMs,
      lateMs: about.lateMs,
      hasNetwork: trouble === null || hasNetwork(),
    },
    assignment.expect,
    about.limits,
  );
  detail.lateMs = round3(about.lateMs);
  detail.loopDelayMs = round3(about.loopDelayMs);
  if (note !== undefined) detail.note = note;
  return { startedMs: about.startedMs, ...verdict, timings, detail };
}

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
