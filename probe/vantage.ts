/**
 * One vantage of a probe: assignments -> schedule -> measure -> spool -> ship, under an identity of its own.
 *
 * A sample goes to the disk before the shipper hears of it. Whatever becomes of one vantage (its key is revoked, its
 * carrier's link is down), the others of the process go on; only the pace is shared by all.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../collector/wire/clock.ts";
import type { Log } from "../collector/wire/log.ts";
import type { Once } from "../collector/wire/on-demand.ts";
import type { ProbeConfig, Progress } from "../collector/wire/probe-protocol.ts";
import { NO_TIMINGS } from "../collector/wire/sample.ts";
import { VERSION } from "../collector/wire/version.ts";
import { type KeptPlaces, openPlaces } from "./addresses/places-file.ts";
import type { VantageSettings } from "./config.ts";
import { makeDataFolder } from "./make-folder.ts";
import { type Path, pathOf } from "./path/path.ts";
import type { Turns } from "./path/watch.ts";
import { type OnDemand, onDemandOf } from "./schedule/on-demand.ts";
import type { Pace } from "./schedule/pace.ts";
import { type Plan, planOf, type Unkept } from "./schedule/plan.ts";
import { type Scheduler, type Started, schedulerOf } from "./schedule/scheduler.ts";
import { type SelfCheck, selfCheckOf } from "./self/self-check.ts";
import { type Puller, pullerOf, readKept } from "./ship/assignments.ts";
import { type Client, clientOf } from "./ship/client.ts";
import { onceNewsOf, progressOf } from "./ship/progress.ts";
import { type Shipper, shipperOf } from "./ship/shipper.ts";
import { nodeFiles } from "./spool/files.ts";
import type { Unnumbered } from "./spool/record.ts";
import { openSpool, type Spool } from "./spool/spool.ts";
import { type Targets, targetsOf } from "./targets.ts";

export type VantageDeps = {
  readonly settings: VantageSettings;
  readonly loopDelayMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** Ms since the machine started, counted while it sleeps too. */
  readonly bootMs: () => number;
  readonly pace: Pace;
  /** For evidence of routes; all vantages together. */
  readonly pathTurns: Turns;
};

export type Vantage = {
  /** Lets the machinery compile, then measures. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const MEASURE_GRACE_MS = 4_000;
const WARM_UP_MS = 1_500;
const SHIP_GRACE_MS = 4_000;

/**
 * Opens what a vantage has on disk; nothing is asked or measured before `start`.
 *
 * @throws ConfigError when its folder cannot be made; what the file system throws when it cannot be read.
 */
export async function vantageOf(deps: VantageDeps): Promise<Vantage> {
  const { settings, clock, log, random } = deps;
  const files = nodeFiles();
  makeDataFolder(settings.folder);
  const spool = await openSpool({
    files,
    folder: join(settings.folder, "spool"),
    clock,
    log,
    newEpoch: () => randomBytes(8).toString("hex"),
    maxBytes: settings.spool.maxBytes,
    keepS: settings.spool.keepDays * 86_400,
  });
  const places = await openPlaces({ files, folder: settings.folder, clock, log });
  const kept = await readKept(files, settings.folder, log, settings.key);
  const client = clientOf({ ...settings, userAgent: `carrierwatch/${VERSION}` });
  const known = new Map(kept?.config.assignments.map(({ id, revision }) => [id, revision]));
  const plan = planOf(spool.lastTicks(), known);
  const shipper = shipperOf({
    ...{ client, spool, clock, log, random },
    probeVersion: VERSION,
    refusedAsFuture: (target, tick) => plan.forget(target, tick),
  });
  const path = pathOf({ ...deps, client, files, turns: deps.pathTurns });
  const config = kept?.config ?? null;
  const vantage = new RunningVantage(deps, { spool, places, client, shipper, plan, path, config });
  const puller = pullerOf(
    {
      ...{ client, files, clock, log, random },
      folder: settings.folder,
      key: settings.key,
      apply: (config) => vantage.apply(config),
      once: (list, secrets) => vantage.once(list, secrets),
      contact: () => shipper.wake(true),
    },
    kept,
  );
  vantage.puller = puller;
  return vantage;
}

type Parts = {
  readonly spool: Spool;
  readonly places: KeptPlaces;
  readonly client: Client;
  readonly shipper: Shipper;
  readonly plan: Plan;
  readonly path: Path;
  /** Of an earlier run; null = none. */
  readonly config: ProbeConfig | null;
};

class RunningVantage implements Vantage {
  readonly onDemand: OnDemand;
  puller: Puller | null = null;
  readonly #deps: VantageDeps;
  readonly #parts: Parts;
  readonly #targets: Targets;
  readonly #scheduler: Scheduler;
  readonly #giveUp = new AbortController();
  readonly #tell: ReturnType<typeof progressOf>;
  readonly #selfCheck: SelfCheck;
  readonly #path: Path;

  constructor(deps: VantageDeps, parts: Parts) {
    const { clock, log, bootMs, pace } = deps;
    this.#deps = deps;
    this.#parts = parts;
    this.#tell = progressOf(parts.client);
    this.#targets = targetsOf({ ...deps, places: parts.places });
    this.#selfCheck = selfCheckOf({ ...deps.settings, clock, log });
    this.#path = parts.path;
    this.onDemand = onDemandOf({
      ...{ clock, log },
      measure: async (once, options) =>
        await this.#path.alongside(once, await this.#targets.once(once, options), options.signal),
      tell: onceNewsOf(parts.client),
    });
    this.#scheduler = schedulerOf({
      ...{ clock, bootMs, pace },
      plan: parts.plan,
      measure: (started) => this.#measure(started),
      unkept: (ticks, unreported) => this.#unkept(ticks, unreported),
    });
  }

  async start(): Promise<void> {
    const { config, shipper } = this.#parts;
    if (config) this.apply(config);
    shipper.start();
    this.#path.start();
    this.puller?.start();
    await this.#warmUp();
    this.#scheduler.start();
  }

  /** Better first numbers; nothing to wait long for, let alone to fail over. */
  async #warmUp(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(WARM_UP_MS, late.resolve);
    const warm = this.#targets.warmUp().catch((error: unknown) => {
      this.#deps.log.warn({ error }, "the warm-up broke off");
    });
    await Promise.race([warm, late.promise]);
    cancel();
  }

  apply(config: ProbeConfig): void {
    const { vantage, assignments } = config;
    this.#deps.log.info({ vantage, targets: assignments.length }, "assignments");
    this.#targets.assigned(config);
    this.#path.assigned(assignments);
    this.#scheduler.assign(assignments);
  }

  /** Measured beside the schedule; nothing of it goes to the spool. */
  once(list: readonly Once[], secrets: Readonly<Record<string, string>>): void {
    this.#targets.lent(secrets);
    this.onDemand.take(list);
  }

  async stop(): Promise<void> {
    this.onDemand.stop();
    const { spool, client, shipper } = this.#parts;
    await Promise.all([this.puller?.stop(), this.#scheduler.stop(MEASURE_GRACE_MS)]);
    this.#giveUp.abort(new Error("the probe stops"));
    await Promise.all([shipper.stop(SHIP_GRACE_MS), this.#path.stop()]);
    await Promise.all([spool.close(), this.#parts.places.close()]);
    this.#targets.close();
    client.close();
  }

  async #measure(started: Started): Promise<void> {
    const { assignment, tick, first } = started.measurement;
    const { id: target, stepS } = assignment;
    const startedMs = this.#deps.clock.nowMs();
    const { signal } = this.#giveUp;
    const onProgress = (done: Progress["done"]) => this.#tell({ target, startedMs, done });
    try {
      const measured = await this.#targets.measure(
        started,
        (address, part) => this.#keep({ target, address, tick, stepS, ...part }),
        { signal, ...(first ? { onProgress } : {}) },
      );
      this.#path.kept(await this.#keep({ target, tick, stepS, ...measured }), assignment);
    } catch (error) {
      if (signal.aborted) return;
      this.#deps.log.error({ target, tick, error }, "a measurement broke off");
      const note = (error instanceof Error ? error.message : String(error)).slice(0, 300);
      await this.#keep(unknown({ assignment, tick, reason: "internal" }, startedMs, note));
    }
  }

  #unkept(ticks: readonly Unkept[], unreported: number): void {
    const { clock, log } = this.#deps;
    const reasons = [...new Set(ticks.map(({ reason }) => reason))].join(", ");
    log.warn({ ticks: ticks.length, unreported, reasons }, "ticks could not be kept");
    for (const tick of ticks) void this.#keep(unknown(tick, clock.nowMs()));
  }

  /** @returns The sample as it was kept. */
  async #keep(measured: Unnumbered): Promise<Unnumbered> {
    const sample = await this.#selfCheck(measured);
    if (await this.#parts.spool.append(sample)) this.#parts.shipper.wake();
    return sample;
  }
}

/** The sample of a tick nobody could measure. */
function unknown({ assignment, tick, reason }: Unkept, startedMs: number, note?: string): Unnumbered {
  return {
    target: assignment.id,
    tick,
    stepS: assignment.stepS,
    startedMs,
    state: "unknown",
    unknownReason: reason,
    timings: NO_TIMINGS,
    detail: note === undefined ? {} : { note },
  };
}
