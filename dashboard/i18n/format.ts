/**
 * Numbers, durations and instants as people read them, in one language and one time zone.
 *
 * Times come in as UTC seconds or ms and leave as local text. Durations are ms, speed is bytes per second.
 * A number and its unit are kept apart where a page draws the unit smaller. null is said as a dash.
 */
import type { Language } from "../../collector/wire/ids.ts";

export type Quantity = { readonly value: string; readonly unit: string };

export type Format = ReturnType<typeof formatFor>;

export const NOTHING = "–";

const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** Formatting for one reader. An unknown time zone counts as UTC. */
export function formatFor(language: Language, timeZone: string) {
  const locale = LOCALES[language];
  const zone = knownZone(timeZone);
  const instant = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options });
    return (ms: number) => format.format(ms);
  };
  const two = "2-digit" as const;
  const count = new Intl.NumberFormat(locale);
  const month = language === "zh" ? "numeric" : "short";
  const clock = instant({ hour: two, minute: two });
  const day = instant({ month, day: "numeric" });
  const dayClock = instant({ month, day: "numeric", hour: two, minute: two });
  const yearClock = instant({ year: "numeric", month, day: "numeric", hour: two, minute: two });
  const year = instant({ year: "numeric" });
  const clockSeconds = instant({ hour: two, minute: two, second: two });
  const dayClockSeconds = instant({ month, day: "numeric", hour: two, minute: two, second: two });
  const join = ({ value, unit }: Quantity) => (unit === "" ? value : `${value} ${unit}`);
  return {
    language,
    timeZone: zone,
    count: (n: number) => count.format(n),
    ms: (value: number | null) => join(msQuantity(value)),
    /** A limit somebody chose: 1 s rather than 1.00 s. */
    msLimit: (value: number) => join(trimmed(msQuantity(value))),
    speedLimit: (value: number) => join(trimmed(speedQuantity(value))),
    speed: (value: number | null) => join(speedQuantity(value)),
    bytes: (value: number | null) => join(bytesQuantity(value)),
    share: (value: number | null) => (value === null ? NOTHING : `${percent(value)}%`),
    duration: (seconds: number) => duration(seconds, language),
    every: (stepS: number) => every(stepS, language),
    /** 14:35 */
    clock,
    /** 14:35:07 */
    clockSeconds,
    /** 11/21 or 21 Nov */
    day,
    /** 11/21 14:35 */
    dayClock,
    /** The time of day of a tick; with its seconds where there are several a minute. */
    tick: (ms: number, stepS: number) => (stepS < 60 ? clockSeconds(ms) : clock(ms)),
    /** The time of day alone while it is still that day: 14:35, else 11/20 14:35. Seconds as above. */
    recent(ms: number, nowMs: number, stepS = 60) {
      const [short, long] = stepS < 60 ? [clockSeconds, dayClockSeconds] : [clock, dayClock];
      return day(ms) === day(nowMs) ? short(ms) : long(ms);
    },
    /** 11/21 14:35 – 16:20, or both days where they differ */
    period: (fromMs: number, toMs: number) =>
      `${dayClock(fromMs)} – ${day(fromMs) === day(toMs) ? clock(toMs) : dayClock(toMs)}`,
    /** 2026/11/21 14:35 – 11/22 14:35, or both years where they differ: for a picture, which may be old. */
    span: (fromMs: number, toMs: number) =>
      `${yearClock(fromMs)} – ${(year(fromMs) === year(toMs) ? dayClock : yearClock)(toMs)}`,
    /** 2026/11/21 14:35:07 */
    full: instant({ year: "numeric", month, day: "numeric", hour: two, minute: two, second: two }),
    /** 2026/11/21 */
    date: instant({ year: "numeric", month, day: "numeric" }),
    /** 2026年11月 */
    month: instant({ year: "numeric", month: "short" }),
  };
}

/** Milliseconds with as many digits as mean something: 0.42 ms, 9.5 ms, 126 ms, 1.84 s, 12.5 s. */
export function msQuantity(value: number | null): Quantity {
  if (value === null) return { value: NOTHING, unit: "" };
  if (value >= 999.5) {
    const s = value / 1000;
    return { value: s.toFixed(s < 9.995 ? 2 : s < 99.95 ? 1 : 0), unit: "s" };
  }
  return { value: value.toFixed(value < 0.9995 ? 2 : value < 9.95 ? 1 : 0), unit: "ms" };
}

function trimmed({ value, unit }: Quantity): Quantity {
  return { value: value.includes(".") ? value.replace(/\.?0+$/, "") : value, unit };
}

/** Bytes per second, decimal units, as networks are sold: 2.4 MB/s. */
export function speedQuantity(value: number | null): Quantity {
  const { value: text, unit } = bytesQuantity(value);
  return { value: text, unit: unit === "" ? "" : `${unit}/s` };
}

/** Bytes, decimal units. */
export function bytesQuantity(value: number | null): Quantity {
  if (value === null) return { value: NOTHING, unit: "" };
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let at = 0;
  while (size >= 999.5 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return {
    value: size.toFixed(at === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2),
    unit: units[at] ?? "B",
  };
}

/** 0..1 as a percentage that is never rounded up to 100: 0.99999 is 99.99. */
export function percent(share: number): string {
  if (share >= 1) return "100";
  if (share <= 0) return "0";
  return (Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2);
}

const SPANS: Readonly<Record<Language, readonly string[]>> = {
  zh: [" 天", " 小时", " 分", " 秒"],
  en: [" d", " h", " min", " s"],
};

/** The two largest parts of a duration: 2 d 3 h, 55 min, 40 s. */
export function duration(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = SPANS[language];
  const parts = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  const first = parts.findIndex((part) => part > 0);
  if (first < 0) return `0${units[3]}`;
  // Beside minutes, seconds are noise.
  const last = first >= 2 ? first : first + 1;
  return parts
    .slice(first, last + 1)
    .map((part, i) => (part > 0 ? `${part}${units[first + i]}` : ""))
    .filter(Boolean)
    .join(" ");
}

const EVERY: Readonly<Record<Language, readonly [number, string][]>> = {
  zh: [
    [86_400, "天"],
    [3600, "小时"],
    [60, "分钟"],
    [1, "秒"],
  ],
  en: [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ],
};

/** How often, in the largest unit that divides the step: 每 5 分钟一次, every 5 minutes, every hour. */
export function every(stepS: number, language: Language): string {
  const [size, unit] = EVERY[language].find(([seconds]) => stepS % seconds === 0) ?? [1, ""];
  const n = stepS / size;
  if (language === "zh") return n === 1 ? `每${unit}一次` : `每 ${n} ${unit}一次`;
  return n === 1 ? `every ${unit}` : `every ${n} ${unit}s`;
}

function knownZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone;
  } catch {
    return "UTC";
  }
}
