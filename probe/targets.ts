/**
 * How this vantage measures a target: once, or at several of its addresses.
 *
 * Gives the target's own measurement; those of its addresses are handed to `keep` on the way. Next stop: `vantage.ts`.
 */
import { networkInterfaces } from "node:os";
import type { Clock } from "../collector/wire/clock.ts";
import type { Once } from "../collector/wire/on-demand.ts";
import type { ProbeConfig } from "../collector/wire/probe-protocol.ts";
import { VERSION } from "../collector/wire/version.ts";
import { type AddressesTask, hasSeveral, measureAddresses } from "./addresses/measure-addresses.ts";
import { type Places, placesOf } from "./addresses/places.ts";
import type { VantageSettings } from "./config.ts";
import { DEFAULT_LIMITS } from "./judge/judge.ts";
import { answerCache } from "./measure/answer-cache.ts";
import type { Interfaces } from "./measure/families.ts";
import { forgeries } from "./measure/forged.ts";
import { lookupOf } from "./measure/lookup.ts";
import { type MeasureOptions, measurer } from "./measure/measure.ts";
import type { Measured } from "./measure/measured.ts";
import type { Pace } from "./schedule/pace.ts";
import type { Started } from "./schedule/scheduler.ts";
import { graceMsOf } from "./schedule/ticks.ts";

export type TargetsDeps = {
  readonly settings: VantageSettings;
  readonly loopDelayMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly pace: Pace;
  readonly places: Places;
  /** This machine's interfaces; default os.networkInterfaces. */
  readonly interfaces?: Interfaces;
};

export type Targets = {
  /** @param keep Takes the sample of one address. Rejects only with the reason of the signal. */
  measure(started: Started, keep: AddressesTask["keep"], options: MeasureOptions): Promise<Measured>;
  /** What somebody asked for now: nothing of it is kept. */
  once(once: Once, options: MeasureOptions): Promise<Measured>;
  /** These are the targets and secrets now: what was remembered of others is forgotten. */
  assigned(config: Pick<ProbeConfig, "assignments" | "secrets">): void;
  /** Secrets that something measured once may name; until the next `assigned`. */
  lent(secrets: Readonly<Record<string, string>>): void;
  warmUp(): Promise<void>;
  close(): void;
};

export function targetsOf({
  settings,
  loopDelayMs,
  clock,
  random,
  pace,
  places,
  interfaces,
}: TargetsDeps): Targets {
  const { localAddress, resolvers } = settings;
  const limits = { ...DEFAULT_LIMITS, loopDelayMs };
  let given: ReadonlyMap<string, string> = new Map();
  const single = measurer({
    clock,
    random,
    allow: settings.allow,
    allowFile: settings.file,
    resolvers,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(settings.hosts === undefined ? {} : { hosts: settings.hosts }),
    ...(interfaces === undefined ? {} : { interfaces }),
    ca: settings.ca,
    // What the probe's own file says goes before what the collector gave.
    secrets: (name) => settings.secret(name) ?? given.get(name) ?? null,
    limits,
    version: VERSION,
  });
  const lookup = lookupOf({ resolvers, localAddress, hostsFile: settings.hosts ?? "/etc/hosts" });
  const forged = forgeries({ lookup, clock });
  const several = {
    ...{ clock, pace, lookup, localAddress, limits, forged },
    cache: answerCache(clock),
    interfaces: interfaces ?? networkInterfaces,
    measure: single.measure,
  };
  return {
    measure({ measurement: { assignment, tick }, lateMs, sinceMonoMs, giveBack }, keep, options) {
      if (!hasSeveral(assignment)) return single.measure(assignment, { ...options, lateMs });
      const { id: target, stepS } = assignment;
      const graceMs = graceMsOf(stepS);
      const turn = Math.floor(tick / stepS);
      const task = { assignment, target, turn, lateMs, sinceMonoMs, graceMs, giveBack, keep, options };
      return measureAddresses({ ...several, places }, task);
    },
    once(once, options) {
      if (!hasSeveral(once)) return single.measure(once, options);
      return measureAddresses(
        { ...several, places: placesOf() },
        {
          ...{ assignment: once, target: once.id, turn: Math.floor(random() * 1_000), options, lateMs: 0 },
          ...{ sinceMonoMs: clock.monoMs(), graceMs: once.withinMs, giveBack: () => {} },
          keep: async (_address, measured) => measured,
        },
      );
    },
    assigned({ assignments, secrets = {} }) {
      given = new Map(Object.entries(secrets));
      places.keepOnly(new Set(assignments.map(({ id }) => id)));
    },
    lent(secrets) {
      given = new Map([...given, ...Object.entries(secrets)]);
    },
    warmUp: () => single.warmUp(),
    close() {
      single.close();
      forged.close();
      lookup.close();
    },
  };
}
