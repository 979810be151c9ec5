/** The newest tick of many series at once: what is archived of it, whatever came before, after or instead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pdpsOf } from "../../collector/archive/pdp.ts";
import { codeOf } from "../../collector/archive/strip.ts";
import { newestPdps } from "../../collector/store/newest.ts";
import type { SeriesKey, Store } from "../../collector/store/store.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import {
  downAt,
  forEachEngine,
  nowAfter,
  record,
  SERIES,
  T0,
  timingsOf,
  unknownSample,
  withStore,
} from "./support.ts";

const OTHER = { target: "shop", vantage: "cmcc-1" };
const NOBODY = { target: "none", vantage: "ct-1" };

/** What is said of each series: ticks after T0, step, code and values; null = nothing is held. */
async function newestOf(store: Store, series: readonly SeriesKey[]) {
  const newest = await store.samples.newest(series);
  return series.map((_, i) => {
    const tick = newest.ticks[i] ?? Number.NaN;
    if (Number.isNaN(tick)) return null;
    const [stepS, code] = [newest.stepsS[i], newest.codes[i]];
    return { tick: tick - T0, stepS, code, pdps: newestPdps(newest, i) };
  });
}

/** The same of a sample. */
function told(sample: Sample) {
  return {
    tick: sample.tick - T0,
    stepS: sample.stepS,
    code: codeOf(sample),
    pdps: pdpsOf(sample),
  };
}

forEachEngine("newest", (open) => {
  test(
    "each state is told with the values that are archived of it, in the order asked for",
    withStore(open, async (store) => {
      const suspect: Partial<Sample> = { state: "suspect", timings: timingsOf(7) };
      const given = [{}, downAt("tls"), suspect, unknownSample].map((sample, i) =>
        record({ vantage: `v-${i}`, sample }),
      );
      await store.samples.put(given, nowAfter(T0));
      const series = given.map(({ vantage }) => ({ target: "shop", vantage })).reverse();
      const found = await newestOf(store, [NOBODY, ...series, NOBODY]);
      const wanted = given.map(({ sample }) => told(sample)).reverse();
      assert.deepEqual(found, [null, ...wanted, null]);
    }),
  );

  test(
    "it is the newest tick, not the last to come",
    withStore(open, async (store) => {
      const newest = record({ tick: T0 + 6_000 });
      await store.samples.put([newest, record({ vantage: "cmcc-1" })], nowAfter(T0 + 6_000));
      const late = [0, 300, 4_800, 5_700].map((s) => record({ tick: T0 + s, sample: downAt("dns") }));
      await store.samples.put(late, nowAfter(T0 + 6_000));
      const [found, other] = await newestOf(store, [SERIES, OTHER]);
      assert.deepEqual(found, told(newest.sample));
      assert.equal(other?.tick, 0);
    }),
  );

  test(
    "of two samples of one tick the first stands; what is repeated or refused changes nothing",
    withStore(open, async (store) => {
      const first = record({ tick: T0 + 300 });
      const second = record({ tick: T0 + 300, epoch: "fedcba9876543210", sample: downAt("wait") });
      const future = record({ tick: T0 + 3_000 });
      const outcomes = await store.samples.put([first, second, first, future], nowAfter(T0 + 300));
      assert.deepEqual(outcomes, ["stored", "conflict", "duplicate", "future"]);
      assert.deepEqual(await newestOf(store, [SERIES]), [told(first.sample)]);
    }),
  );

  test(
    "of two steps it is the one with the newer tick, also when an older step comes back",
    withStore(open, async (store) => {
      const at = (tick: number, stepS: number) => record({ tick: T0 + tick, stepS });
      for (const one of [at(300, 300), at(360, 60), at(900, 300), at(600, 60)]) {
        await store.samples.put([one], nowAfter(T0 + 900));
      }
      assert.deepEqual(await newestOf(store, [SERIES]), [told(at(900, 300).sample)]);
      await store.samples.put([at(960, 60)], nowAfter(T0 + 960));
      assert.deepEqual(await newestOf(store, [SERIES]), [told(at(960, 60).sample)]);
    }),
  );

  test(
    "an address has its own newest tick",
    withStore(open, async (store) => {
      const own = record({ tick: T0 + 300 });
      const one = record({ sample: { address: "192.0.2.1", ...downAt("connect") } });
      await store.samples.put([own, one], nowAfter(T0 + 300));
      const found = await newestOf(store, [
        SERIES,
        { ...SERIES, address: "192.0.2.1" },
        { ...SERIES, address: "192.0.2.2" },
      ]);
      assert.deepEqual(found, [told(own.sample), told(one.sample), null]);
    }),
  );

  test(
    "a purged series is gone at once, and its place never shows another's",
    withStore(open, async (store) => {
      await store.samples.put([record(), record({ vantage: "cmcc-1" })], nowAfter(T0));
      assert.deepEqual((await newestOf(store, [SERIES, OTHER])).map(Boolean), [true, true]);
      await store.samples.purge(SERIES);
      assert.deepEqual((await newestOf(store, [SERIES, OTHER])).map(Boolean), [false, true]);
      const next = record({ target: "next", tick: T0 + 300 });
      await store.samples.put([next], nowAfter(T0 + 300));
      const found = await newestOf(store, [SERIES, { target: "next", vantage: "ct-1" }]);
      assert.deepEqual(found, [null, told(next.sample)]);
      await store.samples.put([record({ tick: T0 + 600 })], nowAfter(T0 + 600));
      assert.equal((await newestOf(store, [SERIES]))[0]?.tick, 600);
    }),
  );

  test(
    "imported history is told as what was measured",
    withStore(open, async (store) => {
      const old = record({ tick: T0 - 40 * 86_400 });
      await store.samples.load([old], nowAfter(T0));
      assert.deepEqual(await newestOf(store, [SERIES]), [told(old.sample)]);
    }),
  );

  test(
    "every acknowledged tick is there, of many series that come while it is asked",
    withStore(open, async (store) => {
      const series = Array.from({ length: 700 }, (_, i) => ({ target: `t-${i}`, vantage: `v-${i % 3}` }));
      let last: (number | undefined)[] = [];
      for (let round = 0; round < 6; round += 1) {
        const batch = series
          .slice(0, 200 + round * 100)
          .map((one) => record({ ...one, tick: T0 + round * 300 }));
        const asked = newestOf(store, series);
        await store.samples.put(batch, nowAfter(T0 + round * 300));
        await asked;
        last = (await newestOf(store, series)).map((one) => one?.tick);
        assert.deepEqual(
          last,
          series.map((_, i) => (i < batch.length ? round * 300 : undefined)),
        );
      }
      assert.equal(last.filter((tick) => tick === 1_500).length, 700);
    }),
  );
});
