/** Assignments as a collector gives them. */
import { Once } from "../../collector/wire/on-demand.ts";
import { Assignment, ProbeConfig } from "../../collector/wire/probe-protocol.ts";

/** A target measured every 300 s on the tick; anything can be set otherwise. */
export function assignmentOf(over: Partial<Assignment> = {}): Assignment {
  return Assignment.parse({
    id: "shop",
    url: "http://127.0.0.1:1/",
    method: "GET",
    family: "any",
    stepS: 300,
    phaseS: 0,
    expect: { status: ["200-299"] },
    timeouts: { connectMs: 1_000, totalMs: 2_000 },
    redirects: 5,
    bodyCapBytes: 1_000_000,
    revision: 1,
    ...over,
  });
}

/** What GET /probe/config answers. */
export function probeConfigOf(assignments: readonly Assignment[]): ProbeConfig {
  return ProbeConfig.parse({ wire: 1, vantage: "sh-ct-1", carrier: "ct", assignments });
}

/** Something to be measured now, as a collector hands it to a probe. */
export function onceOf(id: string, over: Partial<Once> = {}): Once {
  const { url, method, family, expect, timeouts, redirects, bodyCapBytes } = assignmentOf();
  const measured = { url, method, family, expect, timeouts, redirects, bodyCapBytes };
  return Once.parse({ id, ...measured, withinMs: 60_000, ...over });
}
