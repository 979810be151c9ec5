/** Reports of evidence as a probe makes them. */
import { PathReport } from "../../collector/wire/path-evidence.ts";

/** A route of three hops to a port that does not answer; anything can be set otherwise. */
export function reportOf(
  target: string,
  atMs: number,
  over: Partial<Omit<PathReport, "evidence">> & { evidence?: Partial<PathReport["evidence"]> } = {},
): PathReport {
  return PathReport.parse({
    id: "0123456789abcdef",
    target,
    tick: Math.floor(atMs / 300_000) * 300,
    ...over,
    evidence: {
      takenMs: atMs,
      tool: "traceroute",
      address: "8.8.8.8",
      port: 443,
      hops: [
        { ttl: 1, address: "192.168.1.1", timesMs: [0.4, 0.5] },
        { ttl: 2, address: "202.97.33.1", timesMs: [3.1] },
        { ttl: 3, address: null, timesMs: [] },
      ],
      reached: false,
      answers: ["8.8.8.8"],
      resolver: "202.96.128.86",
      chain: [],
      ...over.evidence,
    },
  });
}
