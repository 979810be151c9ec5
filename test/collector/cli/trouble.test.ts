/** What goes wrong around a verb is named with what and where, its exit code says whether to try again, nothing half is left. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stopAsked } from "../../../collector/cli/import-stop.ts";
import { scratch } from "../../support/product.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

let past: Past;
const { dir: folder, remove } = scratch("trouble");
before(async () => {
  past = await folderWithPast(1);
  mkdirSync(join(folder, "there"));
  writeFileSync(join(folder, "file"), "");
});
after(() => {
  past.remove();
  remove();
});

const CASES: readonly {
  readonly name: string;
  readonly args: () => readonly string[];
  readonly code: number;
  readonly says: RegExp;
}[] = [
  {
    name: "a file that is not there",
    args: () => ["import", join(folder, "none"), "--csv", "--data", past.dir],
    code: 64,
    says: /import: \S+\/none cannot be read: there is no such file or folder/,
  },
  {
    name: "a folder where a file is wanted",
    args: () => ["target", "add", "--file", join(folder, "there"), "--data", past.dir],
    code: 78,
    says: /the target file \S+\/there cannot be read: it is a folder/,
  },
  {
    name: "a file to be written where no folder is",
    args: () => [
      "export",
      "首页",
      "--vantage",
      "ct-sh",
      "--csv",
      "--out",
      join(folder, "no", "x"),
      "--data",
      past.dir,
    ],
    code: 64,
    says: /\/no\/x cannot be written: there is no such file or folder/,
  },
  {
    name: "a full disk",
    args: () => ["export", "首页", "--vantage", "ct-sh", "--csv", "--out", "/dev/full", "--data", past.dir],
    code: 75,
    says: /\/dev\/full cannot be written: the disk is full/,
  },
  {
    name: "a backup below a file",
    args: () => ["db", "backup", join(folder, "file", "b.db"), "--data", past.dir],
    code: 64,
    says: /the copy \S+\/file\/b\.db cannot be written: there is a file of that name/,
  },
  {
    name: "a data folder that is a file",
    args: () => ["target", "list", "--data", join(folder, "file")],
    code: 78,
    says: /there is no carrierwatch data in \S+\/file/,
  },
  {
    name: "a language nobody speaks here",
    args: () => ["target", "list", "--lang", "cn", "--data", past.dir],
    code: 64,
    says: /--lang "cn" is neither zh nor en/,
  },
  {
    name: "what the collector refuses in a request",
    args: () => ["carrier", "add", "BAD ID", "--data", past.dir],
    code: 64,
    says: /^carrierwatch carrier: id: use 1 to 48 of a-z, 0-9 and -/,
  },
];

for (const { name, args, code, says } of CASES) {
  test(`${name} is exit ${code}`, async () => {
    const ran = await carrierwatch(args());
    assert.match(ran.err, says);
    assert.equal(ran.code, code, ran.err);
    assert.deepEqual(readdirSync(folder).sort(), ["file", "there"]);
  });
}

test("an export appears under its name when it is whole", async () => {
  const out = join(folder, "there", "whole.csv");
  const ran = await carrierwatch([
    "export",
    "首页",
    "--vantage",
    "ct-sh",
    "--csv",
    "--out",
    out,
    "--data",
    past.dir,
  ]);
  assert.equal(ran.code, 0, ran.err);
  assert.match(readFileSync(out, "utf8"), /^target,vantage,tick/);
  assert.deepEqual(readdirSync(join(folder, "there")), ["whole.csv"]);
});

test("Ctrl-C stops an import between two chunks, and it is said how to go on", () => {
  const stop = stopAsked();
  stop.check(7);
  process.emit("SIGINT");
  assert.throws(() => stop.check(8), {
    message: "stopped as asked: chunk 8 was not sent",
    hint: /go on with the same file and --from-chunk 8/,
    retryable: true,
  });
  stop.forget();
  const [first, second] = [stopAsked(), process.listenerCount("SIGINT")];
  first.forget();
  assert.equal(process.listenerCount("SIGINT"), second - 1);
});

test("Ctrl-C and Ctrl-D at a question end the verb in a sentence, exit 64, nothing done", async () => {
  const ask = new URL("../../../collector/cli/ask.ts", import.meta.url).href;
  const main = new URL("../../../main.ts", import.meta.url).href;
  const script = `
    const { ask } = await import(${JSON.stringify(ask)});
    const { exitCodeOf } = await import(${JSON.stringify(main)});
    for (const unseen of [false, true]) {
      await ask("word: ", { unseen }).then(
        () => process.stdout.write("answered\\n"),
        (error) => process.stdout.write(\`\${exitCodeOf(error)} \${error.message}\\n\`),
      );
    }`;
  for (const key of ["\u0003", "\u0004"]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    let out = "";
    child.stdout.on("data", (part: Buffer) => {
      out += part.toString("utf8");
      // A pipe that stays open is waited for; a terminal is not.
      if (out.split("\n").length > 2) child.stdin.end();
    });
    child.stderr.on("data", (part: Buffer) => {
      // Once for each question, when it stands there.
      if (part.toString("utf8").includes("word: ")) child.stdin.write(key);
    });
    await once(child, "close");
    assert.equal(out, "64 stopped at the question: nothing was done\n".repeat(2));
  }
});
