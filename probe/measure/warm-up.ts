/**
 * Lets everything a measurement needs load and compile, against servers of our own on loopback: lookup, connect, TLS,
 * request, answer. What it measures is thrown away.
 */
import { type HopTools, runHop } from "./hop.ts";
import { lookupOf } from "./lookup.ts";
import { newStop } from "./stop.ts";
import { WARM_UP_NAME, warmUpPeers } from "./warm-up-peers.ts";

/** After so many the next one is no faster: measured, see docs/measuring.md. */
const ROUNDS = 12;
const TIMEOUT_MS = 2_000;

/** Runs throw-away measurements; what goes wrong here is seen in the first real one. */
export async function warmUp(tools: HopTools): Promise<void> {
  const peers = await warmUpPeers();
  const lookup = lookupOf({ resolvers: [peers.dns], localAddress: undefined, hostsFile: "" });
  const open = { ...tools, lookup, guard: { url: () => null, address: () => null }, localAddress: undefined };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await throwAway(open, `http://${WARM_UP_NAME}:${peers.httpPort}/`);
      await throwAway(open, `https://${WARM_UP_NAME}:${peers.httpsPort}/`);
    }
  } finally {
    lookup.close();
    peers.close();
  }
}

async function throwAway(tools: HopTools, url: string): Promise<void> {
  await runHop(tools, {
    url: new URL(url),
    asking: { method: "GET", body: null, home: true },
    assignment: {
      expect: { status: ["200-299"], bodyContains: "warm" },
      timeouts: { connectMs: TIMEOUT_MS, totalMs: TIMEOUT_MS },
      redirects: 0,
      bodyCapBytes: 10_000,
      // Its certificate is signed by itself.
      tls: { verify: false },
    },
    families: [4, 6],
    stop: newStop(),
    cameMs: tools.clock.monoMs,
    passed: tools.clock.monoMs,
    arrived: () => undefined,
    marked: () => undefined,
  });
}
