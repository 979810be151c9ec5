/** What `--help` says of every verb and subcommand: whole in both languages, and no wider than a terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth } from "../../../collector/cli/table.ts";
import { VALUES_ZH } from "../../../collector/cli/value-names.ts";
import { wrapped } from "../../../collector/cli/wrap.ts";
import { allHelps } from "../../support/helps.ts";
import { carrierwatch } from "./command-line.ts";

type Page = { readonly name: string; readonly en: string; readonly zh: string };

const HAN = /\p{Script=Han}/u;
/** Pages that are written whole, not put together of options; test/probe/check and check-from-flags hold theirs. */
const WHOLE = new Set(["check", "check --from all", "probe", "probe join", "config"]);

/** Entries of a page: what is typed, and what is said of it, its further lines joined. */
function entriesOf(page: string): { term: string; about: string }[] {
  const entries: { term: string; about: string }[] = [];
  for (const line of page.split("\n")) {
    const [, term, about = ""] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    const last = entries.at(-1);
    if (term !== undefined) entries.push({ term, about });
    else if (/^ {6,}\S/.test(line) && last) last.about += line.trim();
  }
  return entries;
}

const [english, chinese] = [allHelps("en"), allHelps("zh")];
const pages: Page[] = [...english].map(([name, en]) => ({ name, en, zh: chinese.get(name) ?? "" }));

test("every entry of every help is said in Chinese, and in English", () => {
  assert.ok(pages.length > 50, `${pages.length} pages`);
  let seen = 0;
  for (const { name, en, zh } of pages) {
    assert.match(zh, /^用法：/, name);
    assert.ok(!HAN.test(en), name);
    if (WHOLE.has(name)) continue;
    const entries = entriesOf(en);
    assert.equal(entriesOf(zh).length, entries.length, name);
    for (const [i, { term, about }] of entriesOf(zh).entries()) {
      assert.ok(HAN.test(about), `${name}: ${term}: ${about}`);
      assert.equal(term.split(" ")[0], entries[i]?.term.split(" ")[0], name);
      seen += 1;
    }
    for (const line of zh.split("\n").filter((one) => one !== "" && !one.startsWith("  ")))
      assert.match(line, /[\p{Script=Han}：]/u, `${name}: ${line}`);
  }
  assert.ok(seen > 450, `${seen} entries`);
});

test("what a value is called is Chinese too, or known to be the same", () => {
  const same = new Set(Object.values(VALUES_ZH));
  const used = new Set<string>();
  for (const { name, zh, en } of pages) {
    if (WHOLE.has(name)) continue;
    const text = entriesOf(zh)
      .map(({ term }) => term)
      .join("\n");
    for (const [, value = ""] of text.matchAll(/[<[]([^<>[\]]+)[>\]]/g))
      assert.ok(same.has(value), `${name}: <${value}>`);
    for (const [, value = ""] of en.matchAll(/[<[]([^<>[\]]+)[>\]]/g)) used.add(value);
  }
  assert.deepEqual(
    Object.keys(VALUES_ZH).filter((value) => !used.has(value)),
    [],
  );
});

test("no line of a help is wider than a terminal of 80 columns", () => {
  for (const { name, en, zh } of pages) {
    for (const line of [...en.split("\n"), ...zh.split("\n")])
      assert.ok(displayWidth(line) <= 80, `${name}: ${line}`);
  }
});

test("the language may stand before the verb, and before --help", async () => {
  const rows: [want: string, ...args: string[]][] = [
    ["target", "--lang", "zh", "target", "--help"],
    ["config check", "--lang=zh", "config", "--help"],
    ["config check", "config", "--lang", "zh", "--help"],
    ["命令", "--lang", "zh", "--help"],
    ["命令", "--lang", "zh"],
  ];
  for (const [want, ...args] of rows) {
    const { code, out, err } = await carrierwatch(args);
    assert.deepEqual([code, err], [0, ""], args.join(" "));
    assert.ok(out.startsWith(`用法：carrierwatch ${want} `), out);
  }
});

test("Chinese breaks between any two characters, and no line begins or ends with a mark that may not", () => {
  const rows: [string, number, string][] = [
    ["", 5, ""],
    ["one two", 3, "one\ntwo"],
    ["one two", 7, "one two"],
    ["a-word-too-long for it", 6, "a-word-too-long\nfor it"],
    ["时间为秒，速度为字节", 8, "时间为\n秒，速度\n为字节"],
    ["速度（字节）", 6, "速度\n（字\n节）"],
    ["默认 UTC 时区", 8, "默认 UTC\n时区"],
    ["一\n二", 2, "一\n二"],
  ];
  for (const [text, width, want] of rows) assert.equal(wrapped(text, width), want, text);
});
