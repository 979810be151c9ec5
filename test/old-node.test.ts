/** An old Node gets one sentence and exit code 78, before anything that could crash it is loaded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./support/source-tree.ts";

const BIN = join(ROOT, "deploy", "bin.js");

/** Runs the command on this Node, which says it is another one; every file that is loaded later is printed. */
function runAs(version: string, folder: string): { status: number | null; stderr: string; stdout: string } {
  const preload = join(folder, "preload.mjs");
  writeFileSync(
    preload,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: ${JSON.stringify(version)} } });`,
  );
  const run = spawnSync(process.execPath, ["--import", preload, BIN, "--help"], {
    encoding: "utf8",
    cwd: folder,
  });
  return { status: run.status, stderr: run.stderr, stdout: run.stdout };
}

test("versions before 22.19 are refused in one sentence with exit code 78, later ones are not", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "carrierwatch-old-node-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const version of ["18.20.8", "20.20.2", "22.18.0"]) {
    const { status, stderr, stdout } = runAs(version, folder);
    assert.equal(status, 78, version);
    assert.match(stderr, new RegExp(`^carrierwatch needs Node 22\\.19 or newer; this is Node ${version} `));
    assert.equal(stderr.trimEnd().split("\n").length, 1);
    assert.equal(stdout, "");
  }
  for (const version of ["22.19.0", "24.0.0", "25.1.0"]) {
    const { status, stdout } = runAs(version, folder);
    assert.equal(status, 0, version);
    assert.match(stdout, /^usage: carrierwatch VERB/);
  }
});
