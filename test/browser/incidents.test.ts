/** One outage over several targets is one entry of the incidents page; each of its incidents is still reached. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IncidentView } from "../../collector/wire/incident.ts";
import { NO_BROWSER } from "../support/browser.ts";
import { chart } from "./support/fixture-chart.ts";
import { NOW_S, STORIES, type Story } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();
const [like] = chart(STORIES[0] as Story, "3h").incidents;
assert.ok(like);

const NAMES = ["首页", "支付", "图片", "登录", "一个名字很长很长的目标，长到一行写不下它"];

function outage(toS: (i: number) => number | null, fromS = NOW_S - 3600): IncidentView[] {
  return NAMES.map((name, i) => ({
    ...(like as IncidentView),
    ...{ id: `i${fromS}-${i}`, target: `t${i}`, name, carriers: ["cnc"] },
    ...{ fromS: fromS + 60 * i, toS: toS(i) },
  }));
}

for (const [width, language] of [
  [1440, "zh"],
  [390, "en"],
] as const) {
  test(`five targets, one carrier: one entry that unfolds, ${width} px, ${language}`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    const alone = {
      ...(like as IncidentView),
      id: "alone",
      carriers: ["ct"],
      fromS: NOW_S - 1800,
      toS: null,
    };
    fake.answers.set("GET /incidents", { incidents: [...outage((i) => (i < 2 ? null : NOW_S - 60)), alone] });
    const { context, page, complaints } = await visit(browser, `${fake.url}/incidents`, { width, language });
    const group = page.locator(".list-card.group");
    await group.waitFor();
    assert.equal(await page.locator("main article").count(), 2, "the group and the incident beside it");
    assert.match(
      await group.locator(".top").innerText(),
      language === "zh" ? /联通：5 个目标/ : /China Unicom: 5 targets/,
    );
    assert.match(await group.innerText(), language === "zh" ? /2 个仍在持续/ : /2 still last/);
    assert.equal(await group.locator(".members a").count(), 5);
    assert.equal(await group.locator(".members a").last().getAttribute("href"), "/targets/t0");
    const unfold = group.getByRole("button");
    assert.equal(await unfold.getAttribute("aria-expanded"), "false");
    await unfold.focus();
    await page.keyboard.press("Enter");
    const inner = group.locator(".inner .list-card");
    await inner.nth(4).waitFor();
    assert.equal(await inner.count(), 5);
    await inner.first().locator("button.twisty").click();
    await inner.first().locator(".course li").first().waitFor();
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("an ended outage stands among what has ended, one that lasts in part among what is happening", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const incidents = [
    ...outage(() => NOW_S - 50_000, NOW_S - 60_000),
    ...outage((i) => (i === 4 ? null : NOW_S - 9)),
  ];
  fake.answers.set("GET /incidents", { incidents });
  const { context, page } = await visit(browser, `${fake.url}/incidents`);
  await page.locator(".list-card.group").first().waitFor();
  const [happening, ended] = await page.locator("main .panel").all();
  assert.equal(await happening?.locator(".list-card.group").count(), 1);
  assert.equal(await ended?.locator(".list-card.group").count(), 1);
  assert.match((await happening?.innerText()) ?? "", /1 个仍在持续/);
  assert.match((await ended?.innerText()) ?? "", /持续 2 小时/);
  fake.answers.clear();
  await context.close();
});
