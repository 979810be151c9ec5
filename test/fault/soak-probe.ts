/**
 * A probe whose hours are minutes: the real one, on a clock that runs some times as fast. Forked by the soak.
 *
 * In: "look" -> out: what it holds after a collection. Arguments: data folder, speed.
 */
import { readdirSync } from "node:fs";
import { type Clock, systemClock } from "../../collector/wire/clock.ts";
import { logTo } from "../../collector/wire/log.ts";
import { probeSettings } from "../../probe/config.ts";
import { startProbe } from "../../probe/run.ts";

export type Look = {
  readonly descriptors: number;
  /** After a collection, bytes. */
  readonly heapBytes: number;
  readonly rssBytes: number;
};

/** Wall clock, monotonic clock and timers together, so that no part sees a leap. */
function fastClock(speed: number): Clock {
  const real = systemClock();
  const [wallMs, monoMs] = [real.nowMs(), real.monoMs()];
  return {
    nowMs: () => Math.floor(wallMs + (real.monoMs() - monoMs) * speed),
    monoMs: () => monoMs + (real.monoMs() - monoMs) * speed,
    after: (ms, act) => real.after(ms / speed, act),
  };
}

function look(): Look {
  for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    heapBytes: process.memoryUsage().heapUsed,
    rssBytes: process.memoryUsage.rss(),
  };
}

const send = process.send?.bind(process);
if (send) {
  const [dir = "", speed = "1"] = process.argv.slice(2);
  const clock = fastClock(Number(speed));
  const log = logTo((level, _fields, message) => {
    if (level === "error") process.stderr.write(`${message}\n`);
  });
  const probe = await startProbe({
    settings: probeSettings(dir, {}),
    clock,
    log,
    random: Math.random,
    bootMs: clock.monoMs,
  });
  process.on("message", (asked) => {
    if (asked === "look") send(look());
    else void probe.stop().then(() => process.disconnect());
  });
  send("ready");
}
