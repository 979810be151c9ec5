/**
 * `npm run bench [-- name ...]`: runs the benches and prints what they measured, under the machine they ran on.
 *
 * Each test/bench/NAME.ts exports `bench()`, which answers lines to print. One at a time, so that none disturbs another;
 * exit code 1 when one throws. Figures only: what must hold is asserted by the tests.
 */
import { globSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { basename } from "node:path";

type Bench = { bench: () => Promise<readonly string[]> };

const folder = new URL(".", import.meta.url);
const wanted = process.argv.slice(2);
const names = globSync("*.ts", { cwd: folder.pathname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "run" && (wanted.length === 0 || wanted.includes(name)))
  .sort();

if (names.length === 0) {
  process.stderr.write(`bench: there is no ${wanted.join(", ") || "bench"}\n`);
  process.exit(64);
}

process.stdout.write(`${machine()}\n`);
for (const name of names) {
  process.stdout.write(`\n${name}\n`);
  const startMs = performance.now();
  try {
    const { bench }: Bench = await import(new URL(`${name}.ts`, folder).href);
    for (const line of await bench()) process.stdout.write(`  ${line}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  process.stderr.write(`  (${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`);
}

/** What a figure means nothing without. */
function machine(): string {
  const model = cpus()[0]?.model.trim() || "unknown processor";
  const system = distribution() ?? `${process.platform} ${release()}`;
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1);
  return `${model}, ${availableParallelism()} cores, ${gib} GiB, ${system}, Node ${process.versions.node}, load ${load} at start`;
}

function distribution(): string | null {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}
