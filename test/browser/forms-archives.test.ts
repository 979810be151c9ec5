/** The archives of a target in its form: typed, refused where they stand, sent as a set, with their size beside. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BROWSER } from "../support/browser.ts";

import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

test("archives are typed as text, refused at their field, and sent as a set", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page, complaints } = await visit(browser, `${fake.url}/targets/new`, { language: "en" });
  await page.locator("input[name=url]").fill("https://www.example.com/");
  const space = page.locator(".space");
  await space.waitFor();
  assert.equal(
    await space.innerText(),
    "Takes about 1.10 MB per series, 4.40 MB in all at full age (4 series).",
  );
  const field = page.locator("input[name=target-archives]");
  await page.locator("details").filter({ has: field }).locator("summary").click();
  await field.fill("1x600,what");
  await page.getByText("Cannot be read: write steps x rows").waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const asked = page.waitForRequest((request) => /"archives"/.test(request.postData() ?? ""));
  await field.fill("1x600,6x700:0.3");
  assert.deepEqual((await asked).postDataJSON().archives, [
    { steps: 1, rows: 600, xff: 0.5 },
    { steps: 6, rows: 700, xff: 0.3 },
  ]);
  await space.waitFor();
  const extras = page.waitForRequest((request) => /"percentiles":\["ttfb"\]/.test(request.postData() ?? ""));
  await page.locator("input[name=last]").check();
  await page.locator("input[name=ttfbPercentiles]").check();
  assert.equal((await extras).postDataJSON().last, true);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok((await overflow(page)) <= 0, `${width} px`);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
