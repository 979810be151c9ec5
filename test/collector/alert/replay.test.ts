/** Judging old news again: the record comes out the same, and nobody is paged for it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { evaluateTarget } from "../../../collector/alert/evaluate.ts";
import type { Facts } from "../../../collector/alert/facts.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { SampleRecord } from "../../../collector/store/store.ts";
import type { Incident } from "../../../collector/wire/incident.ts";
import { Target } from "../../../collector/wire/target.ts";
import { Vantage } from "../../../collector/wire/vantage.ts";
import { fc } from "../../support/property.ts";
import { carrierName, type Drawing, incidentsIn, ruleOf, STEP, samplesIn, spansOf } from "./ticks.ts";

const VANTAGES = ["a/1", "a/2", "b", "c"];
const TICKS = 24;
/** The drawing's tick 0 as an instant the store accepts. */
const BASE_S = Math.floor(Date.UTC(2026, 10, 21, 8) / 1000);
const NOW_MS = (BASE_S + TICKS * STEP) * 1000 + 3_600_000;

function targetOf(m: number): Target {
  return Target.parse({
    id: "site",
    name: "site",
    url: "https://www.example.com/",
    group: "example.com",
    stepS: STEP,
    phaseS: 0,
    createdS: BASE_S,
    version: 1,
    alarm: ruleOf({ m }).alarm,
  });
}

const FACTS: Facts = {
  vantages: VANTAGES.map((name) =>
    Vantage.parse({ id: name.replace("/", "-"), name, carrier: carrierName(name), createdS: 0, version: 1 }),
  ),
  carriers: [],
  contacts: new Map(),
  recipients: ["ops"],
  timeZones: new Map(),
  targets: async () => [],
  nowMs: NOW_MS,
};

function recordsOf(drawing: Drawing): SampleRecord[] {
  return samplesIn(drawing).map(({ live: _, ...record }, i) => ({
    ...record,
    receivedMs: NOW_MS,
    sample: { ...record.sample, tick: record.sample.tick + BASE_S, seq: i + 1 },
  }));
}

/** Stores and judges batch after batch; @returns the record, by the drawing's ticks, and the messages. */
async function live(batches: readonly (readonly SampleRecord[])[], m: number) {
  const store = memoryStore();
  const target = targetOf(m);
  for (const batch of batches) {
    if (batch.length === 0) continue;
    await store.samples.put(batch, NOW_MS);
    const ticks = batch.map((record) => record.sample.tick);
    await evaluateTarget(store, target, FACTS, { fromTick: Math.min(...ticks), toTick: Math.max(...ticks) });
  }
  const incidents = await store.incidents.list({ target: "site", limit: 1000 });
  const messages = await store.outbox.lease(NOW_MS, 1000, 1000);
  return { incidents, messages, story: spansOf(incidents.map(shifted)) };
}

function shifted(incident: Incident): Incident {
  const toS = incident.toS === null ? null : incident.toS - BASE_S;
  return { ...incident, fromS: incident.fromS - BASE_S, toS };
}

/** What a failure says: the drawing, the order of arrival, and the record it led to. */
function explain(
  draw: Drawing,
  m: number,
  batches: readonly (readonly SampleRecord[])[],
  incidents: readonly Incident[],
): string {
  const tickOf = (tick: number) => (tick - BASE_S) / STEP;
  const order = batches.map((batch) =>
    batch.map((record) => `${record.vantage}@${tickOf(record.sample.tick)}`).join(" "),
  );
  const record = incidents.map((incident) => {
    const steps = incident.transitions.map((one) => `${tickOf(one.tick)} ${one.kind} ${one.class}`);
    return `${incident.id} ${spansOf([shifted(incident)])}: ${steps.join(", ")}`;
  });
  return ["", `m ${m}`, ...Object.entries(draw).map((line) => line.join(" ")), ...order, ...record].join(
    "\n",
  );
}

function steps(incident: Incident): string {
  const said = incident.transitions.map((one) => `${one.tick} ${one.kind} ${JSON.stringify(one.belief)}`);
  return `${incident.id} ${incident.class} ${incident.fromS}-${incident.toS}: ${said.join(", ")}`;
}

const said = fc.constantFrom("U", "U", "D", "D", "S");
const lineOf = (unsaid: number) => {
  const letters = fc.oneof(
    { weight: 5, arbitrary: said },
    { weight: unsaid, arbitrary: fc.constantFrom(".", "X") },
  );
  return fc.array(letters, { minLength: TICKS, maxLength: TICKS });
};
/** From hardly a gap to hardly a word. */
const drawing = fc
  .constantFrom(2, 15)
  .chain((unsaid) => fc.tuple(...VANTAGES.map(() => lineOf(unsaid))))
  .map((lines): Drawing => Object.fromEntries(VANTAGES.map((name, i) => [name, (lines[i] ?? []).join("")])));

/** The records in any order, cut into batches anywhere. */
const shuffled = fc
  .tuple(drawing, fc.infiniteStream(fc.nat({ max: 1000 })), fc.integer({ min: 1, max: 3 }))
  .map(([draw, stream, m]) => {
    const order = recordsOf(draw)
      .map((record) => ({ record, key: stream.next().value ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map((entry) => entry.record);
    const batches: SampleRecord[][] = [[]];
    for (const record of order) {
      if ((stream.next().value ?? 0) < 100) batches.push([]);
      batches.at(-1)?.push(record);
    }
    return { draw, m, batches };
  });

describe("old news", () => {
  it("is judged by its own ticks and a few after them, however much came since", async () => {
    const store = memoryStore();
    const target = targetOf(2);
    const line = "U".repeat(400);
    const records = recordsOf({ b: line, c: `${line.slice(0, 398)}DD` }).map((record) => ({
      ...record,
      sample: { ...record.sample, tick: record.sample.tick - 380 * STEP },
    }));
    const late = records.filter((record) => record.vantage === "c").slice(0, 10);
    await store.samples.put(
      records.filter((record) => !late.includes(record)),
      NOW_MS,
    );
    const ticks = records.map((record) => record.sample.tick);
    await evaluateTarget(store, target, FACTS, { fromTick: Math.min(...ticks), toTick: Math.max(...ticks) });
    const before = await store.incidents.list({ target: "site", limit: 10 });
    assert.deepEqual(
      before.map((incident) => incident.class),
      ["degraded"],
    );
    await store.samples.put(late, NOW_MS);
    const asked: number[] = [];
    const outlines: typeof store.samples.outlines = (queries) => {
      for (const { fromS, toS } of queries) asked.push((toS - fromS) / STEP + 1);
      return store.samples.outlines(queries);
    };
    const counting = { ...store, samples: { ...store.samples, outlines } };
    const lateTicks = late.map((record) => record.sample.tick);
    const news = { fromTick: Math.min(...lateTicks), toTick: Math.max(...lateTicks) };
    await evaluateTarget(counting, target, FACTS, news);
    assert.equal(asked.length, 1);
    assert.ok((asked[0] ?? 0) < 30, `${asked[0]} ticks`);
    assert.deepEqual(await store.incidents.list({ target: "site", limit: 10 }), before);
  });
});

describe("a last word", () => {
  const cases = [
    {
      name: "counts at the ticks that are looked back at, however long ago it was said",
      m: 3,
      draw: { "a/1": "DDD.......UUU", "a/2": "DDD........UU" },
      late: ["a-1@12", "a-2@12"],
    },
    {
      name: "that came late counts until the vantage's next one, however long it is silent",
      m: 2,
      draw: { "a/1": "DD..................UU", b: "DD", c: "DDU" },
      late: ["c@2"],
    },
  ];
  for (const { name, m, draw, late } of cases) {
    it(name, async () => {
      const isLate = (record: SampleRecord) =>
        late.includes(`${record.vantage}@${(record.sample.tick - BASE_S) / STEP}`);
      const records = recordsOf(draw);
      const batches = [records.filter((record) => !isLate(record)), records.filter(isLate)];
      assert.equal(batches[1]?.length, late.length);
      const { story, incidents } = await live(batches, m);
      assert.equal(story, incidentsIn(draw, { m }), explain(draw, m, batches, incidents));
    });
  }
});

describe("the record", () => {
  it("is the same whatever the order and the batches in which the samples of the ticks arrive", async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ draw, m, batches }) => {
        const { story, incidents } = await live(batches, m);
        assert.equal(story, incidentsIn(draw, { m }), explain(draw, m, batches, incidents));
      }),
      { numRuns: 80 },
    );
  });

  it("pages nobody for what came late, in any order", async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ batches, m }) => {
        assert.deepEqual((await live(batches, m)).messages, []);
      }),
      { numRuns: 30 },
    );
  });

  it("repeats nothing when everything is judged again", async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ batches, m }) => {
        const once = await live(batches, m);
        const again = await live([...batches, ...batches], m);
        const explained = explain({}, m, batches, once.incidents);
        assert.deepEqual(again.incidents.map(steps), once.incidents.map(steps), explained);
      }),
      { numRuns: 30 },
    );
  });
});
