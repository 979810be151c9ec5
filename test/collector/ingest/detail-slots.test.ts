/** A resolver's answers and a head's numbers stand in columns, and every record gets the verdict that it gets as JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DetailTexts } from "../../../collector/ingest/detail-texts.ts";
import { parseSample } from "../../../collector/ingest/envelope.ts";
import { receivedOf, unpacked } from "../../../collector/ingest/received.ts";
import { ColumnsError } from "../../../collector/wire/column-bytes.ts";
import { columnsOf, ToldCertificates } from "../../../probe/ship/columns.ts";
import { shippedOf } from "../../bench/archive/shipped.ts";
import { fc } from "../../support/property.ts";
import { HEAD, judged } from "./batches.ts";
import { plain } from "./odd-samples.ts";

const REFUSED = { why: "a key __proto__ is not allowed" };

/** How many are taken from columns as they are, once all of them are found to be what they would have been as JSON. */
function inColumns(texts: readonly string[], known = new DetailTexts()): number {
  const { bytes } = columnsOf(texts, HEAD, new ToldCertificates());
  const received = receivedOf(bytes, known);
  const found = unpacked(received).records.map(({ parsed }) => parsed);
  assert.deepEqual(
    found,
    texts.map((text) => (text.includes('"__proto__":') ? REFUSED : parseSample(JSON.parse(text)))),
  );
  return texts.length - received.records.length;
}

const withDetail = (detail: unknown): string => JSON.stringify({ ...plain(), detail });
/** For what no object literal says. */
const withDetailText = (json: string): string => withDetail("here").replace('"here"', json);
const shippedAt = (tick: number): string[] =>
  Array.from({ length: 500 }, (_, site) => JSON.stringify({ ...shippedOf(3, site, tick), seq: site + 1 }));

test("details of real probes stand in columns, tick after tick, and hardly any of it is text", () => {
  const known = new DetailTexts();
  const told = new ToldCertificates();
  for (const tick of [1_800_000_000, 1_800_000_300, 1_800_000_600]) {
    const texts = shippedAt(tick);
    assert.equal(inColumns(texts, known), 500);
    const { certificates, textBytes } = columnsOf(texts, HEAD, told);
    const wholeBytes = certificates.reduce((sum, { length }) => sum + length, 0);
    assert.ok(textBytes - wholeBytes < 500 * 100, `${textBytes - wholeBytes} bytes of text`);
    told.tell(certificates);
  }
});

test("answers with and without a TTL, none at all, and as many as there may be", () => {
  const one = { address: "2001:db8::1", ttlS: 0 };
  const details = [
    { answers: [] },
    { answers: [one] },
    { answers: [{ address: "192.0.2.1" }] },
    { answers: [{ address: "192.0.2.1" }, one, { address: "192.0.2.2" }, one], address: "192.0.2.2" },
    { answers: Array(32).fill(one), head: {} },
    { head: { via: "1.1 x", server: "nginx", ageS: 0, contentLength: 2 ** 49 } },
    { head: { contentLength: 0 }, answers: [{ ttlS: 7, address: "192.0.2.9" }] },
    { head: { ageS: 9 } },
    {},
  ];
  assert.equal(inColumns(details.map(withDetail)), details.length);
});

test("what no column says goes as JSON, and is judged there", () => {
  const details = [
    { answers: [{ address: "192.0.2.1", ttlS: -1 }] },
    { answers: [{ address: "192.0.2.1", ttlS: 0.5 }] },
    { answers: [{ address: "192.0.2.1", ttlS: Number.MAX_SAFE_INTEGER }] },
    { answers: [{ address: "192.0.2.1", ttlS: 1, more: 1 }] },
    { answers: [{ address: 0, ttlS: 0 }] },
    { answers: [{ address: "" }] },
    { answers: [null] },
    { answers: Array(33).fill({ address: "192.0.2.1" }) },
    { answers: 0 },
    { head: { ageS: -1 } },
    { head: { contentLength: "0" } },
    { head: 0 },
  ];
  assert.equal(inColumns(details.map(withDetail)), 0);
});

test("what a column says and the schema refuses is refused", () => {
  inColumns([withDetail({ head: { server: 5, ageS: 1 } }), ...shippedAt(1_800_000_000).slice(0, 3)]);
  inColumns([withDetail({ answers: [{ address: "a".repeat(65), ttlS: 1 }] }), withDetail({})]);
});

test("a key that neither form takes costs its own record only", () => {
  const sound = withDetail({ address: "192.0.2.1" });
  for (const detail of [
    '{"__proto__":1}',
    '{"head":{"__proto__":1}}',
    '{"head":{"via":{"__proto__":{}}}}',
    '{"certificate":{"a":[{"__proto__":null}]}}',
    '{"answers":[{"address":"192.0.2.1","__proto__":1}]}',
  ]) {
    const { bytes } = columnsOf([sound, withDetailText(detail)], HEAD, new ToldCertificates());
    assert.deepEqual(judged(bytes), [parseSample(JSON.parse(sound)), REFUSED], detail);
  }
});

test("a key named as what every object has is judged as any other", () => {
  for (const key of ["toString", "constructor", "hasOwnProperty"])
    assert.equal(inColumns([withDetail({ [key]: 1 }), withDetail({ head: { [key]: 1 } })]), 0, key);
});

test("whatever answers and heads there are, both forms agree", () => {
  const whole = fc.oneof(
    fc.nat(),
    fc.maxSafeInteger(),
    fc.constantFrom(-0, 0.5, 2 ** 50, 2 ** 60, null, "1"),
  );
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ maxLength: 70 }),
    fc.constantFrom("__proto__", "é"),
  );
  const some = { requiredKeys: [] };
  const answer = fc.record({ address: text, ttlS: whole }, some);
  const detail = fc.record(
    {
      answers: fc.oneof(fc.array(answer, { maxLength: 40 }), fc.jsonValue()),
      head: fc.oneof(
        fc.record({ via: text, server: text, ageS: whole, contentLength: whole }, some),
        fc.jsonValue(),
      ),
      address: text,
      resolver: text,
      lateMs: fc.double({ min: 0, noNaN: true }),
    },
    some,
  );
  fc.assert(
    fc.property(fc.array(detail, { minLength: 1, maxLength: 8 }), (details) => {
      inColumns(details.map(withDetail));
    }),
    { numRuns: 400 },
  );
});

test("a text that says itself what belongs beside it refuses the batch", () => {
  for (const text of [
    '{"answers":[{"address":"192.0.2.1"}]}',
    '{"answers":[{"address":0,"ttlS":60}]}',
    '{"answers":[{"address":0,"more":1}]}',
    '{"answers":[0]}',
    '{"answers":0}',
    `{"answers":[${Array(33).fill('{"address":0}').join(",")}]}`,
    '{"head":{"ageS":1}}',
    '{"head":{"contentLength":null}}',
    '{"head":[]}',
  ])
    assert.throws(() => new DetailTexts().rest(text), ColumnsError, text);
});
