/** Rows and strips as a reader is given them: labels, open row, nulls, laps, generations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { archivesOf, LONGEST_S, PDP_KEEP_S } from "../../collector/archive/layout.ts";
import { codeOf, decode } from "../../collector/archive/strip.ts";
import type { RowRun, Store } from "../../collector/store/store.ts";
import { type Metric, PDP_MAX } from "../../collector/wire/metric.ts";
import type { Sample, Timings } from "../../collector/wire/sample.ts";
import {
  ALL_METRICS,
  downAt,
  forEachEngine,
  nowAfter,
  record,
  SERIES,
  T0,
  unknownSample,
  withStore,
} from "./support.ts";

const DAY_S = 86_400;
const EVER = { fromS: 0, toS: T0 * 2 };

function rowAt(run: RowRun | undefined, metric: Metric, labelS: number) {
  const column = run?.columns[metric];
  if (!run || !column) return null;
  const i = (labelS - run.fromS) / run.rowS;
  return { n: column.n[i], sum: column.sum[i], min: column.min[i], max: column.max[i] };
}

const read = (store: Store, rowS: number, range = EVER) =>
  store.rows.read({ series: [SERIES], metrics: ALL_METRICS, rowS, ...range });

forEachEngine("rows", (open) => {
  test(
    "row t covers (t - width, t], and the open row is there at once",
    withStore(open, async (store) => {
      const ticks = [T0, T0 + 300, T0 + 1_800, T0 + 2_100];
      const records = ticks.map((tick) => record({ tick }));
      await store.samples.put(records, nowAfter(T0 + 2_100));
      const [run] = await read(store, 1_800);
      const totals = records.map(({ sample }) => sample.timings.total ?? 0);
      assert.equal(run?.rows, 3);
      const [a = 0, b = 0, c = 0, d = 0] = totals;
      assert.deepEqual(rowAt(run, "total", T0), { n: 1, sum: a, min: a, max: a });
      assert.deepEqual(rowAt(run, "total", T0 + 1_800), {
        n: 2,
        sum: b + c,
        min: Math.min(b, c),
        max: Math.max(b, c),
      });
      assert.deepEqual(rowAt(run, "total", T0 + 3_600), { n: 1, sum: d, min: d, max: d });
    }),
  );

  test(
    "a range takes labels with from < label <= to",
    withStore(open, async (store) => {
      const records = Array.from({ length: 10 }, (_, i) => record({ tick: T0 + i * 300 }));
      await store.samples.put(records, nowAfter(T0 + 3_000));
      const [run] = await read(store, 300, { fromS: T0 + 300, toS: T0 + 900 });
      assert.deepEqual([run?.fromS, run?.rows], [T0 + 600, 2]);
      assert.deepEqual(await read(store, 300, { fromS: T0 + 2_700, toS: T0 + 9_000 }), []);
    }),
  );

  test(
    "only the metrics asked for are in a run",
    withStore(open, async (store) => {
      await store.samples.put([record()], nowAfter(T0));
      const [run] = await store.rows.read({ series: [SERIES], metrics: ["total"], rowS: 300, ...EVER });
      assert.deepEqual(Object.keys(run?.columns ?? {}), ["total"]);
    }),
  );

  test(
    "a failed sample archives the phases it completed and nothing else",
    withStore(open, async (store) => {
      const failed = record({ sample: downAt("tls") });
      await store.samples.put([failed], nowAfter(T0));
      const [run] = await read(store, 300);
      const known = ALL_METRICS.filter((metric) => rowAt(run, metric, T0)?.n === 1);
      assert.deepEqual(known, ["dns", "connect"]);
      assert.deepEqual(rowAt(run, "total", T0), { n: 0, sum: 0, min: 0, max: 0 });
    }),
  );

  test(
    "a late sample lands in the rows of its own tick, in every archive",
    withStore(open, async (store) => {
      const late = record({ tick: T0 - 14 * 86_400 });
      await store.samples.put([record(), late], nowAfter(T0));
      for (const { rowS } of archivesOf(300)) {
        const [run] = await read(store, rowS);
        const label = Math.ceil(late.sample.tick / rowS) * rowS;
        assert.equal(rowAt(run, "total", label)?.n, 1, `rows of ${rowS} s`);
      }
    }),
  );

  test(
    "an archive shows its newest rows only, and a gap of a whole lap shows nothing old as new",
    withStore(open, async (store) => {
      const rowsOf = (rowS: number) => archivesOf(300).find((one) => one.rowS === rowS)?.rows ?? 0;
      for (const rowS of [1_800, 7_200]) {
        const lapS = rowsOf(rowS) * rowS;
        const ticks = [T0, T0 + 300, T0 + lapS + rowS];
        await store.samples.load(
          ticks.map((tick) => record({ target: `t${rowS}`, tick })),
          nowAfter(T0 + lapS + rowS),
        );
        const [run] = await store.rows.read({
          series: [{ target: `t${rowS}`, vantage: "ct-1" }],
          metrics: ["total"],
          rowS,
          ...EVER,
        });
        assert.equal(run?.fromS, T0 + 2 * rowS);
        assert.equal(run?.rows, rowsOf(rowS));
        assert.equal(
          run?.columns.total?.n.reduce((sum, n) => sum + n, 0),
          1,
        );
      }
    }),
  );

  test(
    "after a gap of one and a half laps every ring shows the one new sample, and no old one in its place",
    withStore(open, async (store) => {
      const laps = [
        ...archivesOf(300).map(({ rowS, rows }) => ({
          rowS,
          lapS: rowS === 300 ? PDP_KEEP_S(300) : rows * rowS,
        })),
        { rowS: "strip" as const, lapS: LONGEST_S },
      ];
      for (const { rowS, lapS } of laps) {
        const series = [{ target: `t-${rowS}`, vantage: "ct-1" }];
        // A hundred old ticks, so that old tiles stand in many slots of the ring.
        const stride = Math.ceil(lapS / 100 / 300) * 300;
        const old = Array.from({ length: 100 }, (_, i) => record({ ...series[0], tick: T0 + i * stride }));
        const newTick = T0 + 100 * stride + Math.ceil(lapS / 600) * 300;
        for (const one of [...old, record({ ...series[0], tick: newTick })])
          await store.samples.load([one], nowAfter(one.sample.tick));
        const firstS = newTick - lapS;
        if (rowS === "strip") {
          const [strip] = await store.strip.read({ series, fromS: 0, toS: newTick });
          const want = [...old.map(({ sample }) => sample.tick), newTick].filter((tick) => tick > firstS);
          const found = [...(strip?.codes ?? [])].flatMap((code, i) =>
            code === 0 ? [] : [(strip?.fromS ?? 0) + i * 300],
          );
          assert.deepEqual(found, want);
          continue;
        }
        const [run] = await store.rows.read({ series, metrics: ["total"], rowS, ...EVER });
        const want = [...old.map(({ sample }) => sample.tick), newTick]
          .map((tick) => Math.ceil(tick / rowS) * rowS)
          .filter((label) => label > Math.ceil(newTick / rowS) * rowS - lapS);
        const found = [...(run?.columns.total?.n ?? [])].flatMap((n, i) =>
          Array.from({ length: n }, () => (run?.fromS ?? 0) + i * rowS),
        );
        assert.deepEqual(found, want, `rows of ${rowS} s`);
      }
    }),
  );

  test(
    "PDPs are shown for the late window and a day",
    withStore(open, async (store) => {
      const keepS = PDP_KEEP_S(300);
      const ticks = [T0, T0 + 300, T0 + keepS];
      await store.samples.load(
        ticks.map((tick) => record({ tick })),
        nowAfter(T0 + keepS),
      );
      const [run] = await read(store, 300);
      assert.equal(run?.fromS, T0 + 300);
      assert.equal(rowAt(run, "total", T0 + 300)?.n, 1);
    }),
  );

  test(
    "a step change opens a generation with runs of its own, and a step that returns goes on",
    withStore(open, async (store) => {
      const records = [
        record({ tick: T0 }),
        record({ tick: T0 + 360, stepS: 60 }),
        record({ tick: T0 + 420, stepS: 60 }),
        record({ tick: T0 + 600 }),
      ];
      await store.samples.put(records, nowAfter(T0 + 600));
      assert.deepEqual(await store.samples.generations("shop"), [
        { series: SERIES, stepS: 300, openedTick: T0, lastTick: T0 + 600 },
        { series: SERIES, stepS: 60, openedTick: T0 + 360, lastTick: T0 + 420 },
      ]);
      const runs = await read(store, 1_800);
      assert.deepEqual(
        runs.map((run) => [run.stepS, rowAt(run, "total", T0 + 1_800)?.n]),
        [
          [300, 1],
          [60, 2],
        ],
      );
      assert.deepEqual(
        (await read(store, 60)).map((run) => run.stepS),
        [60],
      );
      assert.deepEqual(await read(store, 77), []);
    }),
  );

  test(
    "runs come by series as asked for, then by the first tick of the generation, of rows, last values and strips",
    withStore(open, async (store) => {
      const of = (target: string, vantage: string, tick: number, stepS: number) =>
        record({ target, vantage, tick: T0 + tick, stepS });
      const records = [
        of("a", "ct-1", 300, 300),
        of("a", "ct-1", 60, 60),
        of("a", "ct-1", 600, 60),
        of("a", "cnc-1", 0, 300),
        of("b", "ct-1", 0, 300),
        of("b", "ct-1", 1_800, 1_800),
      ];
      await store.samples.put(records, nowAfter(T0 + 1_800));
      const series = [
        { target: "b", vantage: "ct-1" },
        { target: "none", vantage: "ct-1" },
        { target: "a", vantage: "ct-1" },
        { target: "a", vantage: "cnc-1" },
      ];
      const wanted = ["b/ct-1 300", "b/ct-1 1800", "a/ct-1 60", "a/ct-1 300", "a/cnc-1 300"];
      const names = (runs: readonly Pick<RowRun, "series" | "stepS">[]) =>
        runs.map((run) => `${run.series.target}/${run.series.vantage} ${run.stepS}`);
      const query = { series, metrics: ["total"], rowS: 1_800, fromS: 0, toS: T0 + 1_800 } as const;
      assert.deepEqual(names(await store.rows.read(query)), wanted);
      const { fromS, toS } = query;
      assert.deepEqual(names(await store.strip.read({ series, fromS, toS })), wanted);
      assert.deepEqual(names(await store.lasts.read({ ...query, rowS: 300 })), [
        ...["b/ct-1 300", "a/ct-1 60", "a/ct-1 300", "a/cnc-1 300"],
      ]);
    }),
  );

  test(
    "0 is a value, and the sums of the largest are exact",
    withStore(open, async (store) => {
      const all = (value: number): Partial<Sample> => ({
        timings: Object.fromEntries(ALL_METRICS.map((metric) => [metric, value])) as Timings,
      });
      const zeros = [0, 300].map((s) => record({ tick: T0 + DAY_S + 300 + s, sample: all(0) }));
      const largest = Array.from({ length: 288 }, (_, i) =>
        record({ tick: T0 + 300 + i * 300, sample: all(i === 7 ? PDP_MAX - 1 : PDP_MAX) }),
      );
      await store.samples.put([...largest, ...zeros], nowAfter(T0 + 2 * DAY_S));
      const [run] = await read(store, DAY_S);
      for (const metric of ALL_METRICS) {
        const [n, sum] = [288, 288 * PDP_MAX - 1];
        assert.deepEqual(rowAt(run, metric, T0 + DAY_S), { n, sum, min: PDP_MAX - 1, max: PDP_MAX });
        assert.deepEqual(rowAt(run, metric, T0 + 2 * DAY_S), { n: 2, sum: 0, min: 0, max: 0 });
      }
    }),
  );

  test(
    "a series nobody stored anything for has no runs",
    withStore(open, async (store) => {
      assert.deepEqual(await read(store, 300), []);
      assert.deepEqual(await store.strip.read({ series: [SERIES], ...EVER }), []);
      assert.deepEqual(await store.samples.latest([SERIES]), []);
    }),
  );
});

forEachEngine("strip", (open) => {
  test(
    "each tick has the code of its sample, and 0 where nobody measured",
    withStore(open, async (store) => {
      const records = [
        record({ tick: T0 }),
        record({ tick: T0 + 600, sample: downAt("connect") }),
        record({ tick: T0 + 900, sample: { state: "suspect" } }),
        record({ tick: T0 + 1_200, sample: unknownSample }),
        record({ tick: T0 + 1_500 }),
      ];
      await store.samples.put(records, nowAfter(T0 + 1_500));
      const [run] = await store.strip.read({ series: [SERIES], fromS: T0, toS: T0 + 1_500 });
      assert.equal(run?.fromS, T0);
      const codes = [...(run?.codes ?? [])];
      assert.deepEqual(
        codes.map((code) => decode(code).state),
        ["up", "unknown", "down", "suspect", "unknown", "up"],
      );
      assert.equal(codes[0], codeOf(record({ tick: T0 }).sample));
    }),
  );

  test(
    "the strip outlives the samples: a tick of two years ago is still known",
    withStore(open, async (store) => {
      const oldest = T0 - LONGEST_S + 300;
      await store.samples.load([record({ tick: oldest, sample: downAt("dns") }), record()], nowAfter(T0));
      const [run] = await store.strip.read({ series: [SERIES], fromS: oldest, toS: T0 });
      assert.equal(run?.codes.length, LONGEST_S / 300);
      assert.equal(decode(run?.codes[0] ?? 0).failurePhase, "dns");
      assert.equal(decode(run?.codes.at(-1) ?? 0).state, "up");
    }),
  );
});
