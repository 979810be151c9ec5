/**
 * The single-file probe, as a joining host fetches it: `node probe.mjs join | run`, with nothing installed but Node.
 *
 * Its data folder is the one it lies in, unless --data names another. Same parts as `carrierwatch probe`.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../collector/wire/clock.ts";
import { CarrierwatchError } from "../collector/wire/errors.ts";
import { limitRepeats, logTo, readableLine } from "../collector/wire/log.ts";
import { mustBeLanguage } from "../collector/wire/must-be-language.ts";
import { errorText, langFlag, languageOf } from "../collector/wire/said/language.ts";
import type { Text } from "../collector/wire/said/text.ts";
import { joinVerb } from "./join.ts";
import { runVerb } from "./main.ts";

const USAGE: Text = {
  en: "usage: node probe.mjs join [FILE|-] [--run] | run [options]   (each: --help)\n",
  zh: "用法：node probe.mjs join [文件|-] [--run] | run [选项]   （各自的用法：--help）\n",
};

async function program([name, ...argv]: readonly string[]): Promise<number> {
  const { env } = process;
  const language = languageOf(langFlag(argv), env);
  const clock = systemClock();
  const readable = process.stderr.isTTY === true;
  const sink = logTo((level, fields, message) => {
    if (level === "debug") return;
    const atMs = clock.nowMs();
    const line = { time: new Date(atMs).toISOString(), level, msg: message, ...fields };
    process.stderr.write(readable ? readableLine(atMs, level, fields, message) : `${JSON.stringify(line)}\n`);
  });
  const context = { clock, log: limitRepeats(sink, clock), env };
  const dir = dirname(fileURLToPath(import.meta.url));
  try {
    mustBeLanguage(langFlag(argv));
    if (name === "join") return await joinVerb(argv, dir, context);
    if (name === "run") return await runVerb(argv, dir, context);
    process.stderr.write(USAGE[language]);
    return 64;
  } catch (error) {
    if (!(error instanceof CarrierwatchError)) throw error;
    process.stderr.write(`${await errorText(error, language)}\n`);
    if (error.code === "usage") return 64;
    if (error.code === "config") return 78;
    return error.retryable ? 75 : 1;
  }
}

process.exitCode = await program(process.argv.slice(2));
