/**
 * What `rrdtool dump` writes, as samples: the rows of one step each, from the first archive that has such rows.
 *
 * Rows of several steps are no single measurements and are left; how many is said. A row without a total says neither
 * that the target was up nor why it was not: it stays UNKNOWN. Comments are passed over: row times are counted back
 * from lastupdate. @see rrddump(1)
 */
import { CarrierwatchError } from "../wire/errors.ts";
import { type Mapped, madeSample, type Read, type Refused, timingsOf } from "./import-lines.ts";

export type RrdRead = {
  readonly samples: (Read | Refused)[];
  /** Known rows of wider archives, which were left. */
  readonly wider: number;
  /** Rows of one step without a value for total. */
  readonly unknown: number;
};

/**
 * @param mapped By data source: its metric and unit.
 * @throws CarrierwatchError code usage when it is no dump, or a data source that is mapped is not in it.
 */
export function rrdSamples(xml: string, mapped: ReadonlyMap<string, Mapped>): RrdRead {
  const text = xml.replaceAll(/<!--[\s\S]*?-->/g, "");
  const stepS = Number(within(text, "step"));
  const lastS = Number(within(text, "lastupdate"));
  if (!(stepS > 0 && lastS > 0)) throw new CarrierwatchError("usage", "this is not what rrdtool dump writes");
  const [head = ""] = text.split("<rra>");
  const sources = [...head.matchAll(/<ds>\s*<name>\s*(.*?)\s*<\/name>/g)].map(([, name]) => name ?? "");
  const absent = [...mapped.keys()].filter((name) => !sources.includes(name));
  if (absent.length > 0) {
    throw new CarrierwatchError("usage", `there is no data source ${absent.join(", ")}`, {
      hint: `it has ${sources.join(", ")}; map them with --map DS=METRIC`,
    });
  }
  const archives = [...text.matchAll(/<rra>([\s\S]*?)<\/rra>/g)].map(([, body]) => body ?? "");
  const finest = archives.find((body) => Number(within(body, "pdp_per_row")) === 1);
  const wide = archives.filter((body) => Number(within(body, "pdp_per_row")) !== 1);
  const rows = finest === undefined ? [] : rowsOf(finest);
  const totals = [...mapped.values()].some(({ metric }) => metric === "total");
  const endS = Math.floor(lastS / stepS) * stepS;
  const samples: (Read | Refused)[] = [];
  let unknown = 0;
  for (const [i, values] of rows.entries()) {
    const line = i + 1;
    const timings = timingsOf(values.map((value, at) => [mapped.get(sources[at] ?? ""), value]));
    if (typeof timings === "string") samples.push({ line, why: timings });
    else if (totals ? timings.total === null : Object.values(timings).every((value) => value === null)) {
      unknown += 1;
    } else {
      const tick = endS - (rows.length - line) * stepS;
      samples.push({ line, target: undefined, vantage: undefined, sample: madeSample(tick, stepS, timings) });
    }
  }
  return { samples, unknown, wider: wide.flatMap(rowsOf).filter(isKnown).length };
}

function rowsOf(archive: string): string[][] {
  return [...archive.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row]) =>
    [...(row ?? "").matchAll(/<v>\s*(.*?)\s*<\/v>/g)].map(([, value]) => value ?? ""),
  );
}

function isKnown(values: readonly string[]): boolean {
  return values.some((value) => !/nan/i.test(value));
}

function within(text: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>\\s*([^<]*?)\\s*</${tag}>`).exec(text)?.[1];
}
