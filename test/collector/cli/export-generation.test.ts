/** A target whose step changed is exported one generation at a time, the one that ended as it was at its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exportedRrd } from "../../../collector/cli/export-rrd.ts";
import { rrdSamples } from "../../../collector/cli/import-rrd.ts";
import { dumpOf } from "../../../collector/cli/rrd-dump.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { METRICS } from "../../../collector/wire/metric.ts";
import { ticksOf, up } from "../world.ts";
import { folderWithPast } from "./past.ts";

const DAY_S = 86_400;

test("each generation has its own document: its step, its last tick, its values", async (t) => {
  const past = await folderWithPast(1);
  t.after(() => past.remove());
  const endS = Math.floor((Date.now() / 1000 - 100 * DAY_S) / 3600) * 3600;
  const old = ticksOf(3600, endS - 30 * DAY_S, endS);
  const store = await openSqliteStore({ dir: past.dir, log: silentLog });
  const hourly = { id: past.target.id, stepS: 3600 };
  const outcomes = await store.samples.load(
    old.map((tick, i) => up(hourly, "ct-sh", tick, 5_000 + i)),
    Date.now(),
  );
  assert.ok(outcomes.every((outcome) => outcome === "stored"));
  await store.close();
  const client = await past.open();
  t.after(() => client.close());
  const wanted = { target: past.target.id, vantage: "ct-sh" };
  const mapped = new Map(
    METRICS.map((metric) => [metric, { metric, perUnit: metric === "speed" ? 1 : 1e6 }] as const),
  );
  const read = async (stepS?: number) =>
    rrdSamples(dumpOf(await exportedRrd(client, { ...wanted, stepS }, "en")), mapped);
  const totals = ({ samples }: Awaited<ReturnType<typeof read>>) =>
    samples.flatMap((one) => {
      if (!("sample" in one)) return [];
      const { tick, timings } = one.sample as unknown as { tick: number; timings: { total: number } };
      return [[tick, timings.total] as const];
    });
  const hours = totals(await read(3600));
  assert.deepEqual(hours, old.map((tick, i) => [tick, 5_000 + i] as const).slice(-hours.length));
  assert.ok(hours.length > 40, `${hours.length} hours`);
  const [newest, named] = [totals(await read()), totals(await read(300))];
  assert.ok(newest.length > 100);
  assert.deepEqual(newest, named);
  assert.equal(newest.at(-1)?.[0], past.samples.findLast(({ state }) => state === "up")?.tick);
});
