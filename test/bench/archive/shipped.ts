/**
 * Samples with the details that a real probe's have, as they were found in its spool: what is sent over HTTP.
 *
 * 500 sites, each with two or three public addresses (a private one is compared between carriers: another cost than a
 * site's, altered/sealed.ts): the resolver's answer names them all, with what is left of the TTL, which
 * differs from the tick before in three of four samples. Each has a certificate with a fingerprint like noise, and a head:
 * server, of every second its length, of every fourth, behind a cache, its age. Each vantage has its own address and
 * resolver. The engine's own bench keeps the plainer details of samples.ts: they are what its other figures are of.
 */
import { createHash } from "node:crypto";
import type { Sample } from "../../../collector/wire/sample.ts";
import { BATCH, recordOf, STEP_S } from "./samples.ts";

const SERVERS = ["nginx", "Tengine", "cloudflare", "Apache", "openresty/1.21.4.1"];
const ISSUERS = ["R11", "GeoTrust CN RSA CA G1"];
const VIAS = ["1.1 varnish", "1.1 google", "cache14.l2cn3022[0,0,200-0,H]", "1.1 cdn-7.example.net (CDN)"];
/** Of networks that hold public addresses and nothing else. */
const FIRST_OCTETS = [23, 47, 59, 61, 101, 104, 110, 111, 117, 119, 120, 121, 123, 124, 151, 180, 183, 218];
const TTL_S = 600;
/** Of so many ticks one says what the one before it said. */
const SAME_EVERY = 4;

/** The same number from 0 to `most - 1` for the same words, and as good as any for others. */
function noise(most: number, ...of: readonly (number | string)[]): number {
  return createHash("md5").update(of.join(" ")).digest().readUInt32LE() % most;
}

type Site = Pick<Sample["detail"], "certificate" | "protocol"> & {
  readonly addresses: readonly string[];
  readonly server: string;
  readonly isCached: boolean;
  readonly length: number | undefined;
};

const sites: readonly Site[] = Array.from({ length: BATCH }, (_, no) => ({
  addresses: Array.from({ length: 2 + noise(2, "many", no) }, (_, i) =>
    [
      FIRST_OCTETS[noise(FIRST_OCTETS.length, "a", no, i)],
      ...["b", "c", "d"].map((part) => 1 + noise(250, part, no, i)),
    ].join("."),
  ),
  certificate: {
    subject: `shop-${no}.example.com`,
    issuer: ISSUERS[noise(2, "issuer", no)] ?? "",
    notAfterS: 1_800_000_000 + noise(7_000_000, "until", no),
    fingerprint256: createHash("sha256")
      .update(`${no}`)
      .digest("hex")
      .toUpperCase()
      .replace(/..(?!$)/g, "$&:"),
    chain: ["R11", "ISRG Root X1"].slice(noise(2, "chain", no)),
  },
  protocol: noise(2, "protocol", no) === 0 ? "h2" : "http/1.1",
  server: SERVERS[noise(SERVERS.length, "server", no)] ?? "",
  isCached: noise(4, "cache", no) === 0,
  length: noise(2, "length", no) === 0 ? 11_840 : undefined,
}));

/** @param vantage Counted from 0; its probe's sample of a site at a tick. */
export function shippedOf(vantage: number, site: number, tick: number): Sample {
  const { sample } = recordOf(vantage * BATCH + site, tick);
  const { addresses, server, isCached, length, ...known } = sites[site % BATCH] ?? missing();
  const round = tick / STEP_S;
  const ttlS = 1 + noise(TTL_S, "ttl", vantage, site, round % SAME_EVERY === 0 ? round - 1 : round);
  const { address: _, certificate: __, protocol: ___, redirects: ____, ...numbers } = sample.detail;
  const detail: Sample["detail"] = {
    address: addresses[noise(addresses.length, vantage, site, round)] ?? "",
    ...numbers,
    ...known,
    localAddress: `192.168.${vantage}.17`,
    resolver: `202.96.${vantage}.133`,
    answers: addresses.map((address) => ({ address, ttlS })),
    head: {
      ...(isCached ? { via: VIAS[noise(VIAS.length, "via", site)] ?? "" } : {}),
      server,
      ...(isCached ? { ageS: noise(3_600, "age", vantage, site, round) } : {}),
      ...(length === undefined ? {} : { contentLength: length }),
    },
    lateMs: noise(9_000, "late", vantage, site, round) / 1_000,
    loopDelayMs: noise(3_000, "loop", vantage, site, round) / 1_000,
  };
  return { ...sample, detail };
}

function missing(): never {
  throw new RangeError("there is no such site");
}
