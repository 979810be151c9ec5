/**
 * Named leases and due marks: who may work on what, with tokens that only grow.
 *
 * A mark says what arrived since the last claim (`news`) and what the running claim covers (`taken`): 1 live, 0 late
 * only, null nothing. A claim that was never finished is merged into the next one.
 */
import type Database from "better-sqlite3";
import type { DueTick } from "../store.ts";
import { counterIn } from "./writer-desk.ts";

/** @param settle Writes the marks that earlier calls of the transaction left in memory. */
export function writerClaims(db: Database.Database, settle: () => void) {
  const held = db.prepare<[string], { holder: string; token: number; until_ms: number }>(
    "SELECT holder, token, until_ms FROM lease WHERE name = ?",
  );
  const take = db.prepare(
    `INSERT INTO lease (name, holder, token, until_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token, until_ms = excluded.until_ms`,
  );
  const release = db.prepare("UPDATE lease SET until_ms = 0 WHERE name = ? AND token = ?");
  const free = db.prepare<
    [number, number],
    { tick: number; target: string; news: number | null; taken: number | null }
  >("SELECT tick, target, news, taken FROM due WHERE until_ms <= ? ORDER BY tick, target LIMIT ?");
  // All of a claim at once: those that are free up to the last of them.
  const claim = db.prepare(
    `UPDATE due SET taken = max(coalesce(news, 0), coalesce(taken, 0)), news = NULL, token = ?, until_ms = ?
     WHERE until_ms <= ? AND (tick, target) <= (?, ?)`,
  );
  const finish = db.prepare(
    `DELETE FROM due WHERE tick = ? AND token = ? AND news IS NULL
     AND target IN (SELECT value FROM json_each(?))`,
  );
  const reopen = db.prepare(
    `UPDATE due SET taken = NULL, until_ms = 0 WHERE tick = ? AND token = ?
     AND target IN (SELECT value FROM json_each(?))`,
  );
  const nextToken = counterIn(db, "claim");
  return {
    claimTake(name: string, holder: string, nowMs: number, leaseMs: number): number | null {
      const before = held.get(name);
      if (before && before.holder !== holder && before.until_ms > nowMs) return null;
      const token = (before?.token ?? 0) + 1;
      take.run(name, holder, token, nowMs + leaseMs);
      return token;
    },
    claimRelease(name: string, token: number): void {
      release.run(name, token);
    },
    due(nowMs: number, leaseMs: number, limit: number): DueTick[] {
      settle();
      const found = free.all(nowMs, limit);
      const last = found.at(-1);
      if (!last) return [];
      // One token for all of a claim: a mark is told from others by its tick and target.
      const token = nextToken();
      claim.run(token, nowMs + leaseMs, nowMs, last.tick, last.target);
      return found.map(({ tick, target, news, taken }) => ({
        target,
        tick,
        live: news === 1 || taken === 1,
        token,
      }));
    },
    done(ticks: readonly DueTick[]): void {
      settle();
      for (const of of Map.groupBy(ticks, ({ tick, token }) => `${tick}/${token}`).values()) {
        const { tick, token } = of[0] ?? { tick: 0, token: 0 };
        const targets = JSON.stringify(of.map(({ target }) => target));
        finish.run(tick, token, targets);
        // What is left of them has news.
        reopen.run(tick, token, targets);
      }
    },
  };
}
