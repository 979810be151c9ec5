/** Much of everything: many addresses, many targets of their own domains, long names. Nothing hides or covers the rest. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { TargetAddresses } from "../../collector/wire/api-addresses.ts";
import { NO_BROWSER } from "../support/browser.ts";
import { addressesOf } from "./support/fixture-evidence.ts";
import { CARRIERS, overview, STORIES, type Story, targetView } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();
afterEach(() => fake.answers.clear());

const story = STORIES.find((one) => one.id === "sso") as Story;
const LONG = "国家企业信用信息公示系统全国统一查询入口（含历史版本与省级镜像）";

/** Two vantages of one carrier and one of another, each with eight addresses, of which five are gone. */
function manyAddresses(): TargetAddresses {
  const like = addressesOf(story).vantages[0]?.addresses[0];
  assert.ok(like);
  const addresses = Array.from({ length: 8 }, (_, i) => ({
    ...like,
    ...{ address: i % 2 ? `203.0.113.${i}` : `2001:db8:85a3:8d3:1319:8a2e:370:734${i}`, live: i < 3 },
  }));
  const at = (vantage: string, carrier: string) => ({
    ...{ vantage, carrier, addresses, other: { count: 0, addresses: [] } },
  });
  const gone = { ...at("cmcc-1", "cmcc"), addresses: addresses.filter(({ live }) => !live) };
  return { ...addressesOf(story), vantages: [at("ct-1", "ct"), at("ct-2", "ct"), at("cnc-1", "cnc"), gone] };
}

test("of many addresses those that are gone are folded away, and shown when asked for", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const view = targetView(story);
  view.row.target.addresses = { measure: "every", up: "majority", max: 8, cache: false };
  fake.answers.set(`GET /targets/${story.id}`, view);
  fake.answers.set(`GET /targets/${story.id}/addresses`, manyAddresses());
  const { context, page } = await visit(browser, `${fake.url}/targets/${story.id}`, { width: 390 });
  const rows = page.locator("table.addresses tr.one");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 9, "three of eight at three vantages");
  const note = await page.locator(".pad-head .small").first().innerText();
  assert.match(note, /联通：3 个中 3 个可用/);
  assert.doesNotMatch(note, /0 个中/, "a vantage where none is left says nothing of them");
  assert.doesNotMatch(note, /电信：/, "two vantages of one carrier are told apart by their names");
  await page.getByRole("button", { name: /20 行/ }).click();
  assert.equal(await rows.count(), 29);
  // What is said of an address stays in its own cell.
  const covered =
    await page.evaluate(`[...document.querySelectorAll("table.addresses tr.gone")].filter((row) => {
    const said = document.createRange();
    said.selectNodeContents(row.cells[0]);
    return said.getBoundingClientRect().right > row.querySelector(".chip").getBoundingClientRect().left + 1;
  }).length`);
  assert.equal(covered, 0);
  assert.ok((await overflow(page)) <= 0);
  await context.close();
});

test("a phone says that the connection is lost without pushing anything aside", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  for (const language of ["zh", "en"] as const) {
    const { context, page } = await visit(browser, "about:blank", { width: 390, language });
    await page.route("**/api/v1/events", (route) => route.abort());
    await page.goto(`${fake.url}/targets/${story.id}`);
    await page.locator(".legend td").first().waitFor();
    const said = page.locator(".live.off");
    await said.waitFor();
    assert.ok((await overflow(page)) <= 0, `${await overflow(page)} px too wide`);
    const [above, tabs, bar, add] = await Promise.all([
      said.boundingBox(),
      page.locator("nav.tabs").boundingBox(),
      page.locator("header.bar").boundingBox(),
      page.locator("header.bar .btn.primary").boundingBox(),
    ]);
    assert.ok(above && tabs && bar && add);
    assert.ok(
      above.height < 40 && Math.abs(above.y + above.height - tabs.y) < 3,
      JSON.stringify([above, tabs]),
    );
    assert.ok(add.x + add.width <= bar.width, "what is pressed most is whole");
    await context.close();
  }
});

test("targets that are the only one of their group stand under one heading, unless groups are asked for", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const up = STORIES.filter(({ status }) => status === "up");
  const like = up[0];
  assert.ok(like);
  const lonely = Array.from({ length: 5 }, (_, i) => ({
    ...like,
    ...{ id: `l${i}`, name: `${LONG} ${i}`, group: `l${i}.example` },
  }));
  const pair = [0, 1].map((i) => ({ ...like, id: `p${i}`, name: `p${i}`, group: "pair.example" }));
  const answer = overview([...lonely, ...pair]);
  const carriers = CARRIERS.map((one) => ({
    ...one,
    name: { zh: `${one.name.zh}教育和科研计算机网`, en: one.name.en },
  }));
  fake.answers.set("GET /overview", { ...answer, carriers });
  for (const width of [1440, 390]) {
    const { context, page } = await visit(browser, fake.url, { width });
    const headings = page.locator("tr.g");
    await headings.first().waitFor();
    assert.deepEqual(await headings.allInnerTexts(), ["pair.example · 2 个目标", "单独的目标 · 5 个目标"]);
    await page.getByRole("button", { name: "按分组" }).click();
    assert.equal(await headings.count(), 6);
    assert.ok((await overflow(page)) <= 0);
    await context.close();
  }
});
