/**
 * A text for people that stands beside what says it, in every language at once: help, headings, answers, questions.
 *
 * One that lacks a language is no `Text`, so what has no Chinese does not compile. What is thrown, logged or sent is an
 * English sentence instead, which tables of translator.ts know. Pure.
 */
import type { Language } from "../ids.ts";

export type Text = Readonly<Record<Language, string>>;

/** What reads alike in every language: ids, numbers, lines of a file. */
export function same(text: string): Text {
  return { en: text, zh: text };
}

/** A text put together of texts. */
export function inEach(make: (language: Language) => string): Text {
  return { en: make("en"), zh: make("zh") };
}
