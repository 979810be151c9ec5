/** A series whose details need more than its log's budget loses the oldest of them, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { LOG_KEEP_S } from "../../../collector/archive/layout.ts";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import {
  FAR_OVER_PER_COMMIT,
  LOG_BYTES_PER_TICK,
  TILES_AT_ONCE,
} from "../../../collector/store/sqlite/log-budget.ts";
import { downAt, nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const STEP_S = 86_400;
const TICKS = 200;

/** Its own long text at every tick, so that nothing is shared. */
const heavy = (i: number) => ({
  detail: { status: 200, finalUrl: `https://shop.test/${i}/${"x".repeat(1_500)}`, lateMs: 0.5 },
});

test("the oldest details go first and are counted; state, times and why a sample failed stay", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  const samples = Array.from({ length: TICKS }, (_, i) =>
    record({
      tick: T0 + i * STEP_S,
      stepS: STEP_S,
      sample: { ...(i % 10 === 3 ? downAt("tls") : {}), ...heavy(i) },
    }),
  );
  for (let at = 0; at < TICKS; at += 10) {
    const part = samples.slice(at, at + 10);
    await store.samples.put(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
  }
  const kept = Math.ceil(LOG_KEEP_S(STEP_S) / STEP_S);
  const query = {
    series: [SERIES],
    fromS: 0,
    toS: T0 + TICKS * STEP_S,
    limit: 1_000,
    order: "oldest",
  } as const;
  const { samples: found } = await store.samples.page(query);
  assert.equal(found.length, Math.min(kept, TICKS), "no sample is gone");
  const newest = found.at(-1);
  assert.deepEqual(newest?.sample.detail, samples.at(-1)?.sample.detail, "the newest keeps everything");
  const bare = found.filter(({ sample }) => Object.keys(sample.detail).length === 0);
  assert.ok(bare.length > 0 && bare.length < found.length, `${bare.length} of ${found.length} are bare`);
  assert.deepEqual(bare, found.slice(0, bare.length), "the oldest went first");
  const given = new Map(samples.map(({ sample }) => [sample.tick, sample]));
  for (const { sample } of bare)
    assert.deepEqual({ ...sample, detail: given.get(sample.tick)?.detail }, given.get(sample.tick));
  assert.equal((await store.ops.estimate(STEP_S)).detailsDropped, bare.length);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
  const db = new Database(file, { readonly: true });
  const texts = Number(db.prepare("SELECT sum(length(body)) FROM detail").pluck().get());
  db.close();
  const budget = kept * LOG_BYTES_PER_TICK;
  // What failed keeps its text, and the newest tiles are not looked at until they are behind.
  const spared = TICKS / 10 + 40;
  assert.ok(texts < budget + spared * 1_700, `${texts} bytes of texts, the budget is ${budget}`);
});

test("who comes late where details were dropped leaves his own, and is counted", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const all = Array.from({ length: TICKS }, (_, i) =>
    record({
      tick: T0 + i * STEP_S,
      stepS: STEP_S,
      sample: { ...(i % 10 === 4 ? downAt("tls") : {}), ...heavy(i) },
    }),
  );
  const isLate = (i: number) => i % 5 === 4 && i < 150;
  const put = async (from: number, to: number) => {
    for (let at = from; at < to; at += 10) {
      const part = all.slice(at, at + 10).filter((_, k) => !isLate(at + k));
      await store.samples.put(part, nowAfter(T0 + (at + 9) * STEP_S));
    }
  };
  await put(0, 150);
  const late = all.filter((_, i) => isLate(i));
  const outcomes = await store.samples.load(late, nowAfter(T0 + 149 * STEP_S));
  assert.ok(outcomes.every((outcome) => outcome === "stored"));
  // The texts they share with nobody go when the log has moved on.
  await put(150, TICKS);
  const given = new Map(all.map(({ sample }) => [sample.tick, sample]));
  const { samples: found } = await store.samples.page({
    series: [SERIES],
    fromS: 0,
    toS: T0 + TICKS * STEP_S,
    limit: 1_000,
    order: "oldest",
  });
  assert.equal(found.length, TICKS);
  const bare = found.filter(({ sample }) => Object.keys(sample.detail).length === 0);
  for (const { sample } of found) {
    const want = given.get(sample.tick);
    const detail = bare.some((one) => one.sample === sample) ? {} : want?.detail;
    assert.deepEqual(sample, { ...want, detail }, "all of its details, or none");
  }
  assert.ok(bare.some(({ sample }) => isLate((sample.tick - T0) / STEP_S)));
  assert.equal((await store.ops.estimate(STEP_S)).detailsDropped, bare.length);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});

test("where samples need more than the budget, full age is no less than what is there and than what is foreseen", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const stepS = 300;
  const answers = (i: number) => [{ address: `192.0.2.${i % 7}`, ttlS: (i * 7_919) % 300 }];
  const words = (i: number) => `${(i * 2_654_435_761) % 2 ** 32}`.repeat(6);
  const samples = Array.from({ length: 28_000 }, (_, i) =>
    record({
      tick: T0 + i * stepS,
      stepS,
      sample: { detail: { status: 200, answers: answers(i), lateMs: i / 7, note: words(i) } },
    }),
  );
  for (let at = 0; at < samples.length; at += 1_000) {
    const part = samples.slice(at, at + 1_000);
    await store.samples.load(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
  }
  const { parts, bytesPerSeriesFull, bytesFull, bytesFixed, detailsDropped } =
    await store.ops.estimate(stepS);
  assert.ok(detailsDropped > 0, "it is over its budget");
  for (const { part, bytesPerSeries, bytesPerSeriesAt } of parts)
    assert.ok(bytesPerSeries >= Math.max(...bytesPerSeriesAt), `${part}: full age is the most`);
  const inLog = (of: "bytesNow" | "bytesPerSeries") =>
    parts.reduce((sum, one) => sum + (["pdps", "sample log"].includes(one.part) ? one[of] : 0), 0);
  const [now, full] = [inLog("bytesNow"), inLog("bytesPerSeries")];
  assert.ok(now <= full * 1.05, `${now} bytes of the log, at full age ${full}`);
  assert.equal(bytesPerSeriesFull, bytesFull - bytesFixed, "one series is all there are");
  await store.close();
});

test("many series far over their budget come back within it over several commits, none of which is huge", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const [stepS, series, ticks] = [3_600, 30, 2_000];
  const one = (target: number, i: number) =>
    record({
      target: `shop-${target}`,
      tick: T0 + i * stepS,
      stepS,
      sample: { detail: { status: 200, note: `${(i * 2_654_435_761) % 2 ** 32}`.repeat(16) } },
    });
  const all = Array.from({ length: series }, (_, target) =>
    Array.from({ length: ticks }, (_, i) => one(target, i)),
  ).flat();
  await store.samples.load(all, nowAfter(T0 + ticks * stepS));
  const dropped = async () => (await store.ops.estimate(stepS)).detailsDropped;
  const mostAtOnce = (FAR_OVER_PER_COMMIT + series * TILES_AT_ONCE) * TICKS_PER_TILE;
  const counts = [await dropped()];
  // A write for each: their tile is full.
  for (let next = ticks; next < ticks + 4 * TICKS_PER_TILE; next += TICKS_PER_TILE) {
    const part = Array.from({ length: series }, (_, target) => one(target, next));
    await store.samples.load(part, nowAfter(T0 + next * stepS));
    counts.push(await dropped());
  }
  for (const [i, count] of counts.entries())
    assert.ok(
      count - (counts[i - 1] ?? 0) <= mostAtOnce,
      `${counts.join(", ")}: at most ${mostAtOnce} a commit`,
    );
  assert.ok((counts[1] ?? 0) > (counts[0] ?? 0), `${counts.join(", ")}: the second goes on`);
  assert.equal(counts.at(-1), counts.at(-2), `${counts.join(", ")}: then each is within its budget`);
  assert.ok(
    (counts.at(-1) ?? 0) < all.length * 0.9,
    `${counts.join(", ")}: no more is given up than has to be`,
  );
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});
