/**
 * What a measurement costs this machine: processor time of the process, learned as it runs, for each class of target.
 *
 * Arithmetic only; the reading of the processor clock is given. Everything the process does counts, spooling and shipping
 * too, because all of it delays the marks of a measurement. Next stop: `pace.ts` makes distances between starts of it.
 */

/** A TLS handshake needs several times the processor of plain HTTP. */
export type CostClass = "plain" | "encrypted";

export function costClassOf(url: string): CostClass {
  return url.startsWith("https:") || url.startsWith("tls:") ? "encrypted" : "plain";
}

export type Costs = {
  /** A measurement of the class has started. */
  count(kind: CostClass): void;
  /** Looks at the processor clock; cheap, and without effect until enough has been measured since the last look. */
  look(nowMs: number): void;
  /** Processor time of one measurement, ms. */
  ofMs(kind: CostClass): number;
};

/** Until measured: what a core of 2020 needs. */
const BEGIN_MS = { plain: 2, encrypted: 5 } as const;
/** An estimate stays between these shares of its beginning, whatever a machine's clock says. */
const LEAST = 0.1;
const MOST = 20;
/** A window says something from so many starts and so long on; one that takes longer is mostly about something else. */
const WINDOW_STARTS = 20;
const WINDOW_MS = 1_000;
const WINDOW_MAX_MS = 10_000;
/** Weight of a window. */
const LEARN = 0.2;

/** @param cpuMs Processor time the process has used, ms, all its threads. */
export function costsOf(cpuMs: () => number): Costs {
  const cost = { ...BEGIN_MS } as Record<CostClass, number>;
  let counted = { plain: 0, encrypted: 0 };
  let from: { atMs: number; cpuMs: number } | null = null;
  // The first window is thrown away: code is still being compiled.
  let warm = false;
  const learn = (usedMs: number) => {
    const expectedMs = counted.plain * cost.plain + counted.encrypted * cost.encrypted;
    for (const kind of ["plain", "encrypted"] as const) {
      const share = (counted[kind] * cost[kind]) / expectedMs;
      const next = cost[kind] * (1 + LEARN * share * (usedMs / expectedMs - 1));
      cost[kind] = Math.min(MOST * BEGIN_MS[kind], Math.max(LEAST * BEGIN_MS[kind], next));
    }
  };
  return {
    count(kind) {
      counted[kind] += 1;
    },
    look(nowMs) {
      const ranMs = from === null ? 0 : nowMs - from.atMs;
      const starts = counted.plain + counted.encrypted;
      if (from !== null && ranMs < WINDOW_MAX_MS && (ranMs < WINDOW_MS || starts < WINDOW_STARTS)) return;
      const now = cpuMs();
      if (from !== null && ranMs < WINDOW_MAX_MS) {
        if (warm) learn(Math.max(0, now - from.cpuMs));
        warm = true;
      }
      from = { atMs: nowMs, cpuMs: now };
      counted = { plain: 0, encrypted: 0 };
    },
    ofMs: (kind) => cost[kind],
  };
}
