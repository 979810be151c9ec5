/**
 * Lines of a file, JSON or CSV as `export` writes them, as wire samples; or why a line is none.
 *
 * Text only: nothing is looked up or sent. Names of target and vantage stay names.
 */
import { CarrierwatchError } from "../wire/errors.ts";
import { METRICS, toPdp } from "../wire/metric.ts";
import { NO_TIMINGS } from "../wire/sample.ts";
import { csvFields } from "./csv.ts";

/** A sample that was read; target and vantage as the file or the command line names them. */
export type Read = {
  /** Counted from 1; of an RRD, the row's number in its archive. */
  readonly line: number;
  readonly target: string | undefined;
  readonly vantage: string | undefined;
  readonly sample: Readonly<Record<string, unknown>> & { readonly tick: number };
};
export type Refused = { readonly line: number; readonly why: string };

/** Lines of a file, without their breaks; null = it is too long to be one. */
export type Lines = AsyncIterable<string | null> | readonly (string | null)[];

const TOO_LONG = "it is longer than 1 MiB";
/** Columns that `export` writes beside the metrics, and t, as `fetch --csv` calls the tick. */
const OTHERS: ReadonlySet<string> = new Set([
  ...["target", "vantage", "tick", "t", "time", "step_s", "state"],
  ...["failure_phase", "failure_cause", "failure_source", "address", "unknown_reason"],
]);

/** One JSON object per line. */
export async function* jsonLines(lines: Lines): AsyncGenerator<Read | Refused> {
  for await (const { line, content } of numbered(lines)) {
    const value = content === null ? TOO_LONG : objectIn(content);
    if (typeof value === "string") yield { line, why: value };
    else {
      const { target, vantage, tick, ...rest } = value;
      if (typeof tick !== "number") yield { line, why: "it has no tick" };
      else yield { line, target: textOf(target), vantage: textOf(vantage), sample: { ...rest, tick } };
    }
  }
}

/** What a column of numbers means. */
export type Mapped = { readonly metric: (typeof METRICS)[number]; readonly perUnit: number };

/**
 * A heading and one sample per line.
 *
 * @param mapped By column name: the metric and how many us (or bytes/s) one of the file's units is; beside the names `export` writes.
 * @param stepS For lines without step_s.
 * @param notRead Told once which columns nobody knows, if there are any.
 * @throws CarrierwatchError code usage when a mapped column is not there
 */
export async function* csvLines(
  lines: Lines,
  mapped: ReadonlyMap<string, Mapped>,
  stepS: number | null,
  notRead: (columns: readonly string[]) => void,
): AsyncGenerator<Read | Refused> {
  const own = METRICS.map((metric): [string, Mapped] =>
    metric === "speed" ? ["speed_Bps", { metric, perUnit: 1 }] : [`${metric}_ms`, { metric, perUnit: 1000 }],
  );
  const meaning = new Map([...own, ...mapped]);
  let columns: readonly string[] | null = null;
  for await (const { line, content } of numbered(lines)) {
    if (content === null) {
      yield { line, why: TOO_LONG };
      continue;
    }
    const fields = csvFields(content);
    if (columns === null) {
      columns = fields;
      if (!fields.includes("tick") && !fields.includes("t")) {
        // Without a heading nothing can be read, and the first sample would be taken for one.
        yield { line, why: "the heading names neither tick nor t" };
        return;
      }
      assertThere(mapped, fields);
      const unknown = fields.filter((name) => name !== "" && !meaning.has(name) && !OTHERS.has(name));
      if (unknown.length > 0) notRead(unknown);
      continue;
    }
    if (fields.length !== columns.length) {
      yield { line, why: `it has ${fields.length} fields, the heading ${columns.length}` };
    } else yield csvSample(line, new Map(columns.map((name, i) => [name, fields[i] ?? ""])), meaning, stepS);
  }
}

/** @throws CarrierwatchError code usage */
function assertThere(mapped: ReadonlyMap<string, Mapped>, columns: readonly string[]): void {
  for (const name of mapped.keys()) {
    if (columns.includes(name)) continue;
    throw new CarrierwatchError("usage", `there is no column ${JSON.stringify(name)}`, {
      hint: `it has ${columns.join(", ")}; map them with --map NAME=METRIC`,
    });
  }
}

function csvSample(
  line: number,
  byName: ReadonlyMap<string, string>,
  meaning: ReadonlyMap<string, Mapped>,
  stepS: number | null,
): Read | Refused {
  const timings = timingsOf([...byName].map(([name, field]) => [meaning.get(name), field]));
  if (typeof timings === "string") return { line, why: timings };
  const tick = Number(byName.get("tick") || byName.get("t") || Number.NaN);
  if (!Number.isInteger(tick)) return { line, why: "tick is not whole UTC seconds" };
  const state = byName.get("state") || (timings.total === null ? "" : "up");
  if (state === "") return { line, why: "it has neither a state nor a total" };
  const step = byName.get("step_s") || stepS;
  if (step === null) return { line, why: "it has no step_s; give --step" };
  const address = byName.get("address") ?? "";
  const sample = {
    ...madeSample(tick, Number(step), timings),
    ...stateOf(state, byName),
    ...(address === "" ? {} : { address }),
  };
  return { line, target: byName.get("target"), vantage: byName.get("vantage"), sample };
}

/** A sample of which only its values are known. */
export function madeSample(tick: number, stepS: number, timings: Readonly<Record<string, number | null>>) {
  return {
    tick,
    stepS,
    seq: Math.max(1, Math.floor(tick / stepS)),
    startedMs: tick * 1000,
    state: "up",
    timings,
    detail: {},
  };
}

/** @returns The reason when a field is no number. */
export function timingsOf(
  fields: readonly (readonly [Mapped | undefined, string])[],
): { -readonly [M in (typeof METRICS)[number]]: number | null } | string {
  const timings = { ...NO_TIMINGS };
  for (const [mapped, field] of fields) {
    if (mapped === undefined || field === "" || /^-?nan$/i.test(field)) continue;
    const value = Number(field);
    if (!Number.isFinite(value) || value < 0) return `${mapped.metric} is ${field}, not a number from 0 on`;
    timings[mapped.metric] = toPdp(value * mapped.perUnit).value;
  }
  return timings;
}

function stateOf(state: string, byName: ReadonlyMap<string, string>) {
  if (state === "unknown") return { state, unknownReason: byName.get("unknown_reason") || undefined };
  if (state !== "down") return { state };
  const phase = byName.get("failure_phase");
  const cause = byName.get("failure_cause");
  return { state, failure: { phase, cause, source: byName.get("failure_source") || "target", elapsedUs: 0 } };
}

async function* numbered(lines: Lines): AsyncGenerator<{ line: number; content: string | null }> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const content = line === 1 && text !== null ? text.replace(/^\uFEFF/, "") : text;
    if (content !== "") yield { line, content };
  }
}

function objectIn(content: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === "object" && value !== null ? { ...value } : "it is no JSON object";
  } catch {
    return "it is not JSON";
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
