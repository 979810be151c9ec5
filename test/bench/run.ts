/**
 * `npm run bench [-- name ... [option ...]]`: runs the benches and prints what they measured, under their machine.
 *
 * Each test/bench/NAME.ts or NAME/bench.ts exports `bench(options)`, which answers lines to print. One at a time, so that
 * none disturbs another; exit code 1 when one throws. Figures only: what must hold is asserted by the tests.
 */
import { globSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { basename, dirname } from "node:path";

/** Options are the words that name no bench. */
type Bench = { bench: (options: readonly string[]) => Promise<readonly string[]> };

const folder = new URL(".", import.meta.url);
const files = new Map(
  globSync(["*.ts", "*/bench.ts"], { cwd: folder.pathname })
    .filter((file) => file !== "run.ts")
    .map((file) => [file.endsWith("/bench.ts") ? dirname(file) : basename(file, ".ts"), file]),
);
const args = process.argv.slice(2);
const wanted = args.filter((arg) => files.has(arg));
const options = args.filter((arg) => !files.has(arg));
const names = [...files.keys()].filter((name) => wanted.length === 0 || wanted.includes(name)).sort();

if (wanted.length === 0 && options.some((option) => !option.startsWith("--"))) {
  process.stderr.write(`bench: there is no ${options.join(", ")}; there are ${names.join(", ")}\n`);
  process.exit(64);
}

process.stdout.write(`${machine()}\n`);
for (const name of names) {
  process.stdout.write(`\n${name}\n`);
  const startMs = performance.now();
  try {
    const { bench }: Bench = await import(new URL(files.get(name) ?? "", folder).href);
    for (const line of await bench(options)) process.stdout.write(`  ${line}\n`);
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
