/**
 * Archives as the XML that `rrdtool restore` reads (version 0003), one data source per metric, each archive once per cf.
 *
 * Arithmetic and text only. Values come in as fetch gives them (ms, bytes/s; null = UNKNOWN) and are written as rrdtool
 * users keep them: seconds as floats, bytes/s as they are, NaN for UNKNOWN. Row times are not written: rrdtool counts
 * them back from lastupdate, so every archive has all of its rows, the ones before the first measurement as NaN.
 *
 * @see rrdcreate(1), rrddump(1), rrdrestore(1)
 */
import type { ArchiveSpec } from "../archive/layout.ts";
import { type AnyFunction, METRICS, type Metric } from "../wire/metric.ts";

type Values = readonly (number | null)[];

/** One archive under one cf: per metric its rows, oldest first, the last one labelled floor(lastS / rowS) * rowS. */
export type RrdArchive = {
  readonly spec: ArchiveSpec;
  readonly cf: AnyFunction;
  readonly values: { readonly [M in Metric]: Values };
  /** Per metric the primary data points after that last row, of which the next one is made. */
  readonly open: { readonly [M in Metric]: Values };
};

/**
 * @param stepS Seconds between ticks.
 * @param lastS The newest tick, UTC seconds; becomes lastupdate.
 */
export function rrdXml(stepS: number, lastS: number, archives: readonly RrdArchive[]): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n<rrd>\n',
    `<version>0003</version>\n<step>${stepS}</step>\n<lastupdate>${lastS}</lastupdate>\n`,
    ...METRICS.map((metric) => sourceXml(metric, stepS)),
    ...archives.map(archiveXml),
    "</rrd>\n",
  ].join("");
}

/** In the unit of the file. */
function fileValue(metric: Metric, value: number): number {
  return metric === "speed" ? value : value / 1000;
}

function sourceXml(metric: Metric, stepS: number): string {
  return `<ds><name>${metric}</name><type>GAUGE</type><minimal_heartbeat>${2 * stepS}</minimal_heartbeat><min>NaN</min><max>NaN</max><last_ds>U</last_ds><value>0</value><unknown_sec>0</unknown_sec></ds>\n`;
}

function archiveXml({ spec, cf, values, open }: RrdArchive): string {
  const rows: string[] = [];
  for (let i = 0; i < spec.rows; i += 1) {
    rows.push(
      `<row>${METRICS.map((metric) => `<v>${number(metric, values[metric][i])}</v>`).join("")}</row>\n`,
    );
  }
  const prepared = METRICS.map((metric) => preparedXml(metric, cf, open[metric]));
  return `<rra><cf>${cf}</cf><pdp_per_row>${spec.steps}</pdp_per_row><params><xff>${spec.xff}</xff></params>
<cdp_prep>${prepared.join("")}</cdp_prep>
<database>
${rows.join("")}</database></rra>
`;
}

/** What rrdtool has gathered for the row that is still open: sum, largest or smallest, and how many are UNKNOWN. */
function preparedXml(metric: Metric, cf: AnyFunction, open: Values): string {
  const known = open.filter((value) => value !== null);
  const gathered = known.length === 0 ? null : gather[cf](known);
  return `<ds><primary_value>NaN</primary_value><secondary_value>NaN</secondary_value><value>${number(metric, gathered)}</value><unknown_datapoints>${open.length - known.length}</unknown_datapoints></ds>`;
}

const gather: { readonly [C in AnyFunction]: (known: readonly number[]) => number } = {
  AVERAGE: (known) => known.reduce((sum, value) => sum + value, 0),
  MAX: (known) => Math.max(...known),
  MIN: (known) => Math.min(...known),
  LAST: (known) => known.at(-1) ?? Number.NaN,
};

/** All the digits a double has. */
function number(metric: Metric, value: number | null | undefined): string {
  return value === null || value === undefined ? "NaN" : fileValue(metric, value).toExponential(16);
}
