/**
 * Looks at this machine's own network: source address, route, interface, gateway, reference points beyond it.
 *
 * Reads and asks, changes nothing. What a system does not tell (no /proc, no `ip`) is null in the findings, never a
 * guess. Next stop: `decide`.
 */
import { readdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { networkInterfaces } from "node:os";
import type { RunTool } from "../path/run-tool.ts";
import type { Findings } from "./decide.ts";
import { gatewayState, knock } from "./gateway.ts";
import { type Route, routeGot, routeIn4, routeIn6 } from "./routes.ts";

export type LookDeps = {
  readonly run: RunTool;
  readonly interfaces: typeof networkInterfaces;
  /** Source address of the measurements. */
  readonly localAddress: string | undefined;
  /** `IP:port`, beyond the gateway. */
  readonly references: readonly string[];
  /** Gateways that have answered before. */
  readonly answering: Set<string>;
};

const GATEWAY_MS = 1_000;
const REFERENCE_MS = 1_500;
const ROUTE_MS = 400;

export type Way = Pick<Findings, "hasSource" | "hasRoute" | "device" | "linkUp"> & {
  readonly gateway: string | null;
};

/** The way out to an address: quick, nothing is sent. */
export async function wayTo(address: string, deps: LookDeps): Promise<Way> {
  const { localAddress } = deps;
  const all = Object.values(deps.interfaces()).flatMap((list) => list ?? []);
  const hasSource =
    localAddress === undefined ||
    localAddress.startsWith("127.") ||
    all.some((one) => one.address === localAddress);
  const route = hasSource ? await routeTo(address, deps) : "unknown";
  if (route === "unknown") return { hasSource, hasRoute: null, device: null, linkUp: null, gateway: null };
  if (route === null) return { hasSource, hasRoute: false, ...(await darkLink()), gateway: null };
  const { device, gateway } = route;
  return { hasSource, hasRoute: true, device, linkUp: await linkUp(device), gateway };
}

/** What is alive on that way: at most a second and a half. */
export async function lookAround(way: Way, deps: LookDeps): Promise<Findings> {
  const { gateway: address, device, ...rest } = way;
  const broken = !way.hasSource || way.hasRoute === false || way.linkUp === false;
  const [gateway, references] = await Promise.all([
    address === null || device === null || broken ? null : askGateway(address, device, deps),
    broken ? { asked: 0, alive: 0 } : askReferences(deps),
  ]);
  return { ...rest, device, gateway, references };
}

async function askGateway(address: string, device: string, { run, answering }: LookDeps) {
  const state = await gatewayState(run, address, {
    device,
    hasAnswered: answering.has(address),
    timeoutMs: GATEWAY_MS,
  });
  return { address, state };
}

/** Whether the gateway answers at all, for later: silence of one that never did says nothing. */
export async function learnGateway(address: string, deps: LookDeps): Promise<void> {
  const { gateway, device } = await wayTo(address, deps);
  if (gateway === null || device === null || deps.answering.has(gateway)) return;
  // Without the neighbour table: an answer of its own is meant.
  const found = await gatewayState(deps.run, gateway, {
    device: "",
    hasAnswered: true,
    timeoutMs: GATEWAY_MS,
  });
  if (found === "alive") deps.answering.add(gateway);
}

async function askReferences({ references, localAddress }: LookDeps): Promise<Findings["references"]> {
  const answers = await Promise.all(
    references.map((reference) => {
      const { host, port } = hostPort(reference);
      return knock(host, port, { localAddress, timeoutMs: REFERENCE_MS });
    }),
  );
  return { asked: references.length, alive: answers.filter((answer) => answer === "answered").length };
}

/** `1.2.3.4:443` or `[2001:db8::1]:443`. */
export function hostPort(reference: string): { host: string; port: number } {
  const at = reference.lastIndexOf(":");
  return { host: reference.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(reference.slice(at + 1)) };
}

async function routeTo(address: string, { run, localAddress }: LookDeps): Promise<Route | null | "unknown"> {
  const family = isIP(address);
  if (localAddress !== undefined && isIP(localAddress) === family) {
    const said = await run("ip", ["-j", "route", "get", address, "from", localAddress], {
      timeoutMs: ROUTE_MS,
    });
    if (said.status === 0) return routeGot(said.stdout) ?? "unknown";
    if (/unreachable|no route/i.test(said.stderr)) return null;
  }
  const file = family === 6 ? "/proc/net/ipv6_route" : "/proc/net/route";
  const table = await readFile(file, "utf8").catch(() => null);
  if (table === null) return "unknown";
  return family === 6 ? routeIn6(table, address) : routeIn4(table, address);
}

/** By the driver; null where it does not say (most tunnels). A carrier that is lost shows at once, in the state up to a second later. */
async function linkUp(device: string): Promise<boolean | null> {
  if (!/^[\w.@-]{1,32}$/.test(device)) return null;
  const says = (name: string) => readFile(`/sys/class/net/${device}/${name}`, "utf8").catch(() => "unknown");
  const [state, carrier] = await Promise.all([says("operstate"), says("carrier")]);
  if (carrier.startsWith("0")) return false;
  if (/^(?:down|lowerlayerdown|notpresent)/.test(state)) return false;
  return state.startsWith("up") ? true : null;
}

/** No route: because every interface is down? Names the only one, if there is just one. */
async function darkLink(): Promise<{ device: string | null; linkUp: boolean | null }> {
  const names = (await readdir("/sys/class/net").catch(() => [])).filter((name) => name !== "lo");
  const states = await Promise.all(names.map(linkUp));
  const dark = states.length > 0 && states.every((up) => up === false);
  return { device: names.length === 1 ? (names[0] ?? null) : null, linkUp: dark ? false : null };
}
