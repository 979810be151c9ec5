/** Details whose answers and heads change with every tick: each tick keeps its own, and their text stands once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { SampleRecord, Store } from "../../../collector/store/store.ts";
import type { Detail, Sample } from "../../../collector/wire/sample.ts";
import { downAt, nowAfter, record, SERIES, T0, unknownSample } from "../../contract/support.ts";
import { fc } from "../../support/property.ts";
import { folder, openIn } from "./folder.ts";

const STEP_S = 300;
const RUNS = process.env["CARRIERWATCH_FULL"] === "1" ? 400 : 25;
const ALL = { series: [SERIES], fromS: 0, limit: 500, order: "oldest" } as const;

async function put(store: Store, records: readonly SampleRecord[], each: number): Promise<void> {
  for (let at = 0; at < records.length; at += each) {
    const some = records.slice(at, at + each);
    const outcomes = await store.samples.put(some, nowAfter(some.at(-1)?.sample.tick ?? 0));
    assert.ok(outcomes.every((outcome) => outcome === "stored"));
  }
}

async function held(store: Store, toS: number): Promise<Sample[]> {
  const { samples } = await store.samples.page({ ...ALL, toS });
  return samples.map(({ sample }) => sample);
}

test("a thousand TTLs, ages and lengths take one text and a few bytes each", async (t) => {
  const { dir, file } = folder(t);
  const certificate = {
    subject: "shop.test",
    issuer: "R11",
    notAfterS: 1_800_000_000,
    fingerprint256: "AB:".repeat(31),
  };
  const detailAt = (i: number): Detail => ({
    status: 200,
    certificate,
    answers: [
      { address: "192.0.2.10", ttlS: 600 - i },
      { address: "192.0.2.11", ttlS: i % 3 === 0 ? 600 - i : i },
      { address: "192.0.2.12" },
    ],
    head: { via: "1.1 cache", server: "nginx", ageS: 1 + i, contentLength: 48_000 + i },
  });
  const records = Array.from({ length: 400 }, (_, i) =>
    record({ tick: T0 + i * STEP_S, sample: { detail: detailAt(i) } }),
  );
  const store = await openIn(dir);
  await put(store, records, 7);
  const toS = T0 + 400 * STEP_S;
  const wanted = records.map(({ sample }) => sample);
  assert.deepEqual(await held(store, toS), wanted, "while it is open");
  await store.close();
  const again = await openIn(dir);
  assert.deepEqual(await held(again, toS), wanted, "opened anew");
  await again.close();
  const db = new Database(file, { readonly: true });
  try {
    assert.equal(db.prepare("SELECT count(*) FROM detail").pluck().get(), 1);
  } finally {
    db.close();
  }
});

const COUNT = fc.oneof(fc.constantFrom(0, 1, 127, 128, Number.MAX_SAFE_INTEGER), fc.nat(100_000));
const answer = fc.record(
  { address: fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1"), ttlS: COUNT },
  { requiredKeys: ["address"] },
);
const head = fc.record(
  { via: fc.constant("1.1 cache"), server: fc.constantFrom("nginx", ""), ageS: COUNT, contentLength: COUNT },
  { requiredKeys: [] },
);
const detail = fc.record(
  {
    status: fc.constantFrom(200, 304),
    address: fc.constantFrom("192.0.2.1", "2001:db8::1"),
    protocol: fc.constantFrom("h2", "http/1.1"),
    answers: fc.array(answer, { maxLength: 4 }),
    head,
    lateMs: fc.constantFrom(0, 0.125),
  },
  { requiredKeys: [] },
);
const state = fc.constantFrom<Partial<Sample>[]>(
  {},
  {},
  {},
  { state: "suspect" },
  downAt("wait"),
  unknownSample,
);

test("whatever of answers and heads there is, every engine keeps the same", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(detail, state), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (drawn, each) => {
        const { dir } = folder(t);
        const records = drawn.map(([said, how], i) =>
          record({ tick: T0 + i * STEP_S, sample: { ...how, detail: said as Detail } }),
        );
        const judge = memoryStore();
        const store = await openIn(dir);
        try {
          await put(judge, records, each);
          await put(store, records, each);
          const toS = T0 + drawn.length * STEP_S;
          assert.deepEqual(await held(store, toS), await held(judge, toS));
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: RUNS },
  );
});
