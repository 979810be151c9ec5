/**
 * The pages of docs/ and the READMEs: links that lead somewhere, verbs and options that exist, and two languages that
 * agree. A page and its Chinese version have the same headings, tables, examples and figures, row by row.
 */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { allHelps } from "./support/helps.ts";
import { ROOT } from "./support/source-tree.ts";

const DOCUMENTS = globSync(["*.md", "docs/*.md"], { cwd: ROOT }).sort();
/** For those who follow the versions, or who report a weakness: English alone. */
const ENGLISH_ALONE = ["CHANGELOG.md", "SECURITY.md"];
const CHINESE = /\.zh-CN\.md$/;
/** Options of other programs that the pages name, and one of ours that is gone. */
const FOREIGN = [
  ...["--cap-add", "--create", "--compressed", "--global", "--now", "--omit", "--tcp", "--expect-text"],
  ...["--quick", "--runs", "--optimize-for-size", "--semi-space-growth-factor"],
  ...["--invocation-count-for-maglev", "--invocation-count-for-turbofan", "--no-parallel-scavenge"],
];

const textOf = (name: string): string => readFileSync(join(ROOT, name), "utf8");

function linksOf(name: string): string[] {
  return [...textOf(name).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
}

/** The name of a heading in a link, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

test("every link of the documentation leads to a file, and to a heading it has", () => {
  assert.ok(DOCUMENTS.length >= 20, DOCUMENTS.join(" "));
  let seen = 0;
  for (const name of DOCUMENTS) {
    for (const link of linksOf(name)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", heading] = link.split("#");
      const file = path === "" ? join(ROOT, name) : join(ROOT, dirname(name), path);
      assert.ok(existsSync(file), `${name}: ${link}`);
      if (heading !== undefined) {
        const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)];
        assert.ok(
          headings.some(([, title = ""]) => anchorOf(title) === heading),
          `${name}: ${link}`,
        );
      }
      seen += 1;
    }
  }
  assert.ok(seen > 150, `${seen} links`);
});

test("a Chinese page leads to Chinese pages, and to English ones only where there is no other", () => {
  for (const name of DOCUMENTS.filter((each) => CHINESE.test(each))) {
    for (const link of linksOf(name)) {
      const file = join(dirname(name), link.split("#")[0] ?? "");
      const other = file.replace(/\.md$/, ".zh-CN.md");
      const isOwn = file === name.replace(CHINESE, ".md");
      assert.ok(isOwn || other === file || !DOCUMENTS.includes(other), `${name}: ${link}`);
    }
  }
});

type Shape = {
  readonly headings: string[];
  readonly items: number;
  readonly tables: string[][];
  readonly examples: string[];
};

/** Cells of a row that are not split at an escaped bar. */
const cellsOf = (row: string): string[] => row.split(/(?<!\\)\|/).slice(1, -1);
/** Sorted, as a sentence may say them in another order. */
const figuresOf = (text: string): string => (text.match(/\d+(?:[.,]\d+)*/g) ?? []).sort().join(" ");

function shapeOf(text: string): Shape {
  const lines = text.replaceAll(/^```[\s\S]*?^```/gm, "").split("\n");
  const rows = lines.filter((line) => line.startsWith("|"));
  return {
    headings: lines.flatMap((line) => /^#+(?= )/.exec(line)?.[0] ?? []),
    items: lines.filter((line) => /^(?:- |\d+\. )/.test(line)).length,
    tables: rows.map((row) => cellsOf(row).map(figuresOf)),
    examples: [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(
      ([, language, code = ""]) => `${language} ${code.split("\n").length}`,
    ),
  };
}

for (const name of DOCUMENTS.filter((each) => !CHINESE.test(each) && !ENGLISH_ALONE.includes(each))) {
  test(`${name} and its Chinese version have the same headings, lists, tables, figures and examples`, () => {
    const chinese = name.replace(/\.md$/, ".zh-CN.md");
    assert.ok(DOCUMENTS.includes(chinese), `there is no ${chinese}`);
    const [en, zh] = [textOf(name), textOf(chinese)];
    assert.ok(en.slice(0, 300).includes(`](${chinese.replace("docs/", "")})`), `${name} does not lead to it`);
    assert.ok(zh.slice(0, 300).includes(`](${name.replace("docs/", "")})`), `${chinese} does not lead back`);
    assert.deepEqual(shapeOf(zh), shapeOf(en));
  });
}

test("bold text in a Chinese page ends where Markdown sees its end", () => {
  // A mark before the closing stars and a letter behind them: CommonMark takes those stars for text.
  const unseen = /[\p{P}\p{S}](?<!\*)\*\*(?=[^\s\p{P}\p{S}])/u;
  const pages = DOCUMENTS.filter((each) => CHINESE.test(each));
  assert.ok(pages.length >= 10, pages.join(" "));
  for (const name of pages) {
    for (const line of textOf(name).split("\n")) {
      const parts = line.replaceAll(/`[^`]*`/g, "`").split("**");
      for (let i = 1; i + 1 < parts.length; i += 2) {
        assert.doesNotMatch(`${parts[i]}**${parts[i + 1]}`, unseen, `${name}: ${parts[i]}`);
      }
    }
  }
});

const HELPS = allHelps("en");

/** Every line of a page that begins with the command, in a sentence or in an example. */
function commandsOf(name: string): string[] {
  return [...textOf(name).matchAll(/`(carrierwatch [^`\n]+)`|^(?:sudo .*)?(carrierwatch .+)$/gm)]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((line) => /^carrierwatch [a-z]/.test(line));
}

/** The help that says what a command line may take. */
function helpFor(line: string): string {
  const [, verb = "", sub = ""] = /^carrierwatch ([a-z]+)(?: ([a-z][a-z-]*))?/.exec(line) ?? [];
  if (verb === "check" && line.includes("--from")) return HELPS.get("check --from all") ?? "";
  const help = HELPS.get(`${verb} ${sub}`) ?? HELPS.get(verb);
  assert.ok(help !== undefined, line);
  return help;
}

test("every verb and option that the documentation types exists", () => {
  const commands = DOCUMENTS.flatMap((name) => commandsOf(name).map((line) => ({ name, line })));
  assert.ok(commands.length >= 60, `${commands.length} command lines`);
  for (const { name, line } of commands) {
    const options = line.match(/--[a-z][a-z0-9-]*/g) ?? [];
    for (const option of options.filter((each) => each !== "--help")) {
      assert.ok(helpFor(line).includes(option), `${name}: ${line}: ${option}`);
    }
  }
});

test("every option that the documentation names is in the help of some verb", () => {
  const named = [...HELPS.values()].flatMap((help) => help.match(/--[a-z][a-z0-9-]*/g) ?? []);
  const known = new Set(named.concat("--help"));
  assert.ok(known.size > 80, `${known.size} options`);
  const strays = DOCUMENTS.flatMap((name) =>
    [...textOf(name).matchAll(/(?<![-\w|])--[a-z][a-z0-9-]*\b/g)]
      .filter(([option]) => !known.has(option) && !FOREIGN.includes(option))
      .map(([option]) => `${name}: ${option}`),
  );
  assert.deepEqual(strays, []);
});
