/** Every page without a mouse: each control is reached, has a name, shows that it has the focus; nothing moves unasked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "../support/browser.ts";
import { PAGES } from "./support/pages.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const { browser, fake } = await stage();

type Marked = { readonly marked: number; readonly nameless: readonly string[] };
type Focus = { readonly mark: string | undefined; readonly shows: boolean; readonly html: string };

/** Numbers every control that the keyboard should reach. A group of radio buttons is one: arrows go on inside it. */
const MARK = `(() => {
  let marked = 0;
  const nameless = [], groups = new Set();
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({ visibilityProperty: true })) continue;
    const name = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "";
    if (!name.trim()) nameless.push(e.outerHTML.slice(0, 120));
    if (e.type === "radio" && groups.has(e.name)) continue;
    if (e.type === "radio") groups.add(e.name);
    e.dataset.mark = e.type === "radio" ? "group " + e.name : String(marked);
    marked += 1;
  }
  for (const e of document.querySelectorAll("input[type=radio]")) e.dataset.mark = "group " + e.name;
  return { marked, nameless };
})()`;

const FOCUS = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const ringed = (one) => one && getComputedStyle(one).outlineStyle !== "none" && Number.parseFloat(getComputedStyle(one).outlineWidth) >= 1;
  return { mark: e.dataset.mark, shows: ringed(e) || ringed(e.closest("label")), html: e.outerHTML.slice(0, 120) };
})()`;

async function walk(page: Page, steps: number): Promise<{ reached: Set<string>; unseen: Set<string> }> {
  const reached = new Set<string>();
  const unseen = new Set<string>();
  for (let i = 0; i < steps; i += 1) {
    await page.keyboard.press("Tab");
    const focus = (await page.evaluate(FOCUS)) as Focus | null;
    if (focus?.mark !== undefined) reached.add(focus.mark);
    if (focus && !focus.shows) unseen.add(focus.html);
  }
  return { reached, unseen };
}

for (const [language, dark] of [
  ["zh", false],
  ["en", true],
] as const) {
  test(`Tab reaches every control of every page, ${language}, ${dark ? "dark" : "light"}`, async (t) => {
    if (!browser) return t.skip(NO_BROWSER);
    const { context, page } = await visit(browser, fake.url, { language, dark });
    let controls = 0;
    for (const [path, sign] of PAGES) {
      await page.goto(fake.url + path);
      await page.locator(sign).first().waitFor();
      for (const fold of await page.locator("details:not([open]) > summary").all())
        if (await fold.isVisible()) await fold.click();
      // From the top of the page, wherever a field took the focus for itself.
      await page.evaluate("document.activeElement.blur(); getSelection().collapse(document.body, 0)");
      const { marked, nameless } = (await page.evaluate(MARK)) as Marked;
      assert.deepEqual(nameless, [], path);
      // A date field has a stop for each of its parts.
      const { reached, unseen } = await walk(page, marked + 24);
      assert.equal(reached.size, marked, `${path}: ${reached.size} of ${marked} controls are reached`);
      assert.deepEqual([...unseen], [], `${path}: the focus shows nowhere`);
      controls += marked;
    }
    assert.ok(controls > 300, `${controls} controls on ${PAGES.length} pages`);
    await context.close();
  });
}

test("who asks for less motion gets none", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url);
  for (const [path, sign] of PAGES) {
    await page.goto(fake.url + path);
    await page.locator(sign).first().waitFor();
    const moving = await page.evaluate(
      "document.getAnimations().filter((one) => one.playState === 'running').map((one) => one.animationName ?? one.transitionProperty)",
    );
    assert.deepEqual(moving, [], path);
  }
  await context.close();
});
