/**
 * Evidence a probe took when a target turned bad becomes an event of that target.
 *
 * Everything in it is hostile text: control and direction characters are taken out, hints are our own table's. Sent
 * twice it is one event; a vantage reports on its own targets only, and not without end.
 */
import type { Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import type { Event } from "../wire/event.ts";
import type { PathEvidence, PathReport } from "../wire/path-evidence.ts";
import type { Assigned } from "./assigned.ts";
import type { NetworkOf } from "./egress.ts";
import type { LiveBus } from "./live.ts";

/** Reports of a vantage in an hour: what a probe may take, and what waited through an outage. */
const PER_HOUR = 100;
const HOUR_MS = 3_600_000;
const FUTURE_S = 60;
/** As old as a sample may be. */
const OLDEST_S = 15 * 86_400;

export class TooManyReportsError extends CarrierwatchError {
  override readonly name = "TooManyReportsError";
  readonly retryAfterS: number;
  constructor(vantage: string, retryAfterS: number) {
    super("too_many_reports", `${vantage} has sent ${PER_HOUR} reports within an hour`, { retryable: true });
    this.retryAfterS = retryAfterS;
  }
}

export type Paths = {
  /**
   * @throws CarrierwatchError not_assigned, report_time; TooManyReportsError; what the store throws.
   */
  take(vantage: string, report: PathReport): Promise<void>;
};

export function pathsPart(deps: {
  readonly store: Pick<Store, "events">;
  readonly may: Pick<Assigned, "has">;
  readonly live: LiveBus;
  readonly clock: Clock;
  readonly networkOf: NetworkOf;
}): Paths {
  const { store, may, live, clock, networkOf } = deps;
  const taken = new Map<string, number[]>();
  const count = (vantage: string): void => {
    const nowMs = clock.monoMs();
    const recent = (taken.get(vantage) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    taken.set(vantage, recent);
    const [first] = recent;
    if (recent.length >= PER_HOUR && first !== undefined) {
      throw new TooManyReportsError(vantage, Math.ceil((first + HOUR_MS - nowMs) / 1000));
    }
    recent.push(nowMs);
  };
  return {
    async take(vantage, { id, target, tick, evidence }) {
      count(vantage);
      if (!(await may.has(vantage, target))) {
        throw new CarrierwatchError(
          "not_assigned",
          `target ${target} was never assigned to vantage ${vantage}`,
        );
      }
      const nowS = Math.floor(clock.nowMs() / 1000);
      if (tick > nowS + FUTURE_S || tick < nowS - OLDEST_S) {
        throw new CarrierwatchError("report_time", `a report of ${tick} cannot be placed at ${nowS}`);
      }
      const event: Event = {
        id: `path/${vantage}/${id}`,
        atS: tick,
        kind: "path",
        target,
        vantage,
        evidence: cleaned(evidence, networkOf),
      };
      await store.events.put([event]);
      live.publish({ type: "event", kind: "path", target, vantage });
    },
  };
}

/** The evidence as it may be shown: text without control and direction characters, hops with our own hints. Pure. */
export function cleaned(evidence: PathEvidence, networkOf: NetworkOf): PathEvidence {
  const { resolver, head, note } = evidence;
  return {
    ...evidence,
    address: evidence.address === null ? null : plain(evidence.address),
    hops: evidence.hops.map(({ ttl, address, timesMs }) => {
      const hint = address === null ? null : networkOf(address);
      const shown = address === null ? null : plain(address);
      return { ttl, address: shown, timesMs, ...(hint === null ? {} : { hint }) };
    }),
    answers: evidence.answers.map(plain),
    chain: evidence.chain.map((one) => ({ ...one, subject: plain(one.subject), issuer: plain(one.issuer) })),
    ...(resolver === undefined ? {} : { resolver: plain(resolver) }),
    ...(head === undefined ? {} : { head: head.split("\n").map(plain).join("\n") }),
    ...(note === undefined ? {} : { note: plain(note) }),
  };
}

function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}
