/**
 * Every sentence that people are told is there in Chinese too, and the tables hold no other: they are held to the sources
 * themselves, so that neither can drift.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { parseArgs } from "node:util";
import { Command, CommanderError } from "commander";
import * as z from "zod";
import { InvalidInputError } from "../collector/wire/errors.ts";
import { errorText, langFlag } from "../collector/wire/said/language.ts";
import { inChinese, ZH } from "../collector/wire/said/zh.ts";
import { BIN } from "./support/probe-process.ts";
import { saidInSources } from "./support/sentences.ts";

const { told, texts, files } = saidInSources();
const tables = Object.values(ZH).flatMap((table) => Object.entries(table));

/** Put together of pieces: a list in a sentence. */
const COMPOSED = [
  ...['"{0}" {1}', " or ", "process {0} on {1}"],
  "{0}; also broken: {1}",
  "{0}; {1}",
  "{0}, or {1}",
  "{0}; and {1}",
];
/** Said by commander, Node and zod, whose own words they are. */
const FOREIGN = [
  ...["unknown option '{0}'", "unknown command '{0}'", "missing required argument '{0}'"],
  ...["option '{0}' argument missing", "required option '{0}' not specified", "{0}\n(Did you mean {1}?)"],
  ...["too many arguments for '{0}'. Expected {1} but got {2}: {3}.", "{0} argument", "{0} arguments"],
  ...["Unknown option '{0}'", "Unknown option '{0}'. To specify a positional argument {1}"],
  ...["Invalid option: expected one of {0}", "Invalid input: expected {0}, received {1}", "Invalid input"],
  ...["Too small: expected {0} to have >={1} characters", "Too big: expected {0} to have <={1} characters"],
  ...["Too small: expected {0} to be >={1}", "Too big: expected {0} to be <={1}", "Invalid email address"],
  ...["Too small: expected {0} to be >{1}", "Too big: expected {0} to be <{1}"],
  ...["Unrecognized key: {0}", "Unrecognized keys: {0}", "Invalid URL"],
  ...["Invalid IPv4 address", "Invalid IPv6 address"],
  ...["Option '{0}' argument missing", "Option '{0}' does not take an argument"],
];
/** Stands where sentences stand, and is none: names and codes, and what only a programmer's mistake throws. */
const NO_SENTENCE = [
  "a row of {0} s until {1} cannot be made of what is kept",
  "Invalid input",
  "{0}/{1} of {2} s",
];

/** Pieces, codes and flags say nothing by themselves. */
const isSentence = (text: string) =>
  text.includes(" ") && text.trim() === text && !/^[;,]/.test(text) && !NO_SENTENCE.includes(text);

test("every sentence people are told is in a table", () => {
  assert.ok(files > 350, `only ${files} files were read`);
  const sentences = [...told.keys()].filter(isSentence);
  assert.ok(sentences.length > 450, `only ${sentences.length} sentences were found`);
  const known = new Set(tables.map(([english]) => english));
  assert.deepEqual(
    sentences.filter((text) => !known.has(text)).map((text) => `${told.get(text)?.[0]}: ${text}`),
    [],
  );
});

test("no table translates what nobody says any more", () => {
  const own = tables.map(([english]) => english).filter((text) => !FOREIGN.includes(text));
  const pieces = [...texts].join("\n");
  const stale = own.filter((text) =>
    COMPOSED.includes(text)
      ? !text.split(/\{\d\}/).every((piece) => pieces.includes(piece))
      : !texts.has(text),
  );
  assert.deepEqual(stale, []);
});

test("a sentence stands in one table, with the placeholders of its translation", () => {
  const seen = new Set<string>();
  const marks = (text: string) =>
    [...new Set(text.replaceAll("{=", "{").match(/\{\d\}/g) ?? [])].sort().join();
  for (const [english, chinese] of tables) {
    assert.ok(!seen.has(english), `twice: ${english}`);
    seen.add(english);
    if (FOREIGN.includes(english)) assert.ok(marks(english).includes(marks(chinese)), english);
    else assert.equal(marks(chinese), marks(english), english);
    assert.ok(!/\}\{/.test(english), `values side by side cannot be told apart: ${english}`);
  }
});

test("no sentence is taken for another one", () => {
  const fill = (text: string) => text.replaceAll(/\{=?(\d)\}/g, "‹$1›");
  for (const [english, chinese] of tables) {
    const fixed = english.replaceAll(/\{\d\}|[^a-z]/gi, "");
    // So little stands fast in these that they count only around something known.
    if (fixed.length >= (english.startsWith("{") ? 5 : 3))
      assert.equal(inChinese(fill(english)), fill(chinese));
  }
});

const cases = [
  {
    english:
      'the vantage on this machine will not measure it: 10.0.0.1 is a private address: this probe does not measure it. To allow it, put allow: ["10.0.0.1/32"] in the probe\'s own config.yaml, or start with --allow 10.0.0.1/32',
    want: '本机的探测点不会测它：10.0.0.1 是内网地址：这个探针不测它。要允许它，请把 allow: ["10.0.0.1/32"] 写进 探针自己的 config.yaml，或启动时加 --allow 10.0.0.1/32',
  },
  { english: 'use "GET" or "HEAD" or "PUT"', want: '只能用 "GET" 或 "HEAD" 或 "PUT"' },
  { english: "carrierwatch target --help says what it takes", want: "carrierwatch target --help 列出用法" },
  {
    english: '"1 2 3 4 5" fires on some days only (day of month)',
    want: '"1 2 3 4 5" 只在部分日子触发（日）',
  },
  {
    english: "home from ct-sh (step 300 s): row 1800 of 1800 s, ttfb, differs from its samples",
    want: "ct-sh 测的 home（步长 300 秒）：1800 秒的行 1800，ttfb 与样本不符",
  },
  {
    english: "home from ct-sh (step 300 s): row 1800 of 1800 s, total, differs from the strip",
    want: "ct-sh 测的 home（步长 300 秒）：1800 秒的行 1800，total 与状态条不符",
  },
  { english: "no end after 500 ms in all", want: "总共 500 毫秒还没有结束" },
  { english: 'there is no carrier "x"; there are: ct, cnc', want: '没有运营商 "x"；现有：ct, cnc' },
  {
    english: "status 503, expected 200-299; also broken: header, json",
    want: "状态码 503，应为 200-299；另外不符合：header, json",
  },
  {
    english:
      "not all of its addresses are known: IPv4: no end after 5000 ms; IPv6: a.example has no such address",
    want: "它的地址没有全部查到：IPv4：5000 毫秒还没有结束；IPv6：a.example 没有这种地址",
  },
  { english: "tick: tick is not a multiple of stepS", want: "tick：tick 不是 stepS 的倍数" },
  { english: "what a server said, and nobody else", want: "what a server said, and nobody else" },
  {
    english: '"0 9 * * *" fires unevenly in Europe/Berlin, whose offset from UTC changes',
    want: '"0 9 * * *" 在 Europe/Berlin 的间隔不均匀：那里的时差会变',
  },
  { english: "a message from the other end", want: "a message from the other end" },
  { english: "connect ECONNREFUSED 127.0.0.1:9", want: "connect ECONNREFUSED 127.0.0.1:9" },
];

for (const { english, want } of cases) {
  test(`in Chinese: ${english.slice(0, 60)}`, () => {
    assert.equal(inChinese(english), want);
  });
}

test("hostile text of any shape is said, and ends", () => {
  const long = "; : is has , ".repeat(300);
  assert.equal(inChinese(long.slice(0, 900)), long.slice(0, 900));
  assert.equal(inChinese(long), long);
  assert.equal(inChinese(`there is no header ${"x".repeat(10_000)}`).length, 10_019);
});

test("an input's problems are said one by one, in the language that is asked for", async () => {
  const error = new InvalidInputError(
    "target",
    [
      { path: "url", message: "has no scheme: write https://a.example" },
      { path: "", message: "nobody would measure it: choose all, or name carriers, tags or vantages" },
    ],
    "for example */5 * * * *",
  );
  assert.equal(
    await errorText(error, "zh"),
    "目标不对：url：缺少协议，请写成 https://a.example；这样没有人测它：请选全部，或选运营商、标签、探测点\n  例如 */5 * * * *",
  );
  assert.equal(await errorText(error, "en"), `${error.message}\n  ${error.hint}`);
});

for (const { name, args, env, want } of [
  {
    name: "by the environment's locale",
    args: ["check", "-n", "0", "http://a.example/"],
    env: { LC_ALL: "zh_CN.UTF-8" },
    want: "carrierwatch check: -n 0：请写 1 到 100\n  carrierwatch check --help 列出用法\n",
  },
  {
    name: "by --lang, whatever the locale",
    args: ["target", "add", "--lang", "zh", "--url", "nowhere"],
    env: { LC_ALL: "C.UTF-8" },
    want: 'carrierwatch target: --url "nowhere" 不是 http 或 https 网址\n  例如 --url https://watch.example.com\n',
  },
  {
    name: "and not without being asked for",
    args: ["target", "add", "--url", "nowhere"],
    env: { LC_ALL: "C.UTF-8" },
    want: 'carrierwatch target: --url "nowhere" is no http or https address\n  for example --url https://watch.example.com\n',
  },
]) {
  test(`a verb refuses in Chinese ${name}`, () => {
    const ran = spawnSync(process.execPath, [BIN, ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    assert.equal(ran.status, 64, ran.stderr);
    assert.equal(ran.stderr, want);
  });
}

for (const verb of ["start", "demo", "collector", "probe", "probe join", "config check", "db verify"]) {
  test(`${verb} takes --lang as every verb does`, () => {
    const args = [BIN, ...verb.split(" "), "--lang", "zh", "--nonsense"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 64, stderr);
    assert.match(stderr, /没有选项 '--nonsense'/);
  });
}

test("a refused measurement says why in the language of the waterfall", () => {
  const args = [BIN, "check", "--lang", "zh", "http://127.0.0.1:1/"];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(ran.status, 78, ran.stderr);
  assert.match(
    ran.stdout,
    /127\.0\.0\.1 是环回地址：这个探针不测它。要允许它，请加上 --allow 127\.0\.0\.1\/32/,
  );
});

test("--lang counts wherever it stands on a line that is wrong otherwise", () => {
  assert.equal(langFlag(["add", "--lang", "zh", "--nonsense"]), "zh");
  assert.equal(langFlag(["add", "--lang=en"]), "en");
  assert.equal(langFlag(["add", "--language", "zh"]), undefined);
  assert.equal(langFlag(["--lang"]), undefined);
});

test("what schemas say by themselves is known in their own words", () => {
  const shape = z.strictObject({
    one: z.enum(["a", "b"]),
    text: z.string(),
    short: z.string().max(2),
    long: z.string().min(2),
    most: z.number().max(1),
    least: z.number().min(1),
    mail: z.email(),
    url: z.url(),
    v4: z.ipv4(),
    v6: z.ipv6(),
  });
  const wrong = {
    one: "c",
    text: 1,
    short: "abc",
    long: "",
    most: 2,
    least: 0,
    mail: "",
    url: "",
    v4: "",
    v6: "",
  };
  const { error } = shape.safeParse({ ...wrong, stray: 1 });
  assert.equal(error?.issues.length, 11);
  for (const { message } of error?.issues ?? []) assert.notEqual(inChinese(message), message);
});

test("what the parsers of a command line say is known in their own words", () => {
  const ways = [["--wrong"], ["a", "b"], ["--need"], [], ["--need", "1"]];
  for (const argv of ways) {
    const command = new Command("verb").exitOverride().configureOutput({ writeErr: () => {} });
    command.argument("<ONE>").option("--need <N>").requiredOption("--must <M>").allowExcessArguments(false);
    assert.throws(
      () => command.parse(argv, { from: "user" }),
      (error) => {
        assert.ok(error instanceof CommanderError);
        const text = error.message.replace(/^error: /, "");
        return inChinese(text) !== text;
      },
    );
  }
  for (const args of [["--wrong"], ["--text"], ["--flag=1"]]) {
    const options = { text: { type: "string" }, flag: { type: "boolean" } } as const;
    assert.throws(
      () => parseArgs({ args, options, strict: true }),
      ({ message }: Error) => {
        assert.notEqual(inChinese(message), message, message);
        return true;
      },
    );
  }
});
