/**
 * Notices a resolver that answers names which cannot exist, and takes its word for nothing that looks like that.
 *
 * Every some minutes, after a measurement that had a name looked up and outside of all its times, a random name under
 * .invalid is asked for. Whatever addresses come are forged; a target that was given one of them has been hijacked.
 * @see RFC 6761 6.4: no name under .invalid exists
 */
import { randomBytes } from "node:crypto";
import type { Resolver } from "node:dns";
import type { Clock } from "../../collector/wire/clock.ts";
import { kindOf } from "../../collector/wire/kind.ts";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import type { Lookup } from "./lookup.ts";
import type { Measured } from "./measured.ts";

/** From one question to the next. */
const EVERY_MS = 5 * 60_000;
/** What a resolver forged is held against it for so long. */
const KEEP_MS = 60 * 60_000;
/** Different addresses that are remembered. */
const KEEP_MAX = 256;
/** Longest a measurement that is over waits for a question under way; none of it is in its times. */
const PATIENCE_MS = 100;

export type Forgeries = {
  /**
   * The measurement, or that it was hijacked.
   *
   * @param url Of the target. @param leftMs Of its timeout: nobody waits longer for a question under way.
   */
  judged(measured: Measured, url: string, leftMs: number): Measured | Promise<Measured>;
  /** Drops a question under way. */
  close(): void;
};

export type ForgeriesOptions = {
  readonly lookup: Pick<Lookup, "fresh">;
  readonly clock: Clock;
};

/** Watches over one vantage's resolvers. */
export function forgeries({ lookup, clock }: ForgeriesOptions): Forgeries {
  /** Address -> when it was last forged, monotonic ms. */
  const forged = new Map<string, number>();
  let askedMs = Number.NEGATIVE_INFINITY;
  let asking: { readonly over: Promise<void>; readonly resolver: Resolver } | null = null;
  const question = () => {
    if (asking !== null || clock.monoMs() - askedMs < EVERY_MS) return;
    askedMs = clock.monoMs();
    const resolver = lookup.fresh([]);
    const over = addressesOf(resolver, `carrierwatch-${randomBytes(8).toString("hex")}.invalid`).then(
      (found) => {
        asking = null;
        for (const address of found) forged.set(address, clock.monoMs());
        for (const address of forged.keys()) if (forged.size > KEEP_MAX) forged.delete(address);
      },
    );
    asking = { over, resolver };
  };
  const isForged = (address: string): boolean => {
    const sinceMs = forged.get(address);
    return sinceMs !== undefined && clock.monoMs() - sinceMs < KEEP_MS;
  };
  const examined = async (measured: Measured, url: string, leftMs: number): Promise<Measured> => {
    const given = givenTo(measured, url);
    if (given.length === 0) return measured;
    question();
    if (asking !== null && leftMs > 0) await atMost(clock, asking.over, Math.min(leftMs, PATIENCE_MS));
    const lie = given.find(isForged);
    return lie === undefined ? measured : hijacked(measured, lie);
  };
  return {
    judged(measured, url, leftMs) {
      const nothingNew = asking === null && clock.monoMs() - askedMs < EVERY_MS;
      return nothingNew && forged.size === 0 ? measured : examined(measured, url, leftMs);
    },
    close: () => asking?.resolver.cancel(),
  };
}

/** The addresses that the vantage's resolvers gave for a measurement; none where they were not asked. */
function givenTo({ timings, detail, state }: Measured, url: string): string[] {
  if (state === "unknown" || timings.dns === null) return [];
  const isDns = kindOf(url) === "dns";
  // A resolver that the target names is not the vantage's.
  if (isDns && /[?&]resolver=/i.test(url)) return [];
  if (isDns) return (detail.answers ?? []).map(({ address }) => address);
  const hops = (detail.hops ?? []).flatMap(({ address }) => address ?? []);
  return detail.address === undefined ? hops : [...hops, detail.address];
}

function hijacked({ startedMs, timings, detail }: Measured, address: string): Measured {
  return {
    startedMs,
    state: "down",
    failure: {
      phase: "dns",
      cause: "hijacked",
      source: "resolver",
      elapsedUs: timings.dns ?? 0,
      detail: `the resolver answers names that cannot exist with ${address} too`,
    },
    timings: NO_TIMINGS,
    detail,
  };
}

/** A and AAAA of a name; never rejects. */
async function addressesOf(resolver: Resolver, name: string): Promise<string[]> {
  const ask = (query: (name: string, done: (error: Error | null, found: string[]) => void) => void) =>
    new Promise<string[]>((resolve) => {
      query(name, (error, found) => resolve(error === null ? found : []));
    });
  const found = await Promise.all([
    ask((wanted, done) => resolver.resolve4(wanted, done)),
    ask((wanted, done) => resolver.resolve6(wanted, done)),
  ]);
  return found.flat();
}

function atMost(clock: Clock, over: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void over.then(() => {
      cancel();
      resolve();
    });
  });
}
