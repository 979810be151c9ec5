/**
 * A probe's configuration as JSON, of texts that are made once for each assignment.
 *
 * Every change of one target is told to every probe that waits, with all of its targets: of thousands, one text is new.
 */
import type { Assignment, ProbeConfig } from "../wire/probe-protocol.ts";

/** @returns a function that writes what JSON.stringify would, keys in another order. */
export function configTexts(): (config: ProbeConfig) => string {
  const texts = new WeakMap<Assignment, string>();
  const textOf = (assignment: Assignment): string => {
    const text = texts.get(assignment) ?? JSON.stringify(assignment);
    texts.set(assignment, text);
    return text;
  };
  return ({ assignments, ...rest }) => {
    const first = JSON.stringify(rest).slice(0, -1);
    return `${first},"assignments":[${assignments.map(textOf).join(",")}]}`;
  };
}
