/**
 * A host becomes a connection: address, TCP, TLS, each guarded, timed and bounded. What every kind of target shares.
 *
 * Marks and facts are filled as they come, so that they stand when the next step fails. `at` says which step runs and
 * `held` what has to be destroyed. Next stop: the exchange, for http.
 */
import net from "node:net";
import type tls from "node:tls";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Phase } from "../../collector/wire/metric.ts";
import type { Certificate, Detail } from "../../collector/wire/sample.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { Secrets } from "./ask.ts";
import { type Chains, certificateOf, problemOf } from "./certificate.ts";
import { type Feed, openTcp, openTls } from "./connect.ts";
import type { Interfaces } from "./families.ts";
import { type Guard, NO_REQUEST_PORT } from "./guard.ts";
import type { Addresses, Lookup } from "./lookup.ts";
import type { Marks } from "./phases.ts";
import type { Stop, StopSignal } from "./stop.ts";
import { deadline, StageError } from "./trouble.ts";
import type { Trust } from "./trust.ts";

/** What all hops of a probe share. */
export type HopTools = {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly lookup: Lookup;
  readonly answers: AnswerCache;
  readonly chains: Chains;
  readonly trust: Trust;
  /** The probe's own authorities, and no client certificate. */
  readonly context: tls.SecureContext;
  readonly secrets: Secrets;
  readonly localAddress: string | undefined;
  readonly random: () => number;
  readonly userAgent: string;
  readonly interfaces: Interfaces;
  /** Address families of this machine, a second old at most. */
  readonly families: () => ReadonlySet<4 | 6>;
  /** Addresses a person gave for `host:port`, or `*:port`; nobody is asked for these. Absent = none. */
  readonly named?: Named | undefined;
};

export type Named = ReadonlyMap<string, readonly string[]>;

/** Where to, and under which limits. */
export type Way = {
  /** Name or address as in the URL, without brackets. */
  readonly host: string;
  readonly port: number;
  /** No HTTP request is sent, so that the guard's list of ports does not matter. Absent = one is. */
  readonly silent?: boolean;
  /** Address families that may be used, in order of preference. */
  readonly families: readonly (4 | 6)[];
  /** The address to use whatever the name says. */
  readonly pin?: string | undefined;
  /** Whether an answer of the resolver may be used for its TTL. */
  readonly cache?: boolean | undefined;
  readonly connectMs: number;
  /** Ends the measurement: a deadline, or the caller. */
  readonly stop: Stop;
  /** When what is being read reached this machine: now, less what the process is known to have waited for a processor. */
  readonly cameMs: () => number;
  /** Something has just been waited for: how late the loop was at the last `cameMs` counts. */
  readonly arrived: () => void;
  /** Called after every mark. */
  readonly marked: (marks: Marks) => void;
};

/** What is known of the way, as far as it was gone. */
export type WayFacts = {
  address: string | null;
  family: 4 | 6 | null;
  localAddress: string | null;
  /** Who was asked, and what came; null = nobody was. */
  resolver: string | null;
  answers: Detail["answers"] | null;
  tlsProtocol: string | null;
  certificate: Certificate | null;
  unverified: boolean;
};

export type Reaching = {
  readonly marks: Marks;
  readonly facts: WayFacts;
  readonly at: { phase: Phase };
  /** The outermost socket; whoever began destroys it. */
  readonly held: { socket: net.Socket | null };
};

export type Chosen = { readonly address: string; readonly family: 4 | 6 };

/** How the other end is to be secured. */
export type TlsWish = {
  readonly context: tls.SecureContext;
  readonly serverName?: string | undefined;
  /** False: a certificate that does not hold is only noted. */
  readonly verify: boolean;
  readonly protocols?: readonly string[];
};

export function newFacts(): WayFacts {
  return {
    address: null,
    family: null,
    localAddress: null,
    resolver: null,
    answers: null,
    tlsProtocol: null,
    certificate: null,
    unverified: false,
  };
}

/** What this machine knows of a host without asking: do it before the clock runs. Null = a resolver has to be asked. */
export function knownAddresses(tools: HopTools, way: Way): Addresses | null {
  if (way.families.length === 0) return { family: 4, addresses: [] };
  const given = tools.named?.get(`${way.host}:${way.port}`) ?? tools.named?.get(`*:${way.port}`);
  if (given !== undefined && way.pin === undefined) return firstFamily(given, way.families);
  const local = tools.lookup.local(way.pin ?? way.host, way.families);
  return local ?? (way.cache ? tools.answers.get(way.host, way.families) : null);
}

function firstFamily(given: readonly string[], families: readonly (4 | 6)[]): Addresses {
  for (const family of families) {
    const addresses = given.filter((address) => net.isIP(address) === family);
    if (addresses.length > 0) return { family, addresses };
  }
  return { family: families[0] ?? 4, addresses: [] };
}

/** The one address that is used; the guard has seen all of them. */
export async function findAddress(
  tools: HopTools,
  way: Way,
  reaching: Reaching,
  known: Addresses | null,
): Promise<Chosen> {
  const { facts } = reaching;
  const found = known ?? (await within(tools, way, (signal) => ask(tools, way, reaching, signal)));
  if (found.addresses.length === 0 && tools.localAddress !== undefined) {
    throw new StageError("NO_LOCAL_FAMILY", `${way.host} cannot be reached from ${tools.localAddress}`);
  }
  if (found.addresses.length === 0) {
    throw new StageError(
      "NO_FAMILY",
      `${way.host} is not an address of the family this target is measured by`,
    );
  }
  for (const address of found.addresses) mustAllow(tools, way, address, way.pin ?? way.host);
  const index = Math.min(found.addresses.length - 1, Math.floor(tools.random() * found.addresses.length));
  const chosen = { address: found.addresses[index] ?? "", family: found.family };
  facts.address = chosen.address;
  facts.family = chosen.family;
  return chosen;
}

/** @throws StageError GUARD for an address that this probe does not measure. */
export function mustAllow(
  { guard }: Pick<HopTools, "guard">,
  { port, silent }: Pick<Way, "port" | "silent">,
  address: string,
  name: string,
): void {
  const refusal = guard.address(address, silent ? NO_REQUEST_PORT : port, name);
  if (refusal !== null) throw new StageError("GUARD", refusal);
}

async function ask(
  tools: HopTools,
  way: Way,
  { marks, facts }: Reaching,
  signal: StopSignal,
): Promise<Addresses> {
  try {
    const mark = () => {
      marks.dnsMs = way.cameMs();
      way.arrived();
    };
    const found = await tools.lookup.ask(way.host, way.families, signal, mark, () => {
      marks.startMs = tools.clock.monoMs();
    });
    way.marked(marks);
    if (way.cache) tools.answers.put(way.host, way.families, found);
    facts.resolver = found.resolver ?? null;
    facts.answers = found.answers ? [...found.answers] : null;
    return found;
  } catch (error) {
    marks.dnsMs = null;
    // Whoever refused, failed or was silent is named.
    facts.resolver = tools.lookup.asked();
    throw error;
  }
}

/**
 * Opens the TCP connection; run it `within` the connect timeout.
 *
 * @param feed Takes what the connection brings; absent = it is read by the socket's events, or by TLS.
 */
export async function connectTcp(
  tools: HopTools,
  way: Way,
  { marks, facts, held }: Reaching,
  chosen: Chosen,
  feed?: (feed: Feed) => void,
): Promise<net.Socket> {
  const socket = await openTcp({
    ...chosen,
    feed,
    port: way.port,
    localAddress: tools.localAddress,
    signal: way.stop.signal,
    begun: () => {
      marks.connectStartMs = tools.clock.monoMs();
      // Nobody was asked: the measurement begins here.
      if (marks.dnsMs === null) marks.startMs = marks.connectStartMs;
    },
    mark: () => {
      marks.connectMs = way.cameMs();
      way.arrived();
    },
  });
  held.socket = socket;
  // The address was examined before; another one at the other end is one too many.
  const remote = socket.remoteAddress ?? "";
  if (remote !== chosen.address) mustAllow(tools, way, remote, remote);
  facts.localAddress = socket.localAddress ?? null;
  way.marked(marks);
  return socket;
}

/** Secures the connection; run it `within` the connect timeout, together with the TCP connect. */
export async function connectTls(
  tools: HopTools,
  way: Way,
  { marks, facts, held }: Reaching,
  socket: net.Socket,
  wish: TlsWish,
): Promise<tls.TLSSocket> {
  const secure = await openTls({
    socket,
    host: net.isIP(way.host) === 0 ? way.host.replace(/\.$/, "") : way.host,
    context: wish.context,
    serverName: wish.serverName,
    ...(wish.protocols === undefined ? {} : { protocols: wish.protocols }),
    signal: way.stop.signal,
    took: (outer) => {
      held.socket = outer;
    },
    began: () => {
      marks.helloMs = tools.clock.monoMs();
    },
    answered: () => {
      marks.serverHelloMs = way.cameMs();
      way.arrived();
    },
    mark: () => {
      marks.tlsMs = way.cameMs();
    },
  });
  facts.tlsProtocol = secure.getProtocol();
  // Before TLS 1.3 the first key is made after the certificate was verified: that is our arithmetic, not the network.
  if (facts.tlsProtocol !== "TLSv1.3") marks.serverHelloMs = null;
  const problem = problemOf(secure);
  facts.unverified = !wish.verify;
  if (problem !== null && wish.verify) {
    facts.certificate = certificateOf(secure, tools.chains);
    const said: unknown = secure.authorizationError;
    marks.tlsMs = null;
    throw Object.assign(new Error(said instanceof Error ? said.message : problem), { code: problem });
  }
  way.marked(marks);
  return secure;
}

/** Runs a stage under the connect timeout, which ends the whole measurement. */
export async function within<T>(
  tools: Pick<HopTools, "clock">,
  { connectMs, stop }: Pick<Way, "connectMs" | "stop">,
  act: (signal: StopSignal) => Promise<T>,
): Promise<T> {
  const lift = deadline(tools.clock, connectMs, stop);
  try {
    return await act(stop.signal);
  } finally {
    lift();
  }
}
