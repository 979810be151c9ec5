/**
 * A real collector, a real probe and a real target in one process, on one clock that stands until moved.
 *
 * Sockets and disks answer in real time all the same: `until` looks until something holds, moving the clock when asked.
 */
import { type Collector, startCollector } from "../../collector/collector.ts";
import { writeProbeKey } from "../../collector/local-probe.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { probeSettings } from "../../probe/config.ts";
import { type Probe, startProbe } from "../../probe/run.ts";
import { type ApiClient, apiClient, setUp } from "./api.ts";
import type { FakeClock } from "./fake-clock.ts";
import { busyMachine } from "./product.ts";

const PASSWORD = "a long enough password";

export type FrozenCollector = {
  /** The collector that runs now, or ran last. */
  now(): Collector;
  /** Opens it again on the same folder and port, and signs in anew. */
  open(): Promise<ApiClient>;
  close(): Promise<void>;
  /** A vantage `sh` of carrier ct, and its probe, which may measure 127.0.0.1. */
  probe(): Promise<Probe>;
  /**
   * Looks until it holds. A long move of the clock is made in small ones, each with a real round trip, or the collector
   * would believe the probe silent between two.
   */
  until(what: string, holds: () => boolean | Promise<boolean>, moveMs?: number): Promise<void>;
};

/** @param dir Data folder of both. @returns The collector, not open yet. */
export function frozenCollector(dir: string, clock: FakeClock): FrozenCollector {
  let collector: Collector | null = null;
  let listening = false;
  let port = 0;
  const now = (): Collector => {
    if (!collector) throw new Error("open the collector first");
    return collector;
  };
  const move = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    if (listening) await fetch(`${now().localUrl}/healthz`).then((answer) => answer.text());
  };
  return {
    now,
    async open() {
      collector = await startCollector({
        options: {
          dir,
          host: "127.0.0.1",
          port,
          publicUrl: null,
          basePath: "",
          tls: null,
          trustedProxies: [],
          allow: [],
        },
        clock,
        log: silentLog,
        version: "0.0.0",
      });
      port = Number(new URL(collector.localUrl).port);
      listening = true;
      if (collector.setupUrl !== null) return await setUp(collector.setupUrl, { language: "en" });
      const client = apiClient(collector.localUrl);
      await client.call("POST", "/session", { username: "admin", password: PASSWORD });
      return client;
    },
    async close() {
      listening = false;
      await collector?.close();
    },
    async probe() {
      const { registry, vantageKeys, localUrl } = now();
      await registry.vantages.create({ id: "sh", name: "Shanghai", carrier: "ct" });
      await writeProbeKey(dir, await vantageKeys.issue("sh"));
      busyMachine(dir);
      const settings = probeSettings(dir, { url: localUrl, allow: ["127.0.0.1/32"] });
      const bootMs = () => clock.monoMs();
      return await startProbe({ settings, clock, log: silentLog, random: () => 0.5, bootMs });
    },
    async until(what, holds, moveMs = 0) {
      const giveUpMs = performance.now() + 120_000;
      while (!(await holds())) {
        if (performance.now() > giveUpMs) throw new Error(`never came: ${what}`);
        if (moveMs > 0) await move(moveMs);
        else await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },
  };
}
