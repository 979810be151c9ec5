/** The lists of the settings: added, edited and removed in one way, each with its own exceptions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "../support/browser.ts";
import { Refusal } from "./support/fake-collector.ts";
import { STORAGE } from "./support/fixtures-settings.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

const lastOf = (method: string) => fake.asked.filter((one) => one.method === method).at(-1);
const closed = (page: Page) => page.locator("dialog").waitFor({ state: "detached" });

test("what was edited is sent with the version it was made from", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/settings/recipients`);
  await page.getByRole("button", { name: "编辑" }).click();
  await page.fill("input[name=recipient-name]", "夜班");
  await page.locator("dialog button[type=submit]").click();
  await closed(page);
  assert.deepEqual(lastOf("PUT"), {
    method: "PUT",
    path: "/recipients/r1",
    body: {
      version: 1,
      recipient: { name: "夜班", address: "oncall@example.com", language: "zh", timeZone: "Asia/Shanghai" },
    },
  });
  await context.close();
});

test("removing asks, keeps the question open with the reason, and can be left", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("DELETE /carriers/ct", new Refusal(409, { code: "in_use", detail: "is used" }));
  const { context, page } = await visit(browser, `${fake.url}/settings/carriers`);
  await page.locator(".items li").first().getByRole("button", { name: "删除" }).click();
  await page.locator("dialog h2", { hasText: "删除 电信？" }).waitFor();
  await page.locator("dialog .btn.danger").click();
  await page.locator("dialog .problem", { hasText: "还有探测点或目标在用它" }).waitFor();
  await page.locator("dialog").getByRole("button", { name: "取消" }).click();
  await closed(page);
  fake.answers.delete("DELETE /carriers/ct");
  await context.close();
});

test("nobody removes themselves, and a new user needs a password long enough", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/settings/users`);
  await page.locator(".items li", { hasText: "admin" }).waitFor();
  assert.equal(await page.locator(".items button").count(), 0);
  await page.getByRole("button", { name: "添加用户" }).click();
  await page.fill("input[name=new-username]", "li");
  await page.fill("input[name=new-password]", "123456789");
  const save = page.locator("dialog button[type=submit]");
  assert.equal(await save.isDisabled(), true);
  await page.fill("input[name=new-password]", "1234567890");
  await save.click();
  await closed(page);
  assert.equal(lastOf("POST")?.path, "/users");
  await context.close();
});

test("a list says when it is empty, and what is wrong when it does not load", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /secrets", { secrets: [] });
  fake.answers.set("GET /tokens", new Refusal(500, { code: "internal", detail: "no" }));
  const { context, page } = await visit(browser, `${fake.url}/settings/secrets`);
  await page.getByText("还没有密钥").waitFor();
  await page.goto(`${fake.url}/settings/tokens`);
  await page.locator(".problem", { hasText: "采集端出错了" }).waitFor();
  fake.answers.delete("GET /tokens");
  await page.getByRole("button", { name: "重试" }).click();
  await page.locator(".items li", { hasText: "Grafana" }).waitFor();
  fake.answers.delete("GET /secrets");
  await context.close();
});

test("how many measurements have lost their details is said, and nothing while none has", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  for (const [language, detailsDropped, said] of [
    ["zh", 55_088, "有 55,088 次测量已没有明细"],
    ["en", 55_088, "55,088 measurements have no details any more"],
    ["en", 1, "1 measurement has no details any more"],
    ["en", 0, null],
  ] as const) {
    fake.answers.set("GET /storage", { ...STORAGE, detailsDropped });
    const { context, page, complaints } = await visit(browser, `${fake.url}/settings/storage`, {
      language,
      width: 390,
    });
    await page.locator(".tile").first().waitFor();
    const note = page.locator("p.dropped");
    if (said === null) assert.equal(await note.count(), 0);
    else assert.ok((await note.innerText()).startsWith(said), await note.innerText());
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(complaints, []);
    fake.answers.delete("GET /storage");
    await context.close();
  }
});
