/** The verb `collector`: collector and dashboard, for a host whose vantages are elsewhere. */
import type { Verb } from "../main.ts";
import { startCollector } from "./collector.ts";
import { Answered, collectorOptions } from "./options.ts";
import { beSmall } from "./own-process.ts";
import { greet } from "./start.ts";
import { untilAsked } from "./until-asked.ts";
import { systemClock } from "./wire/clock.ts";
import { langFlag, languageOf } from "./wire/said/language.ts";
import type { Text } from "./wire/said/text.ts";
import { VERSION } from "./wire/version.ts";

const ABOUT: Text = { en: "collector and dashboard only", zh: "只有采集端和控制台" };

export const verb: Verb = async ({ argv, env, log }) => {
  try {
    const options = collectorOptions("collector", ABOUT, argv, env, {
      dir: "data",
      listen: "127.0.0.1:8080",
      withProbe: false,
    });
    const collector = await startCollector({ options, clock: systemClock(), log, version: VERSION });
    beSmall();
    greet(collector, options.dir, languageOf(langFlag(argv), env));
    await untilAsked();
    await collector.close();
    return 0;
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
};
