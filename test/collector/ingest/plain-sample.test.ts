/** What is taken at a glance is what the schema takes, unchanged; whatever is out of place is left to the schema. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSample } from "../../../collector/ingest/envelope.ts";
import { isPlainSample } from "../../../collector/ingest/plain-sample.ts";
import { Detail, Sample } from "../../../collector/wire/sample.ts";
import { fc } from "../../support/property.ts";
import { changed, FULL_DETAIL, full, ODD, placesOf, plain } from "./odd-samples.ts";

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
