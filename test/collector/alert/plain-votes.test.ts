/** Votes that are read in columns: judging by them leaves what judging by whole samples leaves, to the last byte. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Store } from "../../../collector/store/store.ts";
import { fc } from "../../support/property.ts";
import { HTTPS, leftIn, OPEN, OTHER_KINDS, type Story, stage, stories, TICKS, VANTAGES } from "./stories.ts";

/** The store, and how often whole samples of ticks were read out of it. */
function counted(store: Store): { store: Store; read: () => number } {
  let reads = 0;
  const states: Store["samples"]["states"] = (target, ticks) => {
    reads += 1;
    return store.samples.states(target, ticks);
  };
  return { store: { ...store, samples: { ...store.samples, states } }, read: () => reads };
}

/** As text, whatever the target is called. */
function named(left: unknown, { world }: Awaited<ReturnType<typeof stage>>): string {
  return JSON.stringify(left, null, 1).replaceAll(world.target.id, "the-target");
}

/** @returns Whether whole samples were needed. */
async function tell(story: Story): Promise<boolean> {
  const [plain, full] = [await stage(story), await stage(story)];
  const { store, read } = counted(plain.world.store);
  assert.equal(named(await plain.judge(store), plain), named(await full.judge(), full));
  assert.equal(named(await leftIn(plain.world), plain), named(await leftIn(full.world), full));
  // Those of one moment go by an id that no two targets share.
  assert.deepEqual((await plain.world.messages()).sort(), (await full.world.messages()).sort());
  return read() > 0;
}

async function readOf(some: string, runs: number, urls: readonly string[]) {
  const seen = { plain: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(stories(some, urls), async (story) => {
      if (await tell(story)) seen.whole += 1;
      else seen.plain += 1;
    }),
    { numRuns: runs },
  );
  return seen;
}

/** Everybody is up, but one vantage from the seventh tick on. */
function oneFrom(letter: string): string[][] {
  return VANTAGES.map((_, v) => Array.from({ length: TICKS }, (_, i) => (v === 1 && i > 5 ? letter : "U")));
}

describe("votes read in columns", () => {
  it("are judged as whole samples are, whatever failed, was slow or is missing", async () => {
    const { plain } = await readOf("DDDD.S?XCRN", 120, [HTTPS, OPEN, ...OTHER_KINDS]);
    assert.ok(plain > 40, `${plain} of 120`);
  });

  for (const [kind, urls] of [
    ["over TLS", [HTTPS]],
    ["in the open", [OPEN]],
    ["by what is no HTTP", OTHER_KINDS],
  ] as const)
    it(`are read whole where answers have to be compared ${kind}`, async () => {
      const { plain, whole } = await readOf("DCRQHhLPAaMWNEVGTI", 80, urls);
      assert.ok(plain > 5 && whole > 5, `${plain} plain, ${whole} whole`);
    });

  const cases = {
    D: false,
    S: false,
    "?": false,
    C: false,
    h: false,
    X: false,
    R: true,
    Q: true,
    A: true,
    P: true,
  };
  for (const [letter, isWhole] of Object.entries(cases))
    it(`of ${letter} ${isWhole ? "need whole samples" : "say all that is needed"}`, async () => {
      const story = { url: HTTPS, letters: oneFrom(letter), cut: 5, come: 5, laterS: 3_600 };
      assert.equal(await tell(story), isWhole);
    });

  it("of a site of a private network need no comparison while all are told so", async () => {
    const inside = VANTAGES.map((_, v) =>
      Array.from({ length: TICKS }, (_, i) => (v === 1 && i > 5 ? "a" : "A")),
    );
    for (const url of [HTTPS, OPEN, ...OTHER_KINDS])
      assert.equal(await tell({ url, letters: inside, cut: 5, come: 5, laterS: 3_600 }), false, url);
  });
});
