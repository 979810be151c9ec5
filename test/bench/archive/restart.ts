/** How long a start takes after kill -9, with a journal that is as long as it gets. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CHILD = new URL("./restart-child.ts", import.meta.url).pathname;

/** A line to print. */
export async function restartLine(series: number): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-restart-"));
  try {
    const child = spawn(process.execPath, [CHILD, dir, "fill", String(series)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let bytes = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      bytes = Number(line.split(" ")[1]);
      child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    if (child.signalCode !== "SIGKILL") throw new Error(`the writer ended with ${child.exitCode}`);
    const startMs = Number(execFileSync(process.execPath, [CHILD, dir, "open"], { encoding: "utf8" }));
    const journal = (bytes / 1e6).toFixed(1);
    return `opened in ${Math.round(startMs)} ms after kill -9, ${series.toLocaleString("en")} series and a journal of ${journal} MB to apply`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
