/** A target settled at a glance is one that judging it in full would leave as it is, and wait for the same votes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { evaluateTarget } from "../../../collector/alert/evaluate.ts";
import { readFacts } from "../../../collector/alert/facts.ts";
import { glance } from "../../../collector/alert/glance.ts";
import type { Detail, Sample } from "../../../collector/wire/sample.ts";
import { fc } from "../../support/property.ts";
import { REAL } from "./altered-ticks.ts";
import { downSample, STEP, upSample } from "./ticks.ts";
import { makeWorld, type World } from "./world.ts";

const TICKS = 12;
const VANTAGES = ["ct", "cnc", "cmcc"] as const;
const PLAIN: Detail = {
  status: 200,
  bodyBytes: 5_000,
  certificate: REAL,
  answers: [{ address: "93.184.216.34" }],
};

/** What a letter says besides being up. */
const ODD: Readonly<Record<string, Detail>> = {
  U: {},
  L: { bodyBytes: 90_000 },
  P: { certificate: { ...REAL, issuer: "portal", fingerprint256: "BB", problem: "SELF_SIGNED" } },
  A: { answers: [{ address: "10.0.0.1" }] },
  M: { finalUrl: "https://login.example.net/", redirects: 1 },
  W: { finalUrl: "https://shop.example.com/", redirects: 1 },
  N: { unverified: true },
};

function sampleOf(letter: string, tick: number): Sample | null {
  if (letter === ".") return null;
  if (letter === "D") return downSample(tick);
  if (letter === "X") return { ...upSample(tick), state: "unknown", unknownReason: "overload", detail: {} };
  const sample = upSample(tick, letter === "S" ? 2_300 : 120);
  if (letter === "?") return { ...sample, state: "suspect", detail: PLAIN };
  return { ...sample, detail: { ...PLAIN, ...ODD[letter] } };
}

/** Everything judging can leave behind. */
async function leftIn({ store }: World): Promise<unknown> {
  return [await store.incidents.list({ limit: 100 }), await store.events.list({ limit: 100 })];
}

type Story = {
  readonly url: string;
  /** Per vantage a letter a tick. */
  readonly letters: readonly (readonly string[])[];
  /** Ticks before this one are known and judged; those from it on are news. */
  readonly cut: number;
  /** Of the news only the first so many ticks have come. */
  readonly come: number;
  /** Seconds from the last tick that came to the moment it is judged. */
  readonly laterS: number;
};

/** @returns Whether it was settled at a glance. */
async function tell({ url, letters, cut, come, laterS }: Story): Promise<boolean> {
  const world = await makeWorld({ url });
  const base = world.tick();
  const report = async (at: number) => {
    const tick = base + at * STEP;
    const told = VANTAGES.flatMap((vantage, v) => {
      const sample = sampleOf(letters[v]?.[at] ?? ".", tick);
      return sample ? [[vantage, sample] as const] : [];
    });
    await world.reportSamples(Object.fromEntries(told));
  };
  const judge = async (fromTick: number, toTick: number) => {
    const facts = await readFacts(world.store, world.registry, world.clock.nowMs());
    return await evaluateTarget(world.store, world.target, facts, { fromTick, toTick });
  };
  await world.clock.advance((cut + come) * STEP * 1_000);
  for (let at = 0; at < cut; at += 1) await report(at);
  if (cut > 0) await judge(base, base + (cut - 1) * STEP);
  for (let at = cut; at < cut + come; at += 1) await report(at);
  await world.clock.advance(laterS * 1_000);
  const news = { fromTick: base + cut * STEP, toTick: base + (cut + come - 1) * STEP };
  const facts = await readFacts(world.store, world.registry, world.clock.nowMs());
  const [settled] = await glance(world.store, [{ target: world.target, news }], facts);
  if (!settled) return false;
  await world.messages();
  const before = await leftIn(world);
  const judged = await judge(news.fromTick, news.toTick);
  assert.deepEqual(judged, settled);
  assert.deepEqual(await leftIn(world), before);
  assert.deepEqual(await world.messages(), []);
  return true;
}

const letters = (some: string) => fc.constantFrom(..."U".repeat(30), ...some);
const stories = (some: string): fc.Arbitrary<Story> =>
  fc.record({
    url: fc.constantFrom("https://www.example.com/", "https://www.example.com/", "http://www.example.com/"),
    letters: fc.array(fc.array(letters(some), { minLength: TICKS, maxLength: TICKS }), {
      minLength: VANTAGES.length,
      maxLength: VANTAGES.length,
    }),
    cut: fc.integer({ min: 0, max: 7 }),
    come: fc.integer({ min: 1, max: 5 }),
    laterS: fc.constantFrom(0, 7, 60, 3_600),
  });

async function settledOf(some: string, runs: number): Promise<{ settled: number; doubted: number }> {
  const seen = { settled: 0, doubted: 0 };
  await fc.assert(
    fc.asyncProperty(stories(some), async (story) => {
      if (await tell(story)) seen.settled += 1;
      else seen.doubted += 1;
    }),
    { numRuns: runs },
  );
  return seen;
}

describe("a target settled at a glance", () => {
  it("is one that judging it in full leaves as it is, whatever failed or was slow", async () => {
    const { settled, doubted } = await settledOf("D.S?X", 150);
    assert.ok(settled > 10 && doubted > 10, `${settled} settled, ${doubted} doubted`);
  });

  it("is one that judging it in full leaves as it is, whatever was answered", async () => {
    const { settled, doubted } = await settledOf("LPAMWN", 150);
    assert.ok(settled > 10 && doubted > 10, `${settled} settled, ${doubted} doubted`);
  });

  it("waits for the votes that may still come", async () => {
    const missing = VANTAGES.map((_, v) =>
      Array.from({ length: TICKS }, (_, i) => (v === 2 && i === 6 ? "." : "U")),
    );
    const story = { url: "https://www.example.com/", letters: missing, cut: 5, come: 2, laterS: 5 };
    assert.equal(await tell(story), true);
  });

  const cases = [
    ["is doubted when one vote is down", "D"],
    ["is doubted when one value is beyond its line", "S"],
    ["is doubted when the probe says unknown", "X"],
    ["is doubted when a certificate does not hold", "P"],
    ["is doubted when a name is answered with a private address", "A"],
    ["is doubted when it ended at another site", "M"],
    ["is doubted when nobody verified it", "N"],
  ] as const;
  for (const [name, letter] of cases) {
    it(name, async () => {
      const one = VANTAGES.map((_, v) =>
        Array.from({ length: TICKS }, (_, i) => (v === 1 && i === 6 ? letter : "U")),
      );
      const story = { url: "https://www.example.com/", letters: one, cut: 5, come: 4, laterS: 3_600 };
      assert.equal(await tell(story), false);
      const fine = one.map((row) => row.map((one) => (one === letter ? "U" : one)));
      assert.equal(await tell({ ...story, letters: fine }), true);
    });
  }
});
