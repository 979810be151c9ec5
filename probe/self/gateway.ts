/**
 * Whether a gateway, or a point beyond it, is alive: by what it answers, or else by what the kernel knows of its link address.
 *
 * Any answer counts, a refusal too. No privileges: TCP, the `ping` of the machine, the neighbour table.
 */
import { readFile } from "node:fs/promises";
import net from "node:net";
import type { RunTool } from "../path/run-tool.ts";
import type { GatewayState } from "./decide.ts";

export type Answer = "answered" | "unreachable" | "silent";

export type Asking = { readonly localAddress?: string | undefined; readonly timeoutMs: number };

/** One TCP connect, closed at once. Accepted or refused is an answer; `unreachable` is this machine's own word. */
export function knock(host: string, port: number, { localAddress, timeoutMs }: Asking): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end("silent"), timeoutMs);
    socket.once("connect", () => end("answered"));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const { code = "" } = error;
      if (code === "ECONNREFUSED" || code === "ECONNRESET") end("answered");
      else end(/^E(?:HOST|NET)(?:UNREACH|DOWN)$/.test(code) ? "unreachable" : "silent");
    });
  });
}

/** Ports a router most likely has; an answer from a closed one is as good. */
const PORTS = [53, 80];

export type NeighbourState = "reachable" | "stale" | "failed" | null;

/**
 * What can be said of a gateway within the time given.
 *
 * @param hasAnswered It is known to answer: then silence says something.
 */
export async function gatewayState(
  run: RunTool,
  address: string,
  { device, hasAnswered, timeoutMs }: { device: string; hasAnswered: boolean; timeoutMs: number },
): Promise<GatewayState> {
  const found = await Promise.all([
    ...PORTS.map((port) => knock(address, port, { timeoutMs })),
    ping(run, address, timeoutMs),
  ]);
  if (found.includes("answered")) return "alive";
  if (found.includes("unreachable")) return "silent";
  const neighbour = await neighbourState(run, address, device);
  if (neighbour === "failed" || hasAnswered) return "silent";
  return neighbour === "reachable" ? "alive" : "unsure";
}

async function ping(run: RunTool, address: string, timeoutMs: number): Promise<Answer> {
  const waitS = String(Math.max(1, Math.round(timeoutMs / 1000)));
  const said = await run("ping", ["-n", "-c", "1", "-W", waitS, address], { timeoutMs, maxBytes: 4096 });
  return said.status === 0 ? "answered" : "silent";
}

async function neighbourState(run: RunTool, address: string, device: string): Promise<NeighbourState> {
  const bare = address.replace(/%.*$/, "");
  const said = await run("ip", ["neigh", "show", "to", bare, "dev", device], {
    timeoutMs: 500,
    maxBytes: 4096,
  });
  if (said.status === 0) return neighbourIn(said.stdout);
  const arp = await readFile("/proc/net/arp", "utf8").catch(() => "");
  return arpIn(arp, bare);
}

/** What `ip neigh show to X` says; null = it knows nothing. Pure. */
export function neighbourIn(text: string): NeighbourState {
  const state = /\b(REACHABLE|STALE|DELAY|PROBE|FAILED|INCOMPLETE)\b/.exec(text)?.[1];
  if (state === undefined) return null;
  if (state === "REACHABLE") return "reachable";
  return state === "FAILED" || state === "INCOMPLETE" ? "failed" : "stale";
}

/** What /proc/net/arp says: complete (however old), or failed. Pure. */
export function arpIn(table: string, address: string): NeighbourState {
  const line = table.split("\n").find((row) => row.startsWith(`${address} `));
  const flags = line?.trim().split(/\s+/)[2];
  if (flags === undefined) return null;
  return (Number(flags) & 0x2) === 0 ? "failed" : "stale";
}
