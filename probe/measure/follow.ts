/**
 * A URL becomes a trail of hops: redirects are followed by hand, each hop guarded and timed on its own connection.
 *
 * Credentials stay with the first origin (ask.ts). A request asked twice is a loop: no cookie is kept that could make the
 * second answer another one.
 */
import { type Asking, firstAsking, nextAsking } from "./ask.ts";
import { hasNetwork as addressed, familiesFor, familiesOfPin } from "./families.ts";
import { type Hop, type HopTools, runHop } from "./hop.ts";
import type { Measurable } from "./measured.ts";
import type { Marks } from "./phases.ts";
import { nextUrl } from "./redirect.ts";
import type { Stop } from "./stop.ts";
import { describe, StageError, type Trouble } from "./trouble.ts";

export type Trail = {
  readonly hops: readonly Hop[];
  readonly url: URL | null;
  /** Of the last hop, or of what lay between two. */
  readonly trouble: Trouble | null;
  /** Whether this machine had an address to measure from. */
  readonly hasNetwork: () => boolean;
};

/** What one measurement shares with its hops. */
export type Course = {
  readonly stop: Stop;
  readonly cameMs: (atMs?: number) => number;
  readonly passed: () => number;
  readonly arrived: () => void;
  readonly marked: (marks: Marks) => void;
  /** Marks of the hops that are over; grows. */
  readonly finished: Marks[];
};

/** Runs hop after hop until an answer stands or something stops it. */
export async function follow(tools: HopTools, assignment: Measurable, course: Course): Promise<Trail> {
  const { stop, cameMs, passed, arrived, marked, finished } = course;
  const { localAddress } = tools;
  let families = familiesFor(assignment.family, localAddress, tools.families());
  const hasNetwork = () => addressed(tools.interfaces, families, localAddress);
  const startMs = tools.clock.monoMs();
  const hops: Hop[] = [];
  let url = URL.parse(assignment.url);
  if (url === null)
    return {
      hops,
      url,
      hasNetwork,
      trouble: refused("GUARD", "the URL of this target is not one"),
    };
  if (assignment.url.includes("#")) url.hash = "";
  const refusal = tools.guard.url(url);
  if (refusal !== null) return { hops, url, hasNetwork, trouble: refused("GUARD", refusal) };
  const seen = [url.href];
  const { hostname } = url;
  const anyway = families;
  let asking: Asking = firstAsking(assignment);
  for (;;) {
    // Another host than the target's own is found as usual.
    const pin = url.hostname === hostname ? assignment.addresses?.pin : undefined;
    families = pin === undefined ? anyway : familiesOfPin(pin, localAddress);
    const hop = await runHop(tools, {
      url,
      asking,
      assignment,
      families,
      pin,
      stop,
      cameMs,
      passed,
      arrived,
      marked,
    });
    hops.push(hop);
    finished.push(hop.marks);
    const location = hop.answer?.location ?? null;
    if (hop.trouble || location === null) {
      return { hops, url, hasNetwork, trouble: redirectTrouble(hop.trouble, hops.length) };
    }
    try {
      const from = url;
      url = nextUrl(from, location, seen, assignment.redirects);
      asking = nextAsking(asking, hop.status ?? 0, from, url);
      const again = tools.guard.url(url);
      if (again !== null) throw new StageError("REDIRECT_REFUSED", again);
    } catch (error) {
      const elapsedMs = tools.clock.monoMs() - startMs;
      return {
        hops,
        url,
        hasNetwork,
        trouble: { phase: "status", elapsedMs, ...describe(error) },
      };
    }
    seen.push(url.href);
  }
}

/** A refusal after a redirect is the redirect's: whoever sends visitors to a private address is broken for them. */
function redirectTrouble(trouble: Trouble | null, hops: number): Trouble | null {
  if (trouble?.code !== "GUARD" || hops === 1) return trouble;
  return { ...trouble, phase: "status", code: "REDIRECT_REFUSED" };
}

function refused(code: "GUARD", message: string): Trouble {
  return { phase: "dns", code, message, elapsedMs: 0 };
}
