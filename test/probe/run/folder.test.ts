/** A probe whose folder cannot be made says so in one sentence and ends. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BIN, started } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";

test("a vantage's folder that cannot be made is named with the reason, and the probe ends", async (t) => {
  const dir = scratchFolder(t);
  const probe = join(dir, "probe");
  mkdirSync(probe);
  writeFileSync(join(dir, "key"), "cwp_sh-ct-1_0123456789abcdefghijklmn", { mode: 0o600 });
  writeFileSync(join(probe, "ct"), "a file where the folder has to be");
  const file = [
    'collector: { url: "http://127.0.0.1:9" }',
    "vantages:",
    `  - { folder: ct, keyFile: ${join(dir, "key")} }`,
  ];
  writeFileSync(join(probe, "config.yaml"), `${file.join("\n")}\n`);
  const child = started(t, [BIN, "probe", "--data", dir]);
  assert.equal(await child.ended, 78, child.output());
  assert.match(child.output(), /data folder .*probe\/ct cannot be made: there is a file of that name/);
});
