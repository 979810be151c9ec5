/**
 * A probe, put together: every vantage it serves, side by side, at one pace.
 *
 * One process holds the folder; several would disturb each other's times. Stopping lets running measurements end, sends
 * what it can and leaves the rest in the spools, all within ten seconds.
 */
import { uptime } from "node:os";
import type { Clock } from "../collector/wire/clock.ts";
import { type Log, logTo } from "../collector/wire/log.ts";
import type { ProbeSettings, VantageSettings } from "./config.ts";
import { KEY } from "./key.ts";
import { lockFolder } from "./lock.ts";
import { makeDataFolder } from "./make-folder.ts";
import { turnsOf } from "./path/watch.ts";
import { type Pace, paceOf } from "./schedule/pace.ts";
import { type Vantage, vantageOf } from "./vantage.ts";

export type ProbeDeps = {
  readonly settings: ProbeSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** Ms since the machine started, counted while it sleeps too. */
  readonly bootMs?: () => number;
  /** Told of every measurement that begins, on the monotonic clock, ms. */
  readonly started?: (nowMs: number) => void;
};

export type Probe = { stop(): Promise<void> };

/**
 * Starts a probe.
 *
 * @throws UnavailableError when another probe runs in the folder; ConfigError when a folder cannot be made.
 */
export async function startProbe(deps: ProbeDeps): Promise<Probe> {
  const { settings, clock, log, random } = deps;
  makeDataFolder(settings.folder);
  const unlock = await lockFolder(settings.folder);
  const vantages: Vantage[] = [];
  const stop = async () => {
    await Promise.all(vantages.map((vantage) => vantage.stop()));
    unlock();
  };
  try {
    const pace = paceOf({ clock, limits: settings.limits, cpuMs, started: deps.started });
    const pathTurns = turnsOf(clock);
    const bootMs = deps.bootMs ?? (() => uptime() * 1000);
    const { loopDelayMs } = settings.limits;
    const shared = { loopDelayMs, clock, random, bootMs, pathTurns };
    for (const one of settings.vantages) {
      const own = settings.vantages.length > 1 ? logOf(log, one) : log;
      vantages.push(await vantageOf({ ...shared, settings: one, log: own, pace: paceFor(pace, one) }));
    }
    await Promise.all(vantages.map((vantage) => vantage.start()));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Processor time of this process, all its threads, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Two vantages measure the same targets: whose turn was left out is remembered for each. */
function paceFor(pace: Pace, { folder }: VantageSettings): Pace {
  return { ask: (turn) => pace.ask({ ...turn, key: `${folder} ${turn.key ?? turn.url}` }) };
}

/** Of several vantages each line says whose it is. */
function logOf(log: Log, { key }: VantageSettings): Log {
  const vantage = KEY.exec(key())?.[1] ?? "";
  return logTo((level, fields, message) => log[level]({ vantage, ...fields }, message));
}
