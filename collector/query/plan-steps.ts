/**
 * A plan for every step in its rows: the first and the last row may reach over a change of step that the range does not.
 */
import type { Generation } from "../store/store.ts";
import { labelsOf, type Plan } from "./plan.ts";
import { type StepSpan, stepSpans } from "./segments.ts";
import type { Window } from "./windows.ts";

export type Planned = {
  readonly plan: Plan;
  readonly labels: number[];
  /** From where the first row begins to where the last one ends, no less than the range: fromS < tick <= toS. */
  readonly covered: Window;
  /** Which step held when, over all of that. */
  readonly spans: readonly StepSpan[];
};

/**
 * @param stepS The target's step, when there is no generation at all.
 * @param range Ticks with fromS < tick <= toS.
 * @param planOf The plan for the steps a target had.
 */
export function planForSteps(
  generations: readonly Generation[],
  stepS: number,
  range: Window,
  planOf: (steps: readonly number[]) => Plan,
): Planned {
  const spansIn = ({ fromS, toS }: Window) => stepSpans(generations, stepS, fromS + 1, toS + 1);
  let steps = stepsOf(spansIn(range));
  for (;;) {
    const plan = planOf(steps);
    const labels = labelsOf(plan, range.fromS, range.toS);
    const covered = {
      fromS: Math.min(range.fromS, (labels[0] ?? range.fromS) - plan.rowS),
      toS: Math.max(range.toS, labels.at(-1) ?? range.toS),
    };
    const spans = spansIn(covered);
    const more = [...new Set([...steps, ...stepsOf(spans)])];
    if (more.length === steps.length) return { plan, labels, covered, spans };
    steps = more;
  }
}

function stepsOf(spans: readonly StepSpan[]): number[] {
  return [...new Set(spans.map(({ stepS }) => stepS))];
}
