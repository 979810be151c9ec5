/** The settings' secrets: named, replaced, kept while a target needs them, and never shown. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "../support/browser.ts";
import { scratch } from "../support/product.ts";
import { Refusal } from "./support/fake-collector.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
const folder = scratch("forms-secrets");
const { browser, fake } = await stage();
after(() => folder.remove());

const rowOf = (page: Page, name: string) => page.locator(".items li", { hasText: name });
const lastBody = (method: string, path: string) =>
  fake.asked.filter((one) => one.method === method && one.path === path).at(-1)?.body;

test("a secret that targets name says which, leads there, and cannot be removed", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page, complaints } = await visit(browser, `${fake.url}/settings/secrets`);
  const used = rowOf(page, "shop-password");
  await used.getByRole("link", { name: "支付网关" }).waitFor();
  const remove = used.getByRole("button", { name: "删除" });
  assert.equal(await remove.isDisabled(), true);
  assert.match((await remove.getAttribute("title")) ?? "", /还有目标在用/);
  assert.match(await rowOf(page, "client-key").innerText(), /打不开/);
  await rowOf(page, "old-token").getByRole("button", { name: "删除" }).click();
  fake.answers.set("DELETE /secrets/old-token", new Refusal(409, { code: "in_use", detail: "is used" }));
  await page.locator("dialog .btn.danger").click();
  assert.match(await page.locator("dialog .problem").innerText(), /还有探测点或目标在用它/);
  fake.answers.delete("DELETE /secrets/old-token");
  await page.locator("dialog .btn.danger").click();
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.deepEqual(
    complaints.filter((one) => !one.includes("409")),
    [],
  );
  await context.close();
});

test("a value is typed unseen and replaced without the old one being there", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/settings/secrets`, { language: "en" });
  await rowOf(page, "shop-password").getByRole("button", { name: "Replace value" }).click();
  const field = page.getByLabel("Value", { exact: true });
  assert.deepEqual([await field.getAttribute("type"), await field.inputValue()], ["password", ""]);
  const save = page.locator("dialog button[type=submit]");
  assert.equal(await save.isDisabled(), true);
  await field.fill(" new value ");
  await save.click();
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.deepEqual(lastBody("PUT", "/secrets/shop-password"), { value: " new value " });
  await context.close();
});

test("a name that is taken or none is refused at its field", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const issues = [{ path: "name", message: "use 1 to 48 of a-z, 0-9 and -, not at the ends" }];
  fake.answers.set("POST /secrets", new Refusal(400, { code: "invalid_input", issues }));
  const { context, page } = await visit(browser, `${fake.url}/settings/secrets`);
  await page.getByRole("button", { name: "新建密钥" }).click();
  await page.fill("input[name=secret-name]", "old-token");
  await page.locator("dialog .wrong", { hasText: "已经有了" }).waitFor();
  await page.fill("input[name=secret-name]", "Shop Password");
  await page.fill("input[name=secret-value]", "x");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog .wrong", { hasText: "1 到 48 个小写字母" }).waitFor();
  assert.equal(await page.locator("input[name=secret-value]").inputValue(), "x");
  fake.answers.delete("POST /secrets");
  await context.close();
});

test("a private key keeps its lines, pasted or from a file; one line from a file loses its line break", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  writeFileSync(join(folder.dir, "client.key"), KEY);
  writeFileSync(join(folder.dir, "token.txt"), "s3cret\n");
  const { context, page } = await visit(browser, `${fake.url}/settings/secrets`);
  const save = async (name: string) => {
    await page.fill("input[name=secret-name]", name);
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    return lastBody("POST", "/secrets");
  };
  const open = () => page.getByRole("button", { name: "新建密钥" }).click();
  await open();
  await page.locator("dialog input[type=file]").setInputFiles(join(folder.dir, "client.key"));
  await page.locator("dialog .held", { hasText: "3 行" }).waitFor();
  assert.doesNotMatch(await page.locator("dialog").innerText(), /MIIE/);
  assert.deepEqual(await save("key-a"), { name: "key-a", value: KEY });
  await open();
  await page.locator("dialog input[type=file]").setInputFiles(join(folder.dir, "token.txt"));
  await page.waitForFunction('document.querySelector("input[name=secret-value]").value !== ""');
  assert.deepEqual(await save("token-a"), { name: "token-a", value: "s3cret" });
  await open();
  const pasted = JSON.stringify(KEY.replaceAll("\n", "\r\n"));
  await page.evaluate(`
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", ${pasted});
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.querySelector("input[name=secret-value]").dispatchEvent(paste);
  `);
  await page.locator("dialog .held", { hasText: "3 行" }).waitFor();
  await page.locator("dialog").getByRole("button", { name: "重填" }).click();
  assert.equal(await page.locator("input[name=secret-value]").inputValue(), "");
  await context.close();
});
