/**
 * Stories of one target, a letter for each vantage and tick: some of it known and judged, the rest news.
 *
 * For tests that hold a short cut of the evaluator to what judging in full says of the same story.
 */
import { evaluateTarget } from "../../../collector/alert/evaluate.ts";
import { readFacts } from "../../../collector/alert/facts.ts";
import { OUTLINE_STATES } from "../../../collector/store/outline.ts";
import type { Store } from "../../../collector/store/store.ts";
import type { Detail, Sample } from "../../../collector/wire/sample.ts";
import { fc } from "../../support/property.ts";
import { REAL } from "./altered-ticks.ts";
import { downSample, STEP, upSample } from "./ticks.ts";
import { makeWorld, type World } from "./world.ts";

export const TICKS = 12;
export const VANTAGES = ["ct", "cnc", "cmcc"] as const;
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
const DNS = { address: "93.184.216.34", answers: [{ address: "93.184.216.34" }] };
const MANGLED = { ...REAL, fingerprint256: "CC", issuer: "portal", problem: "SELF_SIGNED" };
const failed = (
  phase: NonNullable<Sample["failure"]>["phase"],
  cause: NonNullable<Sample["failure"]>["cause"],
  detail: Detail,
): Partial<Sample> => ({ failure: { phase, cause, source: "network", elapsedUs: 9_000 }, detail });

/** What a letter says besides being down. */
const FAILURES: Readonly<Record<string, Partial<Sample>>> = {
  C: failed("connect", "connect-timeout", DNS),
  a: failed("connect", "connect-timeout", { answers: [{ address: "10.0.0.1" }] }),
  R: failed("wait", "reset-before-answer", { ...DNS, certificate: REAL }),
  Q: failed("dns", "nxdomain", {}),
  h: failed("status", "status", { ...PLAIN, status: 503 }),
  I: failed("tls", "certificate-untrusted", { ...DNS, certificate: MANGLED }),
};
export const HTTPS = "https://www.example.com/";
export const OPEN = "http://www.example.com/";
export const OTHER_KINDS = [
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
  const failure = FAILURES[letter];
  if (failure) return { ...downSample(tick), ...failure };
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
export async function leftIn({ store }: World): Promise<unknown> {
  return [await store.incidents.list({ limit: 100 }), await store.events.list({ limit: 100 })];
}

export type Story = {
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
export async function stage({ url, letters, cut, come, laterS, ticks = 2 }: Story) {
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
  const judge = async (fromTick: number, toTick: number, store = inDoubt(world.store)) => {
    const facts = await readFacts(world.store, world.registry, world.clock.nowMs());
    return await evaluateTarget(store, world.target, facts, { fromTick, toTick });
  };
  await world.clock.advance((cut + come) * STEP * 1_000);
  for (let at = 0; at < cut; at += 1) await report(at);
  if (cut > 0) await judge(base, base + (cut - 1) * STEP);
  for (let at = cut; at < cut + come; at += 1) await report(at);
  await world.clock.advance(laterS * 1_000);
  const news = { fromTick: base + cut * STEP, toTick: base + (cut + come - 1) * STEP };
  return {
    world,
    news,
    /** @param store Where it reads; its details by default. */
    judge: (store?: Store) => judge(news.fromTick, news.toTick, store),
  };
}

/** A store whose outlines leave everything in doubt: whole samples have to be read. */
export function inDoubt(store: Store): Store {
  const outlines: Store["samples"]["outlines"] = async (asked) => {
    const found = await store.samples.outlines(asked);
    const states = found.states.map(() => OUTLINE_STATES.indexOf("unknown"));
    return { ...found, states, texts: found.texts.map(() => "{}") };
  };
  return { ...store, samples: { ...store.samples, outlines } };
}

const letters = (some: string) => fc.constantFrom(..."U".repeat(8 * some.length), ...some);
export const stories = (some: string, urls: readonly string[]): fc.Arbitrary<Story> =>
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
