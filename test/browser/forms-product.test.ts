/**
 * The form against the command itself: what the page sends is accepted, stored and shown again, a secret's value reaches
 * the server that asks for it and nobody else, and the collector's own refusals stand at their fields.
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { NO_BROWSER, openBrowser, PATIENCE_MS } from "../support/browser.ts";
import { busyMachine, type Product, product, scratch } from "../support/product.ts";
import { testCa } from "../support/test-ca.ts";

const PASSWORD = "a long enough password";
const data = scratch("forms");
const seen: (string | undefined)[] = [];
let browser: Browser | null = null;
let running: Product;
let page: Page;
let server: Server;
let url = "";
let dashboard = "";

before(async () => {
  browser = await openBrowser();
  if (!browser) return;
  busyMachine(join(data.dir, "data"));
  server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader("content-type", "application/json");
    response.end('{"build":7,"state":"up"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  running = product("start", ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"], {
    dir: join(data.dir, "data"),
  });
  dashboard = ((await running.says(/dashboard\s+(http\S+)/))[1] ?? "").replace(/\/$/, "");
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  await page.goto((await running.says(/set up\s+(http\S+)/))[1] ?? "");
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await page.getByLabel("再输一次密码").fill(PASSWORD);
  await page.getByRole("button", { name: "完成设置" }).click();
  await page.getByRole("link", { name: "添加目标" }).first().waitFor();
});
after(async () => {
  await browser?.close();
  await running?.stop();
  server?.close();
  data.remove();
});

const unfold = (name: string) => page.locator(`details[data-section=${name}] > summary`).click();

test("a target with a new secret and rules of its own is stored, measured and up", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  await page.goto(`${dashboard}/targets/new`);
  await page.fill("input[name=url]", url);
  await unfold("asked");
  await page.getByText("令牌（Bearer）").click();
  await page.getByRole("button", { name: "新建密钥" }).click();
  await page.fill("input[name=secret-name]", "api-token");
  await page.fill("input[name=secret-value]", "s3cret-value");
  await page.getByRole("button", { name: "保存密钥" }).click();
  await page.locator("input[name=secret-value]").waitFor({ state: "detached" });
  await unfold("up");
  await page.getByRole("button", { name: "添加 JSON 条件" }).click();
  await page.getByLabel("JSON 里的值 1: 路径").fill("build");
  await page.getByLabel(/JSON 里的值 1: 值/).fill("7");
  await page.locator(".preview.warn", { hasText: "不加密" }).waitFor();
  await page.getByRole("button", { name: "保存并开始测量" }).click();
  await page.getByText("HTTP 200").first().waitFor();
  assert.deepEqual([...new Set(seen)], ["Bearer s3cret-value"]);
  await page.goto(page.url().replace(/\/?(?:\?.*)?$/, "/edit"));
  await page.locator("details[data-section=asked][open]").waitFor();
  assert.equal(await page.getByLabel("令牌（密钥的名称）").inputValue(), "api-token");
  assert.equal(await page.getByLabel(/JSON 里的值 1: 值/).inputValue(), "7");
  assert.doesNotMatch(await page.content(), /s3cret-value/);
});

test("the secret says who uses it, and is not removed while somebody does", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  await page.goto(`${dashboard}/settings/secrets`);
  const row = page.locator(".items li", { hasText: "api-token" });
  await row.getByRole("link").waitFor();
  assert.equal(await row.getByRole("button", { name: "删除" }).isDisabled(), true);
  await row.getByRole("button", { name: "更换值" }).click();
  await page.fill("input[name=secret-value]", "another");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("the collector's own refusals stand at their fields while people type", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  await page.goto(`${dashboard}/targets/new`);
  await page.fill("input[name=url]", "tcp://127.0.0.1");
  await page.locator(".url-field .wrong", { hasText: "tcp://host:port" }).waitFor();
  await page.fill("input[name=url]", "https://127.0.0.1/");
  await unfold("up");
  await page.fill("input[name=target-matches]", "(a)\\1");
  await page.locator(".wrong", { hasText: "反向引用" }).waitFor();
  await unfold("tls");
  await page.fill("textarea[name=target-ca]", "-----BEGIN CERTIFICATE-----\nx");
  await page.locator(".wrong", { hasText: "END" }).waitFor();
  await page.fill("textarea[name=target-ca]", testCa().cert);
  await page.fill("input[name=target-matches]", "ok");
  await unfold("addresses");
  await page.getByText("每个地址都测", { exact: true }).click();
  await page.locator(".wrong", { hasText: "127.0.0.1" }).waitFor();
  await page.getByText("每轮任选一个", { exact: true }).click();
  await page.locator(".preview[role=status]", { hasText: "个探测点测量" }).waitFor();
});
