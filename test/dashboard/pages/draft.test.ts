/** What the form of a target holds, and the way from and to what the collector stores. */
import assert from "node:assert/strict";
import test from "node:test";
import { TargetInput } from "../../../collector/wire/target.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";
import { nameOf } from "../../../dashboard/pages/form/common-draft.ts";
import { type Draft, draftOf, emptyDraft, inputOf } from "../../../dashboard/pages/form/draft.ts";
import { problemsOf, serverProblems, urlProblem } from "../../../dashboard/pages/form/problems.ts";

const t = translate("en");

test("an untouched edit changes nothing", () => {
  const target = TargetInput.parse({
    name: "shop",
    url: "https://shop.example.com/a?b=c",
    group: "example.com",
    from: { carriers: ["ct"], vantages: ["cnc-1"], tags: ["east"] },
    method: "HEAD",
    family: "ipv6",
    cron: "*/10 * * * * *",
    timeZone: "Asia/Shanghai",
    expect: { status: ["200-299", "304"], bodyContains: "welcome, you" },
    timeouts: { connectMs: 700, totalMs: 900 },
    redirects: 0,
    bodyCapBytes: 123_456,
    alarm: {
      lines: {
        total: { limit: 1000.5, carriers: { ct: 500, cnc: null } },
        speed: { limit: 250_500, carriers: { cmcc: 1000 } },
        tls: { limit: 80, carriers: { ct: null } },
      },
      ticks: 3,
      carriers: 2,
    },
    yMax: { total: 2000, speed: 5_000_000, dns: 70 },
    recipients: ["r1"],
  });
  assert.deepEqual(inputOf(draftOf(target), target), target);
});

test("an empty form is measured every five minutes from everywhere", () => {
  const draft: Draft = { ...emptyDraft("Asia/Shanghai"), url: " https://www.example.com/ " };
  const parsed = TargetInput.parse(inputOf(draft, null));
  assert.deepEqual(
    parsed,
    TargetInput.parse({
      name: "www.example.com",
      url: "https://www.example.com/",
      group: "",
      timeZone: "Asia/Shanghai",
    }),
  );
  assert.deepEqual(problemsOf(draft, t), {});
});

test("without a name the host stands for it", () => {
  assert.equal(nameOf({ name: "", url: "https://a.example.com:8443/x" }), "a.example.com:8443");
  assert.equal(nameOf({ name: " shop ", url: "https://a.example.com/" }), "shop");
  assert.equal(nameOf({ name: "", url: "not a url" }), "");
});

test("a URL is refused for what is wrong with it", () => {
  const table: [string, RegExp | null][] = [
    ["", /enter a URL/],
    ["www.example.com", /complete/],
    ["ftp://example.com/", /http/],
    ["https://user:pw@example.com/", /username or password/],
    ["https://", /complete/],
    [`https://example.com/${"x".repeat(2048)}`, /2048/],
    ["https://例子.example/路径", null],
    ["http://[2001:db8::1]:8080/", null],
  ];
  for (const [url, want] of table) {
    const problem = urlProblem(url, t);
    if (want === null) assert.equal(problem, null, url);
    else assert.match(problem ?? "", want, url);
  }
});

test("both sides of every limit", () => {
  const good = { ...emptyDraft("UTC"), url: "https://example.com/" };
  const table: [Partial<Draft>, string | null][] = [
    [{ ticks: "1" }, null],
    [{ ticks: "0" }, "ticks"],
    [{ ticks: "60" }, null],
    [{ ticks: "61" }, "ticks"],
    [{ ticks: "1.5" }, "ticks"],
    [{ connectMs: "10000" }, null],
    [{ connectMs: "10001" }, "connectMs"],
    [{ totalMs: "120000" }, null],
    [{ totalMs: "120001" }, "totalMs"],
    [{ redirects: "11" }, "redirects"],
    [{ bodyCapKb: "100000" }, null],
    [{ bodyCapKb: "100001" }, "bodyCapKb"],
    [{ status: "200，404 500-599" }, null],
    [{ status: "2xx" }, "status"],
    [{ status: "" }, "status"],
    [{ lines: { total: "0" } }, "lines.total"],
    [{ lines: { speed: "abc" } }, "lines.speed"],
    [{ fromAll: false }, "from"],
    [{ fromAll: false, tags: "east" }, null],
    [{ cron: "*/5 * * *" }, "cron"],
    [{ name: "x".repeat(65) }, "name"],
  ];
  for (const [change, field] of table) {
    assert.deepEqual(
      Object.keys(problemsOf({ ...good, ...change }, t)),
      field === null ? [] : [field],
      JSON.stringify(change),
    );
  }
});

test("the collector's problems stand at the fields they are about", () => {
  const found = serverProblems(
    [
      { path: "url", message: "host is loopback: To allow it, ... or start with --allow 127.0.0.1/32" },
      { path: "alarm.lines.total.limit", message: "too small" },
      { path: "timeouts.connectMs", message: "too long" },
      { path: "expect.status.0", message: "?" },
      { path: "from.vantages.0", message: "there is no vantage" },
      { path: "cron", message: '"*/7 * * * *" fires unevenly: 00:56:00, then 01:00:00' },
    ],
    emptyDraft("UTC"),
    t,
  );
  assert.deepEqual(Object.keys(found), ["url", "lines.total", "connectMs", "status", "from", "cron"]);
  assert.match(found["url"] ?? "", /--allow 127\.0\.0\.1\/32$/);
  assert.match(found["cron"] ?? "", /Uneven/);
});
