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
  address: "93.184.216.34",
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
  l: { bodyBytes: 5_020 },
  Z: { bodyBytes: 0 },
  E: { status: 404 },
  V: { head: { via: "1.1 cache" } },
  G: { head: { ageS: 30 } },
  H: { head: { server: "portal" } },
  T: { finalUrl: "https://www.example.com/", redirects: 1 },
};
const HTTPS = "https://www.example.com/";
const OPEN = "http://www.example.com/";
const OTHER_KINDS = [
  "tcp://www.example.com:443",
  "tls://www.example.com",
  "ping://www.example.com:443",
  "dns://www.example.com",
];
/** Unrelated sites: an odd answer is given to all of them at a vantage, which makes it a portal's. */
const BESIDE = ["http://a.example.net/", "http://b.example.org/", "http://c.example.edu/"];

function sampleOf(letter: string, tick: number): Sample | null {
  if (letter === ".") return null;
  if (letter === "D") return downSample(tick);
  if (letter === "X") return { ...upSample(tick), state: "unknown", unknownReason: "overload", detail: {} };
  const sample = upSample(tick, letter === "S" ? 2_300 : 120);
  if (letter === "?") return { ...sample, state: "suspect", detail: PLAIN };
  return { ...sample, detail: { ...PLAIN, ...ODD[letter] } };
}

/** Samples of the other sites: their own, but for what the vantage gives to everybody. */
function besideOf(letter: string, tick: number, site: number): Sample | null {
  const sample = sampleOf(letter, tick);
  if (sample === null || letter !== "U") return sample;
  const certificate = { ...REAL, subject: `site ${site}`, fingerprint256: `C${site}` };
  const answers = [{ address: `93.184.217.${site + 1}` }];
  return { ...sample, detail: { ...PLAIN, bodyBytes: 20_000 + site * 1_000, certificate, answers } };
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
  /** How many ticks running an alarm takes. */
  readonly ticks?: number;
};

/** As a probe of that kind says it: what is no HTTP has no answer. */
function ofKind(url: string, sample: Sample): Sample {
  if (url.startsWith("http")) return sample;
  const { status: _, bodyBytes: __, head: ___, finalUrl: ____, redirects: _____, ...detail } = sample.detail;
  return { ...sample, detail };
}

/** Everything reported, and what is known already judged; the news is not. */
async function stage({ url, letters, cut, come, laterS, ticks = 2 }: Story) {
  const world = await makeWorld({ url, alarm: { ticks } });
  const others = await Promise.all(
    BESIDE.map((url) => world.registry.targets.create({ name: url, url, cron: "* * * * *" })),
  );
  const base = world.tick();
  const report = async (at: number) => {
    const tick = base + at * STEP;
    const told = VANTAGES.flatMap((vantage, v) => {
      const sample = sampleOf(letters[v]?.[at] ?? ".", tick);
      return sample ? [[vantage, ofKind(url, sample)] as const] : [];
    });
    await world.reportSamples(Object.fromEntries(told));
    const beside = others.flatMap(({ id }, site) =>
      VANTAGES.flatMap((vantage, v) => {
        const sample = besideOf(letters[v]?.[at] ?? ".", tick, site);
        const receivedMs = world.clock.nowMs();
        const rest = { vantage, epoch: "1".repeat(16), receivedMs, skewMs: 0 };
        return sample ? [{ ...rest, sample: { ...sample, target: id, seq: at + 1 } }] : [];
      }),
    );
    await world.store.samples.put(beside, world.clock.nowMs());
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
  return { world, news, judge: () => judge(news.fromTick, news.toTick) };
}

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

const letters = (some: string) => fc.constantFrom(..."U".repeat(8 * some.length), ...some);
const stories = (some: string, urls: readonly string[]): fc.Arbitrary<Story> =>
  fc.record({
    url: fc.constantFrom(...urls),
    letters: fc.array(fc.array(letters(some), { minLength: TICKS, maxLength: TICKS }), {
      minLength: VANTAGES.length,
      maxLength: VANTAGES.length,
    }),
    cut: fc.integer({ min: 0, max: 7 }),
    come: fc.integer({ min: 1, max: 5 }),
    laterS: fc.constantFrom(0, 7, 60, 3_600),
    ticks: fc.constantFrom(1, 2),
  });

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
