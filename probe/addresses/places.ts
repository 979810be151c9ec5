/**
 * Which of a name's addresses are measured: those that have a place, at most so many per target.
 *
 * An address keeps its place as long as the name has it. A new one takes a free place, or that of the address seen least
 * recently among those the name no longer has; where there is neither it is not measured, only counted. No I/O:
 * `places-file.ts` keeps them over a restart, so that a series goes on that the collector knows.
 */
import ipaddr from "ipaddr.js";

export type Picked = {
  /** Canonical, IPv4 and IPv6 by turns, each in numeric order: the same at every vantage that gets the same answer. */
  readonly measured: readonly string[];
  /** How many more the name has. */
  readonly other: number;
};

/** Per target: address -> when it was last seen. */
export type Taken = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type Places = {
  /** @param answered Addresses the name has now. @param tick Of this look; only its order counts. */
  pick(target: string, answered: readonly string[], max: number, tick: number): Picked;
  /** Forgets every other target. */
  keepOnly(targets: ReadonlySet<string>): void;
  taken(): Taken;
};

/** @param before What an earlier run had taken. */
export function placesOf(before: Taken = {}): Places {
  const places = new Map(
    Object.entries(before).map(([target, seen]) => [target, new Map(Object.entries(seen))]),
  );
  return {
    taken: () => Object.fromEntries([...places].map(([target, seen]) => [target, Object.fromEntries(seen)])),
    pick(target, answered, max, tick) {
      const seen = places.get(target) ?? new Map<string, number>();
      places.set(target, seen);
      const now = ordered(answered);
      const isNow = new Set(now);
      makeRoom(seen, isNow, max);
      for (const address of now) {
        if (!seen.has(address) && seen.size >= max && !giveBack(seen, isNow)) continue;
        seen.set(address, tick);
      }
      const measured = now.filter((address) => seen.has(address));
      return { measured, other: now.length - measured.length };
    },
    keepOnly(targets) {
      for (const target of places.keys()) if (!targets.has(target)) places.delete(target);
    },
  };
}

/** For a target that may have fewer places than before. */
function makeRoom(seen: Map<string, number>, isNow: ReadonlySet<string>, max: number): void {
  while (seen.size > max) {
    if (giveBack(seen, isNow)) continue;
    const last = [...seen.keys()].at(-1);
    if (last !== undefined) seen.delete(last);
  }
}

/** @returns Whether a place has become free. */
function giveBack(seen: Map<string, number>, isNow: ReadonlySet<string>): boolean {
  let oldest: string | null = null;
  for (const [address, tick] of seen) {
    if (!isNow.has(address) && (oldest === null || tick < (seen.get(oldest) ?? 0))) oldest = address;
  }
  return oldest !== null && seen.delete(oldest);
}

/** Every address once, in its canonical text. */
export function ordered(addresses: readonly string[]): string[] {
  const unique = [...new Set(addresses.map(canonical))];
  const [four, six] = [false, true].map((v6) =>
    unique.filter((address) => address.includes(":") === v6).sort(numerically),
  );
  const longest = Math.max(four?.length ?? 0, six?.length ?? 0);
  return Array.from({ length: longest }, (_, i) => [four?.[i], six?.[i]])
    .flat()
    .filter((address) => address !== undefined);
}

/** One text per address: what names its series. Text that is no address stays as it is. */
export function canonical(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}

function numerically(a: string, b: string): number {
  return Buffer.compare(bytesOf(a), bytesOf(b));
}

function bytesOf(address: string): Buffer {
  return Buffer.from(ipaddr.isValid(address) ? ipaddr.parse(address).toByteArray() : []);
}
