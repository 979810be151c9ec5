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
import { beSmall } from "./own-process.ts";
import { untilAsked } from "./until-asked.ts";
import { systemClock } from "./wire/clock.ts";
import type { Language } from "./wire/ids.ts";
import { langFlag, languageOf } from "./wire/said/language.ts";
import { VERSION } from "./wire/version.ts";

export const verb: Verb = async ({ argv, env, log }) => {
  try {
    const options = collectorOptions(
      "start",
      { en: "collector, dashboard and a local probe on this machine", zh: "本机的采集端、控制台和一个探针" },
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
      beSmall();
      greet(collector, options.dir, languageOf(langFlag(argv), env));
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
export function greet(
  { publicUrl, setupUrl }: Pick<Collector, "publicUrl" | "setupUrl">,
  dir: string,
  language: Language,
): void {
  const en = [
    `  dashboard  ${publicUrl}`,
    ...(setupUrl ? [`  set up     ${setupUrl}   (once; choose a password there)`] : []),
    `  data       ${dir}`,
  ];
  const zh = [
    `  控制台    ${publicUrl}`,
    ...(setupUrl ? [`  设置链接  ${setupUrl}   （只能用一次，在那里设置密码）`] : []),
    `  数据目录  ${dir}`,
  ];
  const said: Readonly<Record<Language, readonly string[]>> = { en, zh };
  process.stdout.write(`carrierwatch ${VERSION}\n${said[language].join("\n")}\n`);
}
