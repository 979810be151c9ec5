/**
 * A probe's configuration as JSON, of texts that are made once for each assignment.
 *
 * Every change of one target is told to every probe that waits, with all of its targets: of thousands, one text is new.
 */
import type { Assignment, ProbeConfig } from "../wire/probe-protocol.ts";

/** @returns a function that writes what JSON.stringify would, keys in another order. */
export function configTexts(): (config: ProbeConfig) => string {
  const one = remembered((assignment: Assignment) => JSON.stringify(assignment));
  // Vantages that measure the same are given the same list.
  const all = remembered((assignments: readonly Assignment[]) => assignments.map(one).join(","));
  return ({ assignments, ...rest }) =>
    `${JSON.stringify(rest).slice(0, -1)},"assignments":[${all(assignments)}]}`;
}

function remembered<T extends object>(make: (of: T) => string): (of: T) => string {
  const texts = new WeakMap<T, string>();
  return (of) => {
    const text = texts.get(of) ?? make(of);
    texts.set(of, text);
    return text;
  };
}
