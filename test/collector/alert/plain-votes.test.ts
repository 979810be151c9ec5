/** Votes that are read in columns: judging by them leaves what judging by whole samples leaves, to the last byte. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { evaluateTarget } from "../../../collector/alert/evaluate.ts";
import { readFacts } from "../../../collector/alert/facts.ts";
import type { Store } from "../../../collector/store/store.ts";
import { fc } from "../../support/property.ts";
import {
  HTTPS,
  inDoubt,
  leftIn,
  OPEN,
  OTHER_KINDS,
  type Story,
  stage,
  stories,
  TICKS,
  VANTAGES,
} from "./stories.ts";
import { makeWorld } from "./world.ts";

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
    const { plain } = await readOf("DDDD.S?XCRN", 80, [HTTPS, OPEN, ...OTHER_KINDS]);
    assert.ok(plain > 30, `${plain} of 80`);
  });

  for (const [kind, urls] of [
    ["over TLS", [HTTPS]],
    ["in the open", [OPEN]],
    ["by what is no HTTP", OTHER_KINDS],
  ] as const)
    it(`are read whole where answers have to be compared ${kind}`, async () => {
      const { plain, whole } = await readOf("DCRQHhLPAaMWNEVGTI", 50, urls);
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

  it("of another step count where whole samples do: at ticks of the target's own", async () => {
    const judged = async (reading: (store: Store) => Store) => {
      const world = await makeWorld();
      const fromTick = world.tick();
      const judge = async () => {
        const facts = await readFacts(world.store, world.registry, world.clock.nowMs());
        const news = { fromTick, toTick: world.tick() };
        await evaluateTarget(reading(world.store), world.target, facts, news);
      };
      for (const [i, letter] of [..."UDUDDDDDUDUUUDU"].entries()) {
        // Three of these to a tick of the target: the first stands where its own would.
        for (const other of "UDU") {
          await world.reportAt(20, { ct: letter, cnc: other });
          await world.clock.advance(20_000);
        }
        await world.pass({ cmcc: letter });
        if (i % 5 === 4) await judge();
      }
      const left = JSON.stringify(await leftIn(world), null, 1).replaceAll(world.target.id, "the-target");
      return { left, incidents: (await world.incidents()).length };
    };
    const plain = await judged((store) => store);
    assert.ok(plain.incidents > 0);
    assert.deepEqual(plain, await judged(inDoubt));
  });

  it("of a site of a private network need no comparison while all are told so", async () => {
    const inside = VANTAGES.map((_, v) =>
      Array.from({ length: TICKS }, (_, i) => (v === 1 && i > 5 ? "a" : "A")),
    );
    for (const url of [HTTPS, OPEN, ...OTHER_KINDS])
      assert.equal(await tell({ url, letters: inside, cut: 5, come: 5, laterS: 3_600 }), false, url);
  });
});
