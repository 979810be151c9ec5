/**
 * What the READMEs tell a user to type works: the two set-up commands are run in a clean clone, as they stand.
 *
 * `npm test` is not run inside itself: its script must be the one CI ends with. Links and options: docs.test.ts.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { ROOT } from "./support/source-tree.ts";

const READMES = ["README.md", "README.zh-CN.md"];
const SET_UP = ["npm ci && npm start", "npm ci && npm test"];

/** Lines of the shell blocks of a document. */
function commandsOf(name: string): string[] {
  const text = readFileSync(join(ROOT, name), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((block) =>
    (block[1] ?? "").trim().split("\n"),
  );
}

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

for (const name of READMES) {
  test(`${name} has exactly two set-up commands, and the other commands it names exist`, () => {
    const commands = commandsOf(name);
    assert.deepEqual(
      commands.filter((command) => command.includes("npm ci")),
      SET_UP,
    );
    for (const command of commands) {
      for (const part of command.split(" && ")) {
        const script = /^npm (?:run )?(ci|start|test|[a-z:]+)\b/.exec(part)?.[1];
        assert.ok(script === "ci" || (script !== undefined && script in scripts), part);
      }
    }
  });
}

test("both READMEs tell the same story: the same commands, links and pictures", () => {
  const [english, chinese] = READMES.map((name) => ({
    commands: commandsOf(name),
    links: linksOf(name)
      .filter((link) => !link.startsWith("README"))
      .map((link) => link.replace(/\.zh-CN\.(png|md)$/, ".$1")),
  }));
  assert.deepEqual(chinese, english);
});

function linksOf(name: string): string[] {
  const text = readFileSync(join(ROOT, name), "utf8");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
}

test("the test command is what CI closes with", () => {
  assert.equal(scripts["test"], "node test/run.ts");
  assert.match(readFileSync(join(ROOT, ".ci", "run"), "utf8"), /\nnpm ci\n(?:.*\n)*npm test\n$/);
});

test("the first set-up command, typed in a clean clone, prints where the dashboard is and serves it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "carrierwatch-clone-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const clone = join(folder, "carrierwatch");
  const cloned = spawnSync("git", ["clone", "--quiet", ROOT, clone], { encoding: "utf8" });
  assert.equal(cloned.status, 0, cloned.stderr);
  // Only the port differs from what a user types: another program may hold 8080. npm prefers what it has fetched before.
  const env = {
    ...{ ...process.env, NODE_OPTIONS: "", npm_config_prefer_offline: "true" },
    CARRIERWATCH_LISTEN: "127.0.0.1:0",
  };
  const shell = spawn("sh", ["-c", SET_UP[0] ?? ""], { cwd: clone, env, detached: true });
  let text = "";
  const closed = once(shell, "close");
  const url = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = /set up\s+(http\S+)/.exec(text);
      if (found?.[1]) resolve(found[1]);
    };
    shell.stdout.on("data", take);
    shell.stderr.on("data", take);
    void closed.then(() => reject(new Error(`it ended:\n${text}`)));
  });
  try {
    assert.match(text, /dashboard\s+http:\/\/127\.0\.0\.1:\d+/);
    const page = await fetch(new URL(url).origin);
    assert.equal(page.status, 200);
    assert.ok(existsSync(join(clone, "data", "run.json")));
  } finally {
    // The shell, npm and the product are one process group of ours: end it as Ctrl-C does.
    process.kill(-(shell.pid ?? 0), "SIGINT");
    await closed;
  }
  assert.ok(!existsSync(join(clone, "data", "run.json")), "it did not end in order");
});
