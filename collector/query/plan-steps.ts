/**
 * A plan for every step in its rows: the first and the last row may reach over a change of step that the range does not.
 */
import type { Generation } from "../store/store.ts";
import { labelsOf, type Plan } from "./plan.ts";
import { stepSpans } from "./segments.ts";
import type { Window } from "./windows.ts";

/**
 * @param stepS The target's step, when there is no generation at all.
 * @param planOf The plan for the steps a target had.
 */
export function planForSteps(
  generations: readonly Generation[],
  stepS: number,
  range: Window,
  planOf: (steps: readonly number[]) => Plan,
): Plan {
  const stepsIn = ({ fromS, toS }: Window) => [
    ...new Set(stepSpans(generations, stepS, fromS, toS).map((span) => span.stepS)),
  ];
  let steps = stepsIn(range);
  for (;;) {
    const plan = planOf(steps);
    const more = [...new Set([...steps, ...stepsIn(coveredBy(plan, range))])];
    if (more.length === steps.length) return plan;
    steps = more;
  }
}

/** From where the first row of a range begins to where its last one ends. */
export function coveredBy(plan: Plan, { fromS, toS }: Window): Window {
  const labels = labelsOf(plan, fromS, toS);
  return {
    fromS: Math.min(fromS, (labels[0] ?? fromS) - plan.rowS),
    toS: Math.max(toS, labels.at(-1) ?? toS),
  };
}
