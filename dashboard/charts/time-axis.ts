/**
 * Where a time axis is labelled: round local times of the reader's zone, for any range from minutes to years.
 *
 * In: UTC seconds and an IANA zone. Out: UTC seconds of the ticks and their texts. Days and months start at local
 * midnight, also across a change of the zone's offset.
 */
import type { Language } from "../../collector/wire/ids.ts";

export type TimeTick = { readonly atS: number; readonly text: string };

const DAY_S = 86_400;
/** Steps shorter than a day, in seconds; then days; then months (as negative numbers). */
const STEPS = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
const DAY_STEPS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 2, 3, 6, 12, 24];
const MONTH_S = 31 * DAY_S;

/**
 * The ticks of a time axis.
 *
 * @param most How many labels fit; at least 2.
 * @returns Ascending, each within [fromS, toS].
 */
export function timeTicks(
  fromS: number,
  toS: number,
  most: number,
  timeZone: string,
  language: Language,
): TimeTick[] {
  const wantS = (toS - fromS) / Math.max(2, most);
  const stepS = STEPS.find((step) => step >= wantS);
  const zone = zoneOf(timeZone);
  if (stepS !== undefined) return clockTicks(fromS, toS, stepS, zone, language);
  const days = DAY_STEPS.find((step) => step * DAY_S >= wantS);
  if (days !== undefined) return dayTicks(fromS, toS, days, zone, language);
  const months = MONTH_STEPS.find((step) => step * MONTH_S >= wantS) ?? 24;
  return monthTicks(fromS, toS, months, zone, language);
}

type Zone = { readonly timeZone: string; offsetS(atS: number): number };

function zoneOf(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return {
    timeZone,
    offsetS(atS) {
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(atS * 1000)) part[type] = Number(value);
      const local = Date.UTC(
        part["year"] ?? 0,
        (part["month"] ?? 1) - 1,
        part["day"] ?? 1,
        part["hour"] ?? 0,
        part["minute"] ?? 0,
        part["second"] ?? 0,
      );
      return local / 1000 - Math.floor(atS);
    },
  };
}

/** UTC seconds of a local wall time; for a time that a zone change skips, the instant right after it. */
function utcOf(localS: number, zone: Zone): number {
  const guess = localS - zone.offsetS(localS);
  return localS - zone.offsetS(guess);
}

function clockTicks(fromS: number, toS: number, stepS: number, zone: Zone, language: Language): TimeTick[] {
  const time = texts(language, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = texts(language, zone, dayOptions(language));
  const local = fromS + zone.offsetS(fromS);
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(local / stepS) * stepS; ; at += stepS) {
    const atS = utcOf(at, zone);
    if (atS > toS) return ticks;
    if (atS < fromS || atS <= (ticks.at(-1)?.atS ?? -1)) continue;
    ticks.push({ atS, text: at % DAY_S === 0 ? day(atS) : time(atS) });
  }
}

function dayTicks(fromS: number, toS: number, days: number, zone: Zone, language: Language): TimeTick[] {
  const day = texts(language, zone, dayOptions(language));
  const local = fromS + zone.offsetS(fromS);
  // Day 0 was a Thursday: shifted by 3, steps of a week fall on Mondays.
  const first = Math.ceil((local / DAY_S + 3) / days) * days - 3;
  const ticks: TimeTick[] = [];
  for (let at = first; ; at += days) {
    const atS = utcOf(at * DAY_S, zone);
    if (atS > toS) return ticks;
    if (atS >= fromS) ticks.push({ atS, text: day(atS) });
  }
}

function monthTicks(fromS: number, toS: number, months: number, zone: Zone, language: Language): TimeTick[] {
  const name = texts(language, zone, { month: "short" });
  const withYear = texts(language, zone, { year: "numeric", month: "short" });
  const start = new Date((fromS + zone.offsetS(fromS)) * 1000);
  const ticks: TimeTick[] = [];
  for (
    let n = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
    ;
    n += months
  ) {
    const atS = utcOf(Date.UTC(Math.floor(n / 12), n % 12, 1) / 1000, zone);
    if (atS > toS) return ticks;
    if (atS < fromS) continue;
    ticks.push({ atS, text: n % 12 === 0 || ticks.length === 0 ? withYear(atS) : name(atS) });
  }
}

function dayOptions(language: Language): Intl.DateTimeFormatOptions {
  return { month: language === "zh" ? "numeric" : "short", day: "numeric" };
}

function texts(language: Language, zone: Zone, options: Intl.DateTimeFormatOptions): (atS: number) => string {
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    timeZone: zone.timeZone,
    ...options,
  });
  return (atS) => format.format(atS * 1000);
}
