/**
 * Texts of batches in columns as what they say, judged by the schema once: most of them come with every batch.
 *
 * Certificates are remembered by their hash, so that a probe tells each once; everything else by its text. Both forget what
 * was not used for longest, and keep none that is long. Hostile texts: nobody is ever given another's,
 * because the hash is made here.
 */
import { createHash } from "node:crypto";
import { ColumnsError } from "../wire/column-bytes.ts";
import { DETAIL_NUMBERS, HASH_BYTES, IS_BESIDE, TEXT_MOST_CHARS, type Words } from "../wire/columns.ts";
import { type Certificate, Detail } from "../wire/sample.ts";
import { slotsOf } from "./detail-slots.ts";
import { jsonOf } from "./json-of.ts";
import { KnownTables } from "./known-tables.ts";
import { isPlainDetail } from "./plain-sample.ts";

/** Twice as many at most, and twice the characters; a few hundred of them each. */
const CERTIFICATES = { most: 16_384, mostChars: 8 * 1024 * 1024 };
const RESTS = { most: 4_096, mostChars: 2 * 1024 * 1024 };
/** Longer texts are not remembered: they are hardly ever said twice. */
const LONG_CHARS = 4_096;

/** A certificate, the same object while it is remembered; `sound` = the schema lets it through. */
export type KnownCertificate = { readonly certificate: Certificate; readonly sound: boolean };

/** What a detail says besides its numbers, its address, what has a slot and, where `isBeside`, its certificate. */
export type KnownRest = {
  readonly words: Words;
  readonly isBeside: boolean;
  readonly sound: boolean;
};

/** Names of targets, and of each whether it is no id; null = all are. */
export type KnownTargets = { readonly targets: readonly string[]; readonly noId: readonly boolean[] | null };

type Fields = Readonly<Record<string, unknown>>;

/** What stands in columns cannot be said in the text, too. */
const IN_COLUMNS: readonly string[] = [...DETAIL_NUMBERS, "address", "family"];

/** Nothing here throws but ColumnsError: a text that no probe of ours writes. */
export class DetailTexts {
  private readonly certificates = new Remembered<KnownCertificate>(CERTIFICATES);
  private readonly rests = new Remembered<KnownRest>(RESTS);
  /** Whole tables of a batch. */
  readonly tables = {
    targets: new KnownTables<KnownTargets>(),
    certificates: new KnownTables<readonly KnownCertificate[]>(),
    rests: new KnownTables<readonly KnownRest[]>(),
  };

  /** @param hash Latin-1. @returns null = nobody told it, or it was forgotten. */
  certificate(hash: string): KnownCertificate | null {
    return this.certificates.get(hash) ?? null;
  }

  /** A certificate that came whole. */
  learn(text: string): KnownCertificate {
    const hash = createHash("sha256").update(text, "utf8").digest().toString("latin1", 0, HASH_BYTES);
    const known = this.certificates.get(hash);
    if (known) return known;
    const { detail, sound } = judged({ certificate: fieldsOf(text) });
    // An unsound one is no certificate, and only looked at by the schema.
    const made = { certificate: detail.certificate as Certificate, sound };
    this.certificates.set(hash, made, text.length);
    return made;
  }

  rest(text: string): KnownRest {
    const known = this.rests.get(text);
    if (known) return known;
    const value = fieldsOf(text);
    if (IN_COLUMNS.some((key) => typeof value[key] === "number") || "address" in value)
      throw new ColumnsError("a detail says in words what it says in columns");
    const { certificate, ...others } = value;
    const isBeside = certificate === IS_BESIDE;
    const slots = slotsOf(value);
    // What stands for the answers would not be let through; each sample's own are put in their place.
    const empty = slots?.answers ? { answers: [] } : {};
    const { detail, sound } = judged({ ...(isBeside ? others : value), ...empty });
    const made = { words: { detail, slots }, isBeside, sound };
    // A copy: a piece of a text would keep all of it in memory.
    this.rests.set(Buffer.from(text, "utf8").toString("utf8"), made, text.length);
    return made;
  }
}

function judged(value: Fields): { readonly detail: Detail; readonly sound: boolean } {
  if (isPlainDetail(value)) return { detail: value, sound: true };
  const parsed = Detail.safeParse(value);
  // An unsound one is only looked at by the schema, which says what is wrong with it.
  return parsed.success ? { detail: parsed.data, sound: true } : { detail: value as Detail, sound: false };
}

function fieldsOf(text: string): Fields {
  // Five hundred samples may refer to it, and the schema may have to look at each.
  if (text.length > TEXT_MOST_CHARS) throw new ColumnsError("a text is longer than any detail");
  const value = jsonOf(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ColumnsError("a text is no JSON object");
}

type Limits = { readonly most: number; readonly mostChars: number };
type Kept<T> = { readonly value: T; readonly chars: number };

/** What was used of late: when as many more were met, what was not used since is forgotten. */
class Remembered<T> {
  private readonly limits: Limits;
  private young = new Map<string, Kept<T>>();
  private old = new Map<string, Kept<T>>();
  /** Of what is young. */
  private chars = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  get(key: string): T | undefined {
    const found = this.young.get(key);
    if (found !== undefined) return found.value;
    const before = this.old.get(key);
    if (before !== undefined) this.keep(key, before);
    return before?.value;
  }

  /** @param chars How long the text is that the value was made of; a long one is not kept. */
  set(key: string, value: T, chars: number): void {
    if (chars <= LONG_CHARS) this.keep(key, { value, chars });
  }

  private keep(key: string, kept: Kept<T>): void {
    const { most, mostChars } = this.limits;
    if (this.young.size >= most || this.chars + kept.chars > mostChars) {
      this.old = this.young;
      this.young = new Map();
      this.chars = 0;
    }
    this.young.set(key, kept);
    this.chars += kept.chars;
  }
}
