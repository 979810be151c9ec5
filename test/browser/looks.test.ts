/** Every page in both languages, both themes, desktop and phone: text that can be read, and room for fingers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BROWSER } from "../support/browser.ts";

import { looks } from "./support/looks.ts";
import { PAGES } from "./support/pages.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const { browser, fake } = await stage();

for (const language of ["zh", "en"] as const) {
  for (const width of [1440, 390]) {
    for (const dark of [false, true]) {
      test(`no text is faint, tiny or cut, nothing too small to press: ${language}, ${width} px, ${dark ? "dark" : "light"}`, async (t) => {
        if (!browser) return t.skip(NO_BROWSER);
        const { context, page } = await visit(browser, fake.url, { width, dark, language });
        const flaws: string[] = [];
        let [texts, presses] = [0, 0];
        for (const [path, sign] of PAGES) {
          await page.goto(fake.url + path);
          await page.locator(sign).first().waitFor();
          const found = await looks(page);
          texts += found.texts;
          presses += found.presses;
          flaws.push(...found.flaws.map((flaw) => `${path}: ${flaw}`));
        }
        assert.deepEqual(flaws, []);
        assert.ok(texts > 500, `${texts} texts were looked at`);
        assert.ok(width > 780 || presses > 150, `${presses} things to press were looked at`);
        await context.close();
      });
    }
  }
}

test("a faint text, a cut one and a low button are found", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/incidents`, { width: 390 });
  await page.locator(".list-card").first().waitFor();
  await page.evaluate(`for (const [style, tag] of [
    ["color: #8a8a8a; background: #ffffff", "p"],
    ["width: 30px; overflow: hidden; white-space: nowrap", "p"],
    ["height: 20px", "button"],
  ]) {
    const made = document.createElement(tag);
    made.textContent = "something to read";
    for (const one of style.split("; ")) made.style.setProperty(...one.split(": "));
    document.querySelector("main").append(made);
  }`);
  const { flaws } = await looks(page);
  assert.deepEqual(
    flaws.map((flaw) => flaw.replace(/[\d.]+ ?(px)?.*/, "")),
    ["contrast ", "cut by ", "only "],
  );
  await context.close();
});
