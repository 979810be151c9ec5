/** `fetch` prints what an archive stores, value by value; samples and incidents are listed as they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { archivesOf } from "../../../collector/archive/layout.ts";
import type { RowRun } from "../../../collector/store/store.ts";
import type { Incident, Transition } from "../../../collector/wire/incident.ts";
import { CFS, type ConsolidationFunction, METRICS, type Metric } from "../../../collector/wire/metric.ts";
import { down, MIDNIGHT_S, ticksOf, up, world } from "../world.ts";

const DAY_S = 86_400;

async function threeDays() {
  const at = await world({ startS: MIDNIGHT_S - 3 * DAY_S });
  await at.vantage("ct-1", "ct");
  await at.vantage("ct-2", "ct");
  const target = await at.target();
  at.clock.jump((3 * DAY_S + 1000) * 1000);
  await at.history(
    ticksOf(300, MIDNIGHT_S - 3 * DAY_S, at.nowS()).flatMap((tick, i) =>
      i % 3 === 2
        ? [down(target, "ct-1", tick), up(target, "ct-2", tick, 1)]
        : [up(target, "ct-1", tick, (i % 50) * 1000 + 7, { speed: i + 1, ttfb: i * 3, dns: i % 9 })],
    ),
  );
  return { at, target };
}

/** What the store's integers say at a label, in the unit of the API; null beyond xff. */
function storedAt(
  run: RowRun | undefined,
  metric: Metric,
  cf: ConsolidationFunction,
  t: number,
): number | null {
  const column = run?.columns[metric];
  if (!run || !column) return null;
  const i = (t - run.fromS) / run.rowS;
  const pdps = run.rowS / run.stepS;
  const n = column.n[i] ?? 0;
  if (n === 0 || pdps - n > pdps * run.xff) return null;
  const values = { AVERAGE: (column.sum[i] ?? 0) / n, MAX: column.max[i] ?? 0, MIN: column.min[i] ?? 0 };
  return metric === "speed" ? values[cf] : values[cf] / 1000;
}

test("each row of each archive, metric and function is the stored one", async () => {
  const { at, target } = await threeDays();
  const toS = at.nowS();
  const fromS = toS - 2 * DAY_S;
  let compared = 0;
  for (const { steps, rowS } of archivesOf(300)) {
    const [run] = await at.store.rows.read({
      series: [{ target: target.id, vantage: "ct-1" }],
      metrics: METRICS,
      rowS,
      fromS,
      toS,
    });
    for (const metric of METRICS) {
      for (const cf of CFS) {
        const query = { target: target.id, vantage: "ct-1", metric, cf, steps, fromS, toS };
        const { rows, rowS: width } = await at.query.fetch(query);
        assert.equal(width, rowS);
        const want = rows.map(({ t }) => storedAt(run, metric, cf, t));
        assert.deepEqual(
          rows.map((row) => row.value),
          want,
          `${metric} ${cf} ${rowS}`,
        );
        compared += want.filter((value) => value !== null).length;
      }
    }
  }
  assert.ok(compared > 5000, `${compared} known values were compared`);
});

test("rows are whole, aligned and inside (from, to]; the open row is left out", async () => {
  const { at, target } = await threeDays();
  const query = { target: target.id, vantage: "ct-1", metric: "total", cf: "MAX" } as const;
  const { rows } = await at.query.fetch({ ...query, steps: 24, fromS: MIDNIGHT_S - 7200, toS: at.nowS() });
  assert.deepEqual(
    rows.map((row) => row.t),
    [MIDNIGHT_S],
  );
  const edge = await at.query.fetch({ ...query, steps: 6, fromS: MIDNIGHT_S - 3601, toS: MIDNIGHT_S - 1 });
  assert.deepEqual(
    edge.rows.map((row) => row.t),
    [MIDNIGHT_S - 3600, MIDNIGHT_S - 1800],
  );
});

test("without steps the finest archive that reaches back answers", async () => {
  const { at, target } = await threeDays();
  const widthOf = async (agoS: number) => {
    const fromS = at.nowS() - agoS;
    return (await at.query.fetch({ target: target.id, vantage: "ct-1", metric: "dns", cf: "MIN", fromS }))
      .rowS;
  };
  // Counted back from the end of the newest tick's row: that was 100 s ago, this is 800 s ahead.
  assert.equal(await widthOf(180_000 + 100), 300);
  assert.equal(await widthOf(180_000 + 101), 1800);
  assert.equal(await widthOf(700 * 1800 - 800), 1800);
  assert.equal(await widthOf(700 * 1800 - 799), 7200);
});

test("what cannot be fetched is said", async () => {
  const { at, target } = await threeDays();
  const query = { target: target.id, vantage: "ct-1", metric: "total", cf: "MAX" } as const;
  await assert.rejects(at.query.fetch({ ...query, steps: 5 }), {
    message: /no archive has 5 steps per row.*1, 6, 24, 288/,
  });
  await assert.rejects(at.query.fetch({ ...query, fromS: at.nowS() }), { code: "invalid_input" });
  await assert.rejects(at.query.fetch({ ...query, target: "nobody" }), { message: /no target "nobody"/ });
  await assert.rejects(at.query.fetch({ ...query, vantage: "nowhere" }), { message: /no vantage "nowhere"/ });
});

test("the history of a removed target can still be fetched and listed", async () => {
  const { at, target } = await threeDays();
  await at.registry.targets.remove(target.id, null);
  const fetched = await at.query.fetch({ target: target.id, vantage: "ct-1", metric: "total", cf: "MAX" });
  assert.ok(fetched.rows.some((row) => row.value !== null));
  assert.equal((await at.query.samples(target.id, { limit: 3 })).samples.length, 3);
  await assert.rejects(at.query.chart(target.id, { range: "day" }), { code: "not_found" });
});

test("samples come newest first, page by page, each once, with carrier", async () => {
  const { at, target } = await threeDays();
  const fromS = at.nowS() - 3600;
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof at.query.samples>> = await at.query.samples(target.id, {
      vantage: "ct-1",
      fromS,
      limit: 5,
      ...(cursor === null ? {} : { cursor }),
    });
    assert.ok(page.samples.every((one) => one.carrier === "ct" && one.vantage === "ct-1"));
    seen.push(...page.samples.map((one) => one.sample.tick));
    cursor = page.cursor;
  } while (cursor !== null);
  assert.deepEqual(seen, ticksOf(300, fromS - 1, at.nowS()).reverse());
  assert.deepEqual((await at.query.samples(target.id, { vantage: "none" })).samples, []);
  await assert.rejects(at.query.samples("nobody", {}), { code: "not_found" });
});

test("incidents are listed with a name and the carriers they concern, withdrawn ones not", async () => {
  const { at, target } = await threeDays();
  const evidence = (carrier: string, state: "up" | "down") => ({
    carrier,
    state,
    totalUs: null,
    reporting: 1,
    down: state === "down" ? 1 : 0,
  });
  const transition = {
    kind: "opened",
    class: "degraded",
    tick: MIDNIGHT_S,
    atMs: MIDNIGHT_S * 1000,
    told: true,
    evidence: [evidence("ct", "down"), evidence("cnc", "up")],
  } satisfies Transition;
  const incident = {
    target: target.id,
    subject: "target",
    class: "degraded",
    transitions: [transition],
    fromS: MIDNIGHT_S,
  } satisfies Partial<Incident>;
  await at.store.incidents.transition({ ...incident, id: "one", toS: null }, 0, []);
  await at.store.incidents.transition({ ...incident, id: "withdrawn", toS: MIDNIGHT_S }, 0, []);
  await at.store.incidents.transition(
    { ...incident, id: "silent", target: "ct-2", subject: "vantage", class: "silent", toS: MIDNIGHT_S + 60 },
    0,
    [],
  );
  const all = await at.query.incidents({});
  assert.deepEqual(
    all.map((one) => [one.id, one.name, one.carriers]),
    [
      ["one", "site", ["ct"]],
      ["silent", "ct-2", ["ct"]],
    ],
  );
  assert.deepEqual(
    (await at.query.incidents({ open: true })).map((one) => one.id),
    ["one"],
  );
  const chart = await at.query.chart(target.id, { range: "3h" });
  assert.deepEqual(
    chart.incidents.map((one) => one.id),
    ["one"],
  );
});

test("rows asked for from the beginning of time are those the archive keeps, the open one beside them", async () => {
  const { at, target } = await threeDays();
  for (const { steps, rows } of archivesOf(300)) {
    const query = {
      target: target.id,
      vantage: "ct-1",
      metric: "total",
      cf: "MAX",
      steps,
      fromS: 0,
    } as const;
    const fetched = await at.query.fetch(query);
    assert.equal(fetched.rows.length, steps === 1 ? rows : rows - 1, `${steps} steps`);
  }
});

test("an open row takes the place of the oldest, which is then left out and not said to be UNKNOWN", async () => {
  const at = await world({ startS: MIDNIGHT_S - 60 * DAY_S });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  at.clock.jump((60 * DAY_S + 1000) * 1000);
  await at.history(
    ticksOf(300, MIDNIGHT_S - 20 * DAY_S, at.nowS()).map((tick) => up(target, "ct-1", tick, 7000)),
  );
  const query = { target: target.id, vantage: "ct-1", metric: "total", cf: "MAX" } as const;
  const { rows } = await at.query.fetch({ ...query, steps: 6, fromS: 0 });
  assert.equal(rows.length, 699);
  assert.ok(rows.every((row) => row.value === 7));
});

test("rows of a series that fell silent are there until others take their places", async () => {
  const at = await world({ startS: MIDNIGHT_S - 90 * DAY_S });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  const endS = MIDNIGHT_S - 30 * DAY_S;
  at.clock.jump(60 * DAY_S * 1000);
  await at.history(ticksOf(300, endS - 5 * DAY_S, endS).map((tick) => up(target, "ct-1", tick, 7000)));
  at.clock.jump(30 * DAY_S * 1000);
  const query = { target: target.id, vantage: "ct-1", metric: "total", cf: "MAX", fromS: 0 } as const;
  for (const { steps, rows, rowS } of archivesOf(300).slice(0, 2)) {
    const fetched = (await at.query.fetch({ ...query, steps })).rows;
    const known = fetched.filter(({ value }) => value !== null);
    assert.equal(known.length, Math.min(rows, (5 * DAY_S) / rowS));
    assert.equal(known.at(-1)?.t, endS);
    assert.deepEqual(fetched.slice(-1), [{ t: MIDNIGHT_S, value: null }]);
  }
  at.clock.jump(1_800 * DAY_S * 1000);
  const tooMany = at.query.fetch({ ...query, steps: 1 });
  await assert.rejects(tooMany, { message: /rows of 300 s; at most 500000 are: begin later or end earlier/ });
});
