/** One reader's language and time zone: mail sentences, words of the pages' catalogue, numbers and instants. */
import { type Format, formatFor } from "../../dashboard/i18n/format.ts";
import { mailEn } from "../../dashboard/i18n/mail-en.ts";
import { type MailKey, mailZh } from "../../dashboard/i18n/mail-zh.ts";
import { isKey, type Translate, translate } from "../../dashboard/i18n/translate.ts";
import type { Language } from "../wire/ids.ts";
import { plain } from "./plain.ts";

export type Speaker = {
  readonly language: Language;
  /** A sentence with its values, each made plain. */
  say(key: MailKey, values?: Readonly<Record<string, string | number>>): string;
  /** A word of the pages, such as `cause.status`; a key it does not know is returned as it is. */
  word(key: string): string;
  readonly f: Format;
  /** 2026-11-21 16:05:00, local. */
  at(ms: number): string;
  list(names: readonly string[]): string;
};

const TEXTS: Readonly<Record<Language, Readonly<Record<MailKey, string>>>> = { zh: mailZh, en: mailEn };

/** An unknown time zone counts as UTC. */
export function speakerFor(reader: { readonly language: Language; readonly timeZone: string }): Speaker {
  const texts = TEXTS[reader.language];
  const t: Translate = translate(reader.language);
  const f = formatFor(reader.language, reader.timeZone);
  const instant = new Intl.DateTimeFormat("sv-SE", {
    timeZone: f.timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return {
    language: reader.language,
    say: (key, values = {}) =>
      texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : plain(String(value), 400);
      }),
    word: (key) => (isKey(key) ? t(key) : key),
    f,
    at: (ms) => instant.format(ms),
    list: (names) => names.join(texts["list.comma"]),
  };
}
