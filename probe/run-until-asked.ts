/** A probe from its settings to its end: SIGTERM, SIGINT, or the death of the process that forked it. */
import type { Clock } from "../collector/wire/clock.ts";
import type { Log } from "../collector/wire/log.ts";
import { type ProbeFlags, probeSettings } from "./config.ts";
import type { Environment } from "./key.ts";
import { beSmallAndPrompt } from "./own-process.ts";
import { startProbe } from "./run.ts";

export type RunContext = {
  readonly clock: Clock;
  readonly log: Log;
  /** Where the probe's file says that values of secrets are. */
  readonly env: Environment;
};

/** Runs a probe until SIGTERM, SIGINT or the end of the process that forked it. @returns The exit code. */
export async function runUntilAsked(
  dir: string,
  flags: ProbeFlags,
  { clock, log, env }: RunContext,
): Promise<number> {
  const started = beSmallAndPrompt();
  const settings = probeSettings(dir, flags, env);
  const asked = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => asked.resolve(signal));
  process.once("disconnect", () => asked.resolve("its parent has ended"));
  // The clock's timers keep no process alive, and a probe has nothing else that does.
  const alive = setInterval(() => {}, 2_147_483_647);
  try {
    const probe = await startProbe({ settings, clock, log, random: Math.random, started });
    const { folder, vantages } = settings;
    log.info({ collector: vantages[0]?.url, folder, vantages: vantages.length }, "the probe measures");
    process.send?.({ type: "ready" });
    log.info({ why: await asked.promise }, "the probe stops");
    await probe.stop();
  } finally {
    clearInterval(alive);
    if (process.connected) process.disconnect();
  }
  return 0;
}
