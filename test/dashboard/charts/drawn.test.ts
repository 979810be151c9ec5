/** What a chart may draw of its rows, what is asked for it, and the rows that come back. */
import assert from "node:assert/strict";
import test from "node:test";
import type { QueryColumns } from "../../../collector/wire/api-query.ts";
import {
  answeredRows,
  type Drawn,
  drawnColumn,
  drawnFor,
  drawnQuestion,
  hasPercentiles,
  isKept,
} from "../../../dashboard/charts/drawn.ts";

const DAY = 86_400;

test("a chart offers what its target keeps, and nothing else", () => {
  const kept: Drawn[] = ["AVERAGE", "MAX", "MIN"];
  const percentiles: Drawn[] = ["p50", "p95", "p99"];
  const both = { last: true, percentiles: ["ttfb" as const] };
  assert.deepEqual(drawnFor("total", {}), [...kept, ...percentiles]);
  assert.deepEqual(drawnFor("ttfb", {}), kept);
  assert.deepEqual(drawnFor("ttfb", both), [...kept, "LAST", ...percentiles]);
  assert.deepEqual(drawnFor("speed", both), [...kept, "LAST"]);
  assert.equal(hasPercentiles("wait", both), false);
});

test("only what the chart's own data lacks is asked for", () => {
  assert.equal(isKept(["AVERAGE", "MIN"]), true);
  assert.equal(isKept(["LAST"]), false);
  assert.equal(isKept(["AVERAGE", "p95"]), false);
});

test("the question names the chart's own range and address", () => {
  const data = { target: "www", address: "ipv6", fromS: 0, toS: DAY, stepS: 300 };
  assert.deepEqual(drawnQuestion(data, "ttfb", ["LAST"], 600), {
    ...{ target: "www", metric: "ttfb", form: "columns", cf: "AVERAGE,MAX,MIN,LAST" },
    ...{ address: "ipv6", from: "0", to: "86400", points: "600" },
  });
});

for (const [name, days, stepS, want] of [
  ["a day: 288 ticks, 14 rows of 20", 1, 300, "14"],
  ["three hours: too few for that, a dozen rows", 1 / 8, 300, "12"],
  ["a year: 5,256 rows of 20 would be more than wanted", 365, 300, "600"],
] as const) {
  test(`rows of percentiles have about twenty ticks; ${name}`, () => {
    const question = drawnQuestion({ target: "a", fromS: 0, toS: days * DAY, stepS }, "total", ["p95"], 600);
    assert.equal(question["points"], want);
    assert.equal(question["percentile"], "95");
    assert.equal(question["cf"], "AVERAGE,MAX,MIN");
  });
}

test("the answer's columns are found by carrier and function", () => {
  const column = (carrier: string, of: string, values: number[], whole: number) => ({
    ...{ name: `${carrier} total ${of}`, carrier, vantages: [], metric: "total" as const },
    ...{ of, unit: "ms" as const, whole, values },
  });
  const answer: QueryColumns = {
    ...{ target: "www", fromS: 0, toS: 600, nowS: 600, rowS: 300, openS: null, reduced: null },
    t: [300, 600],
    columns: [
      column("ct", "MAX", [5, 6], 6),
      column("ct", "p95", [3, 4], 4),
      column("cnc", "p95", [7, 8], 8),
    ],
  };
  const rows = answeredRows(answer, ["p95"]);
  assert.deepEqual(drawnColumn(rows, "ct", "p95"), [3, 4]);
  assert.deepEqual(drawnColumn(rows, "ct", "MAX"), [5, 6]);
  assert.deepEqual(drawnColumn(rows, "cnc", "p95"), [7, 8]);
  assert.deepEqual(drawnColumn(rows, "cmcc", "p95"), []);
  assert.equal(rows.whole.get("cnc")?.get("p95"), 8);
});
