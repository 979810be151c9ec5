/** The folded sections of a target's form: they open for what they hold, lose nothing, and send what was said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { TargetInput } from "../../collector/wire/target.ts";
import { NO_BROWSER } from "../support/browser.ts";
import { testCa } from "../support/test-ca.ts";
import { Refusal } from "./support/fake-collector.ts";
import { STORIES, type Story, targetOf } from "./support/fixtures.ts";
import { stage } from "./support/stage.ts";
import { overflow, visit } from "./support/visit.ts";

const { browser, fake } = await stage();

const WWW = targetOf(STORIES.find((story) => story.id === "www") as Story);
const section = (page: Page, name: string) => page.locator(`details[data-section=${name}]`);
const unfold = (page: Page, name: string) => section(page, name).locator("summary").first().click();
const isOpen = async (page: Page, name: string) => (await section(page, name).getAttribute("open")) !== null;
const lastBody = (method: string, path: string) =>
  fake.asked.filter((one) => one.method === method && one.path === path).at(-1)?.body;
const submit = (page: Page) => page.locator("form button[type=submit]").click();

test("a new form is short: nothing is unfolded, and it sends no request, tls or addresses", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("POST /targets", WWW);
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://www.example.com/");
  assert.equal(await page.locator("details[open]").count(), 0);
  await submit(page);
  await page.waitForURL(/targets\/www$/);
  const body = lastBody("POST", "/targets") as Record<string, unknown>;
  assert.deepEqual(
    ["request", "tls", "addresses"].filter((key) => key in body),
    [],
  );
  await context.close();
});

test("everything that is typed is sent, secrets by name, a new one made on the spot", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const made = { name: "api-token", createdS: 1, changedS: 1, readable: true, targets: [] };
  fake.answers.set("POST /secrets", made);
  fake.answers.set("POST /targets", WWW);
  const { context, page, complaints } = await visit(browser, `${fake.url}/targets/new`, { language: "en" });
  await page.fill("input[name=url]", "https://api.example.com/");
  await unfold(page, "asked");
  await page.getByLabel("Method").selectOption("POST");
  await page.getByRole("button", { name: "Add header" }).click();
  await page.keyboard.type("X-Probe");
  await page.getByLabel("Headers 1: value").fill("1");
  await page.getByLabel("Body", { exact: true }).fill('{"a":1}');
  await page.getByLabel("HTTP/2 where the server offers it").check();
  await page.getByText("token (Bearer)").click();
  await page.getByRole("button", { name: "New secret" }).click();
  await page.keyboard.type("api-token");
  await page.fill("input[name=secret-value]", "s3cret");
  await page.keyboard.press("Enter");
  await page.locator("input[name=secret-value]").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Token (name of a secret)").inputValue(), "api-token");
  await unfold(page, "up");
  await page.getByRole("button", { name: "Add JSON rule" }).click();
  await page.keyboard.type("build");
  await page.getByLabel("Values in the JSON 1: value").fill("7");
  await page.getByRole("button", { name: "Add header rule" }).click();
  await page.keyboard.type("Age");
  await page.getByLabel("At least", { exact: true }).fill("20");
  await page.getByLabel("Certificate holds for at least").fill("14");
  await unfold(page, "tls");
  await page.getByLabel("Server name (SNI)").fill("www.example.com");
  await page.getByLabel("Do not verify the certificate").check();
  await page.getByText("anyone on the way can answer in the site's place").waitFor();
  await unfold(page, "addresses");
  await page.getByText("every address", { exact: true }).click();
  await page.getByLabel("Addresses that must be up").selectOption("all");
  await submit(page);
  await page.waitForURL(/targets\/www$/);
  assert.deepEqual(lastBody("POST", "/secrets"), { name: "api-token", value: "s3cret" });
  const body = lastBody("POST", "/targets") as Record<string, unknown>;
  assert.deepEqual(body["request"], {
    headers: [{ name: "X-Probe", value: "1" }],
    body: '{"a":1}',
    auth: { kind: "bearer", secret: "api-token" },
    http: "2",
  });
  assert.deepEqual(body["expect"], {
    status: ["200-299"],
    json: [{ path: "build", equals: 7 }],
    headers: [{ name: "Age" }],
    minBytes: 20,
    certificateDays: 14,
  });
  assert.deepEqual(body["tls"], { verify: false, serverName: "www.example.com" });
  assert.deepEqual(body["addresses"], { measure: "every", up: "all" });
  assert.equal(TargetInput.safeParse(body).success, true);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("sections that hold something are open, and an edit of the name leaves the rest to the letter", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const held = {
    request: { headers: [{ name: "X-A", value: "1" }], body: "" },
    expect: { status: ["200-299"], json: [{ path: "a", equals: "7" }], mood: "good" },
    tls: { ca: testCa().cert, verify: true },
    addresses: { measure: "one", up: "majority", max: 8, pin: "192.0.2.7", cache: false },
    later: { a: 1 },
  };
  fake.answers.set("GET /targets/www/definition", { ...WWW, ...held });
  fake.answers.set("PUT /targets/www", WWW);
  const { context, page } = await visit(browser, `${fake.url}/targets/www/edit`);
  await page.fill("input[name=name]", "官网 2");
  for (const name of ["asked", "up", "tls", "addresses"]) assert.ok(await isOpen(page, name), name);
  assert.equal(await isOpen(page, "advanced"), false);
  await submit(page);
  await page.waitForURL(/targets\/www$/);
  const { target } = lastBody("PUT", "/targets/www") as { target: Record<string, unknown> };
  const { id, stepS, phaseS, createdS, pauses, version, ...input } = WWW;
  assert.deepEqual(target, { ...input, ...held, name: "官网 2" });
  fake.answers.delete("GET /targets/www/definition");
  await context.close();
});

test("what another kind of URL has no use for disappears, is not sent, and comes back with the URL", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  fake.answers.set("POST /targets", WWW);
  const { context, page } = await visit(browser, `${fake.url}/targets/new`, { width: 390 });
  await page.fill("input[name=url]", "https://mail.example.com/");
  await unfold(page, "up");
  await page.fill("input[name=target-body]", "welcome");
  const table: readonly (readonly [string, RegExp, readonly string[]])[] = [
    ["tcp://mail.example.com:25", /TCP 目标/, ["addresses", "advanced"]],
    ["tls://mail.example.com", /TLS 目标/, ["up", "tls", "addresses", "advanced"]],
    ["ping://mail.example.com:443", /ping 目标/, ["addresses", "advanced"]],
    ["dns://example.com?type=MX", /DNS 目标/, ["up", "advanced"]],
  ];
  for (const [url, want, sections] of table) {
    await page.fill("input[name=url]", url);
    assert.match(await page.locator(".url-field .hint").innerText(), want);
    const there = await page
      .locator("details[data-section]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-section")));
    assert.deepEqual(there, sections, url);
    assert.match(await page.locator(".folds > .hint").innerText(), /怎样算正常/);
    assert.ok((await overflow(page)) <= 0, url);
  }
  await unfold(page, "up");
  await page.fill("textarea[name=target-records]", "10 mail.example.com\n\n20 mx.example.com");
  await submit(page);
  await page.waitForURL(/targets\/www$/);
  const sent = lastBody("POST", "/targets") as Record<string, unknown>;
  assert.deepEqual(sent["expect"], { records: ["10 mail.example.com", "20 mx.example.com"] });
  assert.equal("method" in sent, false);
  await page.goto(`${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://mail.example.com/");
  await unfold(page, "up");
  await page.fill("input[name=target-body]", "welcome");
  await page.fill("input[name=url]", "tcp://mail.example.com:25");
  await page.fill("input[name=url]", "https://mail.example.com/");
  assert.equal(await page.locator("input[name=target-body]").inputValue(), "welcome");
  await context.close();
});

test("a refusal opens the section it is in, stands at its row, and takes nothing away", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const issues = [
    { path: "expect.json.1.path", message: "cannot be read from character 3 on (x): write ..." },
  ];
  fake.answers.set("POST /targets", new Refusal(400, { code: "invalid_input", issues }));
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://api.example.com/");
  await unfold(page, "up");
  for (const path of ["a", "", "b c"]) {
    await page.getByRole("button", { name: "添加 JSON 条件" }).click();
    await page.keyboard.type(path);
  }
  await unfold(page, "up");
  await submit(page);
  const third = page.locator("[data-rows=json] .pair").nth(2);
  await third.locator(".wrong").waitFor();
  assert.match(await third.locator(".wrong").innerText(), /第 3 个字符/);
  assert.ok(await isOpen(page, "up"));
  const focused = page.locator("input:focus");
  assert.equal(await focused.inputValue(), "b c");
  assert.equal(await page.locator("[data-rows=json] .pair").count(), 3);
  await page.getByRole("button", { name: "删除第 3 行" }).click();
  assert.equal(await page.locator("[data-rows=json] .wrong").count(), 0);
  await context.close();
});

test("what is half said is asked for before anything is sent", async (t) => {
  if (!browser) return t.skip(NO_BROWSER);
  const before = fake.asked.filter((one) => one.path === "/targets").length;
  const { context, page } = await visit(browser, `${fake.url}/targets/new`);
  await page.fill("input[name=url]", "https://api.example.com/");
  await unfold(page, "asked");
  await page.getByText("令牌（Bearer）").click();
  await unfold(page, "tls");
  await page.fill("textarea[name=target-clientCertificate]", testCa().cert);
  await submit(page);
  await page.locator(".secret-field .wrong").first().waitFor();
  assert.match(await page.locator(".secret-field .wrong").first().innerText(), /选择密钥/);
  assert.match(await page.locator(".secret-field .wrong").last().innerText(), /私钥/);
  assert.equal(fake.asked.filter((one) => one.path === "/targets").length, before);
  await context.close();
});
