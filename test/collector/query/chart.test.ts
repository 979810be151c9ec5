/** A chart against values worked out from the samples themselves, one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SampleRecord } from "../../../collector/store/store.ts";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import { ChartData as ChartSchema } from "../../../collector/wire/api-chart.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { down, MIDNIGHT_S, suspect, ticksOf, up, type World, world } from "../world.ts";

const DAY_S = 86_400;

/** Small repeatable pseudo-random numbers. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Ten days of three vantages in two carriers: up, down, suspect and nothing at all. */
async function tenDays(): Promise<{ at: World; target: Target; records: SampleRecord[] }> {
  const at = await world({ startS: MIDNIGHT_S - 10 * DAY_S });
  await at.vantage("ct-1", "ct");
  await at.vantage("ct-2", "ct");
  await at.vantage("cnc-1", "cnc");
  const target = await at.target();
  at.clock.jump((10 * DAY_S + 8 * 3600 + 120) * 1000);
  const roll = dice(7);
  const records = ["ct-1", "ct-2", "cnc-1"].flatMap((vantage) =>
    ticksOf(300, MIDNIGHT_S - 10 * DAY_S, at.nowS()).flatMap((tick) => {
      const chance = roll();
      if (chance < 0.25) return [];
      if (chance < 0.4) return [down(target, vantage, tick)];
      if (chance < 0.45) return [suspect(target, vantage, tick)];
      const totalUs = Math.floor(roll() * 400_000) + 1;
      return [up(target, vantage, tick, totalUs, { speed: Math.floor(roll() * 1e7), dns: 77 })];
    }),
  );
  await at.history(records);
  return { at, target, records };
}

/** The totals of up samples with fromS < tick <= toS. */
function totals(
  records: readonly SampleRecord[],
  vantages: readonly string[],
  fromS: number,
  toS: number,
): number[] {
  return records.flatMap(({ vantage, sample }) =>
    vantages.includes(vantage) && sample.state === "up" && sample.tick > fromS && sample.tick <= toS
      ? (sample.timings.total ?? [])
      : [],
  );
}

function column(chart: ChartData, carrier: string) {
  const series = chart.series.find((one) => one.carrier === carrier);
  assert.ok(series?.metrics.total && series.summary.total, `${carrier} has a line`);
  return { series, values: series.metrics.total, summary: series.summary.total };
}

const RANGES = [
  { range: "3h", rowS: 300 },
  { range: "day", rowS: 300 },
  { range: "week", rowS: 1800 },
  { range: "month", rowS: 7200 },
  { range: "year", rowS: DAY_S },
] as const;

/** Total at one label, worked out from the samples: known when one of the vantages has at least half of its ticks. */
function wanted(
  { at, target, records }: Awaited<ReturnType<typeof tenDays>>,
  vantages: readonly string[],
  label: number,
  rowS: number,
) {
  const due = ticksOf(300, Math.max(label - rowS, target.createdS - 1), Math.min(label, at.nowS())).length;
  const counts = vantages.map((vantage) => totals(records, [vantage], label - rowS, label).length);
  if (!counts.some((n) => n > 0 && due - n <= due * 0.5)) return { AVERAGE: null, MAX: null, MIN: null };
  const all = totals(records, vantages, label - rowS, label);
  const sum = all.reduce((a, b) => a + b, 0);
  return { AVERAGE: sum / all.length / 1000, MAX: Math.max(...all) / 1000, MIN: Math.min(...all) / 1000 };
}

const VANTAGES = { ct: ["ct-1", "ct-2"], cnc: ["cnc-1"] };

test("every label of every range is what its samples say", async (t) => {
  const days = await tenDays();
  for (const { range, rowS } of RANGES) {
    await t.test(range, async () => {
      const chart = await days.at.query.chart(days.target.id, { range });
      ChartSchema.parse(chart);
      assert.equal(chart.rowS, rowS);
      assert.deepEqual(
        chart.series.map((one) => one.carrier),
        Object.keys(VANTAGES),
      );
      for (const [carrier, vantages] of Object.entries(VANTAGES)) {
        const { values } = column(chart, carrier);
        const want = chart.labels.map((label) => wanted(days, vantages, label, rowS));
        for (const cf of ["AVERAGE", "MAX", "MIN"] as const) {
          assert.deepEqual(
            values[cf],
            want.map((one) => one[cf]),
            `${carrier} ${cf}`,
          );
        }
        const known = want.filter((one) => one.AVERAGE !== null).length;
        assert.ok(known >= 8, `${known} known values of ${carrier} were compared`);
      }
    });
  }
});

test("labels are UTC multiples of the row, whatever the target's zone, and end at the open row", async () => {
  const at = await world({ startS: Date.UTC(2026, 2, 29, 13, 7, 11) / 1000 });
  await at.vantage("ct-1", "ct");
  const target = await at.target({ timeZone: "Europe/Berlin" });
  for (const { range } of RANGES) {
    const { labels, rowS, fromS, toS } = await at.query.chart(target.id, { range });
    assert.ok(
      labels.every((label, i) => label % rowS === 0 && (i === 0 || label - (labels[i - 1] ?? 0) === rowS)),
    );
    assert.ok((labels[0] ?? 0) > fromS && (labels[0] ?? 0) <= fromS + rowS);
    const last = labels.at(-1) ?? 0;
    assert.equal(last, Math.ceil((Math.floor(toS / 300) * 300) / rowS) * rowS);
  }
});

test("the numbers under a chart are of the samples, not of its rows", async () => {
  const { at, target, records } = await tenDays();
  const chart = await at.query.chart(target.id, { range: "week" });
  const first = (chart.labels[0] ?? 0) - chart.rowS;
  const { summary, values, series } = column(chart, "ct");
  const all = totals(records, ["ct-1", "ct-2"], first, at.nowS());
  assert.equal(summary.average, all.reduce((a, b) => a + b, 0) / all.length / 1000);
  assert.equal(summary.max, Math.max(...all) / 1000);
  assert.equal(summary.min, Math.min(...all) / 1000);
  assert.equal(
    summary.current,
    values.AVERAGE.findLast((value) => value !== null),
  );
  const exact = totals(records, ["ct-1", "ct-2"], chart.fromS - 1, chart.toS - 1).sort((a, b) => a - b);
  for (const [p, value] of [
    [50, summary.p50],
    [95, summary.p95],
  ] as const) {
    const want = (exact[Math.ceil((p / 100) * exact.length) - 1] ?? 0) / 1000;
    assert.ok(value !== null && Math.abs(value - want) <= want * 0.0005, `p${p} ${value} is not ${want}`);
  }
  assert.equal(series.summary.dns?.p95, null, "strips hold totals only");
  assert.equal(
    series.metrics.speed?.MAX.some((value) => value !== null && value > 400_000),
    true,
    "bytes per second",
  );
});

test("a row is known at exactly xff unknown and not beyond", async () => {
  for (const [have, want] of [
    [3, 2],
    [2, null],
  ] as const) {
    const at = await world({ startS: MIDNIGHT_S - 2 * DAY_S });
    await at.vantage("ct-1", "ct");
    const target = await at.target();
    at.clock.jump(2 * DAY_S * 1000);
    const label = MIDNIGHT_S - 7200;
    await at.history(
      ticksOf(300, label - 1800, label)
        .slice(0, have)
        .map((tick) => up(target, "ct-1", tick, 2000)),
    );
    const chart = await at.query.chart(target.id, { range: "week" });
    assert.equal(column(chart, "ct").values.AVERAGE[chart.labels.indexOf(label)], want);
  }
});

test("a target made today has a value in the year's chart", async () => {
  const at = await world({ startS: MIDNIGHT_S + 7 * 3600 });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  at.clock.jump(700_000);
  await at.history(ticksOf(300, at.nowS() - 701, at.nowS()).map((tick) => up(target, "ct-1", tick, 4000)));
  const { values } = column(await at.query.chart(target.id, { range: "year" }), "ct");
  assert.equal(values.AVERAGE.at(-1), 4);
  assert.equal(values.AVERAGE.filter((value) => value !== null).length, 1);
});

test("a single first sample is one known point of the three hours", async () => {
  const at = await world({ startS: MIDNIGHT_S + 10 * 3600 + 123 });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  await at.history([up(target, "ct-1", MIDNIGHT_S + 10 * 3600, 1500)]);
  const chart = await at.query.chart(target.id, { range: "3h" });
  assert.deepEqual(chart.labels.at(-1), MIDNIGHT_S + 10 * 3600);
  assert.equal(column(chart, "ct").values.AVERAGE.at(-1), 1.5);
  assert.equal(column(chart, "ct").summary.current, 1.5);
});

test("a custom range must begin before it ends, and ends at the latest now", async () => {
  const { at, target } = await tenDays();
  const nowS = at.nowS();
  const custom = (fromS?: number, toS?: number) =>
    at.query.chart(target.id, {
      range: "custom",
      ...(fromS === undefined ? {} : { fromS }),
      ...(toS === undefined ? {} : { toS }),
    });
  await assert.rejects(custom(), { code: "invalid_input" });
  await assert.rejects(custom(nowS, nowS), { code: "invalid_input" });
  assert.equal((await custom(nowS - 1, nowS)).toS, nowS);
  assert.equal((await custom(nowS - 3600, nowS + 999_999)).toS, nowS);
  await assert.rejects(at.query.chart("nobody", { range: "3h" }), { code: "not_found" });
});

test("fewer points make wider rows of the same samples", async () => {
  const { at, target, records } = await tenDays();
  const chart = await at.query.chart(target.id, { range: "day", points: 24 });
  assert.equal(chart.rowS, 3600);
  const { values } = column(chart, "cnc");
  const label = chart.labels[5] ?? 0;
  const all = totals(records, ["cnc-1"], label - 3600, label);
  assert.equal(values.AVERAGE[5], all.reduce((a, b) => a + b, 0) / all.length / 1000);
});

test("a custom range begins no earlier than what is kept, and one wholly before it is refused", async () => {
  const { at, target } = await tenDays();
  const nowS = at.nowS();
  const ask = (toS: number) => at.query.chart(target.id, { range: "custom", fromS: 0, toS });
  const chart = await ask(nowS);
  assert.equal(chart.fromS, nowS - 797 * DAY_S);
  assert.ok(chart.labels.length <= 800);
  await assert.rejects(ask(nowS - 797 * DAY_S), /nothing before \d+ is kept/);
});
