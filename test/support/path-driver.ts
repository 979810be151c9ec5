/**
 * Takes evidence inside a network namespace, as a probe would, and prints it: one line of JSON.
 *
 * Arguments: one JSON object with url, and resolvers, allow, localAddress, address where they differ.
 */
import { systemClock } from "../../collector/wire/clock.ts";
import { guardOf } from "../../probe/measure/guard.ts";
import { lookupOf } from "../../probe/measure/lookup.ts";
import { capture } from "../../probe/path/capture.ts";
import { assignmentOf } from "./assignments.ts";

const asked = JSON.parse(process.argv[2] ?? "{}") as {
  url: string;
  resolvers?: string[];
  allow?: string[];
  localAddress?: string;
  address?: string;
};
const { localAddress, resolvers = ["10.77.3.53"], allow = ["10.0.0.0/8", "fc00::/7"] } = asked;
const lookup = lookupOf({ resolvers, localAddress, hostsFile: "/dev/null" });
const startedMs = performance.now();
const evidence = await capture(
  {
    clock: systemClock(),
    guard: guardOf(allow, "config.yaml"),
    lookup,
    localAddress,
    userAgent: "carrierwatch/test",
  },
  assignmentOf({ url: asked.url }),
  asked.address === undefined ? {} : { address: asked.address },
);
process.stdout.write(`${JSON.stringify({ evidence, tookMs: performance.now() - startedMs })}\n`);
lookup.close();
process.exit(0);
