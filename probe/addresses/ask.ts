/**
 * A name becomes all of its addresses: A and AAAA are asked once each, at the same time, and each answer is timed.
 *
 * An address, localhost and names of the hosts file are not asked for: their dns time is null. Nothing is judged here.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import { usOf } from "../../collector/wire/metric.ts";
import type { AnswerCache } from "../measure/answer-cache.ts";
import type { Lookup } from "../measure/lookup.ts";
import { deadline, describe, type Trouble } from "../measure/trouble.ts";

/** What one question brought. */
export type FamilyAnswer = {
  readonly family: 4 | 6;
  /** In the answer's order. */
  readonly addresses: readonly string[];
  /** Seconds each may be kept, in the same order; empty = nobody was asked. */
  readonly ttlS: readonly number[];
  /** Who was asked; null = nobody. */
  readonly resolver: string | null;
  /** From the question to its answer, us; null = nobody was asked, or nothing came. */
  readonly dnsUs: number | null;
  /** Why there are no addresses; null = there are some. */
  readonly trouble: Trouble | null;
};

export type Asker = {
  readonly lookup: Lookup;
  readonly clock: Clock;
  /** Answers that may be used for their TTL, and are kept for it; null = every time anew. */
  readonly cache: AnswerCache | null;
};

export type Question = {
  /** Lower case, without brackets. */
  readonly host: string;
  readonly families: readonly (4 | 6)[];
  /** Longest wait for an answer. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
};

/** Asks for every family; a failure is part of the answer. Rejects only with the reason of `signal`. */
export async function askFamilies(
  asker: Asker,
  { host, families, withinMs, signal }: Question,
): Promise<readonly FamilyAnswer[]> {
  const { lookup, clock } = asker;
  const stop = new AbortController();
  const callerStops = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", callerStops, { once: true });
  const lift = deadline(clock, withinMs, stop);
  const known = families.map((family) => ({ family, addresses: localOf(lookup, host, family) }));
  const anyKnown = known.some(({ addresses }) => addresses.length > 0);
  try {
    const answers = await Promise.all(
      known.map(({ family, addresses }) =>
        anyKnown
          ? { ...NOBODY, family, addresses, trouble: addresses.length > 0 ? null : nothing(host) }
          : askOne(asker, host, family, stop.signal),
      ),
    );
    signal?.throwIfAborted();
    return answers;
  } finally {
    lift();
    signal?.removeEventListener("abort", callerStops);
  }
}

const NOBODY = { addresses: [], ttlS: [], resolver: null, dnsUs: null } as const;

function localOf(lookup: Lookup, host: string, family: 4 | 6): readonly string[] {
  return lookup.local(host, [family])?.addresses ?? [];
}

async function askOne(
  { lookup, clock, cache }: Asker,
  host: string,
  family: 4 | 6,
  signal: AbortSignal,
): Promise<FamilyAnswer> {
  const kept = cache?.get(host, [family]);
  if (kept) return { ...NOBODY, family, addresses: kept.addresses, trouble: null };
  const startMs = clock.monoMs();
  let answeredMs: number | null = null;
  const mark = () => {
    answeredMs = clock.monoMs();
  };
  try {
    const found = await lookup.ask(host, [family], signal, mark);
    const { addresses, answers = [], resolver = null } = found;
    cache?.put(host, [family], found);
    const dnsUs = usOf((answeredMs ?? clock.monoMs()) - startMs);
    return { family, addresses, ttlS: answers.map(({ ttlS }) => ttlS), resolver, dnsUs, trouble: null };
  } catch (error) {
    const elapsedMs = clock.monoMs() - startMs;
    const trouble: Trouble = { phase: "dns", elapsedMs, ...describe(error) };
    return { ...NOBODY, family, resolver: lookup.asked(), trouble };
  }
}

function nothing(host: string): Trouble {
  return { phase: "dns", code: "ENODATA", message: `${host} has no such address`, elapsedMs: 0 };
}
