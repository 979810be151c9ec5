/** What `--help` says of every verb and subcommand: whole in both languages, and no wider than a terminal. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { displayWidth } from "../../../collector/cli/table.ts";
import { VALUES_ZH } from "../../../collector/cli/value-names.ts";
import { wrapped } from "../../../collector/cli/wrap.ts";

type Page = { readonly name: string; readonly en: string; readonly zh: string };

const HAN = /\p{Script=Han}/u;
/** Pages that are written whole, not put together of options; test/probe/check and check-from-flags hold theirs. */
const WHOLE = new Set(["check", "check --from all", "probe", "probe join", "config"]);

/** What each prints for --help, all of them in one process. */
function helpsOf(names: readonly string[], language: "en" | "zh"): string[] {
  const script = `
    import { main } from ${JSON.stringify(new URL("../../../main.ts", import.meta.url).href)};
    for (const out of [process.stdout, process.stderr]) out.setMaxListeners(0);
    for (const name of JSON.parse(process.argv[1])) {
      await main([...name.split(" ").filter(Boolean), "--help", "--lang", ${JSON.stringify(language)}]);
      process.stdout.write("\\u0000");
    }`;
  const args = ["--input-type=module", "-e", script, JSON.stringify(names)];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.deepEqual([ran.status, ran.stderr], [0, ""]);
  return ran.stdout.split("\0").slice(0, -1);
}

function pagesOf(names: readonly string[]): Page[] {
  const [en, zh] = [helpsOf(names, "en"), helpsOf(names, "zh")];
  assert.deepEqual([en.length, zh.length], [names.length, names.length]);
  return names.map((name, i) => ({ name, en: en[i] ?? "", zh: zh[i] ?? "" }));
}

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

const verbs = entriesOf(helpsOf([""], "en")[0] ?? "").map(({ term }) => term);
const pages = pagesOf(["", ...verbs, "probe join", "check --from all", "config reference", "config check"]);
pages.push(
  ...pagesOf(
    pages.flatMap(({ name, en }) =>
      entriesOf(en.split(/^Commands:$/m)[1] ?? "")
        .map(({ term }) => term.split(" ")[0] ?? "")
        .filter((sub) => sub !== "help")
        .map((sub) => `${name} ${sub}`),
    ),
  ),
);

test("every entry of every help is said in Chinese, and in English", () => {
  assert.ok(verbs.length >= 17 && pages.length > 50, `${pages.length} pages`);
  let seen = 0;
  for (const { name, en, zh } of pages) {
    assert.match(zh, /^用法：/, name);
    assert.ok(!HAN.test(en), name);
    if (WHOLE.has(name)) continue;
    const english = entriesOf(en);
    const chinese = entriesOf(zh);
    assert.equal(chinese.length, english.length, name);
    for (const [i, { term, about }] of chinese.entries()) {
      const isRange = /^--range /.test(term);
      assert.ok(isRange || HAN.test(about), `${name}: ${term}: ${about}`);
      assert.equal(term.split(" ")[0], english[i]?.term.split(" ")[0], name);
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
    if (WHOLE.has(name)) continue;
    for (const line of [...en.split("\n"), ...zh.split("\n")])
      assert.ok(displayWidth(line) <= 80, `${name}: ${line}`);
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
