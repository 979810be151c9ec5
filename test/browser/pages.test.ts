/** Every page in both languages, both themes and both widths: nothing missing, nothing refused, nothing sideways. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Language } from "../../collector/wire/ids.ts";
import { CATALOGUES } from "../../dashboard/i18n/translate.ts";
import { NO_BROWSER } from "../support/browser.ts";
import { fakeCollector } from "./support/fake-collector.ts";
import { SESSION } from "./support/fixtures.ts";
import { PAGES } from "./support/pages.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

/** Sentences long enough to belong to one language only. */
function sentencesOf(language: Language): string[] {
  const own = language === "zh" ? /\p{Script=Han}{3}/u : /^[^{]{14,}$/;
  return Object.values(CATALOGUES[language]).filter((text) => own.test(text) && !text.includes("{"));
}

for (const language of ["zh", "en"] as const) {
  for (const [width, dark] of [
    [1440, false],
    [390, true],
  ] as const) {
    test(`every page is whole in ${language} at ${width} px, ${dark ? "dark" : "light"}`, async (t) => {
      if (!browser) return t.skip(NO_BROWSER);
      const { context, page, complaints } = await visit(browser, fake.url, { width, dark, language });
      const foreign = sentencesOf(language === "zh" ? "en" : "zh");
      for (const [path, sign] of PAGES) {
        await page.goto(fake.url + path);
        await page.locator(sign).first().waitFor();
        const text = await page.locator("body").innerText();
        assert.ok((await overflow(page)) <= 0, `${path} is ${await overflow(page)} px too wide`);
        assert.doesNotMatch(text, /\{\w+\}|\bundefined\b|\bNaN\b|\bnull\b|\[object/, path);
        assert.doesNotMatch(
          text,
          /\b(?:nav|target|overview|form|settings|problem|cause|vantages|common)\.[a-z]/,
          path,
        );
        for (const sentence of foreign) assert.ok(!text.includes(sentence), `${path} says: ${sentence}`);
      }
      // The page that does not exist asks the collector and is told so.
      assert.deepEqual(
        complaints.filter((one) => !one.includes("404")),
        [],
      );
      await context.close();
    });
  }
}

test("between phone and desktop no page goes sideways", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url, { language: "en" });
  for (const width of [320, 720, 800, 1024, 1130]) {
    await page.setViewportSize({ width, height: 800 });
    for (const [path, sign] of PAGES.filter(([path]) =>
      ["/", "/targets/www", "/vantages", "/settings/mail"].includes(path),
    )) {
      await page.goto(fake.url + path);
      await page.locator(sign).first().waitFor();
      assert.ok((await overflow(page)) <= 0, `${path} at ${width} px is ${await overflow(page)} px too wide`);
    }
  }
  await context.close();
});

test("before anybody is logged in the pages are whole as well", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  for (const setupNeeded of [true, false]) {
    fake.answers.set("GET /session", { ...SESSION, user: null, csrf: null, setupNeeded });
    for (const language of ["zh", "en"] as const) {
      const { context, page, complaints } = await visit(browser, `${fake.url}/setup#secret`, {
        width: 390,
        language,
      });
      await page.locator("form").waitFor();
      assert.ok((await overflow(page)) <= 0);
      assert.deepEqual(complaints, []);
      await context.close();
    }
  }
  fake.answers.delete("GET /session");
});

test("under a base path everything is found", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const below = await fakeCollector("/watch/it");
  const { context, page, complaints } = await visit(browser, `${below.url}/targets/www?range=day`);
  await page.locator(".legend td").first().waitFor();
  await page.locator("nav.nav a").nth(2).click();
  await page.locator(".vcard").first().waitFor();
  assert.equal(new URL(page.url()).pathname, "/watch/it/vantages");
  assert.deepEqual(complaints, []);
  await context.close();
  await below.close();
});

test("the theme follows the system until one is chosen, and the choice stays", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url, { dark: true });
  await page.locator("html[data-theme=dark] table.over").waitFor();
  await page.locator(".bar .icon-btn").click();
  await page.locator("html[data-theme=light]").waitFor();
  await page.reload();
  await page.locator("html[data-theme=light] table.over").waitFor();
  await context.close();
});

test("paper is light whatever the screen is, and holds nothing to press", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/www`, { dark: true });
  await page.locator("html[data-theme=dark] .legend td").first().waitFor();
  await page.emulateMedia({ media: "print" });
  await page.locator("html[data-theme=light] .legend td").first().waitFor();
  for (const gone of ["header.bar", ".ranges-box", ".thead .btn", ".notice"])
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  assert.ok(await page.locator("canvas").first().isVisible());
  await page.emulateMedia({ media: "screen" });
  await page.locator("html[data-theme=dark] header.bar").waitFor();
  await context.close();
});

test("nothing jumps while a target's page loads", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  for (const width of [1440, 390]) {
    const { context, page } = await visit(browser, "about:blank", { width });
    await page.addInitScript(`globalThis.moved = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.moved += entry.value;
      }).observe({ type: "layout-shift", buffered: true });`);
    await page.goto(`${fake.url}/targets/www`);
    await page.locator(".legend td").first().waitFor();
    await page.locator("table.samples td").first().waitFor();
    assert.ok(Number(await page.evaluate("globalThis.moved")) < 0.1, `${width} px`);
    await context.close();
  }
});

test("the banners say when it is a demo and when nobody would be told", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /session", { ...SESSION, demo: true });
  const { context, page } = await visit(browser, fake.url);
  await page.locator(".notice.demo").waitFor();
  await page.locator(".notice", { hasText: "不会通知任何人" }).waitFor();
  fake.answers.delete("GET /session");
  await context.close();
});
