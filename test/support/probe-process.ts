/** A probe as a process of its own, with what it says and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { until } from "./fake-collector.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
export const BIN = join(ROOT, "deploy/bin.js");

export type Started = {
  readonly child: ChildProcess;
  readonly pid: number;
  output(): string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

/** Runs Node with arguments; ended by SIGKILL after the test if it still runs. */
export function started(
  t: Pick<TestContext, "after">,
  args: readonly string[],
  options: { stdin?: string; cwd?: string; env?: Record<string, string> } = {},
): Started {
  const child = spawn(process.execPath, [...args], {
    stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: process.env["PATH"], ...options.env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      output += String(chunk);
    });
  child.stdin?.end(options.stdin);
  const ended = once(child, "close").then(([code, signal]) => code ?? signal);
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, pid: child.pid ?? 0, output: () => output, ended };
}

/** A data folder whose probe has a key. */
export function joinedFolder(folder: string, config?: string): string {
  mkdirSync(join(folder, "probe"), { recursive: true });
  writeFileSync(join(folder, "probe", "key"), "cwp_sh-ct-1_0123456789abcdefghijkl\n", { mode: 0o600 });
  if (config !== undefined) writeFileSync(join(folder, "probe", "config.yaml"), config);
  return folder;
}

/** A site on loopback. */
export async function site(t: Pick<TestContext, "after">): Promise<string> {
  const server = createServer((_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Whether a process still runs. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process says something. */
export function says(process: Started, text: string): Promise<void> {
  return until(() => process.output().includes(text), `${JSON.stringify(text)} in ${process.output()}`);
}
