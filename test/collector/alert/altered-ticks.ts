/** Answers of one tick for tests of the comparison: carriers by name, each with what its vantage was answered. */
import { judgeAltered } from "../../../collector/alert/altered/judge.ts";
import type { Voter } from "../../../collector/alert/window.ts";
import { groupOf } from "../../../collector/registry/url.ts";
import type { StoredSample } from "../../../collector/store/store.ts";
import type { AlteredEvent } from "../../../collector/wire/event.ts";
import type { Certificate, Detail, Sample } from "../../../collector/wire/sample.ts";
import { carrierName, downSample, STEP, stored, upSample } from "./ticks.ts";

/** Plain, so that somebody on the way can write whatever is compared. */
export const URL_OF = "http://www.example.com/";

export type Said = {
  readonly failure?: Partial<NonNullable<Sample["failure"]>>;
  readonly guard?: true;
} & Detail;

export const REAL: Certificate = {
  subject: "www.example.com",
  issuer: "R11",
  notAfterS: 1_800_000_000,
  fingerprint256: "AA",
};

/** What everybody should see. */
export const FINE: Said = {
  status: 200,
  bodyBytes: 5_000,
  address: "203.0.113.7",
  answers: [{ address: "93.184.216.34" }],
  certificate: REAL,
  head: { server: "nginx" },
};

/** Who was answered what; a vantage is named carrier or carrier/number. */
export type Answers = Readonly<Record<string, Said>>;

export function sampleSaying(tick: number, { failure, guard, ...detail }: Said): Sample {
  if (guard) return { ...upSample(tick), state: "unknown", unknownReason: "guard", detail };
  return failure ? { ...downSample(tick, failure), detail } : { ...upSample(tick), detail };
}

export function samplesSaying(ticks: readonly Answers[]): StoredSample[] {
  return ticks.flatMap((answers, i) =>
    Object.entries(answers).map(([vantage, said]) => stored(vantage, sampleSaying(i * STEP, said))),
  );
}

export function votersOfAll(ticks: readonly Answers[]): Voter[] {
  const names = new Set(ticks.flatMap((answers) => Object.keys(answers)));
  return [...names].map((vantage) => ({
    vantage: vantage.replace("/", "-"),
    carrier: carrierName(vantage),
    active: true,
  }));
}

export type Options = {
  readonly m?: number;
  readonly url?: string;
  readonly recorded?: readonly AlteredEvent[];
  /** Tick number the news begins with. */
  readonly from?: number;
  readonly pauses?: { readonly fromS: number; readonly toS: number | null }[];
  readonly voters?: readonly Voter[];
  /** Other targets: URL to ticks. */
  readonly beside?: Readonly<Record<string, readonly Answers[]>>;
};

export function judged(ticks: readonly Answers[], options: Options = {}) {
  return judgeAltered({
    target: {
      id: "site",
      url: options.url ?? URL_OF,
      stepS: STEP,
      alarm: { ticks: options.m ?? 2, carriers: "majority", lines: {} },
      pauses: options.pauses ?? [],
    },
    voters: options.voters ?? votersOfAll(ticks),
    samples: samplesSaying(ticks),
    beside: Object.entries(options.beside ?? {}).map(([url, answers]) => ({
      url,
      stepS: STEP,
      site: groupOf(url),
      samples: samplesSaying(answers),
    })),
    recorded: options.recorded ?? [],
    firstTick: (options.from ?? 0) * STEP,
    lastTick: (ticks.length - 1) * STEP,
    nowMs: ticks.length * STEP * 1000,
  });
}

/** `cnc 1-4 via: 1.1 cache | `: events by the ticks they cover, with what differs. */
export function storyOf(events: readonly AlteredEvent[]): string {
  return [...events]
    .filter((event) => event.toS === null || event.toS > event.atS)
    .map((event) => {
      const differs = event.differs.map((one) => `${one.what} ${one.here}|${one.elsewhere}`).join("; ");
      return `${event.carrier} ${event.atS / STEP}-${event.toS === null ? "" : event.toS / STEP} ${differs}`;
    })
    .join(", ");
}
