/**
 * Path evidence of one vantage, put together: watch -> capture -> folder -> ship; and on demand, for whoever asked.
 *
 * It has a guard and a resolver of its own, by the same settings as the measurements, and touches none of theirs.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import type { Once, OnceResult } from "../../collector/wire/on-demand.ts";
import { VERSION } from "../../collector/wire/version.ts";
import type { VantageSettings } from "../config.ts";
import { guardOf } from "../measure/guard.ts";
import { lookupOf } from "../measure/lookup.ts";
import type { Client } from "../ship/client.ts";
import { evidenceShipperOf } from "../ship/evidence.ts";
import type { SpoolFiles } from "../spool/files.ts";
import { type CaptureDeps, capture } from "./capture.ts";
import type { RunTool } from "./run-tool.ts";
import { type PathWatch, pathWatchOf, type Turns } from "./watch.ts";

export type PathDeps = {
  readonly settings: Pick<
    VantageSettings,
    "allow" | "file" | "folder" | "resolvers" | "hosts" | "localAddress"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly client: Client;
  readonly files: SpoolFiles;
  readonly turns: Turns;
  readonly run?: RunTool;
};

export type Path = Pick<PathWatch, "kept" | "assigned"> & {
  /** Adds the evidence to what was measured on demand, where it was asked for. Rejects only with the signal's reason. */
  alongside(once: Once, result: OnceResult, signal: AbortSignal | undefined): Promise<OnceResult>;
  /** Sends what waits. */
  start(): void;
  stop(): Promise<void>;
};

/** Of the time somebody waits for a measurement, what is kept for its result to arrive. */
const RESULT_MS = 2_000;

/** @throws ConfigError for an `allow` entry that is no CIDR. */
export function pathOf({ settings, clock, log, random, client, files, turns, run }: PathDeps): Path {
  const { localAddress, folder, resolvers } = settings;
  const lookup = lookupOf({ resolvers, localAddress, hostsFile: settings.hosts ?? "/etc/hosts" });
  const tools: CaptureDeps = {
    ...{ clock, lookup, localAddress },
    guard: guardOf(settings.allow, settings.file),
    userAgent: `carrierwatch/${VERSION}`,
    ...(run === undefined ? {} : { run }),
  };
  const shipper = evidenceShipperOf({ client, files, folder, clock, log, random });
  const watch = pathWatchOf({
    ...{ clock, log, turns },
    capture: (watched, detail, signal) => capture(tools, watched, detail, signal),
    keep: (report) => shipper.keep(report),
  });
  return {
    kept: watch.kept,
    assigned: watch.assigned,
    async alongside(once, result, signal) {
      if (once.path !== true) return result;
      const untilMonoMs =
        clock.monoMs() + Math.max(0, once.withinMs - (clock.nowMs() - result.startedMs) - RESULT_MS);
      const late = new AbortController();
      const cancel = clock.after(untilMonoMs - clock.monoMs(), () =>
        late.abort(new Error("nobody waits any more")),
      );
      const stop = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
      const done = await turns.take(untilMonoMs);
      try {
        const path = done === null ? null : await capture(tools, once, result.detail, stop);
        signal?.throwIfAborted();
        return path === null ? result : { ...result, path };
      } finally {
        cancel();
        done?.();
      }
    },
    start: () => shipper.start(),
    async stop() {
      watch.stop();
      await shipper.stop();
      lookup.close();
    },
  };
}
