/** Samples as they should be, and with something out of place: what every way in has to judge alike. */
import { PDP_MAX } from "../../../collector/wire/metric.ts";
import { recordOf } from "../../bench/archive/samples.ts";

const NOW_S = 1_800_000_000;
export const FULL_DETAIL = {
  status: 200,
  bodyBytes: 48_213,
  wireBytes: 11_840,
  receiveBps: null,
  redirects: 1,
  redirectUs: 12,
  finalUrl: "https://www.example.com/",
  address: "2001:db8::1",
  family: 6,
  protocol: "h2",
  tlsProtocol: "TLSv1.3",
  certificate: {
    subject: "CN=a.test",
    issuer: "CN=b",
    notAfterS: NOW_S,
    fingerprint256: "AB:CD",
    problem: "expired",
    chain: ["R11"],
  },
  unverified: true,
  tlsNetUs: 5,
  headerBytes: 612,
  hops: [
    { url: "https://a.test/", status: 301, dns: 1, connect: null, tls: 3, wait: 4, transfer: 5 },
    { url: "https://b.test/", address: "192.0.2.1", dns: 1, connect: 2, tls: 3, wait: 4, transfer: 5 },
  ],
  localAddress: "192.0.2.9",
  resolver: "192.0.2.53",
  answers: [{ address: "192.0.2.10", ttlS: 60 }, { address: "192.0.2.11" }],
  head: { via: "1.1 x", server: "nginx", ageS: 4, contentLength: 9 },
  ping: { sent: 5, received: 5, minUs: 1, maxUs: 2 },
  records: ["192.0.2.1"],
  addresses: { up: 1, of: 2, other: 3 },
  lateMs: 0.5,
  loopDelayMs: 1.25,
  note: "said",
};

export const plain = (): Record<string, unknown> => ({
  ...structuredClone(recordOf(7, NOW_S - (NOW_S % 300)).sample),
  seq: 12,
});
export const full = (): Record<string, unknown> => ({ ...plain(), detail: structuredClone(FULL_DETAIL) });

/** Every place of a value: the keys that lead there. */
export function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))];
}

export const ODD: readonly unknown[] = [
  ...[null, undefined, true, false, "", "x", "up", "down", "a/b", "x".repeat(3_000), "ipv4"],
  ...[0, -0, -1, 1, 0.5, 4, 6, 10, 19, 20, 21, 99, 100, 999, 1_000, 86_400, 86_401, Number.NaN],
  ...[Number.POSITIVE_INFINITY, PDP_MAX, PDP_MAX + 1, 2 ** 53, 253_402_300_799, 253_402_300_800],
  ...[253_402_300_799_999, 253_402_300_800_000, {}, [], [null], [1], ["x"], Array(40).fill("x")],
  ...[{ address: "x" }, [{ address: "x", ttlS: -1 }], [{ ttlS: 1 }], Array(33).fill({ address: "x" })],
];

/** The value with one place changed: set, taken out, or given a key that nobody knows. */
export function changed(whole: unknown, path: readonly string[], odd: unknown, how: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return how === "extra" && isObject(whole) ? { ...whole, unheard: odd } : odd;
  if (!isObject(whole)) return odd;
  const copy: Record<string, unknown> = Array.isArray(whole) ? Object.assign([], whole) : { ...whole };
  if (rest.length === 0 && how === "out") delete copy[key];
  else copy[key] = changed(copy[key], rest, odd, how);
  return copy;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
