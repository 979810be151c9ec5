/**
 * The verb `start`: the collector with its dashboard, and a probe of its own on this machine.
 *
 * Prints where the dashboard is and, the first time, the link that sets it up. Ends on SIGTERM and SIGINT.
 */
import type { Verb } from "../main.ts";
import { guardUrl } from "../probe/measure/guard.ts";
import { type Collector, startCollector } from "./collector.ts";
import { localProbe, writeProbeKey } from "./local-probe.ts";
import { Answered, collectorOptions } from "./options.ts";
import { untilAsked } from "./until-asked.ts";
import { systemClock } from "./wire/clock.ts";
import { VERSION } from "./wire/version.ts";

/** Id of the vantage that `start` runs itself. */
export const LOCAL_VANTAGE = "local";

export const verb: Verb = async ({ argv, env, log }) => {
  try {
    const options = collectorOptions(
      "start",
      "collector, dashboard and a local probe on this machine",
      argv,
      env,
      {
        dir: "data",
        listen: "127.0.0.1:8080",
        withProbe: true,
      },
    );
    const clock = systemClock();
    const collector = await startCollector({
      options,
      clock,
      log,
      version: VERSION,
      refusesLocally: (url) => guardUrl(url, options.allow),
    });
    await ensureLocalVantage(collector, options.dir);
    const probe = localProbe({
      dir: options.dir,
      args: ["--url", collector.localUrl, ...options.allow.flatMap((cidr) => ["--allow", cidr])],
      log,
      clock,
    });
    probe.start();
    greet(collector, options.dir);
    await untilAsked();
    await probe.stop();
    await collector.close();
    return 0;
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
};

/** The vantage of this machine and a key for its probe, made once; the key is never shown. */
async function ensureLocalVantage({ registry, vantageKeys }: Collector, dir: string): Promise<void> {
  if (!(await registry.vantages.find(LOCAL_VANTAGE))) {
    await registry.vantages.create({ id: LOCAL_VANTAGE, name: "本机", carrier: "local" }, { local: true });
  }
  await writeProbeKey(dir, await vantageKeys.issue(LOCAL_VANTAGE));
}

/** Where to go from here, on the terminal. */
export function greet(collector: Pick<Collector, "publicUrl" | "setupUrl">, dir: string): void {
  const lines = [
    `carrierwatch ${VERSION}`,
    `  dashboard  ${collector.publicUrl}`,
    ...(collector.setupUrl ? [`  set up     ${collector.setupUrl}   (once; choose a password there)`] : []),
    `  data       ${dir}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
