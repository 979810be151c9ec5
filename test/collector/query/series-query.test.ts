/** One question for several carriers, metrics and functions: rows as the archives keep them, percentiles and states by the tick. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, objectsOf } from "../../../collector/query/forms.ts";
import type { SampleRecord } from "../../../collector/store/store.ts";
import { QueryColumns, QueryObjects } from "../../../collector/wire/api-query.ts";
import { CFS, METRICS } from "../../../collector/wire/metric.ts";
import { fc } from "../../support/property.ts";
import { down, MIDNIGHT_S, suspect, ticksOf, up, world } from "../world.ts";

const DAY_S = 86_400;

/** Two vantages of ct, one of cnc, for some days; every seventh tick fails at ct-2, cnc-1 misses an hour a day. */
async function lived(days = 3) {
  const at = await world({ startS: MIDNIGHT_S - days * DAY_S });
  for (const [id, carrier] of [
    ["ct-1", "ct"],
    ["ct-2", "ct"],
    ["cnc-1", "cnc"],
  ] as const) {
    await at.vantage(id, carrier);
  }
  const target = await at.target();
  at.clock.jump((days * DAY_S + 1_000) * 1000);
  const ticks = ticksOf(300, MIDNIGHT_S - days * DAY_S, at.nowS());
  const records: SampleRecord[] = ticks.flatMap((tick, i) => [
    up(target, "ct-1", tick, 1_000 + ((i * 7_919) % 900_000), { ttfb: i, speed: i + 5 }),
    i % 7 === 3 ? down(target, "ct-2", tick) : up(target, "ct-2", tick, 2_000 + ((i * 104_729) % 90_000)),
    ...(tick % DAY_S < 3_600 ? [] : [up(target, "cnc-1", tick, 700 + (i % 13))]),
  ]);
  await at.history(records);
  return { at, target, records };
}

const columnOf = ({ columns }: QueryColumns, name: string) => {
  const found = columns.find((column) => column.name === name);
  assert.ok(found, `no column ${name} among ${columns.map((column) => column.name).join(", ")}`);
  return found;
};

test("a vantage's complete rows are those of fetch, for every metric and function", async () => {
  const { at, target } = await lived();
  const toS = MIDNIGHT_S;
  const fromS = toS - 2 * DAY_S;
  const data = await at.query.columns(target.id, {
    vantages: ["ct-1", "ct-2"],
    metrics: METRICS,
    cfs: CFS,
    steps: 6,
    fromS,
    toS,
  });
  assert.equal(data.columns.length, 2 * METRICS.length * CFS.length);
  let compared = 0;
  for (const { vantage = "", metric, of, values } of data.columns) {
    const cf = CFS.find((one) => one === of);
    assert.ok(metric && cf);
    const { rows } = await at.query.fetch({ target: target.id, vantage, metric, cf, steps: 6, fromS, toS });
    assert.deepEqual(
      data.t.map((t, i) => ({ t, value: values[i] ?? null })),
      rows,
      `${vantage} ${metric} ${cf}`,
    );
    compared += rows.length;
  }
  assert.equal(compared, 96 * 2 * METRICS.length * CFS.length);
});

test("a carrier is its vantages merged: rows, percentiles and shares are those of all their samples", async () => {
  const { at, target, records } = await lived();
  const data = await at.query.columns(target.id, {
    metrics: ["total"],
    cfs: CFS,
    percentiles: [50, 95, 99],
    below: [50],
    steps: 24,
    fromS: MIDNIGHT_S - 2 * DAY_S,
    toS: MIDNIGHT_S,
  });
  assert.deepEqual([...new Set(data.columns.map(({ carrier }) => carrier))], ["ct", "cnc"]);
  assert.equal(data.t.length, 24);
  for (const [i, t] of data.t.entries()) {
    for (const carrier of ["ct", "cnc"]) {
      const sorted = totalsMs(records, carrier, t - 7_200, t);
      const n = sorted.length;
      const value = (of: string) => columnOf(data, `${carrier} total ${of}`).values[i] ?? null;
      assert.ok(n > 10);
      near(value("AVERAGE"), sorted.reduce((sum, one) => sum + one, 0) / n, 1e-12);
      assert.equal(value("MAX"), sorted.at(-1));
      assert.equal(value("MIN"), sorted[0]);
      for (const p of [50, 95, 99]) near(value(`p${p}`), sorted[Math.ceil((p / 100) * n) - 1], 0.0005);
      assert.equal(value("below 50"), sorted.filter((one) => one <= 50).length / n);
    }
  }
});

function totalsMs(records: readonly SampleRecord[], carrier: string, fromS: number, toS: number): number[] {
  return records
    .filter(({ vantage, sample }) => vantage.startsWith(carrier) && sample.tick > fromS && sample.tick <= toS)
    .flatMap(({ sample }) =>
      sample.state === "up" && sample.timings.total !== null ? sample.timings.total / 1000 : [],
    )
    .sort((a, b) => a - b);
}

function near(got: number | null, want: number | undefined, share: number): void {
  assert.ok(
    got !== null && want !== undefined && Math.abs(got - want) <= share * want,
    `${got} is not ${want}`,
  );
}

test("the whole is of every tick of the range and of nothing else", async () => {
  const { at, target, records } = await lived();
  const range = { fromS: MIDNIGHT_S - DAY_S - 1_234, toS: MIDNIGHT_S - 4_321 };
  const data = await at.query.columns(target.id, {
    carriers: ["ct"],
    metrics: [],
    cfs: [],
    percentiles: [95],
    states: true,
    steps: 288,
    ...range,
  });
  const sorted = totalsMs(records, "ct", range.fromS, range.toS);
  near(columnOf(data, "ct total p95").whole, sorted[Math.ceil(0.95 * sorted.length) - 1], 0.0005);
  const ticks = ticksOf(300, range.fromS, range.toS).length;
  const counts = ["up", "down", "suspect", "unknown"].map(
    (state) => columnOf(data, `ct ${state}`).whole ?? 0,
  );
  assert.equal(
    counts.reduce((sum, one) => sum + one, 0),
    ticks,
  );
});

test("excluded ticks are in no percentile, share, count or availability, to the tick; rows keep them", async () => {
  const at = await world({ startS: MIDNIGHT_S - DAY_S });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  at.clock.jump((DAY_S + 900) * 1000);
  const badS = MIDNIGHT_S - 6_000;
  await at.history(
    ticksOf(300, MIDNIGHT_S - DAY_S, at.nowS()).map((tick, i) => {
      if (tick === badS) return up(target, "ct-1", tick, 5_000_000);
      if (tick === badS + 300) return down(target, "ct-1", tick);
      return i === 4 ? suspect(target, "ct-1", tick) : up(target, "ct-1", tick, 3_000);
    }),
  );
  const question = {
    metrics: ["total"],
    cfs: ["MAX"],
    percentiles: [100],
    below: [10],
    states: true,
    fromS: MIDNIGHT_S - DAY_S,
    toS: MIDNIGHT_S,
  } as const;
  const wholes = async (exclude: readonly { fromS: number; toS: number }[]) => {
    const data = await at.query.columns(target.id, { ...question, exclude });
    return Object.fromEntries(data.columns.map(({ of, whole }) => [of, whole]));
  };
  const all = { MAX: 5_000, p100: 5_000, "below 10": 285 / 286, up: 286, down: 1, suspect: 1, unknown: 0 };
  const masked = async (exclude: readonly { fromS: number; toS: number }[]) => {
    const { p100, ...rest } = await wholes(exclude);
    assert.ok(p100 !== undefined && p100 !== null);
    return { ...rest, p100: Math.round(p100) };
  };
  assert.deepEqual(await masked([]), { ...all, availability: 287 / 288 });
  assert.deepEqual(await masked([{ fromS: badS, toS: badS + 300 }]), {
    ...all,
    p100: 3,
    "below 10": 1,
    up: 285,
    availability: 286 / 287,
  });
  assert.deepEqual(await masked([{ fromS: badS + 1, toS: badS + 301 }]), {
    ...all,
    down: 0,
    availability: 1,
  });
});

test("the finest rows that fit the points are chosen; with fewer points than days, spikes stay", async () => {
  const { at, target } = await lived();
  const question = {
    vantages: ["ct-1"],
    metrics: ["total"],
    cfs: ["MAX"],
    fromS: MIDNIGHT_S - 2 * DAY_S,
  } as const;
  for (const { points, rowS } of [
    { points: 600, rowS: 300 },
    { points: 300, rowS: 600 },
    { points: 100, rowS: 1_800 },
    { points: 40, rowS: 7_200 },
  ]) {
    const data = await at.query.columns(target.id, { ...question, points });
    assert.deepEqual([data.rowS, data.reduced], [rowS, null], `${points} points`);
    assert.ok(data.t.length <= points, `${data.t.length} of ${points}`);
  }
  const all = await at.query.columns(target.id, { ...question, steps: 1 });
  assert.deepEqual([all.reduced, all.t.length], [null, 579]);
  for (const reduction of ["minmax", "lttb"] as const) {
    const some = await at.query.columns(target.id, { ...question, steps: 1, points: 40, reduction });
    assert.equal(some.reduced, reduction);
    assert.ok(some.t.length <= 40 && some.t.length > 20, `${some.t.length} rows`);
    const [few, every] = [some.columns[0], all.columns[0]];
    assert.ok(few && every);
    assert.equal(Math.max(...few.values.map((value) => value ?? 0)), every.whole);
    assert.equal(few.whole, every.whole);
    for (const [i, t] of some.t.entries()) assert.equal(few.values[i], every.values[all.t.indexOf(t)]);
  }
});

test("whatever range and points: no more rows than points, and the largest MAX is the largest total", async () => {
  const { at, target, records } = await lived(2);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 * DAY_S }),
      fc.integer({ min: 1, max: 2 * DAY_S }),
      fc.integer({ min: 3, max: 400 }),
      async (backS, lengthS, points) => {
        const fromS = at.nowS() - backS;
        const toS = Math.min(at.nowS(), fromS + lengthS);
        const data = await at.query.columns(target.id, {
          vantages: ["ct-1"],
          metrics: ["total"],
          cfs: ["MAX"],
          fromS,
          toS,
          points,
        });
        assert.ok(data.t.length <= points, `${data.t.length} of ${points}`);
        const [first, last] = [data.t[0], data.t.at(-1)];
        if (data.reduced !== null || first === undefined || last === undefined) return;
        const totals = totalsMs(records, "ct-1", first - data.rowS, last);
        const drawn = data.columns[0]?.values.filter((value) => value !== null) ?? [];
        assert.equal(Math.max(...drawn), totals.at(-1));
      },
    ),
    { numRuns: 60 },
  );
});

test("the open row is there at once and named; what is not yet due lowers nothing", async () => {
  const { at, target } = await lived();
  const data = await at.query.columns(target.id, {
    carriers: ["ct"],
    metrics: ["total"],
    cfs: ["AVERAGE"],
    states: true,
    steps: 24,
    fromS: MIDNIGHT_S - DAY_S,
  });
  assert.equal(data.openS, MIDNIGHT_S + 7_200);
  assert.equal(data.t.at(-1), data.openS);
  assert.notEqual(columnOf(data, "ct total AVERAGE").values.at(-1), null);
  assert.equal(columnOf(data, "ct unknown").values.at(-1), 0);
  const seen = ["ct up", "ct down"].map((name) => columnOf(data, name).values.at(-1) ?? 0);
  assert.equal((seen[0] ?? 0) + (seen[1] ?? 0), 3);
});

test("objects and CSV say what the columns say", async () => {
  const { at, target } = await lived();
  const data = await at.query.columns(target.id, {
    carriers: ["cnc"],
    vantages: ["ct-1"],
    metrics: ["total"],
    cfs: ["MAX"],
    states: true,
    steps: 1,
    fromS: MIDNIGHT_S - 3_600,
    toS: MIDNIGHT_S + 900,
  });
  QueryColumns.parse(data);
  const objects = QueryObjects.parse(objectsOf(data));
  for (const [i, { points, name }] of objects.series.entries()) {
    assert.equal(name, data.columns[i]?.name);
    assert.deepEqual(
      points.map(({ value }) => value),
      data.columns[i]?.values,
    );
    assert.deepEqual(
      points.map(({ t }) => t),
      data.t,
    );
  }
  const [heading = "", ...lines] = csvOf(data).trimEnd().split("\n");
  assert.deepEqual(heading.split(",").slice(0, 3), ["t", "cnc total MAX", "cnc up"]);
  assert.equal(lines.length, data.t.length);
  const unknown = lines.find((line) => line.startsWith(`${MIDNIGHT_S + 300},`));
  assert.equal(unknown?.split(",")[1], "", "nobody measured there");
});

test("what cannot be asked is said", async () => {
  const { at, target } = await lived(1);
  const question = { metrics: ["total"], cfs: ["MAX"] } as const;
  const cases = [
    { more: { vantages: ["nowhere"] }, want: { message: /no vantage of this target "nowhere"/ } },
    { more: { carriers: ["cmcc"] }, want: { message: /no carrier of this target "cmcc"/ } },
    { more: { steps: 7 }, want: { message: /no archive has rows of 7 steps of 300 s/ } },
    { more: { fromS: at.nowS() }, want: { code: "invalid_input" } },
    { more: { address: "192.0.2.1" }, want: { message: /no address/ } },
  ];
  for (const { more, want } of cases)
    await assert.rejects(at.query.columns(target.id, { ...question, ...more }), want);
});
