/** What verbs print with --lang zh, against a collector that runs: headings, states, answers and refusals hold no English. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { displayWidth } from "../../../collector/cli/table.ts";
import { type Product, product, scratch } from "../../support/product.ts";
import { carrierwatch } from "./command-line.ts";

const data = scratch("chinese");
let collector: Product;

before(async () => {
  collector = product("collector", ["--listen", "127.0.0.1:0", "--lang", "zh"], { dir: data.dir });
  await collector.says(
    /控制台 {4}http:\/\/127\.0\.0\.1:\d+\n {2}设置链接 {2}http\S+ {3}（只能用一次，在那里设置密码）/,
  );
});

after(async () => {
  await collector.stop();
  data.remove();
});

const zh = (...args: string[]) => carrierwatch([...args, "--lang", "zh", "--data", data.dir]);
const file = (name: string) => join(data.dir, name);

/** Words that stand as they are typed, measured or named: no sentence of ours. */
const NAMES =
  /https?:\S+|[\w./-]*\/[\w./-]+|"[^"]*"|'[^']*'|\b(?:id|ID|tls|PDP|CPU|LAST|AVERAGE|MAX|MIN|UTC|xff|ttfb|total|ms|kB|MB|GB|TB|B|p50|p95|carrierwatch|vantage|target|add|ct|cnc|cmcc|local|all|China|Telecom|Unicom|Mobile|This|machine|Asia|Shanghai|sha256|json|url)\b|--[a-z-]+|\S*(?:example|sh-ct|cwt_)\S*|[\da-f]{16,}|\S+\d\S*/g;

/** @returns The English words a text holds besides names. */
const strayIn = (text: string): string[] => text.replaceAll(NAMES, " ").match(/[A-Za-z]{2,}/g) ?? [];

const STEPS: readonly { args: readonly string[]; code?: number; says: RegExp }[] = [
  { args: ["target", "list"], says: /^没有目标：carrierwatch target add 网址\n$/ },
  {
    args: ["target", "add", "https://www.example.com/", "--name", "首页", "--last"],
    says: /每 5 分钟测一次，由全部探测点\n$/,
  },
  {
    args: ["target", "list"],
    says: /^ID +名称 +分组 +网址 +步长 +由谁测 +现在\n.*首页.* 5 分钟 +全部探测点 +在测\n$/,
  },
  { args: ["target", "show", "首页"], says: /状态 +等待首次结果\n[\s\S]*还没有探测点测它\n$/ },
  { args: ["target", "pause", "首页"], says: /已暂停\n$/ },
  { args: ["target", "purge", "首页"], code: 1, says: /没有历史：|没有 ?历史/ },
  { args: ["vantage", "list"], says: /^没有探测点：carrierwatch vantage add 名称 --carrier ct\n$/ },
  { args: ["carrier", "list"], says: /^ID +中文名 +英文名 +颜色 +顺序\n/ },
  { args: ["token", "add", "脚本"], says: /^cwt_/ },
  { args: ["token", "list"], says: /^ID +名称 +权限 +建立时间 +最近使用\n.*脚本 +只读 / },
  { args: ["user", "list"], says: /^还没有人：请先打开设置链接\n$/ },
  { args: ["secret", "list"], says: /^没有密钥\n$/ },
  { args: ["db", "verify"], says: /^完好\n$/ },
  {
    args: ["db", "estimate"],
    says: /^部分 +现在 +每条序列 50 小时后 [\s\S]*\n每轮的值 [\s\S]*每行|一行的汇总/,
  },
  { args: ["fetch", "首页", "--vantage", "nowhere"], code: 1, says: /没有|不/ },
  { args: ["target", "remove", "首页"], says: /已删除，历史保留\n$/ },
  { args: ["config", "check"], says: /^数据目录 +\S+\n监听 / },
];

test("each answer is Chinese, its columns aligned by what a terminal shows", async () => {
  for (const { args, code = 0, says } of STEPS) {
    const ran = await (args[0] === "config" ? carrierwatch([...args, "--lang", "zh"]) : zh(...args));
    assert.equal(ran.code, code, `${args.join(" ")}: ${ran.err}`);
    const said = code === 0 ? ran.out : ran.err;
    assert.match(said, says, args.join(" "));
    assert.deepEqual(strayIn(ran.out + ran.err.replace(/^carrierwatch \w+: /, "")), [], args.join(" "));
    const lines = ran.out.split("\n").filter((line) => / {2}/.test(line));
    const widths = lines.map((line) => displayWidth(line.replace(/( {2,}).*/, "$1")));
    if (/list|check/.test(args[1] ?? "")) assert.ok(new Set(widths).size <= 1, ran.out);
  }
});

test("an import says in Chinese which lines were refused, why, and by which limit", async () => {
  const added = await zh("target", "add", "https://a.example.com/", "--name", "乙");
  assert.equal(added.code, 0, added.err);
  const joined = await zh("vantage", "add", "上海", "--carrier", "ct", "--id", "sh-ct");
  assert.equal(joined.code, 0, joined.err);
  assert.match(joined.err, /^sh-ct：在 \S+Z 之前粘贴到另一台机器上，只能用一次：\n$/);
  const nowS = Math.floor(Date.now() / 300_000) * 300;
  const rows = [
    ["乙", nowS - 300],
    ["丙", nowS - 600],
    ["丙", nowS - 900],
    ["乙", nowS - 900 * 86_400],
    ["乙", nowS + 7_200],
    ["乙", nowS - 1],
  ];
  const lines = rows.map(([target, tick]) => `${target},sh-ct,${tick},300,12`);
  writeFileSync(file("mixed.csv"), ["target,vantage,tick,step_s,total_ms", ...lines].join("\n"));
  const ran = await zh("import", file("mixed.csv"), "--csv");
  assert.equal(ran.code, 65, ran.err);
  assert.equal(ran.out, "存入 1，已有 0，拒绝 5\n");
  assert.match(ran.err, /^第 5 行：它的时刻 \S+Z 在 9\d\d 天以前；最长的归档只到 797 天以前$/m);
  assert.match(ran.err, /^第 6 行：它的时刻 \S+Z 比采集端的时钟（\S+Z）超前 \d+ 秒；最多接受 60 秒$/m);
  assert.match(ran.err, /^第 7 行：tick：tick 不是 stepS 的倍数$/m);
  assert.match(ran.err, /^2 行（第 3、4 行）：没有目标 "丙"$/m);
  assert.match(
    ran.err,
    /carrierwatch import: 5 行被拒绝，其余已导入\n {2}原因见上；改好这些行后再导入这个文件\n$/,
  );
});

test("JSON is the same in every language", async () => {
  const [first, second] = await Promise.all([
    zh("target", "list", "--json"),
    carrierwatch(["target", "list", "--json", "--lang", "en", "--data", data.dir]),
  ]);
  assert.equal(first.out, second.out);
  assert.ok(JSON.parse(first.out).length > 0);
});

test("a locale speaks as --lang does; an empty variable, another encoding and a wrong flag do not", async () => {
  for (const [env, args, want] of [
    [{ LC_ALL: "", LANG: "zh_CN.UTF-8" }, [], /没有/],
    [{ LC_ALL: "zh_CN.GB18030" }, [], /there is no/],
    [{ LC_ALL: "zh_CN" }, [], /没有/],
    [{ LC_ALL: "zh_CN.UTF-8" }, ["--lang", "en_US"], /there is no/],
    [{ LC_ALL: "zh_CN.UTF-8" }, ["--lang", "cn"], /--lang "cn" 不对，只能是 zh 或 en/],
  ] as const) {
    const dir = file("nothing");
    const ran = await carrierwatch(["target", "list", "--data", dir, ...args], { env });
    assert.match(ran.err, want, JSON.stringify(env));
    assert.ok(!existsSync(dir));
  }
});
