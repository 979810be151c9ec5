/**
 * A host of a URL becomes addresses: by its own resolver (c-ares over UDP), never by getaddrinfo, which queues on
 * two threads and would report the queue as DNS time.
 *
 * Names are taken as absolute: no search list. "any" asks for A and AAAA at once and takes IPv4 where there is one,
 * so that a name without AAAA answers costs nothing; IPv6 first only on a machine that has no IPv4 address.
 */
import { Resolver } from "node:dns";
import { isIP } from "node:net";
import { familyOf } from "./families.ts";
import { hostsReader, LOOK_MS, localAddresses, stampOf } from "./hosts.ts";
import type { StopSignal } from "./stop.ts";
import { stage } from "./trouble.ts";

/** A resolver that answers neither within this is asked again; the stage's own deadline ends it all. */
const QUERY_TIMEOUT_MS = 2_000;
const QUERY_TRIES = 3;
const WITH_TTL = { ttl: true } as const;
const RESOLV_CONF = "/etc/resolv.conf";

export type Addresses = {
  readonly family: 4 | 6;
  readonly addresses: readonly string[];
  /** The same as they were answered, with the seconds they may be kept; absent = nobody was asked. */
  readonly answers?: readonly { readonly address: string; readonly ttlS: number }[];
  /** Who was asked; absent = nobody. */
  readonly resolver?: string;
};

export type Lookup = {
  /** Whether the name has to be asked of a resolver; otherwise the addresses it has. Null = ask. */
  local(host: string, families: readonly (4 | 6)[]): Addresses | null;
  /**
   * Asks the resolver; rejects with c-ares' error.
   *
   * @param families In order of preference; one that fails is replaced by the next.
   * @param begun Called right before the question goes out.
   * @param mark Called first thing in every callback up to the one that decides: the last call counts.
   */
  ask(
    host: string,
    families: readonly (4 | 6)[],
    signal: StopSignal,
    mark: () => void,
    begun?: () => void,
  ): Promise<Addresses>;
  /** Who `ask` asks, the first one first. */
  asked(): string;
  /** A resolver for one query of another kind, its caller's to cancel. @param servers Empty = the ones of `ask`. */
  fresh(servers: readonly string[]): Resolver;
  close(): void;
};

export type LookupOptions = {
  /** `IP` or `IP:port`; empty = the machine's own. */
  readonly resolvers: readonly string[];
  readonly localAddress: string | undefined;
  readonly hostsFile: string;
  /** Monotonic clock, ms; default the machine's. */
  readonly monoMs?: () => number;
};

export function lookupOf(options: LookupOptions): Lookup {
  const { monoMs = () => performance.now() } = options;
  const hosts = hostsReader(options.hostsFile, monoMs);
  let resolver = resolverOf(options);
  let servers = resolver.getServers().join(", ");
  let seen = stampOf(RESOLV_CONF);
  let untilMs = Number.NEGATIVE_INFINITY;
  // A laptop that changes networks gets other resolvers; c-ares reads the file only once.
  const current = () => {
    if (options.resolvers.length > 0 || monoMs() < untilMs) return resolver;
    untilMs = monoMs() + LOOK_MS;
    const stamp = stampOf(RESOLV_CONF);
    if (stamp !== seen) {
      seen = stamp;
      resolver = resolverOf(options);
      servers = resolver.getServers().join(", ");
    }
    return resolver;
  };
  return {
    local(host, families) {
      const literal = familyOf(host);
      if (literal !== null) return { family: literal, addresses: families.includes(literal) ? [host] : [] };
      const table = hosts();
      for (const family of families) {
        const addresses = localAddresses(table, host, family);
        if (addresses.length > 0) return { family, addresses };
      }
      return null;
    },
    ask(host, families, signal, mark, begun) {
      const resolver = current();
      return ask({ resolver, servers }, host, families, signal, mark, begun);
    },
    asked: () => servers,
    fresh: (servers) => resolverOf(servers.length === 0 ? options : { ...options, resolvers: servers }),
    close: () => resolver.cancel(),
  };
}

function resolverOf(options: LookupOptions): Resolver {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  if (options.resolvers.length > 0) resolver.setServers(options.resolvers);
  // What leaves by one carrier must also be looked up by it.
  if (isIP(options.localAddress ?? "") === 4) resolver.setLocalAddress(options.localAddress ?? "");
  if (isIP(options.localAddress ?? "") === 6) resolver.setLocalAddress("0.0.0.0", options.localAddress);
  return resolver;
}

type Found = { readonly address: string; readonly ttl: number };
type Answer = { readonly error: NodeJS.ErrnoException | null; readonly records: readonly Found[] };

function ask(
  { resolver, servers }: { readonly resolver: Resolver; readonly servers: string },
  host: string,
  families: readonly (4 | 6)[],
  signal: StopSignal,
  mark: () => void,
  begun: (() => void) | undefined,
): Promise<Addresses> {
  return stage<Addresses>(signal, (resolve, reject) => {
    const answers = new Map<4 | 6, Answer>();
    let done = false;
    const decide = () => {
      const verdict = decideFrom(answers, families);
      if (verdict === null) return;
      done = true;
      if (verdict instanceof Error) reject(verdict);
      else resolve({ ...verdict, resolver: servers });
    };
    begun?.();
    for (const family of families) {
      const take = (error: NodeJS.ErrnoException | null, records: readonly Found[]) => {
        if (done) return;
        mark();
        answers.set(family, { error, records: records ?? [] });
        decide();
      };
      if (family === 4) resolver.resolve4(host, WITH_TTL, take);
      else resolver.resolve6(host, WITH_TTL, take);
    }
    // The resolver is shared: a query cannot be taken back alone, its late answer is ignored.
    return () => {
      done = true;
    };
  });
}

/**
 * What the answers so far decide: the addresses of the first family that has some, or the most telling error once
 * nothing better can come. Null = wait.
 */
export function decideFrom(
  answers: ReadonlyMap<4 | 6, Answer>,
  families: readonly (4 | 6)[],
): Addresses | NodeJS.ErrnoException | null {
  let telling: NodeJS.ErrnoException | null = null;
  for (const family of families) {
    const answer = answers.get(family);
    if (answer === undefined) return null;
    if (answer.error === null && answer.records.length > 0) return addressesOf(family, answer.records);
    const error = answer.error ?? Object.assign(new Error("no address in the answer"), { code: "ENODATA" });
    // No such name holds for every family; "no address of this family" says less than any other error.
    if (error.code === "ENOTFOUND") return error;
    if (telling === null || telling.code === "ENODATA") telling = error;
  }
  return telling;
}

function addressesOf(family: 4 | 6, records: readonly Found[]): Addresses {
  return {
    family,
    addresses: records.map(({ address }) => address),
    answers: records.map(({ address, ttl }) => ({ address, ttlS: ttl })),
  };
}
