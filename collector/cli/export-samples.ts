/** Samples of a series from the sample log, oldest first, as lines of CSV or JSON; a day at a time, so that memory stays small. */
import { LOG_KEEP_S } from "../archive/layout.ts";
import { SeriesList } from "../wire/api-addresses.ts";
import { SamplesPage, type SampleView } from "../wire/api-overview.ts";
import type { Language } from "../wire/ids.ts";
import { METRICS } from "../wire/metric.ts";
import { answered } from "./answers.ts";
import type { Client } from "./client.ts";
import { csvLine } from "./csv.ts";
import { newestSample } from "./export-rrd.ts";
import { progress } from "./progress.ts";
import type { Named } from "./series.ts";
import { isoOf } from "./show-time.ts";

export type Form = "csv" | "jsonl";

/** What is exported; fromS null = as far back as the log reaches. UTC seconds, both ends included. */
export type Wanted = {
  readonly target: Named;
  readonly vantage: Named;
  /** Of one address or family; undefined = the target's own series, then those of its addresses. */
  readonly address: string | undefined;
  readonly fromS: number | null;
  readonly toS: number;
};

const DAY_S = 86_400;

/** First columns of the CSV; then one per metric, in METRICS order, the address that was measured apart, and why nobody measured. */
const COLUMNS = [
  "target",
  "vantage",
  "tick",
  "time",
  "step_s",
  "state",
  "failure_phase",
  "failure_cause",
  "failure_source",
];

/** @throws NotFoundError when the series holds no sample */
export async function* exportedSamples(
  client: Client,
  wanted: Wanted,
  form: Form,
  language: Language,
): AsyncGenerator<string> {
  const tell = progress(language);
  const all = wanted.address === undefined ? await addressesHeld(client, wanted) : [wanted.address];
  if (form === "csv") yield csvLine([...COLUMNS, ...METRICS.map(headingOf), "address", "unknown_reason"]);
  for (const address of all) {
    const newest = await newestSample(client, wanted.target.id, wanted.vantage.id, address);
    const toS = Math.min(wanted.toS, newest.tick);
    const fromS = wanted.fromS ?? Math.max(0, newest.tick - LOG_KEEP_S(newest.stepS));
    for (let at = fromS; at <= toS; at += DAY_S) {
      const which = address === undefined ? "" : `${address} `;
      tell({ en: `read ${which}up to ${isoOf(at)}`, zh: `已读 ${which}到 ${isoOf(at)}` });
      const views = await between(client, { ...wanted, address }, at, Math.min(toS, at + DAY_S - 1));
      yield views.map((view) => lineOf(view, wanted, form)).join("");
    }
  }
}

/** The series of a target at a vantage, its own first; undefined = its own, also when there is none. */
async function addressesHeld(client: Client, { target, vantage }: Wanted): Promise<(string | undefined)[]> {
  const search = new URLSearchParams({ target: target.id, vantage: vantage.id });
  const { series } = await answered(client, SeriesList, "GET", `/history?${search}`);
  const held = series.map(({ address }) => address);
  return held.length === 0 ? [undefined] : held;
}

async function between(client: Client, wanted: Wanted, fromS: number, toS: number) {
  const { target, vantage, address } = wanted;
  const views: SampleView[] = [];
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({
      vantage: vantage.id,
      from: `${fromS}`,
      to: `${toS}`,
      limit: "1000",
    });
    if (address !== undefined) search.set("address", address);
    if (cursor !== null) search.set("cursor", cursor);
    const path = `/targets/${encodeURIComponent(target.id)}/samples?${search}`;
    const page: SamplesPage = await answered(client, SamplesPage, "GET", path);
    views.push(...page.samples);
    cursor = page.cursor;
  } while (cursor !== null);
  return views.reverse();
}

function headingOf(metric: (typeof METRICS)[number]): string {
  return metric === "speed" ? "speed_Bps" : `${metric}_ms`;
}

function lineOf({ sample }: SampleView, { target, vantage }: Wanted, form: Form): string {
  if (form === "jsonl") {
    return `${JSON.stringify({ ...sample, target: target.name, vantage: vantage.name })}\n`;
  }
  const { tick, stepS, state, failure, timings } = sample;
  const values = METRICS.map((metric) => {
    const value = timings[metric];
    return value === null || metric === "speed" ? value : value / 1000;
  });
  const who = [target.name, vantage.name, tick, isoOf(tick), stepS, state];
  return csvLine([
    ...who,
    failure?.phase ?? null,
    failure?.cause ?? null,
    failure?.source ?? null,
    ...values,
    sample.address ?? null,
    sample.unknownReason ?? null,
  ]);
}
