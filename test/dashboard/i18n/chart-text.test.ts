/** What a chart says of itself: its name by the kind of target, what is drawn, and how wide rows are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Drawn } from "../../../dashboard/charts/drawn.ts";
import { chartTitle, rowText } from "../../../dashboard/i18n/chart-text.ts";
import { formatFor } from "../../../dashboard/i18n/format.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";

const zh = { t: translate("zh"), f: formatFor("zh", "UTC") };
const en = { t: translate("en"), f: formatFor("en", "UTC") };

for (const [of, rowS, chinese, english] of [
  [["AVERAGE"], 300, "每轮一个值，5 分", "one value per round, 5 min"],
  [["AVERAGE"], 7200, "2 小时一个值：平均", "one value per 2 h: average"],
  [["MAX"], 300, "5 分一个值：最大", "one value per 5 min: max"],
  [
    ["p50", "p99"],
    7200,
    "2 小时一个值：p50（实线）、p99（虚线）",
    "one value per 2 h: p50 solid, p99 dashed",
  ],
  [
    ["AVERAGE", "LAST", "MIN", "p95"],
    1800,
    "30 分一个值：平均（实线）、末值（虚线）、最小（点线）、p95（点划线）",
    "one value per 30 min: average solid, last dashed, min dotted, p95 dash-dotted",
  ],
] as const satisfies readonly [readonly Drawn[], number, string, string][]) {
  test(`rows of ${rowS} s with ${of.join()} are told in both languages`, () => {
    assert.equal(rowText(zh.t, zh.f, { of, rowS }, 300), chinese);
    assert.equal(rowText(en.t, en.f, { of, rowS }, 300), english);
  });
}

test("a chart is called by what its kind of target shows", () => {
  const table = [
    [chartTitle("total", "http"), "响应时间"],
    [chartTitle("total", "dns"), "查询时间"],
    [chartTitle("total", "tcp"), "连接时间"],
    [chartTitle("total", "tls"), "连接与握手时间"],
    [chartTitle("connect", "ping"), "连接时间"],
    [chartTitle("ttfb", "http"), "首字节"],
    [chartTitle("wait", "http"), "等待首字节"],
    [chartTitle("speed", "http"), "下载速度"],
  ] as const;
  for (const [key, want] of table) assert.equal(zh.t(key), want);
});
