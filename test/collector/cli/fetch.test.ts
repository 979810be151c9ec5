/** `fetch` with its documented flags prints one archive as ever; with more flags, columns of carriers, percentiles and states. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { QueryColumns, QueryObjects } from "../../../collector/wire/api-query.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past, STEP_S } from "./past.ts";

let past: Past;
before(async () => {
  past = await folderWithPast(5);
});
after(() => past.remove());

const fetch = async (...args: string[]) => {
  const ran = await carrierwatch(["fetch", "首页", ...args, "--data", past.dir]);
  assert.equal(ran.code, 0, ran.err);
  return ran.out;
};

/** The last complete two hours of the past, which is long over when the verb runs. */
function range() {
  const toS = Math.floor((past.samples.at(-1)?.tick ?? 0) / 7_200) * 7_200;
  return { fromS: toS - 7_200, toS, args: ["--from", `${toS - 7_200}`, "--to", `${toS}`] };
}

function totalsMs(): number[] {
  const { fromS, toS } = range();
  return past.samples
    .filter(({ tick }) => tick > fromS && tick <= toS)
    .flatMap(({ state, timings }) => (state === "up" && timings.total !== null ? timings.total / 1000 : []))
    .sort((a, b) => a - b);
}

test("the documented form prints the rows of exactly that archive, byte for byte", async () => {
  const { toS, args } = range();
  const out = await fetch(
    ...["--vantage", "上海, 电信", "--metric", "total", "--cf", "MAX", "--steps", "24", ...args, "--json"],
  );
  const totals = totalsMs();
  const value = totals.length * 2 < 24 ? null : (totals.at(-1) ?? null);
  const want = {
    target: past.target.id,
    vantage: "ct-sh",
    metric: "total",
    cf: "MAX",
    rowS: 24 * STEP_S,
    rows: [{ t: toS, value }],
  };
  assert.equal(out, `${JSON.stringify(want, null, 2)}\n`);
  const csv = await fetch("--metric", "total", "--cf", "max", "--steps", "24", ...args, "--csv");
  assert.equal(csv, `t,value\n${toS},${value ?? ""}\n`);
});

test("several functions and percentiles of a carrier come as columns, by commas or one by one", async () => {
  const { toS, args } = range();
  const asked = ["--carrier", "电信", "--cf", "MAX,MIN", "--percentile", "50", "--percentile", "p95"];
  const out = await fetch(...asked, "--steps", "24", ...args, "--json", "--columns");
  const data = QueryColumns.parse(JSON.parse(out));
  assert.deepEqual(data.t, [toS]);
  const totals = totalsMs();
  const want = [
    totals.at(-1),
    totals[0],
    ...[50, 95].map((p) => totals[Math.ceil((p / 100) * totals.length) - 1]),
  ];
  assert.deepEqual(
    data.columns.map(({ name }) => name),
    ["ct total MAX", "ct total MIN", "ct total p50", "ct total p95"],
  );
  for (const [i, { values }] of data.columns.slice(2).entries()) {
    const [value] = values;
    const near = want[i + 2] ?? 0;
    assert.ok(
      typeof value === "number" && Math.abs(value - near) <= near * 0.0005,
      `${value} is not ${near}`,
    );
  }
  const objects = QueryObjects.parse(JSON.parse(await fetch(...asked, "--steps", "24", ...args, "--json")));
  assert.deepEqual(
    objects.series.map(({ points }) => points[0]?.value),
    data.columns.map(({ values }) => values[0]),
  );
});

test("a table ends with the whole range; CSV has a column each", async () => {
  const { toS, args } = range();
  const more = ["--states", "--below", "150", "--steps", "24", ...args];
  const text = await fetch(...more);
  assert.match(text, /^TIME \(UTC\), 7200 s {2,}ct total below 150, share {2,}ct up {2,}ct down/);
  assert.match(text, /\nwhole range {2,}/);
  const [heading, line = ""] = (await fetch(...more, "--csv")).trimEnd().split("\n");
  assert.equal(heading, "t,ct total below 150,ct up,ct down,ct suspect,ct unknown,ct availability");
  const [t, share, up] = line.split(",").map(Number);
  assert.deepEqual([t, up], [toS, totalsMs().length]);
  assert.equal(share, totalsMs().filter((one) => one <= 150).length / totalsMs().length);
});

test("excluding the whole range leaves nothing to count", async () => {
  const { fromS, toS, args } = range();
  const out = await fetch("--states", "--exclude", `${fromS}..${toS + 1}`, ...args, "--json");
  const { series } = QueryObjects.parse(JSON.parse(out));
  assert.deepEqual(
    series.map(({ of, whole }) => [of, whole]),
    [
      ["up", 0],
      ["down", 0],
      ["suspect", 0],
      ["unknown", 0],
      ["availability", null],
    ],
  );
});

test("flags that make no sense are exit 64", async () => {
  for (const { args, want } of [
    { args: ["--exclude", "1h"], want: /--exclude "1h" is not FROM\.\.TO/ },
    { args: ["--percentile", "101"], want: /percentile/ },
    { args: ["--metric", "ping"], want: /--metric "ping" is none of dns/ },
    { args: ["--metric", "total,ping"], want: /--metric "ping" is none of dns/ },
    { args: ["--states", "--steps", "7"], want: /no archive has rows of 7 steps/ },
  ]) {
    const ran = await carrierwatch(["fetch", "首页", ...args, "--data", past.dir]);
    assert.deepEqual([ran.code, ran.out], [64, ""], ran.err);
    assert.match(ran.err, want);
  }
});
