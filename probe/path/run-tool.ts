/**
 * Runs a tool of this machine and takes what it says: arguments as a list, never a shell, bounded in time and bytes.
 *
 * What a tool prints is hostile text. A tool that is cut off has said something all the same: its output so far counts.
 */
import { spawn } from "node:child_process";

export type Said = {
  /** Exit status; null = killed, by the deadline or the caller. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no such program here. */
  readonly missing: boolean;
};

export type RunTool = (command: string, args: readonly string[], bounds: Bounds) => Promise<Said>;

export type Bounds = {
  readonly timeoutMs: number;
  /** Of each stream; what is more is dropped. Default 64 KiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
};

const MAX_BYTES = 65_536;
/** Where tools are that need not be in a service's PATH. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Never rejects: what cannot be started is `missing`, or has no status. */
export const runTool: RunTool = (command, args, { timeoutMs, maxBytes = MAX_BYTES, signal }) =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve({ status: null, stdout: "", stderr: "", missing: false });
      return;
    }
    // Nothing of our environment: it may hold secrets, and a tool's words must not depend on a language.
    const child = spawn(command, args, {
      env: { PATH, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const streams = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("latin1");
      child[name].on("data", (text: string) => {
        streams[name] += text.slice(0, Math.max(0, maxBytes - streams[name].length));
      });
    }
    const kill = () => child.kill("SIGKILL");
    const timer = setTimeout(kill, timeoutMs);
    signal?.addEventListener("abort", kill, { once: true });
    const end = (status: number | null, missing: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
      resolve({ status, ...streams, missing });
    };
    child.on("error", (error) => end(null, "code" in error && error.code === "ENOENT"));
    child.on("close", (status) => end(status, false));
  });
