/**
 * The verb `start`: the collector with its dashboard, and a probe of its own on this machine.
 *
 * Prints where the dashboard is and, the first time, the link that sets it up. Ends on SIGTERM and SIGINT.
 */
import type { Verb } from "../main.ts";
import { guardUrl } from "../probe/measure/guard.ts";
import { type Collector, startCollector } from "./collector.ts";
import { localProbe } from "./local-probe.ts";
import { ensureLocalVantage } from "./local-vantage.ts";
import { Answered, collectorOptions } from "./options.ts";
import { untilAsked } from "./until-asked.ts";
import { systemClock } from "./wire/clock.ts";
import { VERSION } from "./wire/version.ts";

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
    try {
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
    } finally {
      await collector.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
};

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
