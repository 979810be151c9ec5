/** Addresses, events, routes, altered answers and every detail of a sample, as pages show them. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Page } from "playwright-core";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import { NO_BROWSER } from "../support/browser.ts";

import { chart } from "./support/fixture-chart.ts";
import {
  addressesOf,
  DIFFERS,
  eventsOf,
  fullSample,
  kindSample,
  NO_TOOL,
  PATH,
  pathEvent,
} from "./support/fixture-evidence.ts";
import { NOW_S, overview, STORIES, type Story, targetView } from "./support/fixtures.ts";
import { VANTAGES } from "./support/fixtures-settings.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();
afterEach(() => fake.answers.clear());

/** What the licence of the networks' names asks for. */
const SOURCE = '.network-source a[href="https://db-ip.com/"]:text-is("IP Geolocation by DB-IP")';

const story = STORIES.find((one) => one.id === "sso") as Story;
const at = `/targets/${story.id}`;

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["CARRIERWATCH_PICTURES"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

/** The target's page with everything that can happen around it. */
function everything(): void {
  const view = targetView(story);
  view.row.target.addresses = { measure: "every", up: 2, max: 8, cache: false };
  const [, unicom] = view.row.cells;
  if (unicom) unicom.altered = { sinceS: NOW_S - 7200, differs: DIFFERS };
  const there = view.latest.find((one) => one.vantage === "cnc-1");
  if (there) there.sample.detail = { ...there.sample.detail, addresses: { up: 1, of: 1, other: 2 } };
  fake.answers.set(`GET ${at}`, view);
  fake.answers.set(`GET ${at}/addresses`, addressesOf(story));
  fake.answers.set(`GET ${at}/chart`, { ...chart(story, "3h"), events: eventsOf(story.id) });
  fake.answers.set(`GET ${at}/samples`, { samples: [fullSample(story)], cursor: null });
  fake.answers.set("GET /event-log", { events: [pathEvent(story.id)] });
}

for (const [language, width, dark] of [
  ["zh", 1440, false],
  ["zh", 390, true],
  ["en", 1440, true],
  ["en", 390, false],
] as const) {
  const zh = language === "zh";
  test(`a target with addresses, events and altered answers is whole, ${language}, ${width} px`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    everything();
    const { context, page, complaints } = await visit(browser, fake.url + at, { language, width, dark });
    await page.locator("table.addresses tr.one").first().waitFor();
    await page.locator(".changes .ev").first().waitFor();
    const said = await page.locator("main").innerText();
    assert.match(said, zh ? /至少 2 个地址可用/ : /at least 2 of them are/);
    assert.match(said, zh ? /电信：2 个中 1 个可用/ : /China Telecom: 1 of 2 up/);
    assert.match(
      said,
      zh ? /联通：1 个中 1 个可用，另有 2 个未测/ : /China Unicom: 1 of 1 up, 2 more not measured/,
    );
    assert.match(said, zh ? /另有 1 个地址/ : /sees 1 more address/);
    assert.match(said, zh ? /联通的应答与其他运营商不同/ : /China Unicom gets another answer/);
    assert.match(said, /198\.51\.100\.89 \((?:联通|China Unicom) AS4837\)/);
    assert.equal(await page.locator(".changes .ev").count(), 4, "the one that was taken back is not told");
    assert.ok(await page.locator(`.changes > ${SOURCE}`).isVisible());
    await page.locator(".changes .ev.is-path button").click();
    await page.locator(".changes .hop").first().waitFor();
    await page.locator("table.samples tr.one .twist").last().click();
    await page.locator(".fact-groups").waitFor();
    const detail = await page.locator(".fact-groups").innerText();
    for (const fact of [
      "1.1 cache <script>",
      "192.0.2.44",
      "198.51.100.53",
      "412 B",
      "self signed",
      "Root CA",
    ])
      assert.ok(detail.includes(fact), fact);
    assert.equal(await page.locator(".redirects li").count(), 2);
    assert.equal(await page.locator(".redirects .p-net").count(), 1, "the network's part is the last hop's");
    assert.doesNotMatch(await page.locator("body").innerText(), /\{\w+\}|undefined|NaN|\bnull\b|\[object/);
    assert.ok((await overflow(page)) <= 0, `${await overflow(page)} px too wide`);
    await picture(page, `evidence-${language}-${width}`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

for (const language of ["zh", "en"] as const) {
  test(`a measurement whose details went says so, one that has them or nobody made does not, ${language}`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    const whole = fullSample(story);
    const bare = { ...whole, sample: { ...whole.sample, seq: whole.sample.seq + 1, detail: {} } };
    const { failure: _, ...rest } = bare.sample;
    const nobody = {
      ...{ ...bare, vantage: "ct-2" },
      sample: { ...rest, state: "unknown" as const, unknownReason: "overload" as const, timings: NO_TIMINGS },
    };
    fake.answers.set(`GET ${at}/samples`, { samples: [whole, bare, nobody], cursor: null });
    const { context, page, complaints } = await visit(browser, fake.url + at, { language, width: 390 });
    const twists = page.locator("table.samples tr.one .twist");
    const note = page.locator(".detail-box > p", {
      hasText: language === "zh" ? "明细没有保留" : "Its details are not kept",
    });
    const times = page.locator(".fact-groups dd");
    for (const [row, notes] of [
      [0, 0],
      [1, 1],
      [2, 0],
    ] as const) {
      await twists.nth(row).click();
      await times.first().waitFor();
      assert.equal(await note.count(), notes, `row ${row}`);
      await twists.nth(row).click();
      await times.first().waitFor({ state: "detached" });
    }
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("pressing an address shows its charts under a link of their own, and back again", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  everything();
  const { context, page } = await visit(browser, `${fake.url}${at}?range=day`, { language: "en" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.locator("table.addresses .twist", { hasText: "2001:db8" }).click();
  await page.locator(".say.alone").waitFor();
  assert.match(page.url(), /range=day&address=2001%3Adb8/);
  assert.ok(asked.some((url) => url.includes("/chart?range=day&address=2001%3Adb8")));
  assert.ok(asked.some((url) => url.includes("/samples?") && url.includes("address=2001%3Adb8")));
  assert.equal(await page.locator('tr[aria-current="true"]').count(), 1);
  await page.locator(".seg.ranges button", { hasText: "Week" }).click();
  await page.waitForURL(/range=week&address=/);
  await page.getByRole("button", { name: "Back to the whole target" }).click();
  await page.waitForURL(/range=week$/);
  assert.equal(await page.locator(".say.alone").count(), 0);
  await context.close();
});

test("an incident shows where the route stops, and what a host without tools needs", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const [incident] = chart(STORIES[0] as Story, "3h").incidents;
  const events = [pathEvent("pay"), pathEvent("pay", NO_TOOL)];
  fake.answers.set(`GET /incidents/${incident?.id}/events`, { events });
  const { context, page, complaints } = await visit(browser, `${fake.url}/incidents`, { language: "zh" });
  await page.locator(".list-card button.quiet").first().click();
  await page.locator(".hop").first().waitFor();
  const said = await page.locator(".evidence").innerText();
  assert.match(said, /停在第 5 跳 198\.51\.100\.77（电信 AS4134）之后/);
  assert.match(said, /第 3–4 跳没有应答/);
  assert.match(said, /没有可用的路由工具/);
  assert.equal(await page.locator(SOURCE).count(), 1, "once, where networks are named");
  await page.locator(".evidence > details > summary").last().click();
  assert.match(await page.locator(".evidence").innerText(), /install one of tcptraceroute/);
  await page.locator(".path details summary").first().click();
  assert.match(await page.locator(".path").first().innerText(), /<img src=x onerror=alert\(1\)>/);
  await picture(page, "incident-zh-1440");
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const [kind, url, heading, said] of [
  ["ping", "ping://www.example.com:443", "连接时间", /丢失[\s\S]*20\.00%/],
  ["dns", "dns://example.com?type=MX", "查询时间", /10 mx1\.example\.com/],
  ["tcp", "tcp://db.example.com:5432", "连接时间", /TCP 连接/],
  ["tls", "tls://mail.example.com:465", "连接与握手时间", /TLS 握手/],
] as const) {
  test(`a ${kind} target has the charts and words of its kind`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    const view = targetView(story);
    view.row.target.url = url;
    view.latest = [kindSample(story, kind)];
    fake.answers.set(`GET ${at}`, view);
    fake.answers.set(`GET ${at}/samples`, { samples: [kindSample(story, kind)], cursor: null });
    const { context, page, complaints } = await visit(browser, fake.url + at, { language: "zh" });
    await page.locator(".legend td").first().waitFor();
    assert.equal(await page.locator(".chart canvas").count(), 1, "no chart of what it does not have");
    assert.equal(await page.locator(".chart h2").first().innerText(), heading);
    await page.locator("table.samples tr.one .twist").first().click();
    await page.locator(".fact-groups").waitFor();
    const text = await page.locator("main").innerText();
    assert.match(text, said);
    assert.doesNotMatch(text, /下载速度|状态码/);
    await picture(page, `kind-${kind}`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("a vantage seen from another carrier's network is warned of, one of the user's own carrier is not", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const hint = { asn: 4134, name: "China Telecom", carrier: "ct" };
  const seen = VANTAGES.map((one) => ({ ...one, egress: one.egress.map((egress) => ({ ...egress, hint })) }));
  fake.answers.set("GET /vantages", { vantages: seen });
  fake.answers.set("GET /event-log", { events: eventsOf("sso").filter(({ kind }) => kind === "egress") });
  const { context, page, complaints } = await visit(browser, `${fake.url}/vantages`, { language: "zh" });
  const card = page.locator(".vcard", { hasText: "cnc-1" });
  await card.locator(".warn-text").waitFor();
  assert.match(await card.innerText(), /203\.0\.113\.7 属于电信 AS4134，而这个探测点登记在联通/);
  assert.equal(await page.locator(".vcard", { hasText: "ct-1" }).locator(".warn-text").count(), 0);
  await card.locator("summary").click();
  assert.match(await card.innerText(), /198\.51\.100\.89 \(联通 AS4837\) → 198\.51\.100\.30/);
  await picture(page, "vantages-zh-1440");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the overview marks the cell whose answers are altered", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const all = overview();
  const cell = all.rows.find(({ target }) => target.id === "sso")?.cells["cnc"];
  if (cell) cell.altered = { sinceS: NOW_S - 7200, differs: DIFFERS };
  fake.answers.set("GET /overview", all);
  for (const width of [1440, 390]) {
    const { context, page } = await visit(browser, fake.url, { language: "zh", width });
    await page.locator(".altered-badge").waitFor();
    assert.equal(await page.locator(".altered-badge").count(), 1);
    const row = page.locator("tr", { hasText: "登录" });
    assert.match(await row.innerText(), /联通的应答与其他运营商不同：途经的代理、缓存时长、内容长度/);
    assert.ok((await overflow(page)) <= 0);
    await picture(page, `overview-altered-${width}`);
    await context.close();
  }
});

test("the route is looked at when it is asked for, and shown in its lane", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { target: _, tick: __, stepS: ___, seq: ____, ...result } = fullSample(story).sample;
  const lane = { vantage: "ct-1", name: "上海电信", carrier: "ct", done: [] };
  const measured = { ...lane, state: "measured" as const };
  const view = {
    ...{ id: "00000000000000aa", target: story.id, url: story.url, askedMs: NOW_S * 1000, revision: 1 },
    over: true,
  };
  fake.answers.set("POST /measurements", (body: { path?: boolean }) => ({
    ...view,
    lanes: [{ ...measured, result: body.path ? { ...result, path: PATH } : result }],
  }));
  const { context, page, complaints } = await visit(browser, fake.url + at, { language: "zh" });
  await page.getByRole("button", { name: "立即测量" }).click();
  await page.locator(".now details.more summary").click();
  assert.match(await page.locator(".now").innerText(), /本机地址[\s\S]*192\.0\.2\.44/);
  await page.getByRole("button", { name: "查看路由" }).click();
  await page.locator(".now .hop").first().waitFor();
  assert.deepEqual(fake.asked.at(-1)?.body, { target: story.id, path: true });
  await picture(page, "measure-path");
  assert.deepEqual(complaints, []);
  await context.close();
});
