/** What was compiled is kept in the user's own cache folder, is not needed, and nobody else's is run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { scratch } from "../support/product.ts";
import { ROOT } from "../support/source-tree.ts";

const BIN = join(ROOT, "deploy", "bin.js");

function folderOf(t: TestContext): string {
  const { dir, remove } = scratch("code-cache");
  t.after(remove);
  return dir;
}

/** Runs a verb's help with only these in its environment, and counts what Node keeps and takes. */
function help(env: Readonly<Record<string, string>>) {
  const run = spawnSync(process.execPath, [BIN, "target", "--help"], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", NODE_DEBUG_NATIVE: "COMPILE_CACHE", ...env },
  });
  const said = `${run.stdout}${run.stderr}`;
  assert.equal(run.status, 0, said);
  assert.match(run.stdout, /^Usage: carrierwatch target/m);
  return {
    kept: said.match(/writing cache for .*success/g)?.length ?? 0,
    taken: said.match(/reading cache from .*success/g)?.length ?? 0,
  };
}

test("what a verb compiled is kept in the cache folder of the user, for nobody else, and taken from there", (t) => {
  const home = folderOf(t);
  const first = help({ HOME: home });
  assert.ok(first.kept > 50, `${first.kept} files were kept`);
  assert.equal(first.taken, 0);
  const dir = join(home, ".cache", "carrierwatch");
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  const second = help({ HOME: home });
  assert.ok(second.taken >= first.kept, `${second.taken} of ${first.kept} files were taken`);
  assert.equal(second.kept, 0);
});

test("XDG_CACHE_HOME says where caches are", (t) => {
  const [home, caches] = [folderOf(t), folderOf(t)];
  help({ HOME: home, XDG_CACHE_HOME: caches });
  assert.deepEqual(readdirSync(caches), ["carrierwatch"]);
  assert.deepEqual(readdirSync(home), []);
});

test("without a folder that can be written to, all works", (t) => {
  const file = join(folderOf(t), "file");
  writeFileSync(file, "");
  assert.deepEqual(help({ HOME: file }), { kept: 0, taken: 0 });
  assert.deepEqual(help({ HOME: "/proc/self/nothing" }), { kept: 0, taken: 0 });
});

test("a home or a cache folder of somebody else is not used", { skip: process.getuid?.() !== 0 }, (t) => {
  const home = folderOf(t);
  chownSync(home, 12_345, 12_345);
  assert.deepEqual(help({ HOME: home }), { kept: 0, taken: 0 });
  assert.ok(!existsSync(join(home, ".cache")));
  const caches = folderOf(t);
  mkdirSync(join(caches, "carrierwatch"));
  chownSync(join(caches, "carrierwatch"), 12_345, 12_345);
  assert.deepEqual(help({ HOME: home, XDG_CACHE_HOME: caches }), { kept: 0, taken: 0 });
});
