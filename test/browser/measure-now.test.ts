/** Measure now on a target's page: phases as they arrive, refusals in words, and that nothing of it is kept is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MeasurementView, OnceLane } from "../../collector/wire/on-demand.ts";
import { NO_BROWSER } from "../support/browser.ts";

import { NOW_MS, STORIES, type Story, sampleOf } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

const story = STORIES.find((one) => one.id === "sso") as Story;
const ID = "00000000000000aa";
const laneOf = (vantage: string, name: string, change: Partial<OnceLane> = {}): OnceLane => ({
  vantage,
  name,
  carrier: vantage.split("-")[0] ?? "",
  state: "waiting",
  done: [],
  result: null,
  ...change,
});
const LANES = [laneOf("ct-1", "上海电信"), laneOf("cnc-1", "北京联通"), laneOf("cmcc-1", "广州移动")];
const ASKED: MeasurementView = {
  id: ID,
  target: story.id,
  url: "https://sso.example.com/",
  askedMs: NOW_MS,
  revision: 0,
  over: false,
  lanes: LANES,
};
const say = (lane: OnceLane) => fake.publish({ type: "once", measurement: ID, lane });
const resultOf = (carrier: string) => {
  const { target: _, tick: __, stepS: ___, seq: ____, ...result } = sampleOf(story, carrier).sample;
  return result;
};
const REFUSED = {
  startedMs: NOW_MS,
  state: "unknown",
  unknownReason: "guard",
  timings: {
    dns: null,
    connect: null,
    tls: null,
    wait: null,
    transfer: null,
    ttfb: null,
    total: null,
    speed: null,
  },
  detail: {
    note: '10.0.0.7 is a private address (10.0.0.0/8); to measure it, set allow: ["10.0.0.7/32"] in /var/lib/carrierwatch/probe/config.yaml',
  },
} as const;

for (const [language, width, dark] of [
  ["zh", 1440, true],
  ["en", 1440, false],
  ["zh", 390, false],
  ["en", 390, true],
] as const) {
  test(`phases, result and refusal are shown as they arrive, ${language}, ${width} px`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    fake.answers.set("POST /measurements", ASKED);
    const url = `${fake.url}/targets/${story.id}`;
    const { context, page, complaints } = await visit(browser, url, { language, width, dark });
    const button = page.getByRole("button", { name: language === "zh" ? "立即测量" : "Measure now" });
    await page.locator(".legend td").first().waitFor();
    await button.click();
    const panel = page.locator(".now");
    await panel.waitFor();
    assert.match(await panel.innerText(), language === "zh" ? /不保存/ : /not archived/);
    assert.ok(await button.isDisabled(), "one at a time");
    say(
      laneOf("ct-1", "上海电信", {
        state: "measuring",
        done: [
          { metric: "dns", us: 9000 },
          { metric: "connect", us: 14_000 },
        ],
      }),
    );
    await panel.locator(".steps .done", { hasText: "14 ms" }).waitFor();
    assert.equal(await panel.locator(".steps > .now").innerText(), "TLS\n…");
    say(laneOf("ct-1", "上海电信", { state: "measured", result: resultOf("ct") }));
    say(laneOf("cnc-1", "北京联通", { state: "measured", result: REFUSED }));
    await panel.locator(".chip.up").waitFor();
    assert.ok(await button.isDisabled());
    say(laneOf("cmcc-1", "广州移动", { state: "no-answer" }));
    await page.waitForFunction("!document.querySelector('.thead .side .row button').disabled");
    const said = await panel.innerText();
    assert.match(said, /10\.0\.0\.7/);
    assert.match(said, language === "zh" ? /一分钟内没有应答/ : /No answer from this vantage/);
    assert.ok((await overflow(page)) <= 0);
    const folder = process.env["CARRIERWATCH_PICTURES"];
    if (folder) await page.screenshot({ path: `${folder}/measure-${language}-${width}.png` });
    await panel.getByRole("button", { name: language === "zh" ? "关闭" : "Close" }).click();
    assert.equal(await page.locator(".now").count(), 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("a flood is refused in words", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/${story.id}`, { language: "en" });
  await page.route("**/api/v1/measurements", (route) =>
    route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      body: JSON.stringify({
        code: "too_many_measurements",
        status: 429,
        title: "Too many",
        type: "about:blank",
      }),
    }),
  );
  await page.getByRole("button", { name: "Measure now" }).click();
  await page.getByText("Too many measurements in a minute").waitFor();
  await context.close();
});
