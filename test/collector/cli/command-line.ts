/** A verb as a person runs it: a child process, its exit code and what it printed where. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const BIN = new URL("../../../deploy/bin.js", import.meta.url).pathname;

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

/** @param options.input What comes on stdin; nothing by default. */
export async function carrierwatch(
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Promise<Ran> {
  const { CARRIERWATCH_DATA: _, CARRIERWATCH_TOKEN: __, ...env } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...env, NODE_OPTIONS: "", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (part: Buffer) => {
    out += part.toString("utf8");
  });
  child.stderr.on("data", (part: Buffer) => {
    err += part.toString("utf8");
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  await once(child, "close");
  return { code: child.exitCode, out, err };
}
