/** The verbs against a collector that listens, and against its data folder once it has stopped. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Product, product, scratch } from "../../support/product.ts";
import { carrierwatch } from "./command-line.ts";

const data = scratch("verbs");
let collector: Product;
let url = "";

before(async () => {
  collector = product("collector", ["--listen", "127.0.0.1:0"], { dir: data.dir });
  url = (await collector.says(/dashboard\s+(http\S+)/))[1] ?? "";
  await collector.says(/set up/);
});

after(async () => {
  await collector.stop();
  data.remove();
});

const here = (...args: string[]) => carrierwatch([...args, "--data", data.dir]);
const json = async <T>(...args: string[]): Promise<T> => {
  const ran = await here(...args, "--json");
  assert.equal(ran.code, 0, ran.err);
  return JSON.parse(ran.out) as T;
};

type Target = { id: string; name: string; version: number; group: string; stepS: number } & Record<
  string,
  unknown
>;

test("a running collector is found by its data folder, and what a verb changes is what the next one shows", async () => {
  const added = await json<Target>(
    "target",
    "add",
    "https://www.example.com/",
    "--name",
    "首页",
    "--alarm",
    "total=800",
  );
  assert.deepEqual([added.name, added.group, added.stepS], ["首页", "example.com", 300]);
  const list = await here("target", "list");
  assert.match(list.out, /^ID +NAME +GROUP/);
  assert.match(
    list.out,
    new RegExp(
      `^${added.id} +首页 +example\\.com +https://www\\.example\\.com/ +5m +all vantages +watched$`,
      "m",
    ),
  );

  const edited = await json<Target>(
    "target",
    "edit",
    "首页",
    "--cron",
    "0 * * * *",
    "--alarm",
    "total:cnc=1200",
    "--address",
    "https://shop.example.org/",
  );
  assert.deepEqual([edited.stepS, edited.group, edited.version], [3600, "example.org", 2]);
  assert.deepEqual(edited["alarm"], {
    lines: { total: { limit: 800, carriers: { cnc: 1200 } } },
    ticks: 2,
    carriers: "majority",
  });
  assert.equal((await here("target", "pause", added.id)).code, 0);
  assert.match((await here("target", "list")).out, /paused$/m);
  assert.equal((await here("target", "resume", added.id)).code, 0);
  const shown = await here("target", "show", "首页");
  assert.match(shown.out, /^status +waiting$/m);
  assert.equal((await here("target", "remove", "首页")).code, 0);
  assert.deepEqual(await json("target", "list"), []);
});

test("a vantage's join command is alone on stdout and its token in no argument of a verb", async () => {
  const added = await here("vantage", "add", "上海电信", "--carrier", "ct", "--tag", "east", "--id", "ct-sh");
  assert.equal(added.code, 0, added.err);
  const [program = "", document = ""] = added.out.split("<<");
  assert.match(program, /^node /);
  assert.doesNotMatch(program, /cwj1_[\w-]{20}/, "no process list shows it");
  assert.match(document, /\ncwj1_[\w-]{20,}\n/);
  assert.match(added.err, /paste this on the other machine, once, before 20\d\d-/);
  assert.match((await here("vantage", "list")).out, /^ct-sh +上海电信 +ct +east +waiting/m);
  assert.equal((await here("vantage", "edit", "ct-sh", "--name", "上海")).code, 0);
  const again = await json<{ vantage: string; command: string }>("vantage", "join", "上海");
  assert.equal(again.vantage, "ct-sh");
  const removed = await here("vantage", "remove", "上海");
  assert.match(removed.out, /revoked; its history stays/);
  assert.match((await here("vantage", "show", "ct-sh")).out, /^status +revoked$/m);
});

test("carriers of one's own come and go; one that is used stays", async () => {
  assert.equal((await here("carrier", "add", "drpeng", "--zh", "鹏博士", "--en", "Dr. Peng")).code, 0);
  assert.match((await here("carrier", "list")).out, /^drpeng +鹏博士 +Dr\. Peng +#6b7280 +100$/m);
  const edited = await json<{ order: number; color: string }>(
    "carrier",
    "edit",
    "鹏博士",
    "--color",
    "#123456",
    "--order",
    "40",
  );
  assert.deepEqual([edited.order, edited.color], [40, "#123456"]);
  assert.equal((await here("carrier", "remove", "drpeng")).code, 0);
  const used = await here("carrier", "remove", "ct");
  assert.deepEqual([used.code, used.out], [1, ""]);
  assert.match(used.err, /carrier "ct" is used by vantage ct-sh/);
});

test("a refused command line is exit 64 with every problem, the hint on its own line, and nothing on stdout", async () => {
  const rows: { args: string[]; want: RegExp }[] = [
    {
      args: ["target", "add", "ftp://u:p@example.com/", "--cron", "*/7 * * * *"],
      want: /scheme "ftp"[\s\S]*fires unevenly[\s\S]*\n {2}every measurement/,
    },
    {
      args: ["target", "add", "https://a.cn/", "--from", "everywhere"],
      want: /--from "everywhere" is not all, carrier:ct/,
    },
    {
      args: ["target", "add", "https://a.cn/", "--timeout", "fast"],
      want: /--timeout "fast" is not a whole number/,
    },
    { args: ["target", "list", "--colour"], want: /unknown option '--colour'/ },
    { args: ["target", "frobnicate"], want: /unknown command 'frobnicate'/ },
    { args: ["target"], want: /what should it do\?[\s\S]*target --help/ },
    { args: ["target", "show"], want: /missing required argument 'TARGET'/ },
    {
      args: ["fetch", "x", "--vantage", "y", "--metric", "ping"],
      want: /--metric "ping" is none of dns, connect/,
    },
    { args: ["fetch", "x", "--vantage", "y", "--from", "yesterday"], want: /--from "yesterday" is no time/ },
    { args: ["target", "list", "--url", url], want: /give --url or --data, not both/ },
  ];
  const ran = await Promise.all(rows.map(({ args }) => here(...args)));
  for (const [i, { args, want }] of rows.entries()) {
    assert.deepEqual([ran[i]?.code, ran[i]?.out], [64, ""], `${args.join(" ")}: ${ran[i]?.err}`);
    assert.match(ran[i]?.err ?? "", want);
    assert.doesNotMatch(ran[i]?.err ?? "", /\n +at /, "no stack");
  }
});

test("what is not there is exit 1 with a sentence", async () => {
  const ran = await here("target", "show", "nobody");
  assert.deepEqual([ran.code, ran.err], [1, 'carrierwatch target: there is no target "nobody"\n']);
});

test("a token from a file, stdin or the environment opens a collector by URL; argv takes none", async () => {
  const made = await here("token", "add", "ci", "--scope", "write");
  const token = made.out.trim();
  assert.match(token, /^cwt_/);
  const file = join(data.dir, "token.txt");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  const list = ["target", "list", "--url", url];
  const [byFile, byStdin, byEnv, none, wrong] = await Promise.all([
    carrierwatch([...list, "--token-file", file]),
    carrierwatch([...list, "--token-file", "-"], { input: `${token}\n` }),
    carrierwatch(list, { env: { CARRIERWATCH_TOKEN: token } }),
    carrierwatch(list),
    carrierwatch(list, { env: { CARRIERWATCH_TOKEN: "cwt_wrong" } }),
  ]);
  for (const ran of [byFile, byStdin, byEnv]) assert.equal(ran.code, 0, ran.err);
  assert.deepEqual([none.code, wrong.code], [78, 1]);
  assert.match(none.err, /--url needs an API token\n {2}put it in a file/);
  assert.equal((await here("token", "remove", "ci")).code, 0);
  assert.equal((await carrierwatch([...list, "--token-file", file])).code, 1, "an ended token opens nothing");
});

test("a collector that does not answer is exit 75", async () => {
  const ran = await carrierwatch(["target", "list", "--url", "http://127.0.0.1:9"], {
    env: { CARRIERWATCH_TOKEN: "cwt_x" },
  });
  assert.equal(ran.code, 75, ran.err);
  assert.match(ran.err, /no collector answers at http:\/\/127\.0\.0\.1:9/);
});

test("passwords come from stdin, and a new one is told to nobody", async () => {
  const added = await carrierwatch(["user", "add", "小王", "--language", "en", "--data", data.dir], {
    input: "a long password\n",
  });
  assert.equal(added.code, 0, added.err);
  assert.match((await here("user", "list")).out, /小王 +en +Asia\/Shanghai/);
  const reset = await carrierwatch(["user", "reset-password", "小王", "--data", data.dir], {
    input: "another password\n",
  });
  assert.equal(reset.code, 0, reset.err);
  assert.doesNotMatch(reset.out + reset.err, /another password/);
  const short = await carrierwatch(["user", "reset-password", "小王", "--data", data.dir], {
    input: "short\n",
  });
  assert.equal(short.code, 64);
  assert.match(short.err, /at least 10 characters/);
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ username: "小王", password: "another password" }),
  });
  assert.equal(login.status, 200);
});

test("a stopped collector's folder is opened for one verb, and says what needs a running one", async () => {
  const added = await here("target", "add", "https://www.example.com/", "--name", "kept");
  assert.equal(added.err, "note: nobody measures it yet: no vantage belongs to what it is measured from\n");
  const id = added.out.split(" ")[0];
  const backedUp = await here("db", "backup");
  assert.equal(backedUp.code, 0, backedUp.err);
  await collector.stop();
  assert.equal(existsSync(join(data.dir, "run.json")), false);
  assert.equal((await json<Target[]>("target", "list"))[0]?.id, id);
  assert.equal((await here("target", "pause", "kept")).code, 0);
  assert.match((await here("target", "list")).out, /paused$/m);
  const join75 = await here("vantage", "add", "x", "--carrier", "ct");
  assert.equal(join75.code, 75);
  assert.match(join75.err, /needs a running collector/);
  const reset = await carrierwatch(["user", "reset-password", "小王", "--data", data.dir], {
    input: "a third password\n",
  });
  assert.equal(reset.code, 0, reset.err);
  const copy = join(data.dir, "copy.db");
  assert.equal((await here("db", "backup", copy)).code, 0);
  assert.ok(statSync(copy).size > 0);
  assert.equal(readdirSync(join(data.dir, "backups")).length, 1);
  assert.deepEqual(await json("db", "verify"), { ok: true, problems: [] });
  const estimated = (await here("db", "estimate", "--step", "60")).out;
  const size = "[\\d.]+ (B|kB|MB|GB)";
  assert.match(estimated, new RegExp(`^strip +${size}( +${size}){5}$`, "m"), estimated);
  assert.match(estimated, new RegExp(`^all \\d+ series +${size}( +${size}){5}$`, "m"));
  assert.match(estimated, /measured every 60 s/);
});

test("a run.json that was left behind is passed over, even when its process id lives again", async () => {
  const left = { url: "http://127.0.0.1:9", port: 9, pid: process.pid, token: "x" };
  writeFileSync(join(data.dir, "run.json"), JSON.stringify(left), { mode: 0o600 });
  assert.equal((await json<Target[]>("target", "list")).length, 1);
});

test("an empty folder is exit 78, and stays empty", async () => {
  const empty = scratch("empty");
  const ran = await carrierwatch(["target", "list", "--data", empty.dir]);
  assert.equal(ran.code, 78);
  assert.match(ran.err, /there is no carrierwatch data in .*\n {2}name the folder/);
  assert.deepEqual(readdirSync(empty.dir), []);
  empty.remove();
});

test("config says what flags and environment mean, or what is wrong with them", async () => {
  const good = await carrierwatch(["config", "check", "--listen", "0.0.0.0:9000", "--json"], {
    env: { CARRIERWATCH_DATA: "/tmp/elsewhere" },
  });
  assert.equal(good.code, 0, good.err);
  const options = JSON.parse(good.out) as { dir: string; port: number };
  assert.deepEqual([options.dir, options.port], ["/tmp/elsewhere", 9000]);
  const bad = await carrierwatch(["config", "check", "--allow", "everything"]);
  assert.equal(bad.code, 78);
  assert.match(bad.err, /--allow/);
  assert.match((await carrierwatch(["config", "reference"])).out, /--public-url <URL>/);
});
