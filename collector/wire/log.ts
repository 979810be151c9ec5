/**
 * The log every part is given, and what makes one of it: fields first, then one sentence. Never a secret in either.
 *
 * main makes the sink: JSON lines for machines, readable lines on a terminal; both with repeats limited, so that a
 * failing disk or a dead collector cannot fill one. Pure: the clock and the sink are parameters.
 */
import type { Clock } from "./clock.ts";

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = { readonly [L in LogLevel]: (fields: LogFields, message: string) => void };

/** Says nothing: for parts used as a library. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A log that hands every line to one function. */
export function logTo(sink: (level: LogLevel, fields: LogFields, message: string) => void): Log {
  return {
    debug: (fields, message) => sink("debug", fields, message),
    info: (fields, message) => sink("info", fields, message),
    warn: (fields, message) => sink("warn", fields, message),
    error: (fields, message) => sink("error", fields, message),
  };
}

const REPEAT_WINDOW_MS = 60_000;
const REPEATS_SHOWN = 3;
const KEPT_KEYS = 500;

/**
 * Lets a sentence of one level and code pass three times a minute; the next one afterwards says how many were held back.
 *
 * @param inner Where lines go.
 * @param clock Its monotonic time decides what a minute is.
 */
export function limitRepeats(inner: Log, clock: Pick<Clock, "monoMs">): Log {
  const seen = new Map<string, { sinceMs: number; shown: number; held: number }>();
  return logTo((level, fields, message) => {
    const key = `${level} ${String(fields["code"] ?? "")} ${message}`;
    const nowMs = clock.monoMs();
    let entry = seen.get(key);
    if (!entry || nowMs - entry.sinceMs >= REPEAT_WINDOW_MS) {
      const held = entry?.held ?? 0;
      entry = { sinceMs: nowMs, shown: 1, held: 0 };
      seen.delete(key);
      seen.set(key, entry);
      if (seen.size > KEPT_KEYS) seen.delete(seen.keys().next().value ?? "");
      inner[level](held > 0 ? { ...fields, repeats: held } : fields, message);
      return;
    }
    if (entry.shown >= REPEATS_SHOWN) {
      entry.held += 1;
      return;
    }
    entry.shown += 1;
    inner[level](fields, message);
  });
}

/** One readable line: local time, level unless info, sentence, fields as key=value. */
export function readableLine(atMs: number, level: LogLevel, fields: LogFields, message: string): string {
  const at = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(11, 19);
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${shown(value)}`);
  return `${at} ${level === "info" ? "" : `${level.toUpperCase()} `}${message}${pairs.length > 0 ? `  ${pairs.join(" ")}` : ""}\n`;
}

function shown(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string" && /^[\w.:/@+-]+$/.test(value)) return value;
  return JSON.stringify(value);
}
