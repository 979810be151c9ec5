/**
 * Runs the test files under test/ and closes with one line, `N passed, N failed`.
 *
 * `node test/run.ts [--full] [folder or file ...]`; --full sets CARRIERWATCH_FULL=1, which fault tests read for their
 * complete counts. In CI a skipped test is a failure: what it needs is installed there.
 */

import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const args = process.argv.slice(2);
if (args.includes("--full")) process.env["CARRIERWATCH_FULL"] = "1";
// What is printed is compared in English, whatever the reader of this machine speaks.
process.env["LC_ALL"] = "C.UTF-8";
const wanted = args.filter((arg) => !arg.startsWith("--"));
const root = new URL("..", import.meta.url).pathname;
const files = globSync("test/**/*.test.ts", { cwd: root })
  .filter((file) => wanted.length === 0 || wanted.some((want) => file.includes(want)))
  .sort()
  .map((file) => root + file);
const inCi = process.env["CI"] === "true";

let passed = 0;
let failed = 0;
let skipped = 0;
const stream = run({
  files,
  concurrency: Math.max(1, Math.min(2, availableParallelism())),
  execArgv: ["--import", `${root}test/support/no-network.ts`],
  // Only against a test that hangs; the complete counts of the fault tests take minutes on a loaded machine.
  timeout: args.includes("--full") ? 2_700_000 : 600_000,
});
stream.on("test:pass", (event) => {
  if (event.details.type === "suite") return;
  if (event.skip !== undefined || event.todo !== undefined) skipped += 1;
  else passed += 1;
});
stream.on("test:fail", (event) => {
  if (event.details.type !== "suite") failed += 1;
});
const output = stream.compose(spec);
output.pipe(process.stdout);
output.on("end", () => {
  if (inCi && skipped > 0) {
    failed += skipped;
    process.stdout.write(`${skipped} tests were skipped: in CI nothing may be\n`);
  }
  if (files.length === 0) process.stdout.write("no test file matches\n");
  process.stdout.write(
    `\n${passed} passed, ${failed} failed${inCi || skipped === 0 ? "" : `, ${skipped} skipped`}\n`,
  );
  process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;
});
