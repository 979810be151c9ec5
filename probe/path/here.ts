/** Evidence from this machine for whoever stands before it: `check --path`. */
import { systemClock } from "../../collector/wire/clock.ts";
import type { PathEvidence } from "../../collector/wire/path-evidence.ts";
import { VERSION } from "../../collector/wire/version.ts";
import { guardOf } from "../measure/guard.ts";
import { lookupOf } from "../measure/lookup.ts";
import { type Capture, capture, type Watched } from "./capture.ts";

/** @returns null when there is nowhere to look (a dns URL). @throws ConfigError for an `allow` entry that is no CIDR. */
export async function pathFromHere(
  watched: Watched,
  detail: Capture["detail"],
  way: {
    readonly allow: readonly string[];
    readonly resolvers: readonly string[];
    readonly localAddress: string | undefined;
  },
): Promise<PathEvidence | null> {
  const lookup = lookupOf({ ...way, hostsFile: "/etc/hosts" });
  const guard = guardOf(way.allow, "--allow");
  const { localAddress } = way;
  const userAgent = `carrierwatch/${VERSION}`;
  try {
    return await capture({ clock: systemClock(), guard, lookup, localAddress, userAgent }, watched, detail);
  } finally {
    lookup.close();
  }
}
