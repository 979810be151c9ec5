/**
 * What each part of a commit costs: the ingest run under V8's sampling profiler, every thread of it, by part.
 *
 * A sample of the profile belongs to the innermost function that a part is known by; time inside SQLite to the part that
 * called it. Inlined code is its caller's. Waiting for calls is left out, waiting for the disk is not: a profiler does not
 * know it from work. Of the thread that makes the samples only the store's own functions count.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { LANES, warmRounds } from "./samples.ts";

type Frame = { readonly functionName: string; readonly url: string };
type Node = { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] };
type Profile = {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

const CHILD = new URL("./ingest-child.ts", import.meta.url).pathname;

/** By file; where a file serves several parts, by function. First match counts. */
const PARTS: readonly (readonly [part: string, file: RegExp, name?: RegExp])[] = [
  ["duplicate test", /^(identity|generations)\.ts$/],
  ["log", /^(log-|record-builder|shared-text|told|epochs|own-bytes|bytes\.ts|single-ids)/],
  ["log", /^rings\.ts$/, /log|area/i],
  ["strip", /./, /strip|code/i],
  ["PDPs", /^pdp-section\.ts$/],
  ["PDPs", /^(rings|blocks)\.ts$/, /pdp|openTile|leaveT/i],
  ["rows", /^(rings|blocks|laid-rows|row)\.ts$/],
  ["tiles to the file", /^(tile-|slot-index|arena)/],
  [
    "journal and open states",
    /^(journal|direct|writer-states|shared-states|open-state|state-row|load-states)\.ts$/,
  ],
  ["due marks and counters", /^(writer-tally|writer-claims|writer-marks)\.ts$/],
  ["checkpoints", /^(checkpointer|checkpoints)\.ts$/],
  ["commit, sync included", /^(group-commit|writer)\.ts$/],
  ["acceptance", /^(writer-samples|bands|shapes|writer-shapes)\.ts$/],
  ["to the writer and back", /^(packed|messages|client|outcomes|sqlite-store|tidying)\.ts$/],
];
const WAITING = /^\((idle|root)\)$/;

/** Lines to print: us of processor a sample, by part. */
export function costLines(series: number, rounds: number): string[] {
  const root = mkdtempSync(join(tmpdir(), "carrierwatch-costs-"));
  try {
    const options = ["--cpu-prof", `--cpu-prof-dir=${root}`, "--cpu-prof-interval=500"];
    execFileSync(
      process.execPath,
      [...options, CHILD, join(root, "store"), String(series), String(rounds), String(LANES)],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    const us = new Map<string, number>();
    for (const name of readdirSync(root).filter((file) => file.endsWith(".cpuprofile")))
      addProfile(JSON.parse(readFileSync(join(root, name), "utf8")) as Profile, us);
    const all = [...us.values()].reduce((sum, one) => sum + one, 0);
    const samples = series * (rounds + warmRounds(series, false));
    const each = [...us]
      .toSorted(([, a], [, b]) => b - a)
      .map(([part, sum]) => `${part} ${(sum / samples).toFixed(2)} us (${((sum / all) * 100).toFixed(0)} %)`);
    return [
      `each part of a sample, ${series.toLocaleString("en")} series, all threads, by the profiler:`,
      ...each.map((line) => `  ${line}`),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function addProfile({ nodes, samples, timeDeltas }: Profile, us: Map<string, number>): void {
  const parents = new Map<number, Node>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const isCaller = nodes.some(({ callFrame }) => callFrame.url.endsWith("/ingest-child.ts"));
  const parts = new Map(nodes.map((node) => [node.id, partOf(node, parents, isCaller)]));
  samples.forEach((id, i) => {
    const part = parts.get(id);
    if (part) us.set(part, (us.get(part) ?? 0) + (timeDeltas[i] ?? 0));
  });
}

/** Null = nothing was done. */
function partOf(node: Node, parents: ReadonlyMap<number, Node>, isCaller: boolean): string | null {
  if (WAITING.test(node.callFrame.functionName)) return null;
  if (node.callFrame.functionName === "(garbage collector)") return isCaller ? null : "garbage collection";
  for (let at: Node | undefined = node; at; at = parents.get(at.id)) {
    const { url, functionName } = at.callFrame;
    const file = basename(url);
    const found = PARTS.find(([, of, name]) => of.test(file) && (!name || name.test(functionName)));
    if (url.includes("/collector/") && found) return found[0];
  }
  return isCaller ? null : "Node itself";
}
