/**
 * Measures and self-checks inside a network namespace, as a probe would, and prints what would be spooled, a JSON line each.
 *
 * Arguments: one JSON object with url, references, resolvers, and steps: "measure", or a shell command to run between.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { systemClock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { measurer } from "../../probe/measure/measure.ts";
import { selfCheckOf } from "../../probe/self/self-check.ts";
import { assignmentOf } from "./assignments.ts";

const asked = JSON.parse(process.argv[2] ?? "{}") as {
  url: string;
  references: string[];
  resolvers: string[];
  localAddress?: string;
  steps: string[];
};
const clock = systemClock();
const way = asked.localAddress === undefined ? {} : { localAddress: asked.localAddress };
const engine = measurer({
  clock,
  random: () => 0,
  allow: ["10.0.0.0/8", "fc00::/7"],
  allowFile: "config.yaml",
  resolvers: asked.resolvers,
  ...way,
});
const check = selfCheckOf({
  clock,
  log: silentLog,
  references: asked.references,
  resolvers: asked.resolvers,
  ...way,
});
for (const step of asked.steps) {
  if (step !== "measure") {
    await promisify(execFile)("sh", ["-ec", step]);
    continue;
  }
  const measured = await engine.measure(
    assignmentOf({ url: asked.url, timeouts: { connectMs: 1_200, totalMs: 1_500 } }),
  );
  const startedMs = performance.now();
  const sample = await check({ target: "t", tick: 300, stepS: 300, ...measured });
  const { state, unknownReason, failure, detail } = sample;
  const tookMs = performance.now() - startedMs;
  process.stdout.write(`${JSON.stringify({ state, unknownReason, failure, note: detail.note, tookMs })}\n`);
}
engine.close();
process.exit(0);
