/** A series of one address is a series of its own everywhere, and stays out of everything the target's own serves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SamplesQuery, SeriesKey, Store } from "../../collector/store/store.ts";
import { ALL_METRICS, forEachEngine, nowAfter, record, SERIES, T0, withStore } from "./support.ts";

const FIRST = "192.0.2.1";
const SECOND = "2001:db8::2";
const at = (address: string): SeriesKey => ({ ...SERIES, address });
const of = (address: string, parts: Parameters<typeof record>[0] = {}) =>
  record({ ...parts, sample: { ...parts.sample, address } });

async function digests(store: Store, series: SeriesKey): Promise<string[]> {
  return Promise.all(
    ([300, 1_800, 86_400, "strip"] as const).map((archive) => store.digest(series, archive)),
  );
}

const whole = (series: SeriesKey) => ({ series: [series], fromS: 0, toS: T0 * 2 });

forEachEngine("addresses", (open) => {
  test(
    "a tick is taken in each series for itself",
    withStore(open, async (store) => {
      const records = [record(), of(FIRST), of(SECOND), of("ipv6"), of(FIRST), of(SECOND, { seq: 9 })];
      assert.deepEqual(await store.samples.put(records, nowAfter(T0)), [
        "stored",
        "stored",
        "stored",
        "stored",
        "duplicate",
        "conflict",
      ]);
    }),
  );

  test(
    "each series has its own generations, rows, strip, newest sample and digest",
    withStore(open, async (store) => {
      await store.samples.put([record(), record({ tick: T0 + 300 })], nowAfter(T0 + 300));
      const alone = await digests(store, SERIES);
      const slow = { timings: { ...record().sample.timings, total: 9_000_000 } };
      await store.samples.put([of(FIRST, { tick: T0 + 300, sample: slow }), of(SECOND)], nowAfter(T0 + 300));
      assert.deepEqual(await digests(store, SERIES), alone);
      assert.deepEqual(
        (await store.samples.generations("shop")).map(({ series, openedTick }) => [series, openedTick - T0]),
        [
          [SERIES, 0],
          [at(FIRST), 300],
          [at(SECOND), 0],
        ],
      );
      const query = { metrics: ["total"] as const, rowS: 300, ...whole(at(FIRST)) };
      const [run, ...more] = await store.rows.read(query);
      assert.equal(more.length, 0);
      assert.deepEqual(run?.series, at(FIRST));
      assert.deepEqual([...(run?.columns.total?.sum ?? [])], [9_000_000]);
      const [strip] = await store.strip.read(whole(at(FIRST)));
      assert.deepEqual([strip?.series, strip?.fromS, strip?.codes.length], [at(FIRST), T0 + 300, 1]);
      const latest = await store.samples.latest([at(SECOND), SERIES, at("ipv4")]);
      assert.deepEqual(
        latest.map(({ sample }) => [sample.address, sample.tick - T0]),
        [
          [SECOND, 0],
          [undefined, 300],
        ],
      );
    }),
  );

  test(
    "samples of addresses mark nothing due and have no vote, late ones are counted",
    withStore(open, async (store) => {
      const late = of(FIRST, { tick: T0 - 3_600, receivedMs: T0 * 1_000 });
      assert.deepEqual(await store.samples.put([of(FIRST), late], nowAfter(T0)), ["stored", "stored"]);
      assert.deepEqual(await store.claims.due(nowAfter(T0), 1_000, 10), []);
      assert.deepEqual(await store.samples.states("shop", [T0, T0 - 3_600]), []);
      assert.equal((await store.ops.counters())[0]?.late, 1);
      await store.samples.put([record()], nowAfter(T0));
      assert.equal((await store.claims.due(nowAfter(T0), 1_000, 10)).length, 1);
      const states = await store.samples.states("shop", [T0]);
      assert.deepEqual(
        states.map(({ sample }) => sample.address),
        [undefined],
      );
    }),
  );

  test(
    "pages mix series by target, vantage and address, and go on at the right one",
    withStore(open, async (store) => {
      const ticks = [T0, T0 + 300];
      const records = ticks.flatMap((tick) => [of(SECOND, { tick }), record({ tick }), of(FIRST, { tick })]);
      await store.samples.put(records, nowAfter(T0 + 300));
      const query = {
        series: [at(SECOND), SERIES, at(FIRST)],
        fromS: T0,
        toS: T0 + 300,
        limit: 2,
        order: "oldest",
      } as const satisfies SamplesQuery;
      const seen: (string | undefined)[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<Store["samples"]["page"]>> = await store.samples.page({
          ...query,
          ...(cursor === null ? {} : { cursor }),
        });
        seen.push(...page.samples.map(({ sample }) => sample.address));
        cursor = page.cursor;
      } while (cursor !== null && seen.length < 20);
      assert.deepEqual(seen, [undefined, FIRST, SECOND, undefined, FIRST, SECOND]);
    }),
  );

  test(
    "history is loaded into an address's series too",
    withStore(open, async (store) => {
      const old = of(FIRST, { tick: T0 - 60 * 86_400 });
      assert.deepEqual(await store.samples.load([old], nowAfter(T0)), ["stored"]);
      assert.deepEqual(await store.samples.load([old], nowAfter(T0)), ["duplicate"]);
    }),
  );
});

forEachEngine("purge", (open) => {
  const filled = (address?: string) =>
    Array.from({ length: 40 }, (_, i) =>
      record({ tick: T0 + i * 300, sample: address === undefined ? {} : { address } }),
    );

  test(
    "a purged series is gone from every reading, in all its generations, and the others stand",
    withStore(open, async (store) => {
      const now = nowAfter(T0 + 40 * 300);
      await store.samples.put([...filled(), ...filled(FIRST), ...filled(SECOND)], now);
      const minutely = of(FIRST, { tick: T0 + 60, stepS: 60 });
      await store.samples.put([minutely], now);
      const others = [await digests(store, SERIES), await digests(store, at(SECOND))];
      const nothing = await digests(store, at("203.0.113.9"));
      await store.samples.purge(at(FIRST));
      assert.deepEqual(
        (await store.samples.generations()).map(({ series }) => series),
        [SERIES, at(SECOND)],
      );
      assert.deepEqual(await digests(store, at(FIRST)), nothing);
      assert.deepEqual(await store.strip.read(whole(at(FIRST))), []);
      assert.deepEqual(await store.rows.read({ metrics: ALL_METRICS, rowS: 300, ...whole(at(FIRST)) }), []);
      assert.deepEqual(await store.samples.latest([at(FIRST)]), []);
      const page = await store.samples.page({ ...whole(at(FIRST)), limit: 9, order: "newest" });
      assert.deepEqual(page, { samples: [], cursor: null });
      assert.deepEqual([await digests(store, SERIES), await digests(store, at(SECOND))], others);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "a purged series begins again as if it had never been",
    withStore(open, async (store) => {
      const now = nowAfter(T0 + 40 * 300);
      await store.samples.put(filled(FIRST), now);
      const before = await digests(store, at(FIRST));
      await store.samples.purge(at(FIRST));
      assert.deepEqual(await store.samples.put([of(FIRST)], now), ["stored"]);
      assert.equal((await store.strip.read(whole(at(FIRST))))[0]?.codes.length, 1);
      await store.samples.purge(at(FIRST));
      assert.deepEqual(new Set(await store.samples.put(filled(FIRST), now)), new Set(["stored"]));
      assert.deepEqual(await digests(store, at(FIRST)), before);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "what comes while a series is purged is either forgotten with it or stored after it",
    withStore(open, async (store) => {
      await store.samples.put(filled(FIRST), nowAfter(T0 + 40 * 300));
      const [, outcome] = await Promise.all([
        store.samples.purge(at(FIRST)),
        store.samples.put([of(FIRST, { tick: T0 + 12_000 })], nowAfter(T0 + 12_000)),
      ]);
      assert.deepEqual(outcome, ["stored"]);
      const left = await store.samples.generations();
      assert.ok(left.every(({ openedTick }) => openedTick === T0 + 12_000));
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "purging what is not there is no error",
    withStore(open, async (store) => {
      await store.samples.purge(at(FIRST));
      assert.deepEqual(await store.samples.generations(), []);
    }),
  );
});
