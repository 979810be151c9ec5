/**
 * Failed logins per account and address: five are free, then each further one waits twice as long, up to an hour. Also
 * per address over all accounts, and per account over all addresses; the latter holds back only addresses from which
 * the account has not signed in, so that a stranger cannot lock its owner out.
 *
 * An attempt counts when it begins, so that a hundred at once are not a hundred free ones; success takes it back.
 * In memory: a restart forgives. Monotonic time: setting the clock does not.
 */
import ipaddr from "ipaddr.js";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError } from "../wire/errors.ts";

export class TooManyAttemptsError extends CarrierwatchError {
  override readonly name = "TooManyAttemptsError";
  readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super("too_many_attempts", `too many failed logins; the next try is possible in ${retryAfterS} s`, {
      retryable: true,
    });
    this.retryAfterS = retryAfterS;
  }
}

export type Attempts = {
  /** Counts one. @returns Takes it back, after success. @throws TooManyAttemptsError */
  begin(account: string, address: string): () => void;
};

type Limit = { readonly key: string; readonly free: number; readonly forgetMs: number };
type Count = { failed: number; lastMs: number; untilMs: number };

const FREE = 5;
/** Over all accounts together: an address that walks through names. */
const FREE_PER_ADDRESS = 20;
/** Over all addresses together: many machines that share one list of passwords. */
const FREE_PER_ACCOUNT = 50;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
const FORGET_AFTER_MS = 60_000;
const FORGET_ACCOUNT_AFTER_MS = 3_600_000;
const MAX_KEYS = 10_000;

export function attempts(clock: Pick<Clock, "monoMs">): Attempts {
  const counts = new Map<string, Count>();
  /** Account and address of logins that succeeded. */
  const trusted = new Map<string, true>();
  const limitsOf = (account: string, address: string): Limit[] => {
    const pair = `account ${account} ${address}`;
    const anywhere = { key: `account ${account}`, free: FREE_PER_ACCOUNT, forgetMs: FORGET_ACCOUNT_AFTER_MS };
    return [
      { key: pair, free: FREE, forgetMs: FORGET_AFTER_MS },
      { key: `address ${address}`, free: FREE_PER_ADDRESS, forgetMs: FORGET_AFTER_MS },
      ...(trusted.has(pair) ? [] : [anywhere]),
    ];
  };
  const current = ({ key, forgetMs }: Limit, nowMs: number): Count => {
    const known = counts.get(key);
    if (known && nowMs < Math.max(known.untilMs, known.lastMs) + forgetMs) return known;
    return { failed: 0, lastMs: nowMs, untilMs: nowMs };
  };
  return {
    begin(account, from) {
      const nowMs = clock.monoMs();
      const limits = limitsOf(account, networkOf(from));
      const found = limits.map((limit) => ({ ...limit, count: current(limit, nowMs) }));
      const waitMs = Math.max(...found.map(({ count }) => count.untilMs - nowMs));
      if (waitMs > 0) throw new TooManyAttemptsError(Math.ceil(waitMs / 1000));
      for (const { key, free, count } of found) {
        const failed = count.failed + 1;
        const overdue = failed - free;
        const wait = overdue < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** overdue, LONGEST_WAIT_MS);
        counts.delete(key);
        counts.set(key, { failed, lastMs: nowMs, untilMs: nowMs + wait });
      }
      forgetOldest(counts);
      return () => {
        const [pair, ...shared] = limits;
        if (pair) {
          counts.delete(pair.key);
          trusted.delete(pair.key);
          trusted.set(pair.key, true);
          forgetOldest(trusted);
        }
        for (const { key } of shared) {
          const all = counts.get(key);
          if (all) counts.set(key, { ...all, failed: all.failed - 1, untilMs: nowMs });
        }
      };
    },
  };
}

/** Whoever has one IPv6 address has 2^64 of them: its /64 counts as one. */
function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return parsed.parts.slice(0, 4).join(":");
}

function forgetOldest(known: Map<string, unknown>): void {
  for (const key of known.keys()) {
    if (known.size <= MAX_KEYS) return;
    known.delete(key);
  }
}
