/** Instants on the command line: read in several forms, printed in one. UTC. */
import { CarrierwatchError } from "../wire/errors.ts";
import type { Text } from "../wire/said/text.ts";

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * An instant a person wrote.
 *
 * @param text UTC seconds, an ISO date or time (UTC unless it says otherwise), `now`, or how long ago: 90m, 2h, 7d.
 * @returns UTC seconds.
 * @throws CarrierwatchError code usage
 */
export function instantOf(option: string, text: string, nowS: number): number {
  if (text === "now") return nowS;
  if (/^\d{9,11}$/.test(text)) return Number(text);
  const ago = /^-?(\d{1,6})([smhdw])$/.exec(text);
  if (ago) return nowS - Number(ago[1]) * (UNIT_S[ago[2] ?? ""] ?? 1);
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text);
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`;
  const ms = iso && isInCalendar(text) ? Date.parse(zoned.replace(" ", "T")) : Number.NaN;
  if (Number.isFinite(ms)) return Math.floor(ms / 1000);
  throw new CarrierwatchError("usage", `${option} ${JSON.stringify(text)} is no time`, {
    hint: "use UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d",
  });
}

/**
 * What --from and --to say, UTC seconds; null = it was not given.
 *
 * @throws CarrierwatchError code usage for what is no time, or a beginning that is not before its end, in the words it was given in
 */
export function spanOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowS: number,
) {
  const fromS = from === undefined ? null : instantOf("--from", from, nowS);
  const toS = to === undefined ? null : instantOf("--to", to, nowS);
  if (fromS !== null && toS !== null && fromS >= toS && toS < nowS)
    throw new CarrierwatchError("usage", `--from ${from} is not before --to ${to}`);
  if (fromS !== null && fromS >= nowS)
    throw new CarrierwatchError("usage", `--from ${from} is not in the past`);
  return { fromS, toS };
}

/** Date.parse takes 30 February for 2 March. */
function isInCalendar(iso: string): boolean {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  return Number.isFinite(day.getTime()) && day.toISOString().startsWith(iso.slice(0, 10));
}

/** 2026-11-21T08:00:00Z */
export function isoOf(atS: number): string {
  return `${new Date(atS * 1000).toISOString().slice(0, 19)}Z`;
}

const UNITS = [
  { sizeS: 86_400, en: "d", zh: "天" },
  { sizeS: 3_600, en: "h", zh: "小时" },
  { sizeS: 60, en: "m", zh: "分钟" },
  { sizeS: 1, en: "s", zh: "秒" },
] as const;

/** A step or an age in the largest whole unit: 300 -> 5m. */
export function spanText(seconds: number): Text {
  const { sizeS, en, zh } =
    UNITS.find((unit) => seconds >= unit.sizeS && seconds % unit.sizeS === 0) ?? UNITS[3];
  return { en: `${seconds / sizeS}${en}`, zh: `${seconds / sizeS} ${zh}` };
}
