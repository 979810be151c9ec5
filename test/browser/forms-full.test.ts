/** A form with everything in it: whole in both languages and at every width, each field with a name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BROWSER } from "../support/browser.ts";
import { testCa } from "../support/test-ca.ts";

import { STORIES, type Story, targetOf } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

test("a form with everything in it is whole in both languages, on phone and desktop", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const pem = testCa().cert;
  fake.answers.set("GET /targets/www/definition", {
    ...targetOf(STORIES[1] as Story),
    method: "POST",
    request: {
      headers: [{ name: "Content-Type", value: "application/json" }],
      body: "{}",
      auth: { kind: "basic", user: "probe", secret: "gone-since" },
    },
    expect: {
      status: ["200"],
      json: [{ path: "services[0].state", equals: "up" }],
      headers: [{ name: "Age" }],
    },
    tls: { ca: pem, verify: false, clientCertificate: { certificate: pem, key: "client-key" } },
    addresses: { measure: "every", up: 20, max: 8, cache: true },
  });
  for (const language of ["zh", "en"] as const) {
    const { context, page, complaints } = await visit(browser, `${fake.url}/targets/www/edit`, { language });
    await page.locator(".preview[role=status]").first().waitFor();
    assert.equal(await page.locator(".folds > details[open]").count(), 4);
    for (const width of [320, 390, 800, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok((await overflow(page)) <= 0, `${width} px, ${language}`);
    }
    const text = await page.locator("form").innerText();
    assert.doesNotMatch(text, /\{\w+\}|\bform\.|\bundefined\b|\bNaN\b/);
    if (language === "en") assert.doesNotMatch(text, /\p{Script=Han}/u);
    assert.equal(await page.locator("select[name=auth-secret]").inputValue(), "gone-since");
    const unnamed = await page
      .locator("form input:not([type=file]), form select, form textarea")
      .evaluateAll((all) =>
        all
          .map(
            (one) => one as unknown as { labels: { length: number }; ariaLabel: string | null; name: string },
          )
          .filter((one) => one.labels.length === 0 && !one.ariaLabel)
          .map((one) => one.name),
      );
    assert.deepEqual(unnamed, []);
    assert.deepEqual(complaints, []);
    await context.close();
  }
  fake.answers.delete("GET /targets/www/definition");
});
