/** One probe process for several vantages of a collector in the same process: a folder with a key each, and one file for all. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Collector } from "../../collector/collector.ts";
import type { Clock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { probeSettings } from "../../probe/config.ts";
import { type Probe, startProbe } from "../../probe/run.ts";

export type SomeVantage = { readonly id: string; readonly carrier: string; readonly localAddress: string };

/**
 * Makes the vantages and starts their probe, which may measure 127.0.0.0/8.
 *
 * @param dir The probe's data folder.
 * @param config What else its file says.
 */
export async function severalVantages(
  collector: Collector,
  vantages: readonly SomeVantage[],
  dir: string,
  clock: Clock,
  config: { readonly resolvers: readonly string[]; readonly secrets?: Record<string, string> },
): Promise<Probe> {
  for (const { id, carrier } of vantages) {
    await collector.registry.vantages.create({ id, name: id, carrier });
    mkdirSync(join(dir, "probe", id), { recursive: true });
    writeFileSync(join(dir, "probe", id, "key"), await collector.vantageKeys.issue(id));
  }
  const said = {
    allow: ["127.0.0.0/8"],
    limits: { loopDelayMs: 1_000 },
    vantages: vantages.map(({ id, localAddress }) => ({ folder: id, localAddress })),
    ...config,
  };
  writeFileSync(join(dir, "probe", "config.yaml"), JSON.stringify(said));
  const settings = probeSettings(dir, { url: collector.localUrl });
  return await startProbe({ settings, clock, log: silentLog, random: () => 0.5 });
}
