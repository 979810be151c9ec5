/** What people type: refused at the field in plain words, sent when it is right, asked again before it destroys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { NO_BROWSER } from "../support/browser.ts";
import { Refusal } from "./support/fake-collector.ts";
import { SESSION, STORIES, type Story, targetOf } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

const { browser, fake } = await stage();

const wrongOf = (page: Page, name: string) => page.locator(`.f:has(input[name="${name}"]) .wrong`);
const asked = (method: string, path: string) =>
  fake.asked.filter((one) => one.method === method && one.path === path);

test("a URL that cannot be measured is refused at its field, in words", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  const table: [string, RegExp][] = [
    ["www.example.com", /完整的网址/],
    ["ftp://example.com/", /http/],
    ["https://user:secret@example.com/", /用户名和密码/],
    ["https://exa mple.com/", /完整的网址/],
  ];
  for (const [url, want] of table) {
    await page.fill("input[name=url]", url);
    assert.match(await wrongOf(page, "url").innerText(), want, url);
  }
  await page.click("button[type=submit]");
  assert.equal(await page.locator("input[name=url]").getAttribute("aria-invalid"), "true");
  assert.equal(asked("POST", "/targets").length, 0);
  await context.close();
});

test("the collector's refusal of a private address names the line that would allow it", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const message =
    'host 127.0.0.1 is loopback: this probe does not measure it. To allow it, put allow: ["127.0.0.1/32"] in config.yaml, or start with --allow 127.0.0.1/32';
  fake.answers.set("POST /targets/preview", { ok: false, issues: [{ path: "url", message }], hint: null });
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "http://127.0.0.1:8000/");
  await wrongOf(page, "url").waitFor();
  assert.match(await wrongOf(page, "url").innerText(), /--allow 127\.0\.0\.1\/32/);
  fake.answers.delete("POST /targets/preview");
  await context.close();
});

test("an uneven cron is refused with what to write instead", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const message = '"*/7 * * * *" fires unevenly: 00:56:00, then 01:00:00';
  fake.answers.set("POST /targets/preview", { ok: false, issues: [{ path: "cron", message }], hint: null });
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://www.example.com/");
  await page.getByText("自定义 cron").click();
  await page.fill("input[name=cron]", "*/7 * * * *");
  await wrongOf(page, "cron").waitFor();
  assert.match(await wrongOf(page, "cron").innerText(), /不均匀.*\*\/5 \* \* \* \*/);
  fake.answers.delete("POST /targets/preview");
  await context.close();
});

test("a good form says what it will measure, sends it, and leads to the target", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("POST /targets", targetOf(STORIES[3] as Story));
  const { context, page, complaints } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://sso.example.com/login");
  await page.fill("input[name=line-total]", "1000");
  await page.fill("input[name=line-speed]", "250");
  await page.locator(".preview[role=status]").waitFor();
  assert.match(
    await page.locator(".preview[role=status]").innerText(),
    /电信、联通、移动的 4 个探测点.*1,152 次/,
  );
  await page.click("button[type=submit]");
  await page.locator("h1", { hasText: "登录" }).waitFor();
  const body = asked("POST", "/targets")[0]?.body as {
    name: string;
    alarm: { lines: Record<string, { limit: number }> };
    cron: string;
  };
  assert.equal(body.name, "sso.example.com");
  assert.equal(body.cron, "*/5 * * * *");
  assert.equal(body.alarm.lines["total"]?.limit, 1000);
  assert.equal(body.alarm.lines["speed"]?.limit, 250_000);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an edit sends the version it was made from and says when somebody was faster", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("PUT /targets/www", new Refusal(409, { code: "version_conflict", detail: "version 4" }));
  const { context, page } = await visit(browser, `${fake.url}/targets/www/edit`);
  await page.fill("input[name=name]", "官网");
  await page.click("button[type=submit]");
  await page.locator(".problem").waitFor();
  assert.match(await page.locator(".problem").innerText(), /别人刚改过/);
  const body = asked("PUT", "/targets/www")[0]?.body as { version: number; target: { name: string } };
  assert.deepEqual([body.version, body.target.name], [3, "官网"]);
  await context.close();
});

test("removing asks first, and Escape leaves everything as it was", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/www`);
  await page.locator(".thead .btn.danger").click();
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(fake.asked.filter((one) => one.method === "DELETE").length, 0);
  await page.locator(".thead .btn.danger").click();
  await page.locator("dialog .btn.primary").click();
  await page.locator("table.over").waitFor();
  assert.equal(asked("DELETE", "/targets/www").length, 1);
  await context.close();
});

test("setup refuses a short password, two that differ and an unknown time zone, then sends what was chosen", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /session", { ...SESSION, user: null, csrf: null, setupNeeded: true });
  fake.answers.set("POST /setup", SESSION);
  const { context, page } = await visit(browser, `${fake.url}/setup#one-time`);
  await page.fill("input[name=password]", "short");
  await page.fill("input[name=timeZone]", "Mars/Olympus");
  await page.click("button[type=submit]");
  assert.match(await wrongOf(page, "password").innerText(), /10/);
  assert.match(await wrongOf(page, "timeZone").innerText(), /Asia\/Shanghai/);
  await page.fill("input[name=password]", "correct horse battery");
  await page.fill("input[name=again]", "correct horse");
  await page.fill("input[name=timeZone]", "Asia/Shanghai");
  await page.click("button[type=submit]");
  assert.match(await wrongOf(page, "again").innerText(), /不一样/);
  await page.fill("input[name=again]", "correct horse battery");
  await page.getByText("联通", { exact: true }).click();
  await page.click("button[type=submit]");
  await page.locator("table.over").waitFor();
  assert.deepEqual(asked("POST", "/setup")[0]?.body, {
    token: "one-time",
    username: "admin",
    password: "correct horse battery",
    language: "zh",
    timeZone: "Asia/Shanghai",
    carrier: "cnc",
  });
  fake.answers.delete("GET /session");
  await context.close();
});

test("a wrong password is said without saying which half was wrong", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /session", { ...SESSION, user: null, csrf: null });
  fake.answers.set("POST /session", new Refusal(401, { code: "bad_login", detail: "no" }));
  const { context, page } = await visit(browser, fake.url);
  await page.fill("input[name=username]", "admin");
  await page.fill("input[name=password]", "wrong");
  await page.click("button[type=submit]");
  assert.equal(await page.locator(".problem").innerText(), "用户名或密码不对。");
  fake.answers.delete("GET /session");
  await context.close();
});

test("a slash focuses the search, and Enter opens what it found", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, fake.url);
  await page.locator("table.over").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("global");
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "海外站" }).waitFor();
  await context.close();
});

test("text from a measured answer is shown as text", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page, complaints } = await visit(browser, `${fake.url}/targets/sso`);
  await page.locator("table.samples tr.one").first().click();
  await page.locator(".detail-box dd", { hasText: "<script>alert(1)</script>" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a join command is shown and the page says when the machine appears", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { VANTAGES } = await import("./support/fixtures-settings.ts");
  fake.answers.set("POST /vantages", {
    vantage: "cmcc-2",
    command: "curl -fsS http://127.0.0.1/join | node - cwj1_abc",
    token: "cwj1_abc",
    expiresMs: Date.now() + 3_600_000,
  });
  const { context, page } = await visit(browser, `${fake.url}/vantages`);
  await page.getByRole("button", { name: "添加探测点" }).click();
  await page.fill("input[name=vantage-name]", "杭州移动");
  await page.getByText("移动", { exact: true }).last().click();
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog .command", { hasText: "cwj1_abc" }).waitFor();
  await page.locator("dialog .watch", { hasText: "等待它出现" }).waitFor();
  const joined = VANTAGES.map((one) =>
    one.vantage.id === "cmcc-2" ? { ...one, status: "ok", contact: VANTAGES[0]?.contact } : one,
  );
  fake.answers.set("GET /vantages", { vantages: joined });
  fake.publish({ type: "vantage", vantage: "cmcc-2" });
  await page.locator("dialog .watch.there").waitFor();
  fake.answers.delete("GET /vantages");
  await context.close();
});

test("a secret that is shown once can be put away without a keyboard", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { TOKENS } = await import("./support/fixtures-settings.ts");
  fake.answers.set("POST /tokens", { ...TOKENS[0], name: "巡检", token: "cwt_once" });
  const { context, page } = await visit(browser, `${fake.url}/settings/tokens`);
  await page.getByRole("button", { name: "新建令牌" }).click();
  await page.fill("input[name=token-name]", "巡检");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog .command", { hasText: "cwt_once" }).waitFor();
  await page.locator("dialog").getByRole("button", { name: "关闭" }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await context.close();
});

test("a mail login without a password cannot be saved, and an address that is none is said at its field", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("GET /settings/smtp", {
    configured: false,
    settings: null,
    outbox: { sent: 0, pending: 0, dead: 0, lastSentMs: null, lastError: null },
  });
  const issues = [{ path: "fromAddress", message: "Invalid email address" }];
  fake.answers.set("PUT /settings/smtp", new Refusal(400, { code: "invalid_input", issues }));
  const { context, page } = await visit(browser, `${fake.url}/settings/mail`);
  const save = page.getByRole("button", { name: "保存" });
  await page.fill("input[name=host]", "127.0.0.1");
  await page.fill("input[name=fromAddress]", "nonsense");
  await page.fill("input[name=smtp-username]", "ops");
  await page.getByText("填了用户名，就要填密码").waitFor();
  assert.equal(await save.isDisabled(), true);
  await page.fill("input[name=smtp-username]", "");
  await save.click();
  await wrongOf(page, "fromAddress").waitFor();
  assert.match(await wrongOf(page, "fromAddress").innerText(), /不是邮箱地址/);
  fake.answers.delete("GET /settings/smtp");
  await context.close();
});

test("a range that has not begun is refused before the collector is asked", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const { context, page } = await visit(browser, `${fake.url}/targets/www`);
  await page.getByRole("button", { name: "自定义", exact: true }).click();
  await page.locator("input[type=datetime-local]").first().fill("2999-01-01T00:00");
  await page.locator("input[type=datetime-local]").last().fill("2999-02-01T00:00");
  await page.getByRole("button", { name: "查看", exact: true }).click();
  await page.getByText("开始时间还没有到").waitFor();
  await context.close();
});
