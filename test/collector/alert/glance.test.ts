/** A target settled at a glance is one that judging it in full would leave as it is, and wait for the same votes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readFacts } from "../../../collector/alert/facts.ts";
import { glance } from "../../../collector/alert/glance.ts";
import { fc } from "../../support/property.ts";
import { HTTPS, leftIn, OPEN, OTHER_KINDS, type Story, stage, stories, TICKS, VANTAGES } from "./stories.ts";

/** @returns Whether it was settled at a glance. */
async function tell(story: Story): Promise<boolean> {
  const { world, news, judge } = await stage(story);
  const facts = await readFacts(world.store, world.registry, world.clock.nowMs());
  const [settled] = await glance(world.store, [{ target: world.target, news }], facts);
  if (!settled) return false;
  await world.messages();
  const before = await leftIn(world);
  const judged = await judge();
  assert.deepEqual(judged, settled);
  assert.deepEqual(await leftIn(world), before);
  assert.deepEqual(await world.messages(), []);
  return true;
}

async function settledOf(
  some: string,
  runs: number,
  urls: readonly string[],
): Promise<{ settled: number; doubted: number }> {
  const seen = { settled: 0, doubted: 0 };
  await fc.assert(
    fc.asyncProperty(stories(some, urls), async (story) => {
      if (await tell(story)) seen.settled += 1;
      else seen.doubted += 1;
    }),
    { numRuns: runs },
  );
  return seen;
}

describe("a target settled at a glance", () => {
  it("is one that judging it in full leaves as it is, whatever failed or was slow", async () => {
    const { settled, doubted } = await settledOf("D.S?X", 150, [HTTPS, OPEN, ...OTHER_KINDS]);
    assert.ok(settled > 10 && doubted > 10, `${settled} settled, ${doubted} doubted`);
  });

  for (const [kind, urls] of [
    ["over TLS", [HTTPS]],
    ["in the open", [OPEN]],
    ["by what is no HTTP", OTHER_KINDS],
  ] as const)
    it(`is one that judging it in full leaves as it is, whatever was answered ${kind}`, async () => {
      const { settled, doubted } = await settledOf("LPAMWNlZEVGHT", 100, urls);
      assert.ok(settled > 5 && doubted > 5, `${settled} settled, ${doubted} doubted`);
    });

  it("is doubted when it ended at another site, over TLS too", async () => {
    const one = VANTAGES.map((_, v) =>
      Array.from({ length: TICKS }, (_, i) => (v === 1 && i === 6 ? "M" : "U")),
    );
    assert.equal(await tell({ url: HTTPS, letters: one, cut: 5, come: 4, laterS: 3_600 }), false);
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
    ["is doubted when nobody verified it", "N"],
  ] as const;
  for (const [name, letter] of cases) {
    it(name, async () => {
      const one = VANTAGES.map((_, v) =>
        Array.from({ length: TICKS }, (_, i) => (v === 1 && i === 6 ? letter : "U")),
      );
      const fine = one.map((row) => row.map((one) => (one === letter ? "U" : one)));
      for (const url of [HTTPS, OPEN, ...OTHER_KINDS]) {
        const story = { url, letters: one, cut: 5, come: 4, laterS: 3_600 };
        assert.equal(await tell(story), false, url);
        assert.equal(await tell({ ...story, letters: fine }), true, url);
      }
    });
  }

  it("in the open is doubted where one was answered otherwise, and not where all were answered so", async () => {
    const cases = { M: true, L: true, l: false, Z: true, E: true, V: true, G: true, H: false, T: true };
    for (const [letter, isDoubted] of Object.entries(cases)) {
      const one = VANTAGES.map((_, v) =>
        Array.from({ length: TICKS }, (_, i) => (v === 1 && i === 6 ? letter : "U")),
      );
      const story = { url: OPEN, letters: one, cut: 5, come: 4, laterS: 3_600 };
      assert.equal(await tell(story), !isDoubted, letter);
      const all = VANTAGES.map(() => Array.from({ length: TICKS }, () => letter));
      assert.equal(
        await tell({ ...story, letters: all }),
        !["M", "V", "G"].includes(letter),
        `all ${letter}`,
      );
    }
  });

  it("is another one where carriers are answered otherwise in the open for some ticks", async () => {
    // What the comparison would find is what keeps the glance from settling it.
    for (const letter of "LV") {
      const some = VANTAGES.map((_, v) =>
        Array.from({ length: TICKS }, (_, i) => (v === 1 && i > 5 ? letter : "U")),
      );
      const story = { url: OPEN, letters: some, cut: 5, come: 5, laterS: 3_600 };
      const { world, judge } = await stage(story);
      await judge();
      assert.equal((await world.store.events.list({ limit: 9 })).length, 1, letter);
    }
  });
});
