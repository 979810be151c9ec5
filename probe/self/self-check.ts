/**
 * The self-check before blame: a sample that found nothing reachable, while nothing else is reached either, is looked at
 * again with this machine's own network in view, before it goes to the spool.
 *
 * Own network dead: unknown, `probe-network`. Network beyond the gateway dead: down, source `network`. A sample that
 * reached anything passes at once. At most one look at a time, kept 10 s, and nobody waits longer than 2 s for it.
 */
import { getServers } from "node:dns";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { type FailureCause, NO_TIMINGS } from "../../collector/wire/sample.ts";
import { type RunTool, runTool } from "../path/run-tool.ts";
import type { Unnumbered } from "../spool/record.ts";
import { type Blame, decide } from "./decide.ts";
import { hostPort, type LookDeps, learnGateway, lookAround, wayTo } from "./look.ts";

export type SelfCheckDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** Source address of the measurements. */
  readonly localAddress?: string | undefined;
  /** As configured; empty = the machine's own. */
  readonly resolvers: readonly string[];
  /** `IP:port`, points beyond the gateway that are up as long as the carrier's network is. */
  readonly references: readonly string[];
  readonly run?: RunTool;
  readonly interfaces?: typeof networkInterfaces;
};

/**
 * @param sample As measured, just now.
 * @returns The sample itself, or what is to be said instead. Never rejects.
 */
export type SelfCheck = (sample: Unnumbered) => Promise<Unnumbered>;

/** An answer that came this short before a failure, and after its measurement began, shows that the network works. */
const PROOF_MS = 5_000;
const KEPT_MS = 10_000;
/** Longest a sample waits for what the machine finds out about itself. */
export const PATIENCE_MS = 2_000;
const LEARN_EVERY_MS = 600_000;
/** Never sent to: only looked up in the table of routes. */
const ANYWHERE = { 4: "1.1.1.1", 6: "2606:4700:4700::1111" } as const;

/** What a dead network looks like from here; all else has come back from somewhere. */
const SILENCE: ReadonlySet<FailureCause> = new Set<FailureCause>([
  "unreachable",
  "connect-timeout",
  "connection-reset",
  "dns-timeout",
  "dns-refused",
  "servfail",
  "tls-timeout",
  "tls-reset",
  "first-byte-timeout",
  "reset-before-answer",
  "body-timeout",
  "body-reset",
  "loss",
]);
/** A resolver on this machine or in this house may say it without any network; of several addresses each speaks for itself. */
const NEITHER: ReadonlySet<FailureCause> = new Set<FailureCause>([
  "nxdomain",
  "no-address",
  "dns-malformed",
  "internal",
  "no-local-port",
  "hijacked",
  "addresses",
]);

/** One per vantage: each has its own way out. */
export function selfCheckOf(deps: SelfCheckDeps): SelfCheck {
  const { clock, log } = deps;
  const looking: LookDeps = {
    run: deps.run ?? runTool,
    interfaces: deps.interfaces ?? networkInterfaces,
    localAddress: deps.localAddress,
    references: deps.references,
    answering: new Set(),
  };
  let provenMs = Number.NEGATIVE_INFINITY;
  let learntMs = Number.NEGATIVE_INFINITY;
  let said = "";
  const look = kept(clock, looking);
  const learn = (address: string): void => {
    if (clock.monoMs() - learntMs < LEARN_EVERY_MS) return;
    learntMs = clock.monoMs();
    void learnGateway(address, looking).catch(() => {});
  };
  const tell = ({ who, note }: Blame): void => {
    const line = who === null ? "" : note;
    if (line !== said && line !== "")
      log.warn({ who, note }, "nothing can be reached: not the targets' fault");
    said = line;
  };
  return async (sample) => {
    const address = sample.detail.address;
    const found = meaningOf(sample);
    if (found === "proof") {
      provenMs = clock.monoMs();
      said = "";
      if (address !== undefined) learn(address);
    }
    if (found !== "silence") return sample;
    // A wall clock that was set meanwhile may say anything: then the shortest counts, and the check is made.
    const tookMs = Math.max(0, clock.nowMs() - sample.startedMs);
    if (provenMs >= clock.monoMs() - Math.min(tookMs, PROOF_MS)) return sample;
    const to = address ?? somewhere(sample, deps);
    const blame = await look(to).catch((error: unknown) => {
      log.warn({ error }, "the self-check broke off");
      return null;
    });
    if (blame === null) return sample;
    tell(blame);
    return blamed(sample, blame);
  };
}

/** What a sample says of the way out. `nothing`: neither. */
export function meaningOf(sample: Unnumbered): "proof" | "silence" | "nothing" {
  if (isLoopback(sample.detail.address ?? "") || sample.state === "unknown") return "nothing";
  if (sample.failure === undefined) return "proof";
  const { cause } = sample.failure;
  if (SILENCE.has(cause)) return "silence";
  return NEITHER.has(cause) ? "nothing" : "proof";
}

/** The sample with the blame laid. Pure. */
export function blamed(sample: Unnumbered, { who, note }: Blame): Unnumbered {
  const { failure, ...rest } = sample;
  if (failure === undefined) return sample;
  const { note: before } = sample.detail;
  // What a name's only address says, the name says once more: it may have been looked at already.
  const all = (before?.startsWith(note) ? [before] : [note, before])
    .filter((part) => part !== undefined && part !== "")
    .join("; ")
    .slice(0, 300);
  const detail = all === "" ? sample.detail : { ...sample.detail, note: all };
  if (who === "probe") {
    return { ...rest, state: "unknown", unknownReason: "probe-network", timings: NO_TIMINGS, detail };
  }
  return { ...sample, failure: who === "network" ? { ...failure, source: "network" } : failure, detail };
}

/** Looks one after another; an answer holds for a while for everything that goes the same way. */
function kept(clock: Clock, deps: LookDeps): (to: string) => Promise<Blame | null> {
  const looks = new Map<string, { readonly atMs: number; readonly blame: Promise<Blame> }>();
  let turn: Promise<unknown> = Promise.resolve();
  const lookNow = async (to: string): Promise<Blame> => {
    const way = await wayTo(to, deps);
    const key = `${isIP(to)} ${JSON.stringify(way)}`;
    const known = looks.get(key);
    if (known && clock.monoMs() - known.atMs < KEPT_MS) return known.blame;
    const blame = turn.then(async () =>
      decide(await lookAround(way, deps), { source: deps.localAddress, to }),
    );
    turn = blame.catch(() => {});
    if (looks.size > 32) looks.clear();
    looks.set(key, { atMs: clock.monoMs(), blame });
    return blame;
  };
  return async (to) => {
    const late = Promise.withResolvers<null>();
    const cancel = clock.after(PATIENCE_MS, () => late.resolve(null));
    return await Promise.race([lookNow(to), late.promise]).finally(cancel);
  };
}

/** No address was ever tried: the name could not be looked up. Then the way to the resolver counts, or to anywhere. */
function somewhere(sample: Unnumbered, { resolvers, references, localAddress }: SelfCheckDeps): string {
  const family = isIP(localAddress ?? "") === 6 ? 6 : 4;
  const hosts = [sample.detail.resolver, ...resolvers, ...getServers()].map((text) =>
    bareAddress(text ?? ""),
  );
  const resolver = hosts.find((host) => isIP(host) !== 0 && !isLoopback(host));
  const reference = references[0];
  return resolver ?? (reference === undefined ? ANYWHERE[family] : hostPort(reference).host);
}

/** An address as resolvers are written: with a port, in brackets, or bare. */
function bareAddress(text: string): string {
  return isIP(text) === 0 ? text.replace(/^\[(.*)\](?::\d+)?$|:\d+$/, "$1") : text;
}

function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^::ffff:127\./.test(address);
}
