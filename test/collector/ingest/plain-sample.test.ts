/** What is taken at a glance is what the schema takes, unchanged; whatever is out of place is left to the schema. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSample } from "../../../collector/ingest/envelope.ts";
import { isPlainSample } from "../../../collector/ingest/plain-sample.ts";
import { PDP_MAX } from "../../../collector/wire/metric.ts";
import { Detail, Sample } from "../../../collector/wire/sample.ts";
import { recordOf } from "../../bench/archive/samples.ts";

const NOW_S = 1_800_000_000;
const FULL_DETAIL = {
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

const plain = (): Record<string, unknown> => ({
  ...structuredClone(recordOf(7, NOW_S - (NOW_S % 300)).sample),
  seq: 12,
});
const full = (): Record<string, unknown> => ({ ...plain(), detail: structuredClone(FULL_DETAIL) });

/** Every place of a value: the keys that lead there. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))];
}

const ODD: readonly unknown[] = [
  ...[null, undefined, true, false, "", "x", "up", "down", "a/b", "x".repeat(3_000), "ipv4"],
  ...[0, -0, -1, 1, 0.5, 4, 6, 10, 19, 20, 21, 99, 100, 999, 1_000, 86_400, 86_401, Number.NaN],
  ...[Number.POSITIVE_INFINITY, PDP_MAX, PDP_MAX + 1, 2 ** 53, 253_402_300_799, 253_402_300_800],
  ...[253_402_300_799_999, 253_402_300_800_000, {}, [], [null], [1], ["x"], Array(40).fill("x")],
  ...[{ address: "x" }, [{ address: "x", ttlS: -1 }], [{ ttlS: 1 }], Array(33).fill({ address: "x" })],
];

/** The value with one place changed: set, taken out, or given a key that nobody knows. */
function changed(whole: unknown, path: readonly string[], odd: unknown, how: string): unknown {
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

/** What is let through must be what the schema lets through, with nothing added, taken or turned. */
function agrees(value: unknown): void {
  if (!isPlainSample(value)) return;
  const parsed = Sample.safeParse(value);
  assert.ok(parsed.success, `taken, but refused by the schema: ${JSON.stringify(value)} ${parsed.error}`);
  assert.deepEqual(parsed.data, value);
}

test("the samples that batches consist of are taken at a glance", () => {
  assert.ok(isPlainSample(plain()));
  for (const key of Object.keys(FULL_DETAIL)) assert.ok(key in Detail.shape, key);
  const { unverified, hops, ping, records, addresses, ...usual } = FULL_DETAIL;
  assert.ok(isPlainSample({ ...plain(), detail: usual }), "every detail that an up sample of a web page has");
  for (const rare of [{ unverified }, { hops }, { ping }, { records }, { addresses }])
    assert.ok("sample" in parseSample({ ...plain(), detail: rare }), "what is rarer is left to the schema");
});

test("a sample with any one place changed is taken only when the schema takes it unchanged", () => {
  for (const whole of [plain(), full(), { ...plain(), detail: { ...FULL_DETAIL, hops: undefined } }]) {
    for (const path of placesOf(whole))
      for (const odd of ODD)
        for (const how of ["set", "out", "extra"]) agrees(changed(whole, path, odd, how));
  }
});

test("whatever else is sent is taken only when the schema takes it unchanged", () => {
  const { hops: _, unverified: __, ping: ___, records: ____, addresses: _____, ...usual } = FULL_DETAIL;
  const whole = { ...plain(), detail: usual };
  const paths = placesOf(whole);
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat(paths.length - 1),
          fc.oneof(fc.constantFrom(...ODD), fc.integer(), fc.double(), fc.string(), fc.jsonValue()),
          fc.constantFrom("set", "out", "extra"),
        ),
        { maxLength: 3 },
      ),
      (changes) => {
        agrees(
          changes.reduce<unknown>((now, [at, odd, how]) => changed(now, paths[at] ?? [], odd, how), whole),
        );
      },
    ),
    { numRuns: 3_000 },
  );
});

test("keys that no object of ours has are not overlooked", () => {
  for (const text of ['{"__proto__":{}}', '{"__proto__":null}']) {
    const detail: unknown = JSON.parse(text);
    assert.equal(isPlainSample({ ...plain(), detail }), false);
  }
  assert.equal(isPlainSample(Object.assign(Object.create({ state: "up" }), plain())), false);
});
