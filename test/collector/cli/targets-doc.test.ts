/** Every example of docs/targets.md, in both languages, is taken by the verb's flags and by the rules of saving. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Command } from "commander";
import { optionsOf } from "../../../collector/cli/described.ts";
import { type TargetFlags, withFlags } from "../../../collector/cli/target-flags.ts";
import { targetOptions } from "../../../collector/cli/target-options.ts";
import type { Sealer } from "../../../collector/registry/secrets.ts";
import { world } from "../world.ts";

const PAGES = ["targets.md", "targets.zh-CN.md"] as const;
const DOCS = new URL("../../../docs/", import.meta.url);
const AS_IT_IS: Sealer = { seal: (plain) => plain, open: (sealed) => sealed };

const blocks = (page: string, language: string): string[] =>
  [
    ...readFileSync(new URL(page, DOCS), "utf8").matchAll(
      new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"),
    ),
  ].map(([, text = ""]) => text);

/** Words of a shell line with quotes. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"),
  );

function inputOf(words: readonly string[]): Record<string, unknown> {
  const command = new Command("add").argument("[url]").exitOverride();
  targetOptions(optionsOf(command, "en"));
  command.parse([...words], { from: "user" });
  return withFlags({}, { ...command.opts<TargetFlags>(), address: command.args[0] ?? "" });
}

for (const page of PAGES) {
  test(`every example of ${page} can be saved`, async () => {
    const { registry } = await world({ sealer: AS_IT_IS });
    const lines = blocks(page, "sh").flatMap((block) => block.replaceAll("\\\n", " ").trim().split("\n"));
    const commands = lines.map(wordsOf);
    const secrets = commands.filter(([, verb, act]) => verb === "secret" && act === "add");
    for (const [, , , name] of [...secrets, ["", "", "", "orders-token"]]) {
      await registry.secrets.create({ name, value: "any" });
    }
    const added = commands.filter(([, verb, act]) => verb === "target" && act === "add");
    assert.equal(added.length + secrets.length, commands.length);
    const files = blocks(page, "json").map((text): unknown => JSON.parse(text));
    assert.deepEqual([added.length, files.length], [7, 3]);
    for (const input of [...added.map((words) => inputOf(words.slice(3))), ...files]) {
      assert.deepEqual((await registry.targets.preview(input)).issues, [], JSON.stringify(input));
    }
  });
}

test("both languages have the same examples but for their words, and links that lead somewhere", () => {
  const bare = (page: string) =>
    [...blocks(page, "sh"), ...blocks(page, "json")]
      .join("")
      .replaceAll(/"name": "[^"]*"|--name "[^"]*"/g, "name");
  const [en, zh] = PAGES.map((page) => bare(page).replaceAll(/Welcome|欢迎/g, "hello"));
  assert.equal(zh, en);
  let links = 0;
  for (const page of PAGES) {
    for (const [, path = ""] of readFileSync(new URL(page, DOCS), "utf8").matchAll(/\]\(([\w.-]+\.md)\)/g)) {
      links += 1;
      assert.ok(existsSync(new URL(path, DOCS)), path);
    }
  }
  assert.ok(links >= 6);
});
