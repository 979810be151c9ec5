/**
 * Every archive of a series, read as `fetch` reads it, as one RRD XML document.
 *
 * All reads end at the newest tick there was at the beginning, so that samples which arrive meanwhile change no row's place.
 */
import type { ArchiveSpec } from "../archive/layout.ts";
import { specsOf } from "../archive/sets.ts";
import { SeriesList } from "../wire/api-addresses.ts";
import { FetchedRows, SamplesPage } from "../wire/api-overview.ts";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import { ALL_CFS, type AnyFunction, CFS, METRICS, type Metric } from "../wire/metric.ts";
import { answered } from "./answers.ts";
import type { Client } from "./client.ts";
import { progress } from "./progress.ts";
import { type RrdArchive, rrdXml } from "./rrd-xml.ts";

type Column = readonly (number | null)[];
type Columns = { readonly [M in Metric]: Column };
type Series = {
  readonly target: string;
  readonly vantage: string;
  readonly address?: string;
  readonly step: string;
  readonly lastS: number;
};

/** A series, and which of its generations. */
export type RrdWanted = {
  /** Ids. */
  readonly target: string;
  readonly vantage: string;
  /** Of one that is measured apart; undefined = the target's own series. */
  readonly address?: string | undefined;
  /** Of the generation with this step, seconds; undefined = the newest. */
  readonly stepS?: number | undefined;
};

/** @throws NotFoundError when the series holds nothing, or no generation of that step */
export async function exportedRrd(client: Client, wanted: RrdWanted, language: Language): Promise<string> {
  const { target, vantage, address } = wanted;
  const { lastS, stepS, archives: set = null, lasts = [] } = await generationOf(client, wanted);
  const series = {
    target,
    vantage,
    ...(address === undefined ? {} : { address }),
    step: String(stepS),
    lastS,
  };
  const specs = specsOf(stepS, set);
  const [finest] = specs;
  if (!finest) throw new NotFoundError("series", `${target}/${vantage}`);
  const tell = progress(language);
  const pdps = await columns((metric) =>
    column(client, series, finest, metric, { cf: "AVERAGE", sinceS: 0 }),
  );
  const archives: RrdArchive[] = [];
  const all = specs.length * CFS.length + lasts.length;
  for (const spec of specs) {
    const last = lasts.find(({ steps }) => steps === spec.steps);
    for (const cf of last ? ALL_CFS : CFS) {
      tell({ en: `read ${archives.length} of ${all} archives`, zh: `已读 ${archives.length}/${all} 个归档` });
      const sinceS = cf === "LAST" ? (last?.sinceS ?? 0) : 0;
      const values = await columns((metric) => column(client, series, spec, metric, { cf, sinceS }));
      archives.push({ spec, cf, values, open: openOf(pdps, (lastS % spec.rowS) / stepS) });
    }
  }
  return rrdXml(stepS, lastS, archives);
}

async function generationOf(client: Client, { target, vantage, address, stepS }: RrdWanted) {
  const search = new URLSearchParams({ target, vantage });
  const { series } = await answered(client, SeriesList, "GET", `/history?${search}`);
  const own = series.find((one) => one.address === address);
  const what = address === undefined ? target : `${target} (${address})`;
  if (!own) {
    // The samples' own answer says which of the names nobody knows.
    await newestSample(client, target, vantage, address);
    throw noSample(what, vantage);
  }
  const newest = own.generations.reduce((a, b) => (a && a.lastS > b.lastS ? a : b), own.generations[0]);
  const found = stepS === undefined ? newest : own.generations.find((one) => one.stepS === stepS);
  if (found) return found;
  const steps = own.generations.map((one) => one.stepS).join(", ");
  throw new CarrierwatchError("usage", `${what} from ${vantage} was never measured every ${stepS} s`, {
    hint: `there are steps of ${steps} s`,
  });
}

/** The newest sample of a series. @throws NotFoundError when there is none */
export async function newestSample(client: Client, target: string, vantage: string, address?: string) {
  const search = new URLSearchParams({ vantage, limit: "1" });
  if (address !== undefined) search.set("address", address);
  const page = await answered(
    client,
    SamplesPage,
    "GET",
    `/targets/${encodeURIComponent(target)}/samples?${search}`,
  );
  const [newest] = page.samples;
  if (newest) return newest.sample;
  const what = address === undefined ? target : `${target} (${address})`;
  throw noSample(what, vantage);
}

function noSample(what: string, vantage: string): CarrierwatchError {
  return new CarrierwatchError("not_found", `there is no sample of ${what} from ${vantage}`);
}

async function columns(read: (metric: Metric) => Promise<Column>): Promise<Columns> {
  return byMetric(await Promise.all(METRICS.map(read)));
}

/** @param columns In METRICS order. */
function byMetric(columns: readonly Column[]): Columns {
  // fromEntries forgets the type of its keys; METRICS are all of them.
  return Object.fromEntries(METRICS.map((metric, i) => [metric, columns[i] ?? []])) as unknown as Columns;
}

/** All rows of an archive, oldest first; null where it holds none. @param wanted Of rows with a label after sinceS. */
async function column(
  client: Client,
  { lastS, ...series }: Series,
  spec: ArchiveSpec,
  metric: Metric,
  { cf, sinceS }: { readonly cf: AnyFunction; readonly sinceS: number },
): Promise<Column> {
  const toS = Math.floor(lastS / spec.rowS) * spec.rowS;
  const fromS = Math.max(0, toS - spec.rows * spec.rowS);
  if (sinceS >= toS) return Array.from({ length: spec.rows }, () => null);
  const range = { steps: String(spec.steps), from: String(Math.max(fromS, sinceS)), to: String(toS) };
  const search = new URLSearchParams({ ...series, metric, cf, ...range });
  const { rows } = await answered(client, FetchedRows, "GET", `/fetch?${search}`);
  const at = new Map(rows.map(({ t, value }) => [t, value]));
  return Array.from({ length: spec.rows }, (_, i) => at.get(fromS + (i + 1) * spec.rowS) ?? null);
}

function openOf(pdps: Columns, count: number): Columns {
  return byMetric(METRICS.map((metric) => (count === 0 ? [] : pdps[metric].slice(-count))));
}
