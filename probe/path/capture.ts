/**
 * What is looked at when a target turns bad: the route to it, what its name resolves to, its certificates, its answer's head.
 *
 * An address the guard does not allow is neither traced nor connected to. Next stop: the evidence folder, or whoever asked.
 */
import { isIP } from "node:net";
import type { Clock } from "../../collector/wire/clock.ts";
import { kindOf, placeOf } from "../../collector/wire/kind.ts";
import type { Once } from "../../collector/wire/on-demand.ts";
import type { PathEvidence } from "../../collector/wire/path-evidence.ts";
import type { Detail } from "../../collector/wire/sample.ts";
import { type Guard, literalOf, NO_REQUEST_PORT, portOf } from "../measure/guard.ts";
import type { Lookup } from "../measure/lookup.ts";
import { oneLine } from "../measure/text.ts";
import { lookAt, type Shown, type Site } from "./handshake.ts";
import { type RunTool, runTool } from "./run-tool.ts";
import { traceTo } from "./trace.ts";

export type CaptureDeps = {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly lookup: Lookup;
  readonly localAddress?: string | undefined;
  /** For the head of the answer. */
  readonly userAgent: string;
  readonly run?: RunTool;
};

/** The part of an assignment that says where it goes. */
export type Watched = Pick<Once, "url" | "method" | "family" | "tls">;

export type Capture = {
  /** Where the target is: a name or an address, a port, and what is spoken there. */
  readonly place: Where;
  /** What the measurement saw. */
  readonly detail: Pick<Detail, "address" | "answers" | "resolver" | "hops">;
};

export type Where = {
  readonly host: string;
  readonly port: number;
  readonly speaks: "http" | "https" | "tls" | "tcp";
  /** Path and query of an http URL. */
  readonly path: string;
};

const LOOKUP_MS = 5_000;
/** For certificates and head, beside the route. */
export const LOOK_MS = 8_000;

/** Where a URL leads; null = nowhere a route could be traced to (a query at the vantage's own resolver). Pure. */
export function whereOf(url: string): Where | null {
  const kind = kindOf(url);
  if (kind === null) {
    if (!URL.canParse(url)) return null;
    const parsed = new URL(url);
    if (parsed.protocol !== "http:" && parsed.protocol !== "https:") return null;
    const host = literalOf(parsed) ?? parsed.hostname;
    const speaks = parsed.protocol === "https:" ? "https" : "http";
    return { host, port: portOf(parsed), speaks, path: `${parsed.pathname}${parsed.search}` };
  }
  const result = placeOf(url);
  if (!result.ok) return null;
  const { place } = result;
  if (place.kind !== "dns")
    return { host: place.host, port: place.port, speaks: kind === "tls" ? "tls" : "tcp", path: "" };
  if (place.resolver === null) return null;
  return { host: place.resolver.address, port: place.resolver.port, speaks: "tcp", path: "" };
}

/**
 * Takes the evidence; at most half a minute.
 *
 * @returns null when there is nowhere to look; with a note when the guard, or a name without an address, forbids to look.
 */
export async function capture(
  deps: CaptureDeps,
  watched: Watched,
  detail: Capture["detail"],
  signal?: AbortSignal,
): Promise<PathEvidence | null> {
  const url = lastUrlOf(watched, detail);
  const where = whereOf(url);
  if (where === null) return null;
  const found = await addressOf(deps, watched, where, detail, signal);
  const base = {
    takenMs: deps.clock.nowMs(),
    port: where.port,
    answers: found.answers.slice(0, 16),
    ...(found.resolver === undefined ? {} : { resolver: found.resolver.slice(0, 64) }),
  };
  const nothing = { tool: null, address: found.address, hops: [], reached: false, chain: [] };
  if (found.address === null) return { ...base, ...nothing, note: found.note };
  const speaksHttp = where.speaks === "http" || where.speaks === "https";
  const refusal = deps.guard.address(found.address, speaksHttp ? where.port : NO_REQUEST_PORT, where.host);
  if (refusal !== null) return { ...base, ...nothing, note: refusal.slice(0, 300) };
  const to = { address: found.address, port: where.port, localAddress: deps.localAddress };
  const [route, shown] = await Promise.all([
    traceTo({ clock: deps.clock, run: deps.run ?? runTool }, to, signal),
    look(deps, asOf(watched, url), where, found.address, signal),
  ]);
  return { ...base, address: found.address, ...route, ...shown };
}

/** What the measurement came to last: after redirects its address is that hop's, and so must be port and name. */
function lastUrlOf({ url }: Watched, { hops }: Capture["detail"]): string {
  return hops?.at(-1)?.url ?? url;
}

/** The server's name that a target sets is its own origin's. */
function asOf(watched: Watched, url: string): Watched {
  const { tls: _own, ...rest } = watched;
  const same = url === watched.url || new URL(url).origin === new URL(watched.url).origin;
  return same ? watched : rest;
}

function look(
  { localAddress, userAgent }: CaptureDeps,
  watched: Watched,
  where: Where,
  address: string,
  signal: AbortSignal | undefined,
): Promise<Shown> {
  const { host, port, speaks, path } = where;
  if (speaks === "tcp") return Promise.resolve({ chain: [] });
  const secure = speaks !== "http";
  const name = isIP(host) === 0 ? host.replace(/\.$/, "") : undefined;
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  const usual = port === (secure ? 443 : 80);
  const method = watched.method === "HEAD" ? "HEAD" : "GET";
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${usual ? shown : `${shown}:${port}`}`,
    `user-agent: ${userAgent}`,
    ...["accept: */*", "connection: close", "", ""],
  ];
  const site: Site = {
    ...{ address, port, secure, localAddress },
    serverName: watched.tls?.serverName ?? name,
    request: speaks === "tls" ? undefined : lines.join("\r\n"),
  };
  return lookAt(site, LOOK_MS, signal);
}

type Found = {
  readonly address: string | null;
  readonly answers: string[];
  readonly resolver?: string;
  readonly note: string;
};

/** What the measurement used; else what the name says now. */
async function addressOf(
  { lookup }: CaptureDeps,
  { family }: Watched,
  { host }: Where,
  detail: Capture["detail"],
  signal: AbortSignal | undefined,
): Promise<Found> {
  const answers = (detail.answers ?? []).map(({ address }) => address.slice(0, 64));
  const resolver = detail.resolver === undefined ? {} : { resolver: detail.resolver };
  if (detail.address !== undefined) return { address: detail.address, answers, ...resolver, note: "" };
  const families =
    family === "ipv6" ? ([6] as const) : family === "ipv4" ? ([4] as const) : ([4, 6] as const);
  const late = AbortSignal.timeout(LOOKUP_MS);
  const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
  try {
    const known = lookup.local(host, families) ?? (await lookup.ask(host, families, stop, () => {}));
    const [address = null] = known.addresses;
    const asked = known.resolver === undefined ? resolver : { resolver: known.resolver };
    return {
      address,
      answers: isIP(host) === 0 ? [...known.addresses] : [],
      ...asked,
      note: `${host.slice(0, 80)} has no address`,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      address: null,
      answers,
      ...resolver,
      note: oneLine(`${host.slice(0, 80)} has no address: ${why}`, 300),
    };
  }
}
