/**
 * Keys to sentences in one language.
 *
 * `{name}` is replaced by a value; `{name|one|other}` chooses by the plural rules of the language, which Chinese never
 * needs. A value is text, never markup: whoever draws the sentence escapes it.
 */
import type { Language } from "../../collector/wire/ids.ts";
import { translator } from "../../collector/wire/said/translator.ts";
import { zhCollector } from "../../collector/wire/said/zh-collector.ts";
import { zhMeasured } from "../../collector/wire/said/zh-measured.ts";
import { zhTargets } from "../../collector/wire/said/zh-targets.ts";
import { en } from "./en.ts";
import { type Key, zh } from "./zh.ts";

export type { Key } from "./zh.ts";

export type Values = Readonly<Record<string, string | number>>;

/** Says one key; a value that is missing is left as its placeholder, so that it is seen. */
export type Translate = {
  (key: Key, values?: Values): string;
  /** An English sentence of a probe or the collector in this language; unchanged where nobody knows it. */
  readonly said: (text: string) => string;
};

const SAID: Readonly<Record<Language, Translate["said"]>> = {
  zh: translator(zhTargets, zhMeasured, zhCollector),
  en: (text) => text,
};

export const CATALOGUES: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { zh, en };

/** The sentences of one language. */
export function translate(language: Language): Translate {
  const catalogue = CATALOGUES[language];
  const plural = new Intl.PluralRules(language);
  return Object.assign((key: Key, values: Values = {}) => fill(catalogue[key], values, plural), {
    said: SAID[language],
  });
}

/** Whether a text is a key, for keys that are put together from data (`cause.` + failure.cause). */
export function isKey(text: string): text is Key {
  return Object.hasOwn(zh, text);
}

function fill(text: string, values: Values, plural: Intl.PluralRules): string {
  return text.replace(
    /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g,
    (whole, name: string, one?: string, other?: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (one === undefined || other === undefined) return String(value);
      return plural.select(Number(value)) === "one" ? one : other;
    },
  );
}
