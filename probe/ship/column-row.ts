/**
 * A spooled sample as a row of a batch in columns, when it is one that fits: up, of a target's own series, numbers where
 * numbers belong. null = it goes as the text it is; the collector judges it, not this.
 */
import { DETAIL_NUMBERS, FIRST_FRACTION, IS_BESIDE, TEXT_MOST_CHARS } from "../../collector/wire/columns.ts";
import { METRICS, PDP_MAX } from "../../collector/wire/metric.ts";
import { type Beside, parted } from "./column-beside.ts";

export type Row = {
  readonly target: string;
  readonly tick: number;
  readonly stepS: number;
  readonly seq: number;
  readonly startedMs: number;
  /** In METRICS order. */
  readonly timings: readonly (number | null)[];
  /** As DETAIL_NUMBERS; null = it has none. */
  readonly numbers: readonly (number | null)[];
  readonly address: string | null;
  /** 0 = none. */
  readonly family: number;
  /** JSON; null = none. */
  readonly certificate: string | null;
  readonly beside: Beside;
  /** JSON of what else its detail says, IS_BESIDE where the certificate and what is beside it stood. */
  readonly rest: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** Leaves room for what signs and fractions make of a number. */
const MOST = 2 ** 50;
/** In ms it still is a number; later than any second of the wire. */
const TICK_MOST = 2 ** 40;
const KEYS = 8;
const NUMBERS: ReadonlySet<string> = new Set(DETAIL_NUMBERS);

/** @param text JSON as it was spooled; whatever it says. */
export function rowOf(text: string): Row | null {
  const sample = fieldsOf(text);
  if (!sample || Object.keys(sample).length !== KEYS || sample["state"] !== "up") return null;
  const { target, tick, stepS, seq, startedMs } = sample;
  const timings = timingsOf(sample["timings"]);
  const said = isFields(sample["detail"]) ? detailOf(sample["detail"]) : null;
  if (typeof target !== "string" || !timings || !said) return null;
  if (!isWhole(tick) || tick > TICK_MOST || !isWhole(stepS) || !isWhole(seq) || !isWhole(startedMs))
    return null;
  return { target, tick, stepS, seq, startedMs, timings, ...said };
}

function fieldsOf(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function timingsOf(value: unknown): (number | null)[] | null {
  if (!isFields(value) || Object.keys(value).length !== METRICS.length) return null;
  const timings: (number | null)[] = [];
  for (const metric of METRICS) {
    const one = value[metric];
    if (one !== null && !(isWhole(one) && one <= PDP_MAX)) return null;
    timings.push(one);
  }
  return timings;
}

type Said = Pick<Row, "numbers" | "address" | "family" | "certificate" | "beside" | "rest">;

function detailOf(detail: Fields): Said | null {
  const { address = null, family = 0, certificate = null } = detail;
  const numbers = DETAIL_NUMBERS.map((key) => numberOf(detail[key]));
  const two = parted(detail, isWhole);
  if (!two || !isWay(detail) || !numbers.every(fits)) return null;
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(detail)) {
    if (key === "address" || key === "family" || (NUMBERS.has(key) && typeof value === "number")) continue;
    if (key === "certificate") rest[key] = IS_BESIDE;
    else rest[key] = key === "answers" || key === "head" ? two.left[key] : value;
  }
  const texts = {
    certificate: certificate === null ? null : JSON.stringify(certificate),
    rest: JSON.stringify(rest),
  };
  if (!isText(texts.rest) || !isText(texts.certificate)) return null;
  return {
    numbers,
    address: address === null ? null : String(address),
    family: Number(family),
    beside: two.beside,
    ...texts,
  };
}

/** Whether a collector takes it: it refuses a whole batch for a text that is too long, or that has a key `__proto__`. */
function isText(text: string | null): boolean {
  return text === null || (text.length <= TEXT_MOST_CHARS && !text.includes("__proto__"));
}

/** Whether what stands in tables is what belongs there, and no key is one that an assignment would lose. */
function isWay(detail: Fields): boolean {
  const { address, family, certificate } = detail;
  return (
    (address === undefined || (typeof address === "string" && address !== "")) &&
    (family === undefined || family === 4 || family === 6) &&
    (certificate === undefined || isFields(certificate)) &&
    !Object.hasOwn(detail, "__proto__")
  );
}

/** @param k Place in DETAIL_NUMBERS. */
function fits(value: number | null, k: number): boolean {
  return value === null || isWhole(value) || (k >= FIRST_FRACTION && value > 0 && value < MOST);
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < MOST && !Object.is(value, -0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
