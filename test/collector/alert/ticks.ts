/**
 * Ticks drawn as letters, for tests of the rules: one string per vantage, one letter per tick.
 *
 * U up, D down, S up but beyond the alarm line of 1000 ms, ? suspect, X the probe says unknown, K up by a clock that
 * is off, k down by one, `.` nothing came.
 */
import { reconcile } from "../../../collector/alert/reconcile.ts";
import { type Change, classOf, NO_BELIEF, replay } from "../../../collector/alert/rules.ts";
import { type Rule, type Voter, windowOf } from "../../../collector/alert/window.ts";
import type { StoredSample } from "../../../collector/store/store.ts";
import type { Incident } from "../../../collector/wire/incident.ts";
import { NO_TIMINGS, type Sample } from "../../../collector/wire/sample.ts";
import type { Alarm } from "../../../collector/wire/target.ts";

export const STEP = 60;

/** A vantage is named carrier or carrier/number: "ct", "ct/2". */
export type Drawing = Readonly<Record<string, string>>;

export type Options = {
  readonly m?: number;
  readonly k?: Alarm["carriers"];
  readonly lines?: Alarm["lines"];
  readonly pauses?: Rule["pauses"];
  readonly inactive?: readonly string[];
};

export function ruleOf(options: Options = {}): Rule {
  const lines = options.lines ?? { total: { limit: 1000, carriers: {} } };
  return {
    stepS: STEP,
    alarm: { ticks: options.m ?? 2, carriers: options.k ?? "majority", lines },
    pauses: [...(options.pauses ?? [])],
  };
}

export function carrierName(vantage: string): string {
  return vantage.split("/")[0] ?? vantage;
}

export function votersIn(drawing: Drawing, inactive: readonly string[] = []): Voter[] {
  return Object.keys(drawing).map((vantage) => ({
    vantage: vantage.replace("/", "-"),
    carrier: carrierName(vantage),
    active: !inactive.includes(vantage),
  }));
}

export function samplesIn(drawing: Drawing, live = true): StoredSample[] {
  return Object.entries(drawing).flatMap(([vantage, letters]) =>
    [...letters.replaceAll(" ", "")].flatMap((letter, i) => sampleOf(vantage, letter, i, live) ?? []),
  );
}

export function stored(
  vantage: string,
  sample: Sample,
  live = true,
  skewMs: number | null = 0,
): StoredSample {
  return { vantage: vantage.replace("/", "-"), epoch: "0".repeat(16), receivedMs: 0, skewMs, live, sample };
}

/** An up sample with a total in ms. */
export function upSample(tick: number, totalMs = 100, speed = 50_000): Sample {
  const us = totalMs * 1000;
  const timings = { dns: us / 10, connect: us / 10, tls: us / 10, wait: us / 10, transfer: us / 10 };
  return { ...bare(tick), state: "up", timings: { ...timings, ttfb: us / 2, total: us, speed } };
}

export function downSample(tick: number, failure: Partial<NonNullable<Sample["failure"]>> = {}): Sample {
  return {
    ...bare(tick),
    state: "down",
    timings: { ...NO_TIMINGS, dns: 5_000 },
    failure: {
      phase: "connect",
      cause: "connect-timeout",
      source: "target",
      elapsedUs: 5_000_000,
      ...failure,
    },
  };
}

function bare(tick: number) {
  return { target: "site", tick, stepS: STEP, seq: tick / STEP + 1, startedMs: tick * 1000, detail: {} };
}

function sampleOf(vantage: string, letter: string, i: number, live: boolean): StoredSample | null {
  const tick = i * STEP;
  switch (letter) {
    case "U":
      return stored(vantage, upSample(tick), live);
    case "S":
      return stored(vantage, upSample(tick, 1500), live);
    case "D":
      return stored(vantage, downSample(tick), live);
    case "?":
      return stored(vantage, { ...upSample(tick, 9000), state: "suspect" }, live);
    case "X":
      return stored(
        vantage,
        { ...bare(tick), state: "unknown", unknownReason: "overload", timings: NO_TIMINGS },
        live,
      );
    case "K":
      return stored(vantage, upSample(tick), live, 60_001);
    case "k":
      return stored(vantage, downSample(tick), live, -60_001);
    default:
      return null;
  }
}

export function changesIn(drawing: Drawing, options: Options = {}): readonly Change[] {
  const rule = ruleOf(options);
  const n = Math.max(...Object.values(drawing).map((letters) => letters.replaceAll(" ", "").length));
  const look = windowOf({
    rule,
    voters: votersIn(drawing, options.inactive),
    samples: samplesIn(drawing),
    outstanding: () => new Set(),
  });
  const ticks = Array.from({ length: n }, (_, i) => i * STEP);
  return replay(rule, look, NO_BELIEF, ticks).changes;
}

/** `2 down, 5 -`: at which tick which class was believed; a change within a class names its carriers. */
export function storyOf(drawing: Drawing, options: Options = {}): string {
  return changesIn(drawing, options)
    .map((change) => {
      const name = classOf(change.belief) ?? "-";
      const who = name === "degraded" ? ` ${change.belief.bad.join("+")}` : "";
      return `${change.tick / STEP} ${name}${who}`;
    })
    .join(", ");
}

/** `down 1-4`: incidents by the ticks they cover, open ones without an end. */
export function incidentsIn(drawing: Drawing, options: Options = {}): string {
  const drafts = reconcile({
    target: "site",
    recorded: [],
    belief: NO_BELIEF,
    afterTick: -STEP,
    changes: changesIn(drawing, options),
    nowMs: 0,
  });
  return spansOf(drafts.map((draft) => draft.incident));
}

export function spansOf(incidents: readonly Incident[]): string {
  return incidents
    .filter((incident) => incident.toS === null || incident.toS > incident.fromS)
    .sort((a, b) => a.fromS - b.fromS)
    .map((one) => `${one.class} ${one.fromS / STEP}-${one.toS === null ? "" : one.toS / STEP}`)
    .join(", ");
}
