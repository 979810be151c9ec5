/** Which language somebody at a terminal reads, and what is said in it: the tables are loaded only for who needs them. */
import type { CarrierwatchError } from "../errors.ts";
import type { Language } from "../ids.ts";

/**
 * Language of the command: the flag, else the environment's locale, else English. A flag that names none is no flag, an empty variable is one that is not
 * set; a locale of another encoding than UTF-8 cannot show what is written here in Chinese.
 */
export function languageOf(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Language {
  if (flag !== undefined && isLanguage(flag)) return /^zh/i.test(flag) ? "zh" : "en";
  const locale = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
  return /^zh[^.]*(?:\.utf-?8)?(?:@.*)?$/i.test(locale) ? "zh" : "en";
}

/** zh_CN and en-GB are zh and en. */
export function isLanguage(flag: string): boolean {
  return /^(?:zh|en)(?:[-_.].*)?$/i.test(flag);
}

/** Says one English sentence in a language; unchanged where there is no translation. */
export type Say = (text: string) => string;

/** @returns The words as they are for English. */
export async function speechIn(language: Language): Promise<Say> {
  if (language === "en") return (text) => text;
  const { inChinese } = await import("./zh.ts");
  return inChinese;
}

/** What --lang says on a command line that may be wrong in any other way. */
export function langFlag(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((arg) => /^--lang(?:=|$)/.test(arg));
  const arg = argv[at];
  return arg?.startsWith("--lang=") ? arg.slice("--lang=".length) : argv[at + (arg === undefined ? 0 : 1)];
}

/** Between what is listed, and behind what is named. */
const MARKS: Readonly<Record<Language, readonly [list: string, name: string]>> = {
  en: ["; ", ": "],
  zh: ["；", "："],
};
/** Where in a request a problem is means nothing to who typed a command. */
const PARTS_OF_REQUESTS: ReadonlySet<string> = new Set(["the body", "the params", "the querystring"]);
/** Stands for the list while the sentence around it is said. */
const LIST = "…";

/** An error for a terminal: what is wrong, and below it what to do. */
export async function errorText(
  { message, hint, issues }: Pick<CarrierwatchError, "message" | "hint" | "issues">,
  language: Language,
): Promise<string> {
  const say = await speechIn(language);
  const [list, name] = MARKS[language];
  const what = issues.length === 0 ? undefined : /^(.+?) is not valid: /s.exec(message)?.[1];
  const isOfRequest = what !== undefined && PARTS_OF_REQUESTS.has(what);
  // Each problem by itself: put together they are no sentence that a table could know.
  const problems = issues
    .map((one) => (one.path === "" ? "" : one.path + name) + say(one.message))
    .join(list);
  const text =
    what === undefined
      ? say(message)
      : isOfRequest
        ? problems
        : say(`${what} is not valid: ${LIST}`).replace(LIST, () => problems);
  return hint === undefined ? text : `${text}\n  ${say(hint)}`;
}
