/**
 * Series by name: what a sample belongs to, one text for a map's key, and the order they are listed in.
 *
 * A series without an address is the target's own and comes before those of its addresses.
 */
import { compareText } from "./cursor.ts";
import type { SampleRecord, SeriesKey } from "./store.ts";

/** The key with its address, or without that field where there is none ("" or undefined). */
export function seriesKey(target: string, vantage: string, address: string | undefined): SeriesKey {
  return address ? { target, vantage, address } : { target, vantage };
}

/** Whose sample it is. */
export function seriesOf({ sample, vantage }: Pick<SampleRecord, "sample" | "vantage">): SeriesKey {
  return seriesKey(sample.target, vantage, sample.address);
}

/** No part holds a slash, so the text is unambiguous. */
export function seriesName({ target, vantage, address }: SeriesKey): string {
  return address === undefined ? `${target}/${vantage}` : `${target}/${vantage}/${address}`;
}

/** What a vantage calls one of its series: the target, or target/address. "" or undefined = no address. */
export function nameAtVantage(target: string, address: string | undefined): string {
  return address ? `${target}/${address}` : target;
}

/** Whether such a name is that of an address. */
export function isOfAddress(name: string): boolean {
  return name.includes("/");
}

/** By target, vantage and address; below 0 when a comes before b. */
export function compareSeries(a: SeriesKey, b: SeriesKey): number {
  return (
    compareText(a.target, b.target) ||
    compareText(a.vantage, b.vantage) ||
    compareText(a.address ?? "", b.address ?? "")
  );
}
