/** What one measurement of a kind works with: the probe's tools, the assignment, its marks and what becomes known. */
import type { Detail, FailurePhase } from "../../../collector/wire/sample.ts";
import type { Course } from "../follow.ts";
import type { HopTools } from "../hop.ts";
import type { Measurable } from "../measured.ts";
import type { Marks } from "../phases.ts";
import { deadline } from "../trouble.ts";

export type KindTask = {
  readonly tools: HopTools;
  readonly assignment: Measurable;
  readonly course: Course;
  /** Address families that may be used, in order of preference. */
  readonly families: readonly (4 | 6)[];
  readonly marks: Marks;
  /** Where it is; a failure is of this phase. */
  readonly at: { phase: FailurePhase };
  /** Filled as things become known, also of one that fails. */
  readonly detail: Detail;
};

/** Runs a stage under the connect timeout, which ends the whole measurement. */
export async function within<T>(task: KindTask, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { connectMs } = task.assignment.timeouts;
  const { stop } = task.course;
  const lift = deadline(task.tools.clock, connectMs, stop, `no end after ${connectMs} ms`);
  try {
    return await act(stop.signal);
  } finally {
    lift();
  }
}
