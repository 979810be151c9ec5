/**
 * What `rrdtool dump` writes, as samples: the rows of one step each, from the first archive that has such rows.
 *
 * Rows of several steps are no single measurements: see import-rrd-rows. A row without a total says neither that the
 * target was up nor why it was not: it stays UNKNOWN.
 */
import { CarrierwatchError } from "../wire/errors.ts";
import { type Mapped, madeSample, type Read, type Refused, timingsOf } from "./import-lines.ts";
import { type Dump, labelOf } from "./rrd-dump.ts";

export type RrdRead = {
  readonly samples: (Read | Refused)[];
  /** Rows of one step without a value for total. */
  readonly unknown: number;
};

/**
 * @param mapped By data source: its metric and unit.
 * @throws CarrierwatchError code usage when a data source that is mapped is not in it
 */
export function rrdSamples(dump: Dump, mapped: ReadonlyMap<string, Mapped>): RrdRead {
  const { sources, stepS, archives } = dump;
  const absent = [...mapped.keys()].filter((name) => !sources.includes(name));
  if (absent.length > 0) {
    throw new CarrierwatchError("usage", `there is no data source ${absent.join(", ")}`, {
      hint: `it has ${sources.join(", ")}; map them with --map DS=METRIC`,
    });
  }
  const finest = archives.find(({ steps }) => steps === 1);
  const totals = [...mapped.values()].some(({ metric }) => metric === "total");
  const samples: (Read | Refused)[] = [];
  let unknown = 0;
  for (const [i, values] of finest?.rows.entries() ?? []) {
    const line = i + 1;
    const timings = timingsOf(values.map((value, at) => [mapped.get(sources[at] ?? ""), value]));
    if (typeof timings === "string") samples.push({ line, why: timings });
    else if (totals ? timings.total === null : Object.values(timings).every((value) => value === null)) {
      unknown += 1;
    } else if (finest) {
      const sample = madeSample(labelOf(dump, finest, i), stepS, timings);
      samples.push({ line, target: undefined, vantage: undefined, sample });
    }
  }
  return { samples, unknown };
}
