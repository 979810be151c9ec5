/**
 * Against the real rrdtool: for ticks on the step every complete row of every archive equals `rrdtool fetch`.
 *
 * rrdtool is given `U` for each null. Its files differ only in xff; each has all archives under all three functions.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ArchiveSpec, PDP_KEEP_S } from "../../collector/archive/layout.ts";
import { pdpsOf } from "../../collector/archive/pdp.ts";
import { type Row, valueOf as readRow } from "../../collector/archive/row.ts";
import { specsOf } from "../../collector/archive/sets.ts";
import type { LastRun } from "../../collector/store/lasts-and-strips.ts";
import type { RowRun, SampleRecord, Store } from "../../collector/store/store.ts";
import { type Archives, archivesOfText, type Extras } from "../../collector/wire/archives.ts";
import { ALL_CFS, type AnyFunction, METRICS, type Metric } from "../../collector/wire/metric.ts";
import {
  downAt,
  ENGINES,
  nowAfter,
  type Opened,
  record,
  SERIES,
  T0,
  timingsOf,
  unknownSample,
} from "./support.ts";

const XFFS = [0, 0.3, 0.5, 0.8] as const;
const UPDATES_PER_CALL = 400;

function hasRrdtool(): boolean {
  try {
    execFileSync("rrdtool", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = hasRrdtool() ? false : "needs the rrdtool program: apt-get install rrdtool";

/** A long walk with failures of every kind and gaps from one tick to days, the same at every run. */
function walk(stepS: number, count: number): SampleRecord[] {
  let state = 20_261_121;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const records: SampleRecord[] = [];
  for (let i = 0; i < count; i += 1) {
    const tick = T0 - (count - 1 - i) * stepS;
    const kind = random(100);
    if (kind < 4) i += random(kind === 0 ? 300 : 8);
    else if (kind < 10) records.push(record({ tick, stepS, sample: unknownSample }));
    else if (kind < 30)
      records.push(
        record({
          tick,
          stepS,
          sample: downAt((["dns", "connect", "tls", "wait", "transfer"] as const)[random(5)] ?? "dns"),
        }),
      );
    else records.push(record({ tick, stepS, sample: { timings: timingsOf(1 + random(42_000_000)) } }));
  }
  return records;
}

function createFile(
  file: string,
  stepS: number,
  xff: number,
  startS: number,
  specs: readonly ArchiveSpec[],
): void {
  const sources = METRICS.map((metric) => `DS:${metric}:GAUGE:${2 * stepS}:U:U`);
  const archives = specs.flatMap(({ steps, rows }) =>
    ALL_CFS.map((cf) => `RRA:${cf}:${xff}:${steps}:${rows}`),
  );
  execFileSync("rrdtool", [
    "create",
    file,
    "--start",
    String(startS),
    "--step",
    String(stepS),
    ...sources,
    ...archives,
  ]);
}

/** Every tick of the walk, `U` where there is no value. */
function updateFile(file: string, records: readonly SampleRecord[], stepS: number): void {
  const byTick = new Map(records.map((one) => [one.sample.tick, pdpsOf(one.sample)]));
  const first = records[0]?.sample.tick ?? T0;
  const updates: string[] = [];
  for (let tick = first; tick <= T0; tick += stepS) {
    const values = byTick.get(tick) ?? METRICS.map(() => null);
    updates.push(`${tick}:${values.map((value) => value ?? "U").join(":")}`);
  }
  for (let at = 0; at < updates.length; at += UPDATES_PER_CALL)
    execFileSync("rrdtool", ["update", file, ...updates.slice(at, at + UPDATES_PER_CALL)]);
}

type Fetched = Map<number, (number | null)[]>;

function fetchRows(file: string, cf: string, rowS: number, fromS: number, toS: number): Fetched {
  const range = ["-r", String(rowS), "-s", String(fromS), "-e", String(toS)];
  const text = execFileSync("rrdtool", ["fetch", file, cf, ...range], { encoding: "utf8" });
  const rows: Fetched = new Map();
  for (const line of text.split("\n")) {
    const match = /^(\d+): (.*)$/.exec(line);
    if (!match) continue;
    const values = (match[2] ?? "").trim().split(/\s+/).map(Number);
    rows.set(
      Number(match[1]),
      values.map((value) => (Number.isNaN(value) ? null : value)),
    );
  }
  return rows;
}

/** Rows, and what is held of their last ticks. */
type Read = RowRun & {
  readonly lasts: readonly LastRun[];
  /** Last values are there for labels after this. */
  readonly lastsSinceS: number;
  readonly newestTick: number;
};

function lastOf({ lasts, newestTick }: Read, metric: Metric, labelS: number): number | null {
  // rrdtool was told that the ticks after the newest are UNKNOWN, the store was not.
  if (labelS > newestTick) return null;
  const run = lasts.find((one) => one.fromS <= labelS && labelS < one.fromS + one.rows * one.rowS);
  assert.ok(run, `no last value of ${labelS}`);
  const value = run.columns[metric]?.[(labelS - run.fromS) / run.rowS] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

function rowAt({ columns }: RowRun, metric: Metric, i: number): Row {
  const column = columns[metric];
  return {
    n: column?.n[i] ?? 0,
    sum: column?.sum[i] ?? 0,
    min: column?.min[i] ?? 0,
    max: column?.max[i] ?? 0,
  };
}

/** How many values of complete rows were compared; throws at the first that differs. */
function compare(run: Read, fetched: Fetched, cf: AnyFunction, xff: number, name: string): number {
  let compared = 0;
  for (let i = 0; i < run.rows; i += 1) {
    const labelS = run.fromS + i * run.rowS;
    const theirs = fetched.get(labelS);
    if (!theirs || labelS > T0 || (cf === "LAST" && labelS <= run.lastsSinceS)) continue;
    METRICS.forEach((metric, m) => {
      const row = rowAt(run, metric, i);
      const last = cf === "LAST" ? lastOf(run, metric, labelS) : null;
      const ours = readRow({ ...row, last }, cf, run.rowS / run.stepS, xff);
      const want = theirs[m] ?? null;
      const same =
        ours === null || want === null ? ours === want : Math.abs(ours - want) <= Math.abs(want) * 1e-9;
      if (!same) assert.fail(`${name}, row ${labelS}, ${metric}: ${ours} here, ${want} in rrdtool`);
      compared += 1;
    });
  }
  return compared;
}

const LAST: Extras = { last: true, percentiles: [] };

async function shapeAll(
  opened: readonly Opened[],
  stepS: number,
  archives: Archives | null,
  atS: number,
): Promise<void> {
  for (const { store } of opened) await store.samples.shape("shop", stepS, archives, atS, LAST);
}

/** What the store holds of it, from its first whole row on. */
function rangeOf({ rowS, rows }: ArchiveSpec, first: number): { fromS: number; toS: number } {
  const keptS = Math.floor(T0 / rowS) * rowS - rows * rowS;
  return { fromS: Math.max(keptS, Math.ceil(first / rowS) * rowS - rowS), toS: T0 };
}

async function readAt(
  store: Store,
  rowS: number,
  range: { fromS: number; toS: number },
  atS: number,
): Promise<Read> {
  const query = { series: [SERIES], metrics: METRICS, rowS, ...range };
  const run = (await store.rows.read(query)).at(-1);
  assert.ok(run);
  // Asked for when everything was measured, LAST begins where primary data points do.
  const lastsSinceS = atS === 0 ? 0 : T0 - PDP_KEEP_S(run.stepS) + rowS;
  const newestTick = (await store.samples.generations()).at(-1)?.lastTick ?? 0;
  return { ...run, lasts: await store.lasts.read(query), lastsSinceS, newestTick };
}

const SET = "1x1000,4x900,12x700,96x300";
const cases = [
  { stepS: 300, count: 16_000, values: 100_000, set: null, atS: 0 },
  { stepS: 3_600, count: 19_000, values: 100_000, set: null, atS: 0 },
  { stepS: 300, count: 9_000, values: 50_000, set: SET, atS: 0 },
  // Made of PDPs and older rows when everything was measured already.
  { stepS: 300, count: 9_000, values: 50_000, set: SET, atS: T0 },
];
for (const { stepS, count, values, set, atS } of cases)
  test(`every row of a step of ${stepS} s equals rrdtool's, with gaps, at xff ${XFFS.join(", ")}${set ? `, ${atS > 0 ? "changed to " : ""}${set}` : ""}`, {
    skip,
  }, async () => {
    const dir = mkdtempSync(join(tmpdir(), "carrierwatch-rrd-"));
    const records = walk(stepS, count);
    const first = records[0]?.sample.tick ?? T0;
    const opened = await Promise.all(ENGINES.map((engine) => engine.open()));
    const archives = set === null ? null : archivesOfText(set);
    const specs = specsOf(stepS, archives);
    let compared = 0;
    try {
      if (atS === 0) await shapeAll(opened, stepS, archives, atS);
      for (const { store } of opened)
        for (let at = 0; at < records.length; at += 4_000)
          await store.samples.load(records.slice(at, at + 4_000), nowAfter(T0));
      await shapeAll(opened, stepS, archives, atS);
      for (const xff of XFFS) {
        const file = join(dir, `${xff}.rrd`);
        createFile(file, stepS, xff, first - stepS, specs);
        updateFile(file, records, stepS);
        for (const spec of specs) {
          const { rowS } = spec;
          const range = rangeOf(spec, first);
          for (const { store } of opened) {
            const run = await readAt(store, rowS, range, atS);
            for (const cf of ALL_CFS) {
              const fetched = fetchRows(file, cf, rowS, range.fromS, T0);
              compared += compare(run, fetched, cf, xff, `${cf} of ${rowS} s, xff ${xff}`);
            }
          }
        }
      }
      assert.ok(compared > values, `${compared} values were compared`);
    } finally {
      for (const { close } of opened) await close();
      rmSync(dir, { recursive: true });
    }
  });
