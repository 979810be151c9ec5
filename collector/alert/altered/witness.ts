/**
 * A sample as a witness of what a carrier's users are answered: whose it is, where it ended, what was resolved. Pure.
 *
 * Besides samples that vote, one that the guard stopped at a resolved address speaks too: a name that is answered with
 * a private address never gets further than that. Next stop: signs.ts.
 */
import ipaddr from "ipaddr.js";
import { remembering } from "../../registry/remembering.ts";
import { groupOf, hostNamed } from "../../registry/url.ts";
import type { StoredSample } from "../../store/store.ts";
import type { Sample } from "../../wire/sample.ts";
import { SKEW_LIMIT_MS } from "../../wire/vantage.ts";
import type { Voter } from "../window.ts";

export type Witness = {
  readonly carrier: string;
  readonly vantage: string;
  readonly sample: Sample;
  /** Where the measurement began, and where it ended after redirects. */
  readonly first: string;
  readonly host: string;
  /** Registrable domain of the host, or the host itself. */
  readonly site: string;
  /** It ended at another site than the target's. */
  readonly moved: boolean;
  /** What it was answered, or what sent it elsewhere, came over TLS that holds: nobody on the way can have written it. */
  readonly sealed: boolean;
};

/** @returns null = the sample says nothing of what users are answered. */
export function witnessOf(
  stored: StoredSample,
  voters: ReadonlyMap<string, Voter>,
  url: string,
): Witness | null {
  const carrier = voters.get(stored.vantage)?.carrier;
  if (carrier === undefined || !speaks(stored)) return null;
  const { sample, vantage } = stored;
  const last = sample.detail.finalUrl ?? url;
  const site = groupOf(last);
  const [first, host] = [hostNamed(url), hostNamed(last)];
  const moved = site !== groupOf(url);
  const sealed = isSealed(sample, moved, url);
  return { carrier, vantage, sample, first, host, site, moved, sealed };
}

/** Whether an answer that did not fail came from the target's site, over TLS that holds. */
export function isSealedThere(detail: Sample["detail"], url: string): boolean {
  const moved = groupOf(detail.finalUrl ?? url) !== groupOf(url);
  return !moved && isSealed({ detail }, moved, url);
}

/** What was read is as true as the last hop; that it was read elsewhere, as the least of the hops that led there. */
function isSealed(
  { detail, failure }: Pick<Sample, "detail" | "failure">,
  moved: boolean,
  url: string,
): boolean {
  const hops = detail.hops?.map((hop) => hop.url) ?? [];
  const way = hops.length > 0 ? hops : [url, ...(detail.finalUrl === undefined ? [] : [detail.finalUrl])];
  const heard = moved ? way.slice(0, -1) : way.slice(-1);
  const holds = moved || (failure?.phase !== "tls" && detail.certificate?.problem === undefined);
  return holds && detail.unverified !== true && heard.every((one) => one.startsWith("https:"));
}

function speaks({ sample, skewMs }: StoredSample): boolean {
  if (skewMs !== null && Math.abs(skewMs) > SKEW_LIMIT_MS) return false;
  const resolved = (sample.detail.answers ?? []).length > 0;
  return sample.state !== "unknown" || (sample.unknownReason === "guard" && resolved);
}

/** Addresses a host resolved to at a witness; empty = nobody asked, or it is not known. */
export function resolvedOf({ sample, host, first }: Witness, wanted: string): readonly string[] {
  const { answers, hops } = sample.detail;
  if (wanted === host) return (answers ?? []).map(({ address }) => address);
  const begun = hops?.[0]?.address;
  return wanted === first && begun !== undefined ? [begun] : [];
}

const SPECIAL: ReadonlySet<string> = new Set([
  ...["unspecified", "broadcast", "multicast", "linkLocal", "loopback", "carrierGradeNat"],
  ...["private", "reserved", "benchmarking", "uniqueLocal", "discard"],
]);

/** Whether an address is one that no public site has. The same few are asked of with every sample that is judged. */
export const isSpecial = remembering(16_384, (address: string): boolean => SPECIAL.has(rangeOf(address)));

/** NAT64 and mapped addresses are judged by the IPv4 address in them. */
function rangeOf(text: string): string {
  if (!ipaddr.isValid(text)) return "unknown";
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv6 && address.range() === "rfc6052") {
    return new ipaddr.IPv4(address.toByteArray().slice(12)).range();
  }
  return address.range();
}
