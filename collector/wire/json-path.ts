/**
 * Where a value stands in a JSON body: `data.items[0].state`, `["a name"]` for what a bare name cannot say, `$` the whole.
 *
 * Pure. Reading takes own properties only, so that no path finds what JavaScript put there.
 */

/** A name of an object, or a place in a list counted from 0. */
export type JsonStep = string | number;

export type ParsedPath =
  | { readonly ok: true; readonly steps: readonly JsonStep[] }
  | {
      readonly ok: false;
      /** What is wrong, with the character it begins at, counted from 1. */
      readonly problem: string;
    };

const NAME = /[^.[\]"\s\\]+/y;
const PLACE = /\[(\d{1,9})\]/y;
const QUOTED = /\[("(?:[^"\\]|\\.)*")\]/y;

/** Reads a path. */
export function parseJsonPath(text: string): ParsedPath {
  const steps: JsonStep[] = [];
  let at = text.startsWith("$") && !/^\$[^.[]/.test(text) ? 1 : 0;
  while (at < text.length) {
    const read = stepAt(text, at);
    if (read === null) return { ok: false, problem: problemAt(text, at) };
    steps.push(read.step);
    at = read.end;
  }
  return { ok: true, steps };
}

/** The value at a path; undefined = there is none. */
export function valueAt(root: unknown, steps: readonly JsonStep[]): unknown {
  let value = root;
  for (const step of steps) {
    if (!isObject(value) || Array.isArray(value) !== (typeof step === "number")) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === "object" && value !== null;
}

type Read = { readonly step: JsonStep; readonly end: number };

function stepAt(text: string, at: number): Read | null {
  if (text[at] === "[") return placeAt(text, at) ?? quotedAt(text, at);
  const start = text[at] === "." ? at + 1 : at;
  // Only the first name stands without a dot before it.
  if (start === at && at > 0) return null;
  NAME.lastIndex = start;
  const name = NAME.exec(text)?.[0];
  return name === undefined ? null : { step: name, end: start + name.length };
}

function placeAt(text: string, at: number): Read | null {
  PLACE.lastIndex = at;
  const found = PLACE.exec(text);
  return found ? { step: Number(found[1]), end: PLACE.lastIndex } : null;
}

function quotedAt(text: string, at: number): Read | null {
  QUOTED.lastIndex = at;
  const found = QUOTED.exec(text);
  if (!found) return null;
  try {
    return { step: String(JSON.parse(found[1] ?? "")), end: QUOTED.lastIndex };
  } catch {
    return null;
  }
}

function problemAt(text: string, at: number): string {
  const wanted = 'names joined by dots, [0] for a place in a list, ["a name"] for any other name';
  return `cannot be read from character ${at + 1} on (${JSON.stringify(text.slice(at, at + 16))}): write ${wanted}`;
}
