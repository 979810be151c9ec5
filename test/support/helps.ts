/** What `--help` prints, of any number of verbs in one process: starting one for each would take a minute. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** @param names Verbs with their subcommands, "db restore"; "" is the command alone. @returns A page for each. */
export function helpsOf(names: readonly string[], language: "en" | "zh"): string[] {
  const script = `
    import { main } from ${JSON.stringify(new URL("../../main.ts", import.meta.url).href)};
    for (const out of [process.stdout, process.stderr]) out.setMaxListeners(0);
    for (const name of JSON.parse(process.argv[1])) {
      await main([...name.split(" ").filter(Boolean), "--help", "--lang", ${JSON.stringify(language)}]);
      process.stdout.write("\\u0000");
    }`;
  const args = ["--input-type=module", "-e", script, JSON.stringify(names)];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.deepEqual([ran.status, ran.stderr], [0, ""]);
  const pages = ran.stdout.split("\0").slice(0, -1);
  assert.equal(pages.length, names.length);
  return pages;
}

/** Names of the subcommands a page lists, without `help`. */
export function subcommandsOf(page: string): string[] {
  const below = page.split(/^Commands:$/m)[1] ?? "";
  const names = [...below.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1] ?? "");
  return names.filter((name) => name !== "help");
}

/** Every page there is in this language, by what is typed before `--help`. */
export function allHelps(language: "en" | "zh"): Map<string, string> {
  const verbs = [...(helpsOf([""], "en")[0] ?? "").matchAll(/^ {2}([a-z]+) {2,}/gm)].map(
    (match) => match[1] ?? "",
  );
  const first = ["", ...verbs, "probe join", "check --from all", "config reference", "config check"];
  const english = helpsOf(first, "en");
  const subs = first.flatMap((name, i) => subcommandsOf(english[i] ?? "").map((sub) => `${name} ${sub}`));
  const names = [...first, ...subs];
  const pages = helpsOf(names, language);
  return new Map(names.map((name, i) => [name, pages[i] ?? ""]));
}
