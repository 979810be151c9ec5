/**
 * Cron expression and time zone -> step and phase, in UTC seconds.
 *
 * A target's ticks are k x step; a measurement starts at tick + phaseS + spread. Only even expressions have a step,
 * so evenness is proved over every offset the zone has in the next two years; no DST change skips or repeats a tick.
 * Used by the registry (to accept a target) and by `probe/schedule`. Pure: `nowS` is a parameter.
 */
import { InvalidInputError } from "./errors.ts";

const DAY_S = 86_400;
export const STEP_MIN_S = 10;
const HORIZON_DAYS = 2 * 366;
const ZONES_KEPT = 16;

/** stepS divides a day; 0 <= phaseS < stepS is the UTC second within a step at which the expression fires. */
export type Cadence = { readonly stepS: number; readonly phaseS: number };

type Field = { readonly name: string; readonly min: number; readonly max: number };
const FIELDS: readonly Field[] = [
  { name: "second", min: 0, max: 59 },
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of month", min: 1, max: 31 },
  { name: "month", min: 1, max: 12 },
  { name: "day of week", min: 0, max: 7 },
];

/**
 * The cadence of a cron expression in a time zone.
 *
 * @param cron Five fields (minute first) or six (second first); lists, ranges and steps.
 * @param timeZone IANA name.
 * @param nowS UTC seconds from which two years of zone changes are examined.
 * @returns Step and phase in seconds.
 * @throws InvalidInputError when the expression or zone is unknown, uneven, or outside 10 s to 1 day.
 * @see crontab(5)
 */
export function cadenceOf(cron: string, timeZone: string, nowS: number): Cadence {
  const fields = parseFields(cron);
  const seconds = secondsOfDay(fields);
  const offsets = offsetsOf(timeZone, nowS);
  const changeS = changeOf(offsets);
  const stepS = evenStep(cron, seconds, changeS);
  const first = seconds[0] ?? 0;
  const phases = new Map<number, number>();
  for (const offsetS of offsets) phases.set(modulo(first - offsetS, stepS), offsetS);
  if (phases.size > 1) {
    throw refuse(
      cron,
      `fires unevenly in ${timeZone}, whose offset from UTC changes`,
      `use time zone UTC, or a step that divides the change, such as ${suggestion(stepS, changeS)}`,
    );
  }
  return { stepS, phaseS: [...phases.keys()][0] ?? 0 };
}

function parseFields(cron: string): readonly (readonly number[])[] {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) {
    throw refuse(cron, `has ${parts.length} fields instead of 5 or 6`, "for example */5 * * * *");
  }
  const texts = parts.length === 5 ? ["0", ...parts] : parts;
  const sets = FIELDS.map((field, i) => parseField(cron, texts[i] ?? "*", field));
  for (const [i, field] of FIELDS.entries()) {
    const full = field.max - field.min + (field.name === "day of week" ? 0 : 1);
    if (i >= 3 && new Set(sets[i]?.map((n) => (field.name === "day of week" ? n % 7 : n))).size < full) {
      throw refuse(
        cron,
        `fires on some days only (${field.name})`,
        "targets are measured day and night: put * in the last three fields",
      );
    }
  }
  return sets;
}

function parseField(cron: string, text: string, field: Field): readonly number[] {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match)
      throw refuse(
        cron,
        `has ${JSON.stringify(part)} in the field ${field.name}`,
        "use numbers, *, a-b, a-b/n or */n",
      );
    const by = match[3] === undefined ? 1 : Number(match[3]);
    const from = match[1] === undefined ? field.min : Number(match[1]);
    const to =
      match[2] === undefined
        ? match[1] === undefined || match[3] !== undefined
          ? field.max
          : from
        : Number(match[2]);
    if (from < field.min || to > field.max || from > to || by < 1) {
      throw refuse(
        cron,
        `has ${JSON.stringify(part)} in the field ${field.name}, which takes ${field.min} to ${field.max}`,
      );
    }
    for (let n = from; n <= to; n += by) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

function secondsOfDay(fields: readonly (readonly number[])[]): number[] {
  const [seconds = [], minutes = [], hours = []] = fields;
  return hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * 3600 + m * 60 + s)));
}

function evenStep(cron: string, seconds: readonly number[], changeS: number): number {
  const stepS = DAY_S / seconds.length;
  const uneven = seconds.findIndex((second, i) => second - (seconds[0] ?? 0) !== i * stepS);
  if (uneven >= 0) {
    throw refuse(
      cron,
      `fires unevenly: ${clock(seconds[uneven - 1] ?? 0)}, then ${clock(seconds[uneven] ?? 0)}`,
      `every measurement must be the same time after the last, day and night: for example ${suggestion(stepS, changeS)}`,
    );
  }
  if (stepS < STEP_MIN_S)
    throw refuse(
      cron,
      `measures every ${stepS} s; at least ${STEP_MIN_S} s apart`,
      `for example ${suggestion(10, changeS)}`,
    );
  return stepS;
}

/** The nearest even expression with at most the wished step, even too across changes of changeS. */
function suggestion(stepS: number, changeS: number): string {
  const fits = (s: number) => s <= stepS && changeS % s === 0;
  if (fits(7200)) return "0 */2 * * *";
  if (fits(3600)) return "0 * * * *";
  const minutes = [30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1].find((m) => fits(m * 60));
  return minutes === undefined ? "*/10 * * * * *" : `*/${minutes} * * * *`;
}

/** The greatest step that every change of the zone's offset is a multiple of, seconds; 0 = the offset never changes. */
function changeOf(offsets: ReadonlySet<number>): number {
  const [first = 0, ...rest] = offsets;
  return rest.reduce((common, offset) => divisorOf(common, Math.abs(offset - first)), 0);
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}

/** What two years of a zone are, by zone; of one day, since all that ask then begin with the same midnight. */
const known = { fromS: 0, zones: new Map<string, Zone>() };
type Zone = { readonly format: Intl.DateTimeFormat; readonly offsets: ReadonlySet<number> };

function offsetsOf(timeZone: string, nowS: number): Set<number> {
  const { format, offsets } = zoneOf(timeZone, Math.ceil(nowS / DAY_S) * DAY_S);
  return new Set([offsetAt(format, nowS), ...offsets]);
}

function zoneOf(timeZone: string, fromS: number): Zone {
  // Names are what people wrote: there may be many of one zone.
  if (known.fromS !== fromS || known.zones.size >= ZONES_KEPT) {
    known.fromS = fromS;
    known.zones.clear();
  }
  const before = known.zones.get(timeZone);
  if (before) return before;
  const format = formatOf(timeZone);
  const offsets = new Set<number>();
  for (let day = 0; day <= HORIZON_DAYS; day += 1) offsets.add(offsetAt(format, fromS + day * DAY_S));
  const zone = { format, offsets };
  known.zones.set(timeZone, zone);
  return zone;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset", year: "numeric" });
  } catch (cause) {
    throw new InvalidInputError(
      "schedule",
      [
        {
          path: "timeZone",
          message: `${JSON.stringify(timeZone)} is no time zone this machine knows (example: Asia/Shanghai)`,
        },
      ],
      cause instanceof Error ? cause.message : undefined,
    );
  }
}

/** Seconds east of UTC at an instant. */
function offsetAt(format: Intl.DateTimeFormat, atS: number): number {
  const name = format.formatToParts(atS * 1000).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const match = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name);
  if (!match) return 0;
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === "-" ? -size : size;
}

function refuse(cron: string, problem: string, hint?: string): InvalidInputError {
  return new InvalidInputError(
    "schedule",
    [{ path: "cron", message: `${JSON.stringify(cron)} ${problem}` }],
    hint,
  );
}

function clock(secondOfDay: number): string {
  return new Date(secondOfDay * 1000).toISOString().slice(11, 19);
}

function modulo(a: number, n: number): number {
  return ((a % n) + n) % n;
}
