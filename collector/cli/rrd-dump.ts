/**
 * The text of `rrdtool dump` as archives of values. Text only; comments are passed over, because row times are counted
 * back from lastupdate. @see rrddump(1)
 */
import { CarrierwatchError } from "../wire/errors.ts";

/** One archive (RRA): its rows as text, oldest first, a value per data source. */
export type DumpArchive = { readonly cf: string; readonly steps: number; readonly rows: readonly string[][] };

export type Dump = {
  readonly stepS: number;
  /** lastupdate, UTC seconds. */
  readonly lastS: number;
  /** Names of the data sources, in the order of a row's values. */
  readonly sources: readonly string[];
  readonly archives: readonly DumpArchive[];
};

/** @throws CarrierwatchError code usage when it is no dump */
export function dumpOf(xml: string): Dump {
  const text = xml.replaceAll(/<!--[\s\S]*?-->/g, "");
  const stepS = Number(within(text, "step"));
  const lastS = Number(within(text, "lastupdate"));
  if (!(stepS > 0 && lastS > 0)) throw new CarrierwatchError("usage", "this is not what rrdtool dump writes");
  if (!text.trimEnd().endsWith("</rrd>"))
    throw new CarrierwatchError("usage", "the dump is cut short: it does not end with </rrd>");
  const [head = ""] = text.split("<rra>");
  const sources = [...head.matchAll(/<ds>\s*<name>\s*(.*?)\s*<\/name>/g)].map(([, name]) => name ?? "");
  const bodies = [...text.matchAll(/<rra>([\s\S]*?)<\/rra>/g)].map(([, body]) => body ?? "");
  const archives = bodies.map((body) => ({
    cf: within(body, "cf") ?? "",
    steps: Number(within(body, "pdp_per_row")),
    rows: rowsOf(body),
  }));
  return { stepS, lastS, sources, archives };
}

/** Label of an archive's row; `i` from the oldest on. */
export function labelOf({ stepS, lastS }: Dump, { steps, rows }: DumpArchive, i: number): number {
  const rowS = steps * stepS;
  return Math.floor(lastS / rowS) * rowS - (rows.length - 1 - i) * rowS;
}

function rowsOf(archive: string): string[][] {
  return [...archive.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row]) =>
    [...(row ?? "").matchAll(/<v>\s*(.*?)\s*<\/v>/g)].map(([, value]) => value ?? ""),
  );
}

function within(text: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>\\s*([^<]*?)\\s*</${tag}>`).exec(text)?.[1];
}
