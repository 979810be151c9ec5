/**
 * Facts of one measurement become its verdict: up, down with a cause, suspect, or UNKNOWN with a reason. Pure.
 *
 * Down says something about the target or the way to it. What this machine could not do (no port, no network, the
 * guard, a loop that slept through the deadline) is UNKNOWN: it must page nobody and colour nothing.
 */
import type { Expect } from "../../collector/wire/expect.ts";
import { usOf } from "../../collector/wire/metric.ts";
import type { Failure, State, UnknownReason } from "../../collector/wire/sample.ts";
import { oneLine } from "../measure/text.ts";
import { OWN_CODES, type Trouble } from "../measure/trouble.ts";
import { type Answered, type Broken, brokenRules } from "./broken.ts";
import { causeOf } from "./cause.ts";
import { rulesOf } from "./rules.ts";

export type Evidence = Answered & {
  /** Null = a complete answer came. */
  readonly trouble: Trouble | null;
  readonly totalMs: number;
  /** Event-loop delay, ms: the largest at a mark of a complete answer; of a trouble, the one when it ended. */
  readonly loopDelayMs: number;
  /** Start after the due instant, ms. */
  readonly lateMs: number;
  /** Whether this machine has an address to measure from, besides loopback. */
  readonly hasNetwork: boolean;
};

export type Limits = {
  /** A mark that came later than this says nothing about durations, ms. */
  readonly loopDelayMs: number;
  /** A measurement that began later than this was made by a machine in distress, ms. */
  readonly lateMs: number;
  /** A deadline is doubted when the loop was late, as it fired, by more than this share of the phase. Default 0.25. */
  readonly doubtShare?: number;
};

export const DEFAULT_LIMITS: Limits = { loopDelayMs: 5, lateMs: 5_000 };
const DOUBT_SHARE = 0.25;

export type Verdict = {
  readonly state: State;
  readonly failure?: Failure;
  readonly unknownReason?: UnknownReason;
  readonly note?: string;
};

/** The verdict of one measurement. */
export function judge(evidence: Evidence, expect: Expect, limits: Limits = DEFAULT_LIMITS): Verdict {
  const { trouble } = evidence;
  if (trouble) return troubled(trouble, evidence, limits.doubtShare ?? DOUBT_SHARE);
  const { problem } = rulesOf(expect);
  if (problem !== null)
    return unknown("internal", `this probe cannot judge by the target's rules: ${problem}`);
  const broken = brokenRules(evidence, expect);
  if (broken[0]) return brokenBy(broken[0], broken.slice(1), evidence.totalMs);
  if (evidence.findings?.matches === "gave-up") {
    const pattern = JSON.stringify(expect.bodyMatches?.slice(0, 60));
    return unknown("overload", `the pattern ${pattern} takes too long on this body: write fewer repetitions`);
  }
  const disturbed = evidence.loopDelayMs > limits.loopDelayMs || evidence.lateMs > limits.lateMs;
  return { state: disturbed ? "suspect" : "up" };
}

function troubled(trouble: Trouble, evidence: Evidence, doubtShare: number): Verdict {
  if (trouble.code === "GUARD") return unknown("guard", trouble.message);
  if (trouble.code === "NO_LOCAL_FAMILY") return unknown("probe-network", trouble.message);
  if (trouble.code === "NO_SECRET") return unknown("internal", trouble.message);
  const { cause, source } = causeOf(trouble);
  if (cause === "internal")
    return unknown("internal", `the probe failed in ${trouble.phase}: ${textOf(trouble)}`);
  // Binding fails when the address that was set is gone, connecting when its ports are used up.
  if (trouble.message.startsWith("bind ")) {
    return unknown("probe-network", `this machine has no such address: ${textOf(trouble)}`);
  }
  if (cause === "no-local-port") {
    return unknown("overload", `this machine has no port, descriptor or memory left: ${textOf(trouble)}`);
  }
  if (!evidence.hasNetwork && (cause === "unreachable" || source === "resolver")) {
    return unknown("probe-network", `this machine has no network: ${textOf(trouble)}`);
  }
  if (trouble.code === "DEADLINE" && evidence.loopDelayMs > trouble.elapsedMs * doubtShare) {
    return unknown(
      "overload",
      `this machine was busy for ${Math.round(evidence.loopDelayMs)} ms while it waited`,
    );
  }
  return {
    state: "down",
    failure: {
      phase: trouble.phase,
      cause,
      source,
      elapsedUs: usOf(trouble.elapsedMs),
      detail: oneLine(textOf(trouble), 200),
    },
    ...(cause === "redirect-refused" ? { note: oneLine(trouble.message, 300) } : {}),
  };
}

function unknown(unknownReason: UnknownReason, note: string): Verdict {
  return { state: "unknown", unknownReason, note: oneLine(note, 300) };
}

/** The first broken rule is the failure; the others are named, so that nobody mends one and is surprised by the next. */
function brokenBy({ phase, cause, detail }: Broken, others: readonly Broken[], elapsedMs: number): Verdict {
  const names = [...new Set(others.map((other) => other.cause))].join(", ");
  const also = others.length === 0 ? "" : `; also broken: ${names}`;
  return {
    state: "down",
    failure: {
      phase,
      cause,
      source: "target",
      elapsedUs: usOf(elapsedMs),
      detail: oneLine(detail, 200 - also.length) + also,
    },
  };
}

/** What was seen, with its code where that is somebody else's: ours say no more than the words. */
function textOf({ code, message }: Trouble): string {
  const known = code === "" || message.includes(code) || OWN_CODES.some((own) => own === code);
  return known ? message : `${message} (${code})`;
}
