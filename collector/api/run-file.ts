/**
 * DIR/run.json: how verbs of this machine find a running collector and are let in. 0600, gone after an orderly stop.
 *
 * A file whose process is gone (kill -9) counts as none.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const RunFile = z.object({
  /** Base path included, no slash at the end; a loopback address where there is one. */
  url: z.url(),
  port: z.int(),
  pid: z.int(),
  /** Bearer token that lives as long as the process. */
  token: z.string(),
});
export type RunFile = z.infer<typeof RunFile>;

/** Whole or not at all: a verb never reads half a token. */
export async function writeRunFile(dir: string, run: RunFile): Promise<void> {
  const draft = join(dir, `run.json.${run.pid}`);
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(run)}\n`, { mode: 0o600, flag: "wx" });
  await rename(draft, join(dir, "run.json"));
}

/** Removes this process's own; another's stays. */
export async function removeRunFile(dir: string, pid = process.pid): Promise<void> {
  if ((await read(dir))?.pid === pid) await rm(join(dir, "run.json"), { force: true });
}

/** @returns null when no collector runs on this folder. */
export async function readRunFile(dir: string): Promise<RunFile | null> {
  const run = await read(dir);
  return run && isAlive(run.pid) ? run : null;
}

async function read(dir: string): Promise<RunFile | null> {
  try {
    return RunFile.parse(JSON.parse(await readFile(join(dir, "run.json"), "utf8")));
  } catch {
    // Absent or not ours to understand: both mean that nobody can be reached by it.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
