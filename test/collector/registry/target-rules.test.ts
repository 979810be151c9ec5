/** What a target may be: every problem in one run, each in a sentence that says what would be right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "../world.ts";

const GOOD = { name: "site", url: "https://www.example.com/" };

test("each mistake has its own sentence", async (t) => {
  const { registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  const rows: { name: string; input: unknown; path: string; want: RegExp }[] = [
    { name: "nothing", input: {}, path: "name", want: /^is missing: write text$/ },
    { name: "a list", input: [], path: "", want: /must be an object/ },
    { name: "empty name", input: { ...GOOD, name: " " }, path: "name", want: /^give it a name$/ },
    { name: "long name", input: { ...GOOD, name: "x".repeat(65) }, path: "name", want: /at most 64/ },
    { name: "control character", input: { ...GOOD, name: "a\u202eb" }, path: "name", want: /control/ },
    { name: "unknown key", input: { ...GOOD, timeout: 3 }, path: "timeout", want: /no such setting/ },
    {
      name: "unknown key inside",
      input: { ...GOOD, expect: { stat: 1 } },
      path: "expect.stat",
      want: /no such setting/,
    },
    { name: "no url", input: { name: "x" }, path: "url", want: /^is missing/ },
    { name: "empty url", input: { ...GOOD, url: "  " }, path: "url", want: /^which URL\?$/ },
    {
      name: "no scheme",
      input: { ...GOOD, url: "example.com/a" },
      path: "url",
      want: /write https:\/\/example\.com\/a$/,
    },
    { name: "host and port", input: { ...GOOD, url: "localhost:8080" }, path: "url", want: /no scheme/ },
    {
      name: "ftp",
      input: { ...GOOD, url: "ftp://example.com/" },
      path: "url",
      want: /scheme "ftp"; only http, https, tcp, tls, ping and dns/,
    },
    { name: "file", input: { ...GOOD, url: "file:///etc/passwd" }, path: "url", want: /scheme "file"/ },
    {
      name: "javascript",
      input: { ...GOOD, url: "javascript:alert(1)" },
      path: "url",
      want: /scheme "javascript"/,
    },
    {
      name: "one slash",
      input: { ...GOOD, url: "https:/example.com" },
      path: "url",
      want: /must start with https:\/\//,
    },
    {
      name: "password",
      input: { ...GOOD, url: "https://u:p@example.com/" },
      path: "url",
      want: /user name or password/,
    },
    {
      name: "user",
      input: { ...GOOD, url: "https://u@example.com/" },
      path: "url",
      want: /user name or password/,
    },
    {
      name: "port too large",
      input: { ...GOOD, url: "http://a.cn:70000/" },
      path: "url",
      want: /port 70000; ports end at 65535/,
    },
    { name: "port 0", input: { ...GOOD, url: "http://a.cn:0/" }, path: "url", want: /port 0/ },
    { name: "space", input: { ...GOOD, url: "http://a b.cn/" }, path: "url", want: /space/ },
    { name: "no host", input: { ...GOOD, url: "http:///" }, path: "url", want: /not a URL/ },
    { name: "uneven cron", input: { ...GOOD, cron: "*/7 * * * *" }, path: "cron", want: /fires unevenly/ },
    {
      name: "office hours",
      input: { ...GOOD, cron: "*/5 9-17 * * *" },
      path: "cron",
      want: /fires unevenly/,
    },
    {
      name: "daily in a DST zone",
      input: { ...GOOD, cron: "0 3 * * *", timeZone: "Europe/Berlin" },
      path: "cron",
      want: /unevenly in Europe\/Berlin/,
    },
    {
      name: "too fast",
      input: { ...GOOD, cron: "*/5 * * * * *" },
      path: "cron",
      want: /at least 10 s apart/,
    },
    { name: "no cron", input: { ...GOOD, cron: "often" }, path: "cron", want: /1 fields instead of 5 or 6/ },
    {
      name: "no zone",
      input: { ...GOOD, timeZone: "Mars/Olympus" },
      path: "timeZone",
      want: /no time zone this machine knows/,
    },
    { name: "wrong type", input: { ...GOOD, redirects: "5" }, path: "redirects", want: /^must be a number$/ },
    {
      name: "too many redirects",
      input: { ...GOOD, redirects: 11 },
      path: "redirects",
      want: /^at most 10$/,
    },
    {
      name: "method",
      input: { ...GOOD, method: "TRACE" },
      path: "method",
      want: /^use "GET" or "HEAD" or "POST"/,
    },
    {
      name: "timeouts crossed",
      input: { ...GOOD, timeouts: { connectMs: 6000, totalMs: 5000 } },
      path: "timeouts.connectMs",
      want: /longer than totalMs/,
    },
    {
      name: "status",
      input: { ...GOOD, expect: { status: ["2xx"] } },
      path: "expect.status.0",
      want: /a status like 200/,
    },
    { name: "nobody", input: { ...GOOD, from: {} }, path: "from", want: /nobody would measure it/ },
    {
      name: "unknown carrier",
      input: { ...GOOD, from: { carriers: ["zz"] } },
      path: "from.carriers.0",
      want: /no carrier "zz"; there are: cmcc, cnc, ct, local/,
    },
    {
      name: "unknown vantage",
      input: { ...GOOD, from: { vantages: ["zz"] } },
      path: "from.vantages.0",
      want: /no vantage "zz"; there are: ct-sh/,
    },
    {
      name: "alarm of an unknown carrier",
      input: { ...GOOD, alarm: { lines: { total: { limit: 5, carriers: { zz: 3 } } } } },
      path: "alarm.lines.total.carriers.zz",
      want: /no carrier "zz"/,
    },
    {
      name: "alarm below 0",
      input: { ...GOOD, alarm: { lines: { total: { limit: 0 } } } },
      path: "alarm.lines.total.limit",
      want: /more than 0/,
    },
    {
      name: "unknown recipient",
      input: { ...GOOD, recipients: ["me"] },
      path: "recipients.0",
      want: /no recipient "me"; there is none yet/,
    },
  ];
  for (const { name, input, path, want } of rows) {
    await t.test(name, async () => {
      const preview = await registry.targets.preview(input);
      const issue = preview.issues.find((one) => one.path === path);
      assert.equal(preview.ok, false);
      assert.match(issue?.message ?? `none at ${path}: ${JSON.stringify(preview.issues)}`, want);
      await assert.rejects(registry.targets.create(input), { code: "invalid_input" });
    });
  }
  assert.deepEqual(await registry.targets.list(), [], "nothing was written");
});

test("every problem is named in one run, each field once", async () => {
  const { registry } = await world();
  const bad = { name: "", url: "ftp://u:p@a/", cron: "1,2 * * * *", from: { carriers: ["zz"] }, nonsense: 1 };
  const { issues, hint } = await registry.targets.preview(bad);
  assert.deepEqual(issues.map((issue) => issue.path).sort(), [
    "cron",
    "from.carriers.0",
    "name",
    "nonsense",
    "url",
  ]);
  assert.match(hint ?? "", /for example/);
});

test("both sides of the limits of a URL are told apart", async () => {
  const { registry } = await world();
  const rows = [
    { url: "https://example.com:65535/", ok: true },
    { url: "https://example.com:65536/", ok: false },
    { url: "HTTPS://EXAMPLE.COM", ok: true },
    { url: "  https://example.com/  ", ok: true },
    { url: "https://[2001:db8::1]/", ok: true },
    { url: "https://[2001:db8::1/", ok: false },
    { url: "https://例子.中国/路径", ok: true },
    { url: `https://example.com/${"a".repeat(2028)}`, ok: true },
    { url: `https://example.com/${"a".repeat(2029)}`, ok: false },
  ];
  for (const { url, ok } of rows) {
    const preview = await registry.targets.preview({ name: "x", url });
    assert.equal(preview.ok, ok, `${url.slice(0, 60)}: ${JSON.stringify(preview.issues)}`);
  }
});

test("a preview says who measures, how often and under which heading", async () => {
  const { registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  await vantage("ct-bj", "ct", { tags: ["north"] });
  await vantage("cnc-bj", "cnc", { tags: ["north"] });
  await vantage("gone", "cmcc");
  await registry.vantages.revoke("gone");
  const preview = await registry.targets.preview({ ...GOOD, url: "https://www.example.com.cn/a#top" });
  assert.equal(preview.ok, true);
  assert.equal(preview.target?.url, "https://www.example.com.cn/a", "a fragment is never sent");
  assert.equal(preview.group, "example.com.cn");
  assert.equal(preview.stepS, 300);
  assert.deepEqual(preview.vantages, ["cnc-bj", "ct-bj", "ct-sh"]);
  assert.deepEqual(preview.carriers, ["cnc", "ct"]);
  assert.equal(preview.measurementsPerDay, 288 * 3);
  const north = await registry.targets.preview({ ...GOOD, from: { tags: ["north"] }, cron: "0 * * * *" });
  assert.deepEqual([north.vantages, north.measurementsPerDay], [["cnc-bj", "ct-bj"], 48]);
});

test("an address stands under itself, a host under its registrable domain", async () => {
  const { registry } = await world();
  for (const [url, group] of [
    ["https://a.b.example.co.uk/", "example.co.uk"],
    ["http://203.0.113.7:8080/", "203.0.113.7"],
    ["http://[2001:db8::1]/", "2001:db8::1"],
    ["http://localhost/", "localhost"],
    ["https://user.github.io/", "github.io"],
  ]) {
    assert.equal((await registry.targets.preview({ name: "x", url })).group, group);
  }
  assert.equal((await registry.targets.preview({ ...GOOD, group: " mine " })).group, "mine");
  assert.equal((await registry.targets.preview({ ...GOOD, group: "" })).group, "example.com");
});

test("what may surprise is said without refusing", async () => {
  const { registry, vantage, target } = await world();
  assert.match((await registry.targets.preview(GOOD)).hint ?? "", /^nobody measures it yet/);
  await vantage("ct-sh", "ct");
  assert.equal((await registry.targets.preview(GOOD)).hint, null);
  const { id } = await target();
  assert.match((await registry.targets.preview(GOOD)).hint ?? "", /another target has the name "site"/);
  assert.equal((await registry.targets.preview(GOOD, id)).hint, null, "its own name is no duplicate");
});

test("a URL the local probe would refuse is refused when only the local vantage would measure it", async () => {
  const sentence = "127.0.0.1 is a loopback address; add 127.0.0.1/32 under allow in probe/config.yaml";
  const { registry, vantage } = await world({
    refusesLocally: (url) => (url.includes("127.") ? sentence : null),
  });
  const url = "http://127.0.0.1:9000/";
  await registry.vantages.create({ id: "local", name: "here", carrier: "local" }, { local: true });
  const refused = await registry.targets.preview({ name: "x", url });
  assert.deepEqual([refused.ok, refused.issues], [false, [{ path: "url", message: sentence }]]);
  await assert.rejects(registry.targets.create({ name: "x", url }), { code: "invalid_input" });
  await vantage("ct-sh", "ct");
  const warned = await registry.targets.preview({ name: "x", url });
  assert.equal(warned.ok, true, "the other vantage's own file decides there");
  assert.match(warned.hint ?? "", /this machine will not measure it: 127\.0\.0\.1 is a loopback/);
  const elsewhere = await registry.targets.preview({ name: "x", url, from: { carriers: ["ct"] } });
  assert.deepEqual([elsewhere.ok, elsewhere.hint], [true, null]);
});
