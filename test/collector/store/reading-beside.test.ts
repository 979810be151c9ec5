/** Reads beside a busy writer: what was acknowledged is there whole, in rows, strip and log, at every moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../../collector/store/store.ts";
import { archivesOfText } from "../../../collector/wire/archives.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const TICKS = 240;
const STEP_S = 300;
/** A text of its own every few ticks, so that shared texts are new while they are read. */
const detailAt = (i: number) => ({ status: 200, protocol: `h${Math.floor(i / 3)}`, address: "192.0.2.10" });
const sampleAt = (i: number) => record({ tick: T0 + i * STEP_S, sample: { detail: detailAt(i) } });

/** Everything up to tick `acked` of the series is read and compared. */
async function assertWhole(store: Store, acked: number): Promise<void> {
  const toS = T0 + acked * STEP_S;
  const range = { series: [SERIES], fromS: T0 - STEP_S, toS };
  const [run] = await store.rows.read({ ...range, metrics: ["total"], rowS: STEP_S });
  assert.equal(run?.rows, acked + 1);
  assert.ok(run.columns.total?.n.every((n) => n === 1));
  const [wide] = await store.rows.read({ ...range, metrics: ["total"], rowS: 1_800, toS: toS + 1_800 });
  const counted = wide?.columns.total?.n.reduce((sum, n) => sum + n, 0) ?? 0;
  assert.ok(counted > acked, `${counted} ticks in rows of half an hour, ${acked + 1} were acknowledged`);
  const [strip] = await store.strip.read({ ...range, fromS: T0 });
  assert.ok(strip?.codes.length === acked + 1 && strip.codes.every((code) => code !== 0));
  const page = await store.samples.page({ ...range, fromS: T0, limit: 1_000, order: "oldest" });
  assert.deepEqual(
    page.samples.map(({ sample }) => sample.detail),
    Array.from({ length: acked + 1 }, (_, i) => detailAt(i)),
  );
}

test("every reading holds whatever was acknowledged before it began", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  let acked = -1;
  const writing = (async () => {
    for (let i = 0; i < TICKS; i += 1) {
      await store.samples.put([sampleAt(i)], nowAfter(T0 + i * STEP_S));
      acked = i;
    }
  })();
  let readings = 0;
  while (acked < TICKS - 1) {
    if (acked >= 0) await assertWhole(store, acked);
    else await store.ops.counters();
    readings += 1;
  }
  await writing;
  assert.ok(readings > 10, `${readings} readings`);
  await assertWhole(store, TICKS - 1);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});

test("no tick is counted twice in a row that is read while its tile is left", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const series = Array.from({ length: 150 }, (_, i) => ({ target: "shop", vantage: `ct-${i}` }));
  await store.samples.shape("shop", STEP_S, archivesOfText("1x600,2x300,4x300,24x300"), 0);
  let written = -1;
  const writing = (async () => {
    for (let i = 0; i < TICKS; i += 1) {
      const tick = T0 + i * STEP_S;
      await store.samples.put(
        series.map((one) => record({ ...one, tick })),
        nowAfter(tick),
      );
      written = i;
    }
  })();
  const most = new Map<number, number>();
  for (let n = 0; written < TICKS - 1; n += 1) {
    const steps = [2, 4, 24][n % 3] ?? 2;
    const asked = series[(n * 37) % series.length] ?? SERIES;
    const toS = T0 + TICKS * STEP_S;
    const query = { series: [asked], metrics: ["total"], rowS: steps * STEP_S, fromS: T0, toS } as const;
    for (const { columns } of await store.rows.read(query))
      most.set(steps, Math.max(most.get(steps) ?? 0, ...(columns.total?.n ?? [])));
  }
  await writing;
  assert.deepEqual(Object.fromEntries(most), { 2: 2, 4: 4, 24: 24 });
  await store.close();
});

test("late samples beside newer ones are read as soon as they are acknowledged", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const now = nowAfter(T0 + TICKS * STEP_S);
  await store.samples.put([sampleAt(TICKS)], now);
  const late = Array.from({ length: TICKS }, (_, i) => (i * 7) % TICKS);
  const done = new Set<number>();
  for (let at = 0; at < TICKS; at += 12) {
    const part = late.slice(at, at + 12);
    await store.samples.put(part.map(sampleAt), now);
    for (const i of part) done.add(i);
    const states = await store.samples.states(
      "shop",
      [...done].map((i) => T0 + i * STEP_S),
    );
    assert.equal(states.length, done.size);
    const [run] = await store.rows.read({
      series: [SERIES],
      metrics: ["total"],
      rowS: 86_400,
      fromS: T0 - 86_400,
      toS: T0 + 2 * 86_400,
    });
    assert.equal(
      run?.columns.total?.n.reduce((sum, n) => sum + n, 0),
      done.size + 1,
    );
  }
  await store.close();
});
