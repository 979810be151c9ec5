/** A clock that stands until told to move: wall time, monotonic time and timers, in one place. */
import type { Clock } from "../../collector/wire/clock.ts";

export type FakeClock = Clock & {
  /** Moves both clocks, firing timers in order; waits for promises between them. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as an operator or NTP does. */
  jump(ms: number): void;
  /** Timers that wait. */
  pending(): number;
};

export function fakeClock(startMs = Date.UTC(2026, 10, 21, 8, 0, 0)): FakeClock {
  let wallMs = startMs;
  let monoMs = 1_000;
  let nextId = 0;
  const timers = new Map<number, { atMs: number; act: () => void }>();
  const settle = async () => {
    for (let i = 0; i < 10; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const move = (toMs: number) => {
    wallMs += toMs - monoMs;
    monoMs = toMs;
  };
  return {
    nowMs: () => Math.floor(wallMs),
    monoMs: () => monoMs,
    after(ms, act) {
      const id = nextId;
      nextId += 1;
      timers.set(id, { atMs: monoMs + Math.max(0, ms), act });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const endMs = monoMs + ms;
      await settle();
      for (;;) {
        const due = [...timers]
          .filter(([, t]) => t.atMs <= endMs)
          .sort((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0])[0];
        if (!due) break;
        timers.delete(due[0]);
        move(Math.max(monoMs, due[1].atMs));
        due[1].act();
        await settle();
      }
      move(endMs);
      await settle();
    },
    jump(ms) {
      wallMs += ms;
    },
    pending: () => timers.size,
  };
}
