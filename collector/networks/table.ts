/**
 * The offline table of networks: sorted ranges of addresses and whose they are. Pure: no file, no clock.
 *
 * IPv4 counts in addresses, IPv6 in /48 networks (the upper 48 bits, exact as a number): nobody announces less to the
 * world. On disk a flat list of gap, length, network keeps it small; in memory it is three arrays and a binary search.
 */
import ipaddr from "ipaddr.js";
import * as z from "zod";
import { NetworkHint } from "../wire/path-evidence.ts";

const Flat = z.array(z.int().min(0));

/** As stored: `v4` and `v6` hold gap to the end of the range before, length, and index into `networks`, in turn. */
export const PackedTable = z.strictObject({
  /** Where the ranges come from, and the day of that data, YYYY-MM-DD. */
  source: z.string(),
  dated: z.iso.date(),
  networks: z.array(NetworkHint),
  v4: Flat,
  v6: Flat,
});
export type PackedTable = z.infer<typeof PackedTable>;

/** From `start` to `start + length - 1`, in the family's unit. */
export type Range = { readonly start: number; readonly length: number; readonly network: number };

type Ranges = { readonly starts: Float64Array; readonly ends: Float64Array; readonly network: Uint16Array };

export type Table = { readonly v4: Ranges; readonly v6: Ranges; readonly networks: readonly NetworkHint[] };

/** Touching ranges of one network become one; then flat. @param ranges Any order, without overlaps. */
export function packRanges(ranges: readonly Range[]): number[] {
  const flat: number[] = [];
  let before = { end: 0, network: -1 };
  for (const { start, length, network } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start < before.end) throw new RangeError(`ranges overlap at ${start}`);
    if (start === before.end && network === before.network) {
      flat[flat.length - 2] = (flat[flat.length - 2] ?? 0) + length;
    } else flat.push(start - before.end, length, network);
    before = { end: start + length, network };
  }
  return flat;
}

/** Ready to be asked. */
export function unpack(packed: PackedTable): Table {
  return { v4: rangesOf(packed.v4), v6: rangesOf(packed.v6), networks: packed.networks };
}

function rangesOf(flat: readonly number[]): Ranges {
  const count = Math.floor(flat.length / 3);
  const ranges = {
    starts: new Float64Array(count),
    ends: new Float64Array(count),
    network: new Uint16Array(count),
  };
  let end = 0;
  for (let i = 0; i < count; i += 1) {
    const start = end + (flat[i * 3] ?? 0);
    end = start + (flat[i * 3 + 1] ?? 0);
    ranges.starts[i] = start;
    ranges.ends[i] = end;
    ranges.network[i] = flat[i * 3 + 2] ?? 0;
  }
  return ranges;
}

/** Whose the address is. @returns null: in no network the table knows, or no address. */
export function lookUp(table: Table, address: string): NetworkHint | null {
  const place = placeOf(address);
  if (place === null) return null;
  const { starts, ends, network } = table[place.family];
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= place.at) low = middle + 1;
    else high = middle;
  }
  if (low === 0 || place.at >= (ends[low - 1] ?? 0)) return null;
  return table.networks[network[low - 1] ?? -1] ?? null;
}

/** An address as family and number in the family's unit; null = it is none. */
export function placeOf(address: string): { family: "v4" | "v6"; at: number } | null {
  if (
    !ipaddr.isValid(address) ||
    (ipaddr.IPv4.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address))
  ) {
    return null;
  }
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  const of = (count: number) => bytes.slice(0, count).reduce((sum, byte) => sum * 256 + byte, 0);
  return parsed.kind() === "ipv4" ? { family: "v4", at: of(4) } : { family: "v6", at: of(6) };
}
