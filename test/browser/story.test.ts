/**
 * The whole story in a real browser against the command itself: the refusal first, then set-up, a URL, its first
 * measurement, every range, an HTTPS target, both languages. Pictures are kept when CARRIERWATCH_PICTURES names a folder.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { NO_BROWSER, openBrowser, PATIENCE_MS } from "../support/browser.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { busyMachine, type Product, product, scratch } from "../support/product.ts";
import { testCa } from "../support/test-ca.ts";

const PASSWORD = "a long enough password";
const RANGES = ["Day", "Week", "Month", "Year", "Custom", "3 h"];
const data = scratch("story");
const wrong: string[] = [];
let browser: Browser | null = null;
let page: Page;
let plain: HttpTarget;
let secure: HttpTarget;
let running: Product;

before(async () => {
  browser = await openBrowser();
  if (!browser) return;
  busyMachine(join(data.dir, "data"));
  plain = await httpTarget({ body: "hello", delayMs: 30 });
  secure = await httpTarget({ tls: true, body: "x".repeat(200_000), chunks: 4, bodyMs: 60 });
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[01]/.test(message.text())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
});
after(async () => {
  await browser?.close();
  await running?.stop();
  await plain?.close();
  await secure?.close();
  data.remove();
});

const start = async (...args: string[]) => {
  const authority = join(data.dir, "authority.pem");
  writeFileSync(authority, testCa().cert);
  running = product("start", ["--listen", "127.0.0.1:0", ...args], {
    dir: join(data.dir, "data"),
    env: { NODE_EXTRA_CA_CERTS: authority },
  });
  return (await running.says(/dashboard\s+(http\S+)/))[1] ?? "";
};
const story = (name: string, act: () => Promise<void>) =>
  test(name, async (t) => (browser ? await act() : t.skip(NO_BROWSER)));
const picture = async (name: string) => {
  const folder = process.env["CARRIERWATCH_PICTURES"];
  if (folder) await page.screenshot({ path: join(folder, `story-${name}.png`), fullPage: true });
};
const add = async (url: string, name: string) => {
  await page.getByRole("link", { name: "Add target" }).first().click();
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Start measuring" }).click();
};

story(
  "the set-up link leads to an account, and a loopback address is refused with the line that would allow it",
  async () => {
    await start();
    await page.goto((await running.says(/set up\s+(http\S+)/))[1] ?? "");
    await page.getByText("English", { exact: true }).click();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Password again").fill(PASSWORD);
    await page.getByText("China Telecom", { exact: true }).click();
    await picture("setup");
    await page.getByRole("button", { name: "Finish" }).click();
    await add(`${plain.url}/`, "plain");
    await page.getByText("--allow 127.0.0.1/32").first().waitFor();
    await picture("refused");
    assert.equal(plain.seen.connections, 0);
    await page.goto("about:blank");
    await page.context().clearCookies();
    await running.stop();
  },
);

story("with the address allowed, the first measurement appears by itself", async () => {
  await page.goto(await start("--allow", "127.0.0.1/32"));
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await add(`${plain.url}/`, "plain");
  await page.getByText("HTTP 200").first().waitFor();
  await page.getByRole("heading", { name: "Response time" }).waitFor();
  await picture("first-sample");
});

story("an HTTPS target has a TLS phase and its certificate's days", async () => {
  await add(`${secure.url}/`, "secure");
  await page.getByText("HTTP 200").first().waitFor();
  await page.getByRole("heading", { name: "Response time" }).waitFor();
  await page
    .getByText(/^(?:89|90)\s*days?$/)
    .first()
    .waitFor();
  await picture("https");
});

story("every range draws its charts, in English and in Chinese", async () => {
  for (const range of RANGES) {
    await page.getByRole("button", { name: range, exact: true }).click();
    await page.locator("canvas").first().waitFor();
    await picture(`range-${range.replaceAll(" ", "-")}`);
  }
  await page.getByText("中", { exact: false }).first().click();
  await page.getByRole("heading", { name: "响应时间" }).waitFor();
  await picture("zh");
  assert.doesNotMatch(await page.locator("body").innerText(), /\b[a-z]+\.[a-z]+\.[a-z]+\b(?<!127\.0\.0)/);
});

story("nothing in the console went wrong on the way", async () => {
  assert.deepEqual(wrong, []);
});
