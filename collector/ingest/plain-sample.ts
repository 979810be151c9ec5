/**
 * The samples nearly every batch consists of, known at a glance: up, with numbers and short texts where they belong.
 *
 * The schema in wire/sample.ts is the law. What is let through here, it lets through unchanged; everything else, right
 * or wrong, is left to it, and so is every sentence about what is wrong. A test holds the two together.
 */
import { PDP_MAX } from "../wire/metric.ts";
import type { Detail, Sample } from "../wire/sample.ts";

type Fields = Record<string, unknown>;
type Tests = ReadonlyMap<string, (value: unknown) => boolean>;

/** Latest second and millisecond that the wire knows. */
export const LAST_S = 253_402_300_799;
export const LAST_MS = LAST_S * 1_000 + 999;
/** Longest address, in UTF-16 units. */
export const ADDRESS_MAX = 64;
const ID = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

const whole = (value: unknown, min: number, max: number): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
const text = (value: unknown, max: number): boolean => typeof value === "string" && value.length <= max;
const pdp = (value: unknown): boolean => value === null || whole(value, 0, PDP_MAX);
const count = (value: unknown): boolean => whole(value, 0, Number.MAX_SAFE_INTEGER);
const duration = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const CERTIFICATE: Tests = new Map([
  ["subject", (value: unknown) => text(value, 256)],
  ["issuer", (value: unknown) => text(value, 256)],
  ["notAfterS", (value: unknown) => whole(value, 0, LAST_S)],
  ["fingerprint256", (value: unknown) => text(value, 95)],
  ["problem", (value: unknown) => text(value, 64)],
  ["chain", (value: unknown) => list(value, 6, (one) => text(one, 128))],
]);
const ANSWER: Tests = new Map([
  ["address", (value: unknown) => text(value, ADDRESS_MAX)],
  ["ttlS", count],
]);
const HEAD: Tests = new Map([
  ["via", (value: unknown) => text(value, 128)],
  ["server", (value: unknown) => text(value, 128)],
  ["ageS", count],
  ["contentLength", count],
]);
const DETAIL: Tests = new Map([
  ["status", (value: unknown) => whole(value, 100, 999)],
  ["bodyBytes", count],
  ["wireBytes", count],
  ["receiveBps", pdp],
  ["redirects", (value: unknown) => whole(value, 0, 20)],
  ["redirectUs", (value: unknown) => whole(value, 0, PDP_MAX)],
  ["finalUrl", (value: unknown) => text(value, 2048)],
  ["address", (value: unknown) => text(value, 64)],
  ["family", (value: unknown) => value === 4 || value === 6],
  ["protocol", (value: unknown) => text(value, 16)],
  ["tlsProtocol", (value: unknown) => text(value, 16)],
  ["certificate", isCertificate],
  ["tlsNetUs", pdp],
  ["headerBytes", count],
  ["localAddress", (value: unknown) => text(value, 64)],
  ["resolver", (value: unknown) => text(value, 64)],
  ["answers", (value: unknown) => list(value, 32, (one) => isOf(one, ANSWER) && "address" in one)],
  ["head", (value: unknown) => isOf(value, HEAD)],
  ["lateMs", duration],
  ["loopDelayMs", duration],
  ["note", (value: unknown) => text(value, 300)],
]);

/** Whether the schema would accept it as it is; false = ask the schema. */
export function isPlainSample(value: unknown): value is Sample {
  if (!isFields(value)) return false;
  let known = 0;
  for (const key in value) {
    if (!SAMPLE_KEYS.has(key)) return false;
    known += 1;
  }
  const { target, tick, stepS, seq, startedMs, state, timings, detail } = value;
  return (
    known === SAMPLE_KEYS.size &&
    state === "up" &&
    typeof target === "string" &&
    isId(target) &&
    whole(tick, 0, LAST_S) &&
    whole(stepS, 10, 86_400) &&
    Number(tick) % Number(stepS) === 0 &&
    whole(seq, 1, Number.MAX_SAFE_INTEGER) &&
    whole(startedMs, 0, LAST_MS) &&
    isTimings(timings) &&
    isOf(detail, DETAIL)
  );
}

/** Whether a text is what the schema takes for an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** The same of a detail alone. */
export function isPlainDetail(value: unknown): value is Detail {
  return isOf(value, DETAIL);
}

const SAMPLE_KEYS: ReadonlySet<string> = new Set([
  ...["target", "tick", "stepS", "seq", "startedMs", "state", "timings", "detail"],
]);

function isTimings(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { dns, connect, tls, wait, transfer, ttfb, total, speed } = value;
  let keys = 0;
  for (const _ in value) keys += 1;
  return (
    keys === 8 &&
    pdp(dns) &&
    pdp(connect) &&
    pdp(tls) &&
    pdp(wait) &&
    pdp(transfer) &&
    pdp(ttfb) &&
    pdp(total) &&
    pdp(speed)
  );
}

function isCertificate(value: unknown): boolean {
  return (
    isOf(value, CERTIFICATE) &&
    value["subject"] !== undefined &&
    value["issuer"] !== undefined &&
    value["notAfterS"] !== undefined &&
    value["fingerprint256"] !== undefined
  );
}

/** Whether every key is known and has what belongs there. */
function isOf(value: unknown, tests: Tests): value is Fields {
  if (!isFields(value)) return false;
  for (const key in value) {
    const test = tests.get(key);
    if (test === undefined || !test(value[key])) return false;
  }
  return true;
}

function list(value: unknown, most: number, test: (one: unknown) => boolean): boolean {
  if (!Array.isArray(value) || value.length > most) return false;
  // Not `every`, which passes over holes.
  for (const one of value) if (!test(one)) return false;
  return true;
}

/** A plain object, as JSON makes them. */
function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
