/**
 * What a digest is taken over: one canonical form of an archive, so that engines can be compared byte by byte.
 *
 * Only the form is here; each engine brings the rows it keeps. Rows without a single value and ticks that are
 * UNKNOWN are left out, so that "never written" and "written as nothing" are the same.
 */
import { createHash } from "node:crypto";
import { STRIP_METRICS, type StripMetric } from "../wire/extras.ts";
import { METRICS, type Metric } from "../wire/metric.ts";
import type { ArchiveName, LastRun, StripRun } from "./lasts-and-strips.ts";
import type { RowRun } from "./store.ts";

/** A row in METRICS order: n, sum, min, max of each metric, one after the other; of last values, known and value. */
type DigestRow = { readonly labelS: number; readonly numbers: readonly number[] };

type Digester = {
  generation(stepS: number): void;
  row(row: DigestRow): void;
  tick(tick: number, code: number): void;
  end(): string;
};

/** Feed generations by ascending step, rows and ticks by ascending time; `end` gives the sha256 in hex. */
function digester(): Digester {
  const hash = createHash("sha256");
  const add = (tag: number, numbers: readonly number[]) =>
    hash.update(new Uint8Array(Float64Array.of(tag, numbers.length, ...numbers).buffer));
  return {
    generation(stepS) {
      add(1, [stepS]);
    },
    row({ labelS, numbers }) {
      if (numbers.some((value) => value !== 0)) add(2, [labelS, ...numbers]);
    },
    tick(tick, code) {
      if (code !== 0) add(3, [tick, code]);
    },
    end: () => hash.digest("hex"),
  };
}

/** What an engine shows of one of its generations. */
export type DigestRuns<G> = {
  rows(generation: G, rowS: number): readonly RowRun[];
  lasts(generation: G, rowS: number): readonly LastRun[];
  /** undefined = of total. */
  strips(generation: G, metric: StripMetric | undefined): readonly StripRun[];
};

/** @param generations By ascending step. @param runs Of all metrics, of all time. */
export function digestOfRuns<G extends { readonly stepS: number }>(
  archive: ArchiveName,
  generations: readonly G[],
  runs: DigestRuns<G>,
): string {
  const digest = digester();
  for (const one of generations) {
    if (typeof archive === "number") {
      for (const run of runs.rows(one, archive)) {
        digest.generation(one.stepS);
        addRows(digest, run, (metric, i) => rowNumbers(run, metric, i));
      }
    } else if (archive.startsWith("LAST ")) {
      digest.generation(one.stepS);
      for (const run of runs.lasts(one, Number(archive.slice("LAST ".length))))
        addRows(digest, run, (metric, i) => lastNumbers(run, metric, i));
    } else {
      digest.generation(one.stepS);
      const metric = STRIP_METRICS.find((name) => archive === `strip ${name}`);
      for (const { fromS, stepS, codes } of runs.strips(one, metric))
        codes.forEach((code, i) => {
          digest.tick(fromS + i * stepS, code);
        });
    }
  }
  return digest.end();
}

function addRows(
  digest: Digester,
  { fromS, rowS, rows }: Pick<RowRun, "fromS" | "rowS" | "rows">,
  numbersOf: (metric: Metric, i: number) => number[],
): void {
  for (let i = 0; i < rows; i += 1) {
    const numbers = METRICS.flatMap((metric) => numbersOf(metric, i));
    digest.row({ labelS: fromS + i * rowS, numbers });
  }
}

function rowNumbers({ columns }: RowRun, metric: Metric, i: number): number[] {
  const column = columns[metric];
  return [column?.n[i] ?? 0, column?.sum[i] ?? 0, column?.min[i] ?? 0, column?.max[i] ?? 0];
}

/** Whether it has a value, and the value: 0 is one. */
function lastNumbers({ columns }: LastRun, metric: Metric, i: number): number[] {
  const value = columns[metric]?.[i] ?? Number.NaN;
  return Number.isNaN(value) ? [0, 0] : [1, value];
}
