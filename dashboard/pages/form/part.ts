/** One setting of a target between the form and what is sent: where it stands, what it is made of, for which kinds. */
import type { Draft } from "./draft.ts";
import type { TargetKind } from "./kinds.ts";

export type Part = {
  /** Where it stands in a target, with dots. */
  readonly path: string;
  readonly kinds: readonly TargetKind[];
  /** All of the draft that it is made of: while that is as it was, the setting is too. */
  readonly view: (draft: Draft) => unknown;
  /** Its value; undefined = absent. @param old The value before, undefined = there was none. */
  readonly write: (draft: Draft, old: unknown) => unknown;
};

/** Objects that are absent when nothing is in them. */
const OPTIONAL = ["request", "tls", "addresses"];

/** A setting that is one text or choice of the draft. */
export function part(
  path: string,
  kinds: readonly TargetKind[],
  view: Part["view"],
  write: Part["write"] = view,
): Part {
  return { path, kinds, view, write };
}

/** The value at a path; undefined = there is none. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const name of path.split(".")) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** Sets the value at a path, or takes it away. */
export function putAt(root: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let at = root;
  for (const name of names) {
    const next = at[name];
    if (isObject(next)) at = next;
    else if (value === undefined) return;
    else at = at[name] = {};
  }
  if (value !== undefined) at[last] = value;
  else delete at[last];
  const top = names[0];
  const emptied = value === undefined && Object.keys(at).length === 0;
  if (top !== undefined && emptied && OPTIONAL.includes(top)) delete root[top];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
