/**
 * Real probes' spools before a real collector: each vantage has an hour of samples of every target on its disk, and a
 * shipper that delivers them. What measuring would do is left out; the samples say which they are by their total.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { Clock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import { type Answer, type Client, clientOf } from "../../probe/ship/client.ts";
import { type Shipper, shipperOf } from "../../probe/ship/shipper.ts";
import type { Spool } from "../../probe/spool/spool.ts";
import { type Product, product } from "../support/product.ts";
import { scratchFolder, spoolIn } from "../support/spool.ts";

const STEP_S = 300;
/** An hour's. */
export const TICKS = 12;
/** The tick that runs while the tests begin: it must not become another one while they do. */
const NEWEST = Math.floor(Date.now() / 1_000 / STEP_S) * STEP_S;

export type Place = {
  readonly process: Product;
  readonly url: string;
  readonly targets: readonly string[];
  readonly vantages: readonly { readonly id: string; readonly key: string }[];
};

/** A collector of its own with so many vantages, which all measure the same targets. */
export async function place(t: TestContext, vantageCount: number, targetCount: number): Promise<Place> {
  const dir = scratchFolder(t);
  const process = product("collector", ["--listen", "127.0.0.1:0"], { dir });
  t.after(() => process.stop("SIGKILL"));
  const url = (await process.says(/dashboard\s+(http\S+)/))[1] ?? "";
  const { token } = JSON.parse(readFileSync(join(dir, "run.json"), "utf8")) as { token: string };
  const ask = async <T>(path: string, body: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const targets: string[] = [];
  for (let i = 0; i < targetCount; i += 1)
    targets.push(
      (await ask<{ id: string }>("/targets", { name: `Shop ${i}`, url: `https://shop-${i}.example.com/` }))
        .id,
    );
  const vantages: { id: string; key: string }[] = [];
  for (let i = 0; i < vantageCount; i += 1) {
    const carrier = ["ct", "cnc", "cmcc"][i % 3];
    const { vantage } = await ask<{ vantage: string }>("/vantages", { name: `Probe ${i}`, carrier });
    vantages.push({ id: vantage, key: (await ask<{ key: string }>(`/vantages/${vantage}/rotate`, {})).key });
  }
  return { process, url, targets, vantages };
}

export type Delivery = {
  readonly spool: Spool;
  readonly shipper: Shipper;
  /** Every answer there was, in order. */
  readonly answers: Answer[];
};

/** The total of a sample, us: no other of its vantage has it. */
function totalOf(target: number, tick: number): number {
  return 1_000 + ((NEWEST - tick) / STEP_S) * 100 + target;
}

/**
 * A spool with an hour of samples, and its shipper, not started.
 *
 * @param url Where it believes the collector to be.
 */
export async function delivery(
  t: TestContext,
  { targets, vantages }: Place,
  { vantage, url, clock, random }: { vantage: number; url: string; clock: Clock; random: () => number },
): Promise<Delivery> {
  const spool = await spoolIn(scratchFolder(t));
  const kept: Promise<boolean>[] = [];
  for (let back = TICKS; back >= 1; back -= 1)
    for (const [i, target] of targets.entries()) {
      const tick = NEWEST - back * STEP_S;
      kept.push(
        spool.append({
          target,
          tick,
          stepS: STEP_S,
          startedMs: tick * 1_000 + 12,
          state: "up",
          timings: { ...NO_TIMINGS, total: totalOf(i, tick) },
          detail: { status: 200 },
        }),
      );
    }
  await Promise.all(kept);
  const key = vantages[vantage]?.key ?? "";
  const client = clientOf({ url, certificateSha256: null, key: () => key, userAgent: "carrierwatch/test" });
  t.after(() => client.close());
  const answers: Answer[] = [];
  const watched: Client = {
    close: () => client.close(),
    async exchange(exchange) {
      const answer = await client.exchange(exchange);
      answers.push(answer);
      return answer;
    },
  };
  const shipper = shipperOf({
    client: watched,
    spool,
    clock,
    log: silentLog,
    random,
    probeVersion: "0.1.0",
  });
  return { spool, shipper, answers };
}

/**
 * Asserts that a collector that has ended holds each sample of each vantage, and took none twice.
 *
 * @returns How many came once more.
 */
export async function assertWhole({ process, targets, vantages }: Place): Promise<number> {
  const store = await openSqliteStore({ dir: process.dir, log: silentLog });
  try {
    const counters = await store.ops.counters();
    for (const { id } of vantages) {
      const counted = counters.find(({ vantage }) => vantage === id);
      assert.equal(counted?.stored, targets.length * TICKS, `stored of ${id}`);
      assert.equal((counted?.conflict ?? 0) + (counted?.tooOld ?? 0) + (counted?.rejected ?? 0), 0, id);
    }
    for (const [i, target] of targets.entries()) {
      const ticks = Array.from({ length: TICKS }, (_, back) => NEWEST - (back + 1) * STEP_S);
      const found = await store.samples.states(target, ticks);
      assert.equal(found.length, TICKS * vantages.length, target);
      for (const { sample } of found) assert.equal(sample.timings.total, totalOf(i, sample.tick));
    }
    return counters.reduce((sum, { duplicate }) => sum + duplicate, 0);
  } finally {
    await store.close();
  }
}
