/**
 * The text that samples of a series have in common: most details, how it failed, why nobody measured.
 *
 * It is the same from tick to tick, so it is made once and found again by what it would say: building JSON for each
 * sample costs more than all the rest of storing it.
 */
import type { Certificate, Detail, Failure, Sample } from "../../wire/sample.ts";
import { NUMBERS } from "./log-record.ts";

export type SharedParts = {
  readonly d?: Detail;
  readonly f?: Omit<Failure, "elapsedUs">;
  readonly u?: Sample["unknownReason"];
};

/** A text and 64 bits of hash: equal hashes are taken for equal texts. */
export type SharedText = { readonly text: string; readonly a: number; readonly b: number };

/** What a log record keeps itself: numbers that change with every tick, and the address. */
const OWN: ReadonlyMap<string, "number" | "string"> = new Map([
  ...NUMBERS.map((key) => [key, "number"] as const),
  ["address", "string"] as const,
  ["family", "number"] as const,
]);
/** Texts remembered; a hundred thousand series of a thousand targets have a few thousand. */
const REMEMBERED = 8_192;
let remembered = new Map<string, SharedText>();

export function sharedOf(sample: Sample): SharedText {
  const key = keyOf(sample);
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= REMEMBERED) remembered = new Map();
  const text = textOf(sample);
  const made = { text, ...hashOf(text) };
  remembered.set(key, made);
  return made;
}

/** Whether a shared text says how a sample failed: it is kept when details are dropped. */
export function saysWhy(shared: string): boolean {
  const { f, u } = JSON.parse(shared) as SharedParts;
  return f !== undefined || u !== undefined;
}

/** Different for samples whose texts differ, whatever they hold: each part says its length first. */
function keyOf({ detail, failure, unknownReason }: Sample): string {
  let key = "";
  for (const name in detail) {
    const value: unknown = detail[name as keyof Detail];
    const type = typeof value;
    if (OWN.get(name) === type) continue;
    key += name;
    if (type === "string") key += part(String(value));
    else if (name === "certificate") key += certificateKey(value as Certificate);
    else key += `:${part(JSON.stringify(value))}`;
  }
  if (failure) key += `!${failure.phase}/${failure.cause}/${failure.source}${part(failure.detail ?? "")}`;
  if (failure?.detail === undefined) key += "-";
  return unknownReason === undefined ? key : `${key}?${unknownReason}`;
}

function part(text: string): string {
  return `=${text.length}=${text}`;
}

const CERTIFICATE_KEYS = 4;

function certificateKey(certificate: Certificate): string {
  const { subject, issuer, notAfterS, fingerprint256 } = certificate;
  let keys = 0;
  for (const _ in certificate) keys += 1;
  return keys === CERTIFICATE_KEYS
    ? `${part(subject)}${part(issuer)}${part(fingerprint256)}${notAfterS};`
    : `:${part(JSON.stringify(certificate))}`;
}

function textOf({ detail, failure, unknownReason }: Sample): string {
  const d = Object.fromEntries(
    Object.entries(detail).filter(([name, value]) => OWN.get(name) !== typeof value),
  );
  const { elapsedUs: _, ...f } = failure ?? { elapsedUs: 0 };
  return JSON.stringify({
    d,
    ...(failure ? { f } : {}),
    ...(unknownReason === undefined ? {} : { u: unknownReason }),
  });
}

/** FNV-1a with two seeds. */
function hashOf(text: string): { a: number; b: number } {
  let a = 0x811c9dc5 ^ text.length;
  let b = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return { a: a >>> 0, b: b >>> 0 };
}
