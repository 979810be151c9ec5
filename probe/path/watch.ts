/**
 * Watches samples go by and takes evidence when a target turns from up to down at this vantage, or is down when it is
 * first seen.
 *
 * Bounded: two at a time in the whole process, one per target in ten minutes, twenty in an hour per vantage, of which
 * first sights take half: a probe that starts beside many dead targets must have some left for one that dies. What would
 * have to wait longer than a minute shows another network than the one that failed, and is left out.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import type { PathEvidence, PathReport } from "../../collector/wire/path-evidence.ts";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Unnumbered } from "../spool/record.ts";
import type { Capture, Watched } from "./capture.ts";

export type PathWatchDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all vantages of the process. */
  readonly turns: Turns;
  /** null: there is nowhere to look. */
  readonly capture: (
    watched: Watched,
    detail: Capture["detail"],
    signal: AbortSignal,
  ) => Promise<PathEvidence | null>;
  readonly keep: (report: PathReport) => Promise<void>;
};

export type PathWatch = {
  /** A sample has been kept; those of single addresses are passed over. */
  kept(sample: Unnumbered, watched: Watched): void;
  /** These are the targets now. */
  assigned(assignments: readonly Pick<Assignment, "id">[]): void;
  /** Breaks off what runs and begins nothing more. */
  stop(): void;
};

/** So many at a time; the others wait. */
export type Turns = {
  /** @returns What to call when done; null = not before `untilMonoMs`. */
  take(untilMonoMs: number): Promise<(() => void) | null>;
};

const AT_ONCE = 2;
const WAIT_MS = 60_000;
const WAITING_MAX = 16;
const TARGET_EVERY_MS = 600_000;
const HOUR_MS = 3_600_000;
const PER_HOUR = 20;
const FIRST_PER_HOUR = 10;

/** Turns of a process. */
export function turnsOf(clock: Clock, atOnce = AT_ONCE): Turns {
  const waiting: { untilMonoMs: number; give: (turn: (() => void) | null) => void }[] = [];
  let running = 0;
  const done = (): void => {
    running -= 1;
    for (;;) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (clock.monoMs() < next.untilMonoMs) {
        next.give(begin());
        return;
      }
      next.give(null);
    }
  };
  const begin = (): (() => void) => {
    running += 1;
    let over = false;
    return () => {
      if (!over) done();
      over = true;
    };
  };
  return {
    async take(untilMonoMs) {
      if (running < atOnce) return begin();
      if (waiting.length >= WAITING_MAX) return null;
      return await new Promise((give) => waiting.push({ untilMonoMs, give }));
    },
  };
}

/** One per vantage. */
export function pathWatchOf({ clock, log, turns, capture, keep }: PathWatchDeps): PathWatch {
  const states = new Map<string, "up" | "down">();
  const takenMs = new Map<string, number>();
  const end = new AbortController();
  let hour: number[] = [];
  const may = (target: string, most: number): boolean => {
    const nowMs = clock.monoMs();
    hour = hour.filter((atMs) => nowMs - atMs < HOUR_MS);
    const lastMs = takenMs.get(target);
    if (hour.length >= most || (lastMs !== undefined && nowMs - lastMs < TARGET_EVERY_MS)) return false;
    hour.push(nowMs);
    takenMs.set(target, nowMs);
    return true;
  };
  const take = async ({ target, tick, detail }: Unnumbered, watched: Watched): Promise<void> => {
    const done = await turns.take(clock.monoMs() + WAIT_MS);
    if (done === null) return;
    try {
      if (end.signal.aborted) return;
      const evidence = await capture(watched, detail, end.signal);
      if (evidence === null || end.signal.aborted) return;
      await keep({ id: randomBytes(8).toString("hex"), target, tick, evidence });
    } finally {
      done();
    }
  };
  return {
    kept(sample, watched) {
      const { target, state, address } = sample;
      // What nobody measured, or measured badly, neither ends nor begins anything.
      if (address !== undefined || (state !== "up" && state !== "down")) return;
      const before = states.get(target);
      states.set(target, state);
      if (state === "up" || before === "down" || end.signal.aborted) return;
      if (!may(target, before === undefined ? FIRST_PER_HOUR : PER_HOUR)) return;
      take(sample, watched).catch((error: unknown) => {
        log.warn({ target, error }, "evidence of a target that turned bad could not be taken");
      });
    },
    assigned(assignments) {
      const known = new Set(assignments.map(({ id }) => id));
      for (const map of [states, takenMs]) {
        for (const target of map.keys()) if (!known.has(target)) map.delete(target);
      }
    },
    stop: () => end.abort(new Error("the probe stops")),
  };
}
