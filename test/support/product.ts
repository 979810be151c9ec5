/**
 * The product as a user starts it: a child process, its printed addresses, and its end by process id.
 *
 * Nothing of the product is imported: what this drives is the command itself.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BIN = new URL("../../deploy/bin.js", import.meta.url).pathname;

export type Product = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly dir: string;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves with the first match in the output; rejects when the process ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it by signal and waits; answers the exit code or signal. */
  stop(signal?: NodeJS.Signals): Promise<number | string | null>;
};

/** A temporary folder that `remove()` clears. */
export function scratch(name: string): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), `carrierwatch-${name}-`));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Tells the probe of a data folder that this machine is busy, as a user would in the probe's own file: a test suite that
 * fills every core must not make its samples suspect.
 */
export function busyMachine(dir: string): void {
  mkdirSync(join(dir, "probe"), { recursive: true });
  writeFileSync(join(dir, "probe", "config.yaml"), "limits:\n  loopDelayMs: 1000\n");
}

/**
 * Starts `carrierwatch VERB`.
 *
 * @param dir Data folder, passed as --data when the verb takes one.
 * @param bin Another installation's command; the default is this clone's.
 */
export function product(
  verb: string,
  args: readonly string[],
  { dir, env = {}, bin = BIN }: { dir: string; env?: Record<string, string>; bin?: string },
): Product {
  const child = spawn(process.execPath, [bin, verb, "--data", dir, ...args], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let ended = false;
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const act of [...wakes]) act();
  };
  const take = (chunk: Buffer) => {
    text += chunk.toString("utf8");
    wake();
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  child.once("close", () => {
    ended = true;
    wake();
  });
  return {
    child,
    pid: child.pid ?? -1,
    dir,
    output: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text);
          if (!match && !ended) return;
          wakes.delete(look);
          if (match) resolve(match);
          else reject(new Error(`the process ended without printing ${pattern}:\n${text}`));
        };
        wakes.add(look);
        look();
      }),
    async stop(signal = "SIGTERM") {
      if (ended) return child.exitCode ?? child.signalCode;
      const closed = once(child, "close");
      child.kill(signal);
      await closed;
      return child.exitCode ?? child.signalCode;
    },
  };
}
