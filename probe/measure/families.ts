/** Which address families a measurement may use on this machine. */
import { isIP } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";

/** This machine's interfaces, as os.networkInterfaces() gives them. */
export type Interfaces = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Families to try, in order: IPv4 first, unless this machine has only IPv6 or leaves by one address. */
export function familiesFor(
  wanted: Assignment["family"],
  localAddress: string | undefined,
  own: ReadonlySet<4 | 6>,
): readonly (4 | 6)[] {
  const asked: readonly (4 | 6)[] = wanted === "ipv4" ? [4] : wanted === "ipv6" ? [6] : [4, 6];
  const bound = localAddress === undefined ? null : familyOf(localAddress);
  if (bound !== null) return asked.filter((family) => family === bound);
  return own.has(6) && !own.has(4) ? [...asked].reverse() : asked;
}

/** The family of an address; null = it is a name. */
export function familyOf(host: string): 4 | 6 | null {
  // Most are names: an address has a colon or ends in a digit, and to ask isIP costs a measurement as much as a timer.
  const last = host.charCodeAt(host.length - 1);
  if ((last < 48 || last > 57) && !host.includes(":")) return null;
  const family = isIP(host);
  return family === 4 || family === 6 ? family : null;
}

/** The family of an address, if this machine's way out has it. */
export function familiesOfPin(pin: string, localAddress: string | undefined): readonly (4 | 6)[] {
  return familiesFor(isIP(pin) === 4 ? "ipv4" : "ipv6", localAddress, new Set());
}

/** Address families of this machine, loopback and link-local aside. */
export function ownFamilies(interfaces: Interfaces): ReadonlySet<4 | 6> {
  const families = new Set<4 | 6>();
  for (const entry of Object.values(interfaces()).flatMap((entries) => entries ?? [])) {
    if (entry.internal || entry.address.startsWith("fe80:")) continue;
    families.add(entry.family === "IPv4" ? 4 : 6);
  }
  return families;
}

/** How long a look at the interfaces holds, ms: it costs a sixth of a measurement, and decides the order of families only. */
const LOOK_MS = 1_000;

/** `ownFamilies`, looked up once a second at most. */
export function recentFamilies(interfaces: Interfaces, monoMs: () => number): () => ReadonlySet<4 | 6> {
  let untilMs = Number.NEGATIVE_INFINITY;
  let families: ReadonlySet<4 | 6> = new Set();
  return () => {
    const nowMs = monoMs();
    if (nowMs < untilMs) return families;
    untilMs = nowMs + LOOK_MS;
    families = ownFamilies(interfaces);
    return families;
  };
}

/**
 * Whether this machine has what it measures from: an address of one of the families besides loopback, or the one
 * address that was set.
 */
export function hasNetwork(
  interfaces: Interfaces,
  families: readonly (4 | 6)[],
  localAddress: string | undefined,
): boolean {
  if (localAddress === undefined) {
    const own = ownFamilies(interfaces);
    return families.some((family) => own.has(family));
  }
  if (localAddress.startsWith("127.")) return true;
  return Object.values(interfaces()).some((entries) =>
    entries?.some((entry) => entry.address === localAddress),
  );
}
