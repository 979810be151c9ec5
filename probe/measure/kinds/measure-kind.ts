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
import { addWay } from "../detail.ts";
import { hasNetwork as addressed, familiesFor, familiesOfPin, ownFamilies } from "../families.ts";
import type { Course } from "../follow.ts";
import type { Measurable, Measured } from "../measured.ts";
import { newMarks, phaseStartMs, timingsOf } from "../phases.ts";
import { type HopTools, newFacts, type Reaching } from "../reach.ts";
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
  const { pin, cache } = assignment.addresses ?? {};
  const { localAddress } = tools;
  const families =
    pin === undefined
      ? familiesFor(assignment.family, localAddress, ownFamilies(tools.interfaces))
      : familiesOfPin(pin, localAddress);
  const reaching: Reaching = {
    marks: newMarks(tools.clock.monoMs()),
    facts: newFacts(),
    at: { phase: "dns" },
    held: { socket: null },
  };
  const { connectMs } = assignment.timeouts;
  const way = { families, pin, cache, connectMs, silent: true, ...course };
  const task: KindTask = { tools, assignment, way, reaching, detail: {} };
  const trouble = await troubleOf(task);
  course.finished.push(reaching.marks);
  const hasNetwork = () => addressed(tools.interfaces, families, localAddress);
  return { trouble, conclude: (about) => measuredOf(task, trouble, hasNetwork, about) };
}

async function troubleOf(task: KindTask): Promise<Trouble | null> {
  const { marks, at, held } = task.reaching;
  try {
    const result = placeOf(task.assignment.url);
    if (!result.ok)
      return { phase: "dns", code: "GUARD", message: `the URL ${result.problem}`, elapsedMs: 0 };
    await run(task, result.place);
    return null;
  } catch (error) {
    const what = describe(error);
    const nowMs = task.tools.clock.monoMs();
    // The answer was complete; what it holds is not what was asked for.
    if (what.code === "RECORD") return { phase: "content", elapsedMs: nowMs - marks.startMs, ...what };
    return { phase: at.phase, elapsedMs: nowMs - phaseStartMs(marks, at.phase), ...what };
  } finally {
    // Only the outermost: Node 24 dies (SIGSEGV) when the TCP socket goes before its TLS socket in the handshake.
    held.socket?.destroy();
  }
}

function run(task: KindTask, place: Place): Promise<void> {
  if (place.kind === "dns") return askRecords(task, place);
  return place.kind === "ping" ? ping(task, place) : connectOnce(task, place);
}

function measuredOf(
  { reaching, detail: found, assignment }: KindTask,
  trouble: Trouble | null,
  hasNetwork: () => boolean,
  about: Circumstances,
): Measured {
  const { marks, facts } = reaching;
  const failed = trouble === null ? null : (PHASES.find((phase) => phase === trouble.phase) ?? null);
  const timings = timingsOf([marks], failed, null);
  const { note, ...verdict } = judge(
    {
      trouble,
      status: undefined,
      certificate: facts.certificate,
      records: found.records ?? null,
      nowS: Math.floor(about.startedMs / 1000),
      totalMs: (timings.total ?? 0) / 1000,
      loopDelayMs: trouble === null ? about.loopDelayMs : about.endDelayMs,
      lateMs: about.lateMs,
      hasNetwork: trouble === null || hasNetwork(),
    },
    assignment.expect,
    about.limits,
  );
  const detail: Detail = { lateMs: round3(about.lateMs), loopDelayMs: round3(about.loopDelayMs) };
  addWay(detail, { ...facts, marks });
  Object.assign(detail, found, note === undefined ? {} : { note });
  return { startedMs: about.startedMs, ...verdict, timings, detail };
}

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
