/**
 * History from elsewhere: samples of one series as stored samples, any tick that the longest archive still covers.
 *
 * They are never live, mark nothing due and so alarm nobody. What is held already stands, whoever measured it: such a
 * tick is a duplicate, so that an import which is run again changes nothing. Next stop of the data: `store`.
 */
import { DAY_S, FUTURE_LIMIT_S, isArchivable, LONGEST_S } from "../archive/layout.ts";
import { specsOf } from "../archive/sets.ts";
import { seriesKey } from "../store/series.ts";
import type { HistoryRow, SampleRecord, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { NotFoundError } from "../wire/errors.ts";
import type { BatchAnswer, Sample } from "../wire/sample.ts";
import type { Target } from "../wire/target.ts";
import type { Known } from "./assigned.ts";
import { parseSample } from "./envelope.ts";

type Outcome = BatchAnswer["outcomes"][number];

/** The spool that imported samples are said to be of; no probe draws it. */
const EPOCH = "0000000000000000";
/** More than any sample log keeps of a series. */
const MOST_HELD = 200_000;

/**
 * @param samples Untrusted; their `target` must be the one named.
 * @returns One outcome per sample, in order; `why` with all but stored and duplicate.
 * @throws NotFoundError when the registry knows the target or the vantage no more
 */
export async function importSamples(
  deps: { readonly store: Pick<Store, "samples">; readonly registry: Known; readonly clock: Clock },
  { target, vantage, samples }: { target: string; vantage: string; samples: readonly unknown[] },
): Promise<Outcome[]> {
  const { store, registry, clock } = deps;
  if (!(await registry.targets.find(target))) throw new NotFoundError("target", target);
  if (!(await registry.vantages.find(vantage))) throw new NotFoundError("vantage", vantage);
  const nowMs = clock.nowMs();
  const parsed = samples.map(parseSample);
  const held = await heldTicks(
    store,
    { target, vantage },
    parsed.flatMap((one) => ("sample" in one ? one.sample : [])),
  );
  const outcomes: (Outcome | null)[] = [];
  const records: SampleRecord[] = [];
  for (const one of parsed) {
    if ("why" in one) outcomes.push({ outcome: "rejected", why: one.why });
    else if (one.sample.target !== target) {
      outcomes.push({ outcome: "rejected", why: `it is of target ${one.sample.target}, not ${target}` });
    } else if (held.has(tickOf(one.sample))) outcomes.push({ outcome: "duplicate" });
    else {
      outcomes.push(null);
      records.push({ vantage, epoch: EPOCH, receivedMs: nowMs, skewMs: null, sample: one.sample });
    }
  }
  const stored = (await store.samples.load(records, nowMs)).values();
  const judged = records
    .map(({ sample }) => withWhy(stored.next().value ?? "rejected", sample, nowMs))
    .values();
  return outcomes.map((outcome) => outcome ?? judged.next().value ?? { outcome: "rejected" });
}

/** What the store says of a sample by a word, in a sentence with the limit. */
function withWhy(outcome: Outcome["outcome"], { tick, stepS }: Sample, nowMs: number): Outcome {
  const nowS = Math.floor(nowMs / 1000);
  switch (outcome) {
    case "stored":
    case "duplicate":
      return { outcome };
    case "tooOld": {
      const days = Math.ceil((nowS - tick) / DAY_S);
      const why = `its tick ${timeOf(tick)} is ${days} days ago; the longest archive reaches back ${LONGEST_S / DAY_S} days`;
      return { outcome, why };
    }
    case "future": {
      const ahead = tick - nowS;
      const why = `its tick ${timeOf(tick)} is ${ahead} s ahead of the collector's clock (${timeOf(nowS)}); at most ${FUTURE_LIMIT_S} s are taken`;
      return { outcome, why };
    }
    case "conflict":
      return { outcome, why: `another sample holds its tick ${timeOf(tick)}` };
    case "rejected":
      return {
        outcome,
        why: `no archive is made of ticks every ${stepS} s: a step divides a day, from 10 s on`,
      };
  }
}

const timeOf = (atS: number) => `${new Date(atS * 1000).toISOString().slice(0, 19)}Z`;

type Registered = {
  readonly targets: { find(id: string): Promise<Pick<Target, "archives"> | null> };
  readonly vantages: { find(id: string): Promise<unknown> };
};

/** Whole rows of one archive of a series, as an RRD keeps them. */
export type RowsFromElsewhere = {
  readonly target: string;
  readonly vantage: string;
  readonly address?: string;
  readonly stepS: number;
  readonly rowS: number;
  readonly rows: readonly Pick<HistoryRow, "labelS" | "values" | "lasts">[];
};

/**
 * Lays whole rows where nobody measured.
 *
 * @returns One outcome per row, in order; a duplicate where somebody measured or a row lies already.
 * @throws NotFoundError when the registry knows the target or the vantage no more
 */
export async function importRows(
  deps: { readonly store: Pick<Store, "samples">; readonly registry: Registered; readonly clock: Clock },
  { target, vantage, address, stepS, rowS, rows }: RowsFromElsewhere,
): Promise<Outcome[]> {
  const { store, registry, clock } = deps;
  const known = await registry.targets.find(target);
  if (!known) throw new NotFoundError("target", target);
  if (!(await registry.vantages.find(vantage))) throw new NotFoundError("vantage", vantage);
  const series = seriesKey(target, vantage, address);
  const laid = rows.map((row) => ({ ...row, series, stepS, rowS }));
  const held = isArchivable(stepS) ? specsOf(stepS, known.archives ?? null) : [];
  const rowsKept = held.find((spec) => spec.rowS === rowS)?.rows ?? 0;
  return (await store.samples.loadRows(laid, clock.nowMs())).map((outcome) =>
    rowWithWhy(outcome, { stepS, rowS, rowsKept }),
  );
}

/** @param rowsKept Of the target's archive of that width. */
function rowWithWhy(
  outcome: Outcome["outcome"],
  { stepS, rowS, rowsKept }: { stepS: number; rowS: number; rowsKept: number },
): Outcome {
  switch (outcome) {
    case "rejected": {
      const why = `no archive has such rows of ${rowS} s, or there is no sample every ${stepS} s at their end or later`;
      return { outcome, why };
    }
    case "tooOld":
      return {
        outcome,
        why: `the archive of rows of ${rowS} s keeps the newest ${rowsKept}: it does not reach back so far`,
      };
    case "future":
      return { outcome, why: "its end is still to come" };
    default:
      return { outcome };
  }
}

const tickOf = ({ address = "", tick }: Pick<Sample, "address" | "tick">) => `${address}/${tick}`;

/** Which ticks of which series are taken, whoever measured them. */
async function heldTicks(
  store: Pick<Store, "samples">,
  { target, vantage }: { target: string; vantage: string },
  samples: readonly Sample[],
): Promise<Set<string>> {
  const held = new Set<string>();
  for (const [address, own] of Map.groupBy(samples, (sample) => sample.address)) {
    const ticks = own.map(({ tick }) => tick);
    const found = await store.samples.page({
      series: [seriesKey(target, vantage, address)],
      fromS: Math.min(...ticks),
      toS: Math.max(...ticks),
      limit: MOST_HELD,
      order: "oldest",
    });
    for (const { sample } of found.samples) held.add(tickOf(sample));
  }
  return held;
}
