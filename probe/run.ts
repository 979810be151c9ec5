/**
 * A probe, put together: assignments -> schedule -> measure -> spool -> ship.
 *
 * A sample goes to the disk before the shipper hears of it. Stopping lets running measurements end, sends what it can
 * and leaves the rest in the spool, all within ten seconds.
 */
import { randomBytes } from "node:crypto";
import { uptime } from "node:os";
import { join } from "node:path";
import type { Clock } from "../collector/wire/clock.ts";
import type { Log } from "../collector/wire/log.ts";
import type { Once } from "../collector/wire/on-demand.ts";
import type { ProbeConfig } from "../collector/wire/probe-protocol.ts";
import { NO_TIMINGS } from "../collector/wire/sample.ts";
import { VERSION } from "../collector/wire/version.ts";
import type { ProbeSettings } from "./config.ts";
import { DEFAULT_LIMITS } from "./judge/judge.ts";
import { lockFolder } from "./lock.ts";
import { type Measurer, measurer } from "./measure/measure.ts";
import { type OnDemand, onDemandOf } from "./schedule/on-demand.ts";
import { paceOf } from "./schedule/pace.ts";
import { type Measurement, type Plan, planOf, type Unkept } from "./schedule/plan.ts";
import { type Scheduler, schedulerOf } from "./schedule/scheduler.ts";
import { type Puller, pullerOf, readKept } from "./ship/assignments.ts";
import { type Client, clientOf } from "./ship/client.ts";
import { onceNewsOf, progressOf } from "./ship/progress.ts";
import { type Shipper, shipperOf } from "./ship/shipper.ts";
import { nodeFiles } from "./spool/files.ts";
import type { Unnumbered } from "./spool/record.ts";
import { openSpool, type Spool } from "./spool/spool.ts";

export type ProbeDeps = {
  readonly settings: ProbeSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** Ms since the machine started, counted while it sleeps too. */
  readonly bootMs?: () => number;
};

export type Probe = { stop(): Promise<void> };

const MEASURE_GRACE_MS = 4_000;
const WARM_UP_MS = 1_500;
const SHIP_GRACE_MS = 4_000;

/**
 * Starts a probe.
 *
 * @throws UnavailableError when another probe runs in the folder; what the file system throws when it cannot be made.
 */
export async function startProbe(deps: ProbeDeps): Promise<Probe> {
  const { settings, clock, log, random } = deps;
  const files = nodeFiles();
  await files.makeFolder(settings.folder);
  const unlock = await lockFolder(settings.folder);
  const spool = await openSpool({
    files,
    folder: join(settings.folder, "spool"),
    clock,
    log,
    newEpoch: () => randomBytes(8).toString("hex"),
    maxBytes: settings.spool.maxBytes,
    keepS: settings.spool.keepDays * 86_400,
  });
  const kept = await readKept(files, settings.folder, log);
  const client = clientOf({ ...settings, userAgent: `carrierwatch/${VERSION}` });
  const known = new Map(kept?.config.assignments.map(({ id, revision }) => [id, revision]));
  const plan = planOf(spool.lastTicks(), known);
  const shipper = shipperOf({
    client,
    spool,
    clock,
    log,
    random,
    probeVersion: VERSION,
    refusedAsFuture: (target, tick) => plan.forget(target, tick),
  });
  const probe = new RunningProbe(deps, { spool, client, shipper, plan, unlock });
  const puller = pullerOf(
    {
      client,
      files,
      folder: settings.folder,
      clock,
      log,
      random,
      apply: (config) => probe.apply(config),
      once: (list) => probe.once(list),
      contact: () => shipper.wake(true),
    },
    kept,
  );
  await probe.begin(puller, kept?.config ?? null);
  return probe;
}

type Parts = {
  readonly spool: Spool;
  readonly client: Client;
  readonly shipper: Shipper;
  readonly plan: Plan;
  readonly unlock: () => void;
};

class RunningProbe implements Probe {
  readonly #deps: ProbeDeps;
  readonly #parts: Parts;
  readonly #measurer: Measurer;
  readonly #scheduler: Scheduler;
  readonly #onDemand: OnDemand;
  readonly #giveUp = new AbortController();
  readonly #tell: ReturnType<typeof progressOf>;
  #puller: Puller | null = null;

  constructor(deps: ProbeDeps, parts: Parts) {
    const { settings, clock, random } = deps;
    this.#deps = deps;
    this.#parts = parts;
    this.#tell = progressOf(parts.client);
    this.#measurer = measurer({
      clock,
      random,
      allow: settings.allow,
      allowFile: settings.file,
      resolvers: settings.resolvers,
      ...(settings.localAddress === undefined ? {} : { localAddress: settings.localAddress }),
      ...(settings.hosts === undefined ? {} : { hosts: settings.hosts }),
      ca: settings.ca,
      limits: { ...DEFAULT_LIMITS, loopDelayMs: settings.limits.loopDelayMs },
      version: VERSION,
    });
    this.#onDemand = onDemandOf({
      clock,
      log: deps.log,
      measure: (once, options) => this.#measurer.measure(once, options),
      tell: onceNewsOf(parts.client),
    });
    this.#scheduler = schedulerOf({
      plan: parts.plan,
      clock,
      pace: paceOf({ clock, limits: settings.limits }),
      bootMs: deps.bootMs ?? (() => uptime() * 1000),
      measure: ({ measurement, lateMs }) => this.#measure(measurement, lateMs),
      unkept: (ticks, unreported) => this.#unkept(ticks, unreported),
    });
  }

  async begin(puller: Puller, config: ProbeConfig | null): Promise<void> {
    this.#puller = puller;
    if (config) this.apply(config);
    this.#parts.shipper.start();
    puller.start();
    await this.#warmUp();
    this.#scheduler.start();
  }

  /** Better first numbers; nothing to wait long for, let alone to fail over. */
  async #warmUp(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(WARM_UP_MS, late.resolve);
    const warm = this.#measurer.warmUp().catch((error: unknown) => {
      this.#deps.log.warn({ error }, "the warm-up broke off");
    });
    await Promise.race([warm, late.promise]);
    cancel();
  }

  apply(config: ProbeConfig): void {
    this.#deps.log.info({ vantage: config.vantage, targets: config.assignments.length }, "assignments");
    this.#scheduler.assign(config.assignments);
  }

  /** Measured beside the schedule; nothing of it goes to the spool. */
  once(list: readonly Once[]): void {
    this.#onDemand.take(list);
  }

  async stop(): Promise<void> {
    this.#onDemand.stop();
    const { spool, client, shipper, unlock } = this.#parts;
    await Promise.all([this.#puller?.stop(), this.#scheduler.stop(MEASURE_GRACE_MS)]);
    this.#giveUp.abort(new Error("the probe stops"));
    await shipper.stop(SHIP_GRACE_MS);
    await spool.close();
    this.#measurer.close();
    client.close();
    unlock();
  }

  async #measure({ assignment, tick, first }: Measurement, lateMs: number): Promise<void> {
    const { id: target, stepS } = assignment;
    const startedMs = this.#deps.clock.nowMs();
    try {
      const measured = await this.#measurer.measure(assignment, {
        lateMs,
        signal: this.#giveUp.signal,
        ...(first ? { onProgress: (done) => this.#tell({ target, startedMs, done }) } : {}),
      });
      await this.#keep({ target, tick, stepS, ...measured });
    } catch (error) {
      if (this.#giveUp.signal.aborted) return;
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

  async #keep(sample: Unnumbered): Promise<void> {
    if (await this.#parts.spool.append(sample)) this.#parts.shipper.wake();
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
