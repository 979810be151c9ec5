/** What happens at the collector is seen as it happens, without a reload. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BROWSER } from "../support/browser.ts";

import { STORIES, type Story, sampleOf, targetView } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const { browser, fake } = await stage();

const story = STORIES.find((one) => one.id === "sso") as Story;

/** Publishes until the page, whose stream may still be opening, shows it; each look is a round trip to the browser. */
async function until(act: () => void, seen: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 5_000; i += 1) {
    act();
    if (await seen()) return;
  }
  assert.fail("the page never showed it");
}

test("a new target's phases appear one by one, then its result", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set(`GET /targets/${story.id}`, targetView(story, true));
  const { context, page, complaints } = await visit(browser, `${fake.url}/targets/${story.id}`);
  await page.locator(".first .watch").waitFor();
  const progress = (done: { metric: "dns" | "connect"; us: number }[]) =>
    fake.publish({
      type: "progress",
      vantage: "ct-1",
      carrier: "ct",
      progress: { target: story.id, startedMs: 1, done },
    });
  const steps = page.locator(".first .steps");
  await until(
    () => progress([{ metric: "dns", us: 9000 }]),
    async () => (await steps.count()) === 1,
  );
  assert.equal(await page.locator(".steps .done").count(), 1);
  progress([
    { metric: "dns", us: 9000 },
    { metric: "connect", us: 14_000 },
  ]);
  await page.locator(".steps .done", { hasText: "14 ms" }).waitFor();
  assert.equal(await page.locator(".steps .now").innerText(), "TLS\n…");
  fake.answers.delete(`GET /targets/${story.id}`);
  fake.publish({ type: "sample", sample: sampleOf(story, "ct") });
  await page.locator(".first .chip.up").first().waitFor();
  await page.locator(".legend td").first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a plain http target has a dash where TLS would be", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set(`GET /targets/${story.id}`, targetView(story, true));
  const { context, page } = await visit(browser, `${fake.url}/targets/${story.id}`);
  const plain = sampleOf(story, "ct");
  const sample = { ...plain, sample: { ...plain.sample, timings: { ...plain.sample.timings, tls: null } } };
  await until(
    () => fake.publish({ type: "sample", sample }),
    async () => (await page.locator(".steps .none").count()) === 1,
  );
  assert.equal(await page.locator(".steps .none").innerText(), "TLS\n–");
  fake.answers.delete(`GET /targets/${story.id}`);
  await context.close();
});

test("a sample of a target that is open appears in its list without a reload", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/${story.id}`);
  await page.locator("table.samples tr.one").first().waitFor();
  const before = await page.locator("table.samples tr.one").count();
  await page.evaluate("window.stayed = true");
  const newest = sampleOf(story, "ct", Math.floor(Date.now() / 300_000) * 300, 4242);
  await until(
    () => fake.publish({ type: "sample", sample: newest }),
    async () => (await page.locator("table.samples tr.one").count()) > before,
  );
  assert.equal(await page.evaluate("window.stayed"), true);
  await context.close();
});

test("a lost connection is said, and so is its return", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url);
  await page.locator("table.over tbody tr").first().waitFor();
  await until(
    () => fake.dropStreams(),
    async () => (await page.locator(".live.off").count()) === 1,
  );
  // Said on a phone as well, without pushing what stands beside it over the edge.
  await page.setViewportSize({ width: 390, height: 844 });
  await until(
    () => fake.dropStreams(),
    async () => (await page.locator(".live.off").count()) === 1,
  );
  assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  await page.locator(".live.on").waitFor();
  await context.close();
});

test("an overview changes under the reader's eyes", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url);
  await page.locator("tr.down").waitFor();
  const { overview } = await import("./support/fixtures.ts");
  fake.answers.set("GET /overview", overview(STORIES.filter((one) => one.status === "up")));
  await until(
    () => fake.publish({ type: "sample", sample: sampleOf(story, "ct") }),
    async () => (await page.locator("tr.down").count()) === 0,
  );
  fake.answers.delete("GET /overview");
  await context.close();
});
