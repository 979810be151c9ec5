/** What a chart of a target's page draws of each row: chosen where it is kept, said in words, refused in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BROWSER } from "../support/browser.ts";
import { Refusal } from "./support/fake-collector.ts";
import { chart } from "./support/fixture-chart.ts";
import { STORIES, type Story, targetView } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const { browser, fake } = await stage();
const story = STORIES[0] as Story;
const page = `${fake.url}/targets/${story.id}?range=week`;
const REFUSED =
  "query is not valid: percentile: percentiles of ttfb are not held until 2026-11-05T00:00:00Z: ask for what is later, or for those of total; target edit --ttfb-percentiles keeps them from now on";

function answer(of: string, ms: number) {
  const { fromS, toS, nowS, series } = chart(story, "week");
  const column = (carrier: string, i: number) => ({
    ...{ name: `${carrier} total ${of}`, carrier, vantages: [], metric: "total", of, unit: "ms" },
    ...{ whole: ms + i, values: [ms + i, null] },
  });
  return {
    ...{ target: story.id, fromS, toS, nowS, rowS: 7200, openS: null, reduced: null },
    t: [toS - 7200, toS],
    columns: series.map(({ carrier }, i) => column(carrier, i)),
  };
}

function keeping(more: object) {
  const view = targetView(story);
  return { ...view, row: { ...view.row, target: { ...view.row.target, ...more } } };
}

test("a percentile is asked for, drawn, said in numbers, and stays in the address", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /query", answer("p95", 321));
  const { context, page: tab, complaints } = await visit(browser, page);
  const pick = tab.getByLabel(/^响应时间: /);
  await pick.waitFor();
  assert.deepEqual(await pick.locator("option").allInnerTexts(), [
    "平均",
    "最大",
    "最小",
    "p50",
    "p95",
    "p99",
  ]);
  const asked = tab.waitForRequest(/\/query\?/);
  await pick.selectOption("p95");
  assert.match((await asked).url(), /metric=total&.*percentile=95/);
  const panel = tab.locator("section.chart").first();
  await panel.getByText("2 小时一个值：p95").waitFor();
  await panel.getByRole("button", { name: "以表格查看" }).click();
  await panel.locator(".values td", { hasText: "321 ms" }).first().waitFor();
  assert.deepEqual(
    (await panel.locator("table.legend thead").last().innerText()).trim().split(/\s+/).slice(-1),
    ["p95"],
  );
  assert.match(new URL(tab.url()).search, /range=week&total=p95/);
  await tab.reload();
  await panel.getByText("2 小时一个值：p95").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
  fake.answers.delete("GET /query");
});

test("LAST and the first byte's percentiles are offered where the target keeps them", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set(`GET /targets/${story.id}`, keeping({ last: true, percentiles: ["ttfb"] }));
  const { context, page: tab } = await visit(browser, page, { language: "en" });
  const options = async (name: RegExp) => {
    await tab.getByLabel(name).waitFor();
    return await tab.getByLabel(name).locator("option").allInnerTexts();
  };
  const rows = ["Average", "Max", "Min", "Last"];
  assert.deepEqual(await options(/^First byte: /), [...rows, "p50", "p95", "p99"]);
  assert.deepEqual(await options(/^Download speed: /), rows);
  fake.answers.delete(`GET /targets/${story.id}`);
  await context.close();
});

test("MAX and MIN are drawn of what is there, without asking", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page: tab } = await visit(browser, `${page}&speed=MIN`, { language: "en" });
  const asked: string[] = [];
  tab.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await tab.getByLabel(/^Response time: /).selectOption("MAX");
  await tab.getByText(/one value per .*: Max/i).waitFor();
  await tab.getByText(/one value per .*: Min/i).waitFor();
  assert.equal(asked.filter((path) => path.endsWith("/query")).length, 0);
  assert.match(new URL(tab.url()).search, /total=MAX/);
  await context.close();
});

test("what is not kept so far back is refused in the reader's words, and another choice shows the lines again", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set(`GET /targets/${story.id}`, keeping({ percentiles: ["ttfb"] }));
  fake.answers.set("GET /query", new Refusal(400, { code: "invalid_input", detail: REFUSED }));
  const { context, page: tab } = await visit(browser, `${page}&ttfb=p99`, { width: 390 });
  const panel = tab.locator("section.chart", { hasText: "首字节" });
  await panel.locator(".none", { hasText: "11/5 08:00 及以前没有保存p99" }).waitFor();
  await panel.getByLabel(/^首字节: /).selectOption("AVERAGE");
  await panel.locator(".none").waitFor({ state: "detached" });
  fake.answers.clear();
  await context.close();
});

test("lines of another range do not stay where the new one is refused", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /query", answer("p95", 321));
  const { context, page: tab } = await visit(browser, `${page}&total=p95`);
  const panel = tab.locator("section.chart").first();
  await panel.getByRole("button", { name: "以表格查看" }).click();
  await panel.locator(".values td", { hasText: "321 ms" }).first().waitFor();
  fake.answers.set("GET /query", new Refusal(400, { code: "invalid_input", detail: REFUSED }));
  await tab.locator(".seg.ranges button", { hasText: "年" }).click();
  await panel.locator(".none", { hasText: "没有保存p95" }).waitFor();
  assert.equal(await panel.locator(".values td", { hasText: "321 ms" }).count(), 0);
  fake.answers.clear();
  await context.close();
});

for (const [language, dates, detail, said] of [
  [
    "zh",
    ["2001-01-01", "2001-01-02"],
    "to: is 978393600; nothing before 1726790400 is kept",
    /2024\/9\/20 之前的数据已不再保存/,
  ],
  [
    "en",
    ["2001-01-01", "2001-01-02"],
    "to: is 978393600; nothing before 1726790400 is kept",
    /Nothing from before 20 Sept? 2024 is kept/,
  ],
  [
    "zh",
    ["2999-01-01", "2999-01-02"],
    "from: 32472144000 is not before its end 1795000000",
    /开始时间还没有到/,
  ],
  [
    "en",
    ["2999-01-01", "2999-01-02"],
    "from: 32472144000 is not before its end 1795000000",
    /That range has not begun yet/,
  ],
] as const) {
  test(`a link to a time without a chart says why, without the collector's numbers, ${language}, ${dates[0]}`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    const refusal = new Refusal(400, { code: "invalid_input", detail: `range is not valid: ${detail}` });
    fake.answers.set(`GET /targets/${story.id}/chart`, refusal);
    const [from, to] = dates.map((date) => Date.parse(`${date}T00:00:00Z`) / 1000);
    const at = `${fake.url}/targets/${story.id}?range=custom&from=${from}&to=${to}`;
    const { context, page: tab } = await visit(browser, at, { width: 390, language });
    const note = tab.locator(".grid .panel.empty");
    await note.waitFor();
    assert.match(await note.innerText(), said);
    assert.doesNotMatch(await tab.locator("main").innerText(), /\d{10}|range is not valid/);
    fake.answers.clear();
    await context.close();
  });
}
