/**
 * The names this machine knows without asking a resolver: localhost and the hosts file, as getaddrinfo would.
 *
 * c-ares asks servers only, so these are looked up here first. The file is read again when it has changed.
 */
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";

export type HostsTable = ReadonlyMap<string, readonly string[]>;

/** Parses a hosts file: address, names, `#` starts a comment. Lines that are neither are left out. */
export function parseHosts(text: string): HostsTable {
  const table = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*$/, "").trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      table.set(key, [...(table.get(key) ?? []), address]);
    }
  }
  return table;
}

/**
 * Addresses of a name known on this machine.
 *
 * @param name Host of a URL, lower case; a final dot is ignored.
 * @param family 4 or 6.
 * @returns Empty when a resolver has to be asked.
 */
export function localAddresses(table: HostsTable, name: string, family: 4 | 6): readonly string[] {
  const bare = name.replace(/\.$/, "");
  // RFC 6761: these never leave the machine, whatever the file says.
  if (bare === "localhost" || bare.endsWith(".localhost")) return [family === 4 ? "127.0.0.1" : "::1"];
  return (table.get(bare) ?? []).filter((address) => isIP(address) === family);
}

/** How long a look at a file of the machine holds, ms: it waits for the disk's tables, at every measurement. */
export const LOOK_MS = 1_000;

/**
 * A reader of the hosts file that notices changes, within a second.
 *
 * @param path The file; one that is missing or unreadable counts as empty.
 * @param monoMs Monotonic clock, ms.
 */
export function hostsReader(path: string, monoMs: () => number): () => HostsTable {
  let table: HostsTable = new Map();
  let seen = "";
  let untilMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (monoMs() < untilMs) return table;
    untilMs = monoMs() + LOOK_MS;
    const stamp = stampOf(path);
    if (stamp !== seen) {
      seen = stamp;
      table = stamp === "" ? new Map() : parseHosts(readFileSync(path, "utf8"));
    }
    return table;
  };
}

/** Changes when the file does; empty when there is none. */
export function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : "";
}
