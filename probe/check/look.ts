/** How a terminal shows it: colours, and numbers with three digits and their unit. Pure. */
import type { Say } from "../../collector/wire/said/language.ts";
import type { Words } from "./words.ts";

export type Look = {
  readonly words: Words;
  /** Notes and details of a sample, which speak English, in the language of the words. */
  readonly say: Say;
  /** ANSI colours: only for a terminal. */
  readonly colour: boolean;
  /** UTC ms, for the days a certificate has left. */
  readonly nowMs: number;
};

/** Microseconds as ms, or as s from ten seconds on. */
export function showUs(us: number): string {
  if (us >= 10_000_000) return `${(us / 1e6).toFixed(2)} s`;
  const ms = us / 1000;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** Bytes in decimal units, as curl and browsers count them. */
export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[unit]}`;
}

/** Coloured where colours are asked for. */
export function paint(text: string, code: number, look: Look): string {
  return look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
