/** When contract tests and benches take place. Of its own, so that a bench's process need not load what tests need. */

/** 2026-11-21 00:00 UTC, a multiple of every step. */
export const T0 = Date.UTC(2026, 10, 21) / 1000;

/** A moment at which a tick has just been received, UTC ms. */
export const nowAfter = (tick: number): number => tick * 1000 + 6_000;
