/** Primary data points around 2^24, above which a block in shared memory keeps their uppermost bits elsewhere. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DATABASE_NAME } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { METRICS, PDP_MAX } from "../../../collector/wire/metric.ts";
import type { Timings } from "../../../collector/wire/sample.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const STEP_S = 300;
/** On both sides of each part's end. */
const VALUES = [1, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 2 ** 31, PDP_MAX];
/** A tile of narrow ticks, one that begins so and has wide ones, one all wide, a narrow one again. */
const TICKS = 64;

function valueAt(i: number, m: number): number | null {
  if ((i + m) % 11 === 0) return null;
  const isNarrow = i < 16 || i >= 48 || (i < 32 && i % 5 !== 0);
  return VALUES[(i * 3 + m) % (isNarrow ? 4 : VALUES.length)] ?? 0;
}

function timingsAt(i: number): Timings {
  return Object.fromEntries(METRICS.map((metric, m) => [metric, valueAt(i, m)])) as Timings;
}

const tickOf = (i: number): number => T0 + i * STEP_S;

/** Every tick up to the i-th, as it was put. */
async function assertHeld(store: Store, i: number): Promise<void> {
  const found = await store.samples.newest([SERIES]);
  const wanted = METRICS.map((_, m) => valueAt(i, m) ?? 0);
  assert.equal(found.ticks[0], tickOf(i));
  assert.deepEqual([...found.values.subarray(0, METRICS.length)], wanted, `newest at ${i}`);
  const [run] = await store.rows.read({
    series: [SERIES],
    metrics: METRICS,
    rowS: STEP_S,
    fromS: 0,
    toS: tickOf(i),
  });
  METRICS.forEach((metric, m) => {
    const { n, max } = run?.columns[metric] ?? { n: [], max: [] };
    const held = Array.from({ length: i + 1 }, (_, k) => {
      const at = (tickOf(k) - (run?.fromS ?? 0)) / STEP_S;
      return n[at] ? max[at] : null;
    });
    assert.deepEqual(
      held,
      Array.from({ length: i + 1 }, (_, k) => valueAt(k, m)),
      `${metric} up to ${i}`,
    );
  });
}

test("values of any size are what they were, open and in tiles, after a kill and after a clean end", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  for (let i = 0; i < TICKS; i += 1) {
    // Every fourth comes twice in one batch, which takes the generation into the writer's hands.
    const one = record({ tick: tickOf(i), sample: { timings: timingsAt(i) } });
    await store.samples.put(i % 4 === 3 ? [one, one] : [one], nowAfter(tickOf(i)));
    await assertHeld(store, i);
    if (i % 16 !== 9 && i % 16 !== 15) continue;
    const killed = join(dir, `killed-${i}`);
    mkdirSync(killed);
    for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`])
      copyFileSync(join(dir, name), join(killed, name));
    const replayed = await openIn(killed);
    await assertHeld(replayed, i);
    assert.deepEqual((await replayed.ops.verify()).problems, []);
    await replayed.close();
    const again = await openIn(killed);
    await assertHeld(again, i);
    await again.close();
  }
  await store.close();
});
