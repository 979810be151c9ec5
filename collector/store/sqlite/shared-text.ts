/**
 * What samples of a series have in common (certificate, protocol, why it failed) as one text, known by its hash.
 *
 * Made on the caller's thread for every sample, so it is quick where it can be: most samples say what the one before of
 * their series said, which is compared part by part without writing it down.
 */
import type { Certificate, Detail, Failure, Sample } from "../../wire/sample.ts";
import { isSameAnswers, isSameHead, sharedAnswers, sharedHead } from "./beside.ts";
import { NUMBERS } from "./log-record.ts";

export type SharedParts = {
  readonly d?: Detail;
  readonly f?: Omit<Failure, "elapsedUs">;
  readonly u?: Sample["unknownReason"];
};

/** What a text that was met before says. */
export type SharedText = {
  /** What of a detail it says; null when it says more than a detail, or what `isSameDetail` does not look at. */
  readonly detail: Detail | null;
  /** How many keys that is. */
  readonly keys: number;
};

/** What of a sample its text is made of. */
type Said = Pick<Sample, "detail" | "failure" | "unknownReason">;

/** What a log record keeps itself: numbers that change with every tick, and the address. */
const OWN: ReadonlyMap<string, "number" | "string"> = new Map([
  ...NUMBERS.map((key) => [key, "number"] as const),
  ["address", "string"] as const,
  ["family", "number"] as const,
]);
/** What `isSameDetail` looks at. */
const COMPARED: ReadonlySet<string> = new Set<keyof Detail>([
  "protocol",
  "tlsProtocol",
  "certificate",
  "finalUrl",
  "localAddress",
  "resolver",
  "unverified",
  "hops",
  "answers",
  "head",
  "ping",
  "records",
  "addresses",
  "note",
]);

/** What the text says of a part of a detail. */
function asShared(name: string, detail: Detail): unknown {
  const { answers, head } = detail;
  if (name === "answers" && answers) return sharedAnswers(answers);
  if (name === "head" && head) return sharedHead(head);
  return detail[name as keyof Detail];
}

/** The shared text of a sample, made. */
export function sharedTextOf({ detail, failure, unknownReason }: Said): string {
  const { elapsedUs: _, ...f } = failure ?? { elapsedUs: 0 };
  return JSON.stringify({
    d: sharedDetail(detail),
    ...(failure ? { f } : {}),
    ...(unknownReason === undefined ? {} : { u: unknownReason }),
  });
}

/** What the next sample of its series is compared with. */
export function comparedWith({ detail, failure, unknownReason }: Said): SharedText {
  const d = sharedDetail(detail);
  const keys = Object.keys(d);
  const isDetailAlone = !failure && unknownReason === undefined;
  const isCompared = isDetailAlone && keys.every((key) => COMPARED.has(key));
  return { detail: isCompared ? d : null, keys: keys.length };
}

/** What of a detail its text says. */
function sharedDetail(detail: Detail): Detail {
  return Object.fromEntries(
    Object.entries(detail).flatMap(([name, value]) =>
      OWN.get(name) === typeof value ? [] : [[name, asShared(name, detail)]],
    ),
  );
}

/**
 * Whether a sample's text is this one; false also when that is not to be told quickly.
 *
 * @param ownKeys How many of the detail's keys its log record keeps itself.
 */
export function saysTheSame(known: SharedText, sample: Said, ownKeys: number): boolean {
  if (known.detail === null || sample.failure !== undefined || sample.unknownReason !== undefined)
    return false;
  let keys = 0;
  for (const _ in sample.detail) keys += 1;
  return keys === known.keys + ownKeys && isSameDetail(known.detail, sample.detail);
}

function isSameDetail(a: Detail, b: Detail): boolean {
  return (
    a.protocol === b.protocol &&
    a.tlsProtocol === b.tlsProtocol &&
    a.finalUrl === b.finalUrl &&
    a.localAddress === b.localAddress &&
    a.resolver === b.resolver &&
    a.unverified === b.unverified &&
    a.note === b.note &&
    isSameCertificate(a.certificate, b.certificate) &&
    isSameAnswers(a.answers, b.answers) &&
    isSameHead(a.head, b.head) &&
    isSame(a.hops, b.hops) &&
    isSame(a.ping, b.ping) &&
    isSame(a.records, b.records) &&
    isSame(a.addresses, b.addresses)
  );
}

function isSameCertificate(a: Certificate | undefined, b: Certificate | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.fingerprint256 === b.fingerprint256 &&
    a.notAfterS === b.notAfterS &&
    a.subject === b.subject &&
    a.issuer === b.issuer &&
    a.problem === b.problem &&
    isSame(a.chain, b.chain) &&
    keysIn(a) === keysIn(b)
  );
}

/** Of what JSON can say. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (keysIn(a) !== keysIn(b)) return false;
  for (const key in a) if (!isSame(a[key as keyof typeof a], b[key as keyof typeof b])) return false;
  return true;
}

function keysIn(value: object): number {
  let keys = 0;
  for (const _ in value) keys += 1;
  return keys;
}

/** Different for samples whose texts differ, whatever they hold: each part says its length first. */
export function sharedKeyOf({ detail, failure, unknownReason }: Said): string {
  let key = "";
  for (const name in detail) {
    const value: unknown = detail[name as keyof Detail];
    const type = typeof value;
    if (OWN.get(name) === type) continue;
    key += name;
    if (type === "string") key += part(String(value));
    else if (name === "certificate") key += certificateKey(value as Certificate);
    else key += `:${part(JSON.stringify(asShared(name, detail)))}`;
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
  return keysIn(certificate) === CERTIFICATE_KEYS
    ? `${part(subject)}${part(issuer)}${part(fingerprint256)}${notAfterS};`
    : `:${part(JSON.stringify(certificate))}`;
}

/** Whether a shared text says how a sample failed: it is kept when details are dropped. */
export function saysWhy(shared: string): boolean {
  const { f, u } = JSON.parse(shared) as SharedParts;
  return f !== undefined || u !== undefined;
}

/** 64 bits of a text by FNV-1a with two seeds: equal hashes are taken for equal texts. */
export function hashOf(text: string): { a: number; b: number } {
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
