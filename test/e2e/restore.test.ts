/**
 * A collector whose database is last night's backup again, on one frozen clock: it asks its probe for what it lacks, and
 * the day comes back by itself, every sample once and as it was measured.
 */
import assert from "node:assert/strict";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { SamplesPage } from "../../collector/wire/api-overview.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import type { Target } from "../../collector/wire/target.ts";
import type { Probe } from "../../probe/run.ts";
import type { ApiClient } from "../support/api.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { frozenCollector } from "../support/frozen-collector.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { scratch } from "../support/product.ts";

const STEP_S = 300;
const clock = fakeClock(Date.UTC(2026, 10, 21, 8, 0, 1));
const folder = scratch("restore");
const collector = frozenCollector(folder.dir, clock);
let target: HttpTarget;
let probe: Probe;
let client: ApiClient;
let watched: Target;

/** Oldest first. */
const stored = async (): Promise<Sample[]> => {
  const { samples } = await client.call<SamplesPage>("GET", `/targets/${watched.id}/samples?limit=100`);
  return samples.map(({ sample }) => sample).sort((a, b) => a.tick - b.tick);
};
const until = (count: number) =>
  collector.until(`${count} samples`, async () => (await stored()).length >= count, 5_000);

before(async () => {
  target = await httpTarget({ body: "ok" });
  client = await collector.open();
  probe = await collector.probe();
  watched = await client.call<Target>("POST", "/targets", { name: "shop", url: `${target.url}/` });
});
after(async () => {
  await probe?.stop();
  await collector.close();
  await target?.close();
  folder.remove();
});

test("a collector restored from last night's backup gets the day back from its probe", async () => {
  await until(3);
  const backup = await collector.now().backups.make();
  const atNight = (await stored()).length;
  await until(atNight + 4);
  target.script = { status: 503, body: "busy" };
  await until(atNight + 6);
  target.script = { body: "ok" };
  await until(atNight + 8);
  const day = await stored();

  await collector.close();
  const database = join(folder.dir, "carrierwatch.db");
  await copyFile(join(folder.dir, "backups", backup), database);
  for (const rest of ["-wal", "-shm"]) await rm(database + rest, { force: true });
  client = await collector.open();
  assert.deepEqual(await stored(), day.slice(0, atNight));

  await until(day.length + 1);
  const again = await stored();
  assert.deepEqual(again.slice(0, day.length), day);
  const [first] = day;
  assert.deepEqual(
    again.map(({ tick }) => tick),
    again.map((_, i) => (first?.tick ?? 0) + i * STEP_S),
  );

  const chart = await client.call<ChartData>("GET", `/targets/${watched.id}/chart?range=3h`);
  const carrier = chart.series.find((series) => series.carrier === "ct");
  const down = day.filter(({ state }) => state === "down").length;
  assert.equal(carrier?.availability.counts.down, down);
  assert.equal(carrier?.availability.counts.up, again.length - down);
  const { ok, problems } = await collector.now().store.ops.verify();
  assert.ok(ok, problems.join("; "));
});
