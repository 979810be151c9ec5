/**
 * One assignment becomes one measurement: hops are run until an answer stands, their marks become timings, the
 * facts are judged. Next stop: the spool, by way of the schedule.
 *
 * Every connection is fresh, every deadline our own. A failed measurement is data; only the caller's own signal
 * rejects. Times are monotonic, `startedMs` alone is the wall clock.
 */
import { networkInterfaces } from "node:os";
import type { Clock } from "../../collector/wire/clock.ts";
import { kindOf } from "../../collector/wire/kind.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import { DEFAULT_LIMITS, type Limits } from "../judge/judge.ts";
import { answerCache } from "./answer-cache.ts";
import { type Secrets, secretTexts } from "./ask.ts";
import { measuredOf } from "./assemble.ts";
import { chainsOf } from "./certificate.ts";
import { type Interfaces, recentFamilies } from "./families.ts";
import { type Course, follow, type Trail } from "./follow.ts";
import { forgeries } from "./forged.ts";
import { guardOf } from "./guard.ts";
import type { HopTools } from "./hop.ts";
import { measureKind, type Ran } from "./kinds/measure-kind.ts";
import { lookupOf } from "./lookup.ts";
import { type LoopWatch, loopWatch } from "./loop-watch.ts";
import type { Measurable, Measured } from "./measured.ts";
import { type Marks, progressOf } from "./phases.ts";
import type { Named } from "./reach.ts";
import { withoutSecrets } from "./secrets.ts";
import { newStop } from "./stop.ts";
import { deadline } from "./trouble.ts";
import { trustOf } from "./trust.ts";
import { warmUp } from "./warm-up.ts";

export type MeasurerOptions = {
  readonly clock: Clock;
  /** Resolvers, `IP` or `IP:port`; absent or empty = the machine's own. */
  readonly resolvers?: readonly string[];
  /** Source address of every connection and lookup: the way out by one carrier. */
  readonly localAddress?: string;
  /** CIDRs that may be measured although they are not public. */
  readonly allow: readonly string[];
  /** File a refusal tells the user to edit; starting with `--` it is a flag. */
  readonly allowFile: string;
  /** Hosts file; default /etc/hosts. */
  readonly hosts?: string;
  /** PEM certificates trusted besides Mozilla's. */
  readonly ca?: readonly string[];
  /** Values of the secrets that targets name; default: there are none. */
  readonly secrets?: Secrets;
  /** 0 <= x < 1; picks among several addresses. */
  readonly random: () => number;
  readonly version?: string;
  /** This machine's interfaces; default os.networkInterfaces. */
  readonly interfaces?: Interfaces;
  readonly limits?: Limits;
  /** Addresses for `host:port` or `*:port`, used instead of any lookup; default: none. */
  readonly named?: Named;
};

export type MeasureOptions = {
  readonly signal?: AbortSignal;
  /** Metrics that are complete so far, in storage order, us; called as they become so. */
  readonly onProgress?: (done: { metric: Metric; us: number }[]) => void;
  /** Start after the due instant, ms; default 0. */
  readonly lateMs?: number;
};

export type Measurer = {
  /** Measures once. Rejects only with the reason of `signal`. */
  measure(assignment: Measurable, options?: MeasureOptions): Promise<Measured>;
  /** Lets the machinery compile, on loopback: the first measurements of a process are 10 ms and more off. */
  warmUp(): Promise<void>;
  /** Drops what is pending at the resolver. */
  close(): void;
};

/** @throws ConfigError for an `allow` entry that is no CIDR. */
export function measurer(options: MeasurerOptions): Measurer {
  const secrets = options.secrets ?? (() => null);
  const interfaces = options.interfaces ?? networkInterfaces;
  const trust = trustOf(options.ca ?? [], secrets);
  const tools: HopTools = {
    clock: options.clock,
    guard: guardOf(options.allow, options.allowFile),
    lookup: lookupOf({
      resolvers: options.resolvers ?? [],
      localAddress: options.localAddress,
      hostsFile: options.hosts ?? "/etc/hosts",
      monoMs: options.clock.monoMs,
    }),
    answers: answerCache(options.clock),
    chains: chainsOf(options.clock.monoMs),
    trust,
    context: trust.common,
    secrets,
    localAddress: options.localAddress,
    random: options.random,
    interfaces,
    families: recentFamilies(interfaces, options.clock.monoMs),
    named: options.named,
    userAgent: `carrierwatch/${options.version ?? "0"}`,
  };
  const watch = loopWatch({ monoMs: options.clock.monoMs });
  const { clock } = options;
  const forged = forgeries({ lookup: tools.lookup, clock });
  const around = { watch, limits: options.limits ?? DEFAULT_LIMITS };
  return {
    async measure(assignment, extra = {}) {
      const leave = watch.enter();
      try {
        const texts = secretTexts(assignment, secrets);
        const endMs = clock.monoMs() + assignment.timeouts.totalMs;
        const measured = await undisturbed(tools, assignment, extra, around);
        const judged = await forged.judged(measured, assignment.url, endMs - clock.monoMs());
        return withoutSecrets(judged, texts);
      } finally {
        leave();
      }
    },
    warmUp: () => warmUp(tools),
    close() {
      forged.close();
      tools.lookup.close();
    },
  };
}

/** Methods that a server takes as a question only. @see RFC 9110, 9.2.1 */
const SAFE: ReadonlySet<Measurable["method"]> = new Set(["GET", "HEAD", "OPTIONS"]);

type Surroundings = { readonly watch: LoopWatch; readonly limits: Limits };

/**
 * Measures, and once more when the loop was too late for the times to mean anything and half the time is left.
 *
 * A target that is up costs a second request then; a machine that is busy all the time gives a suspect sample. What may
 * change something at the server (POST, PUT, PATCH, DELETE) is asked once, whatever the times are worth.
 */
async function undisturbed(
  tools: HopTools,
  assignment: Measurable,
  extra: MeasureOptions,
  around: Surroundings,
): Promise<Measured> {
  const startMs = tools.clock.monoMs();
  const first = await run(tools, assignment, extra, around);
  const tookMs = tools.clock.monoMs() - startMs;
  const { totalMs } = assignment.timeouts;
  const wasLate = (first.detail.lateMs ?? 0) > around.limits.lateMs;
  if (first.state !== "suspect" || wasLate || tookMs > totalMs / 2) return first;
  if (!SAFE.has(assignment.method)) return first;
  const timeouts = { ...assignment.timeouts, totalMs: totalMs - tookMs };
  const second = await run(tools, { ...assignment, timeouts }, extra, around);
  return second.state === "suspect" && delayOf(second) > delayOf(first) ? first : second;
}

/** What there is to say of an http measurement. */
function ranOf(trail: Trail, assignment: Measurable): Ran {
  return { trouble: trail.trouble, conclude: (about) => measuredOf(trail, assignment, about) };
}

const noEndInAll = (ms: number): string => `no end after ${Math.round(ms)} ms in all`;

function delayOf({ detail }: Measured): number {
  return detail.loopDelayMs ?? 0;
}

async function run(
  tools: HopTools,
  assignment: Measurable,
  extra: MeasureOptions,
  { watch, limits }: Surroundings,
): Promise<Measured> {
  const { clock } = tools;
  const lateMs = Math.max(0, extra.lateMs ?? 0);
  const stop = newStop();
  const callerStops = () => stop.abort(extra.signal?.reason);
  extra.signal?.throwIfAborted();
  extra.signal?.addEventListener("abort", callerStops, { once: true });
  const startedMs = clock.nowMs();
  const { totalMs } = assignment.timeouts;
  const lift = deadline(clock, totalMs, stop, noEndInAll);
  let loopDelayMs = 0;
  const finished: Marks[] = [];
  const arrived = () => {
    loopDelayMs = Math.max(loopDelayMs, watch.lastDelayMs);
  };
  const cameMs = (atMs?: number) => watch.cameMs(stop, atMs);
  const passed = () => watch.passed(stop);
  const marked = (marks: Marks) => {
    extra.onProgress?.(progressOf([...finished, marks]));
  };
  try {
    const course: Course = { stop, cameMs, passed, arrived, marked, finished };
    const ran =
      kindOf(assignment.url) === null
        ? ranOf(await follow(tools, assignment, course), assignment)
        : await measureKind(tools, assignment, course);
    extra.signal?.throwIfAborted();
    const endDelayMs = watch.delayMs();
    if (ran.trouble) loopDelayMs = Math.max(loopDelayMs, endDelayMs);
    return ran.conclude({ startedMs, loopDelayMs, endDelayMs, lateMs, limits });
  } finally {
    lift();
    extra.signal?.removeEventListener("abort", callerStops);
  }
}
