/** DIR/run.json: who may read it, and when it counts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readRunFile, removeRunFile, writeRunFile } from "../../../collector/api/run-file.ts";

const RUN = { url: "http://127.0.0.1:8080", port: 8080, pid: process.pid, token: "cwt_local_x" };

test("what was written is read back, by its owner only, and is gone after an orderly stop", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-run-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  assert.equal(await readRunFile(dir), null);
  await writeRunFile(dir, RUN);
  assert.equal(statSync(join(dir, "run.json")).mode & 0o777, 0o600);
  assert.deepEqual(await readRunFile(dir), RUN);
  await removeRunFile(dir, 1);
  assert.deepEqual(await readRunFile(dir), RUN, "another's stays");
  await removeRunFile(dir);
  assert.deepEqual(readdirSync(dir), []);
});

test("the file of a killed collector, or one that is no run file, counts as none", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-run-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  await writeRunFile(dir, { ...RUN, pid });
  assert.equal(await readRunFile(dir), null);
  for (const text of ["", "{", "[]", '{"url":"x"}']) {
    writeFileSync(join(dir, "run.json"), text);
    assert.equal(await readRunFile(dir), null, text);
  }
});
