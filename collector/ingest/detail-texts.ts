/**
 * Texts of batches in columns as what they say, judged by the schema once: most of them come with every batch.
 *
 * Certificates are remembered by their hash, so that a probe tells each once; everything else by its text. Both forget what
 * was not used for longest. Hostile texts: nobody is ever given another's, because the hash is made here.
 */
import { createHash } from "node:crypto";
import { ColumnsError } from "../wire/column-bytes.ts";
import { CERTIFICATE_IS_BESIDE, DETAIL_NUMBERS, HASH_BYTES } from "../wire/columns.ts";
import { Detail } from "../wire/sample.ts";
import { jsonOf } from "./json-of.ts";
import { isPlainDetail } from "./plain-sample.ts";

/** Twice as many at most; some hundred bytes each. */
const CERTIFICATES = 16_384;
const RESTS = 4_096;

/** What a certificate's text says, and the last detail it was part of. */
export type KnownCertificate = {
  readonly value: Fields;
  rest: KnownRest | null;
  detail: Judged | null;
};

/** What a detail says besides its numbers, its address and, where `isBeside`, its certificate. */
export type KnownRest = {
  readonly value: Fields;
  readonly isBeside: boolean;
  alone: Judged | null;
};

/** A detail without what stands in columns; `sound` = the schema lets it through. */
export type Judged = { readonly detail: Detail; readonly sound: boolean };

type Fields = Readonly<Record<string, unknown>>;

/** What stands in columns cannot be said in the text, too. */
const IN_COLUMNS: readonly string[] = [...DETAIL_NUMBERS, "address", "family"];

/** Nothing here throws but ColumnsError: a text that no probe of ours writes. */
export class DetailTexts {
  private readonly certificates = new Remembered<KnownCertificate>(CERTIFICATES);
  private readonly rests = new Remembered<KnownRest>(RESTS);

  /** @param hash Latin-1. @returns null = nobody told it, or it was forgotten. */
  certificate(hash: string): KnownCertificate | null {
    return this.certificates.get(hash) ?? null;
  }

  /** A certificate that came whole. */
  learn(text: string): KnownCertificate {
    const hash = createHash("sha256").update(text, "utf8").digest().toString("latin1", 0, HASH_BYTES);
    const known = this.certificates.get(hash);
    if (known) return known;
    const made = { value: fieldsOf(text), rest: null, detail: null };
    this.certificates.set(hash, made);
    return made;
  }

  rest(text: string): KnownRest {
    const known = this.rests.get(text);
    if (known) return known;
    const value = fieldsOf(text);
    if (IN_COLUMNS.some((key) => typeof value[key] === "number") || "address" in value)
      throw new ColumnsError("a detail says in words what it says in columns");
    const isBeside = value["certificate"] === CERTIFICATE_IS_BESIDE;
    const made = { value, isBeside, alone: null };
    // A copy: a piece of a text would keep all of it in memory.
    this.rests.set(Buffer.from(text, "utf8").toString("utf8"), made);
    return made;
  }
}

/** A certificate and the rest together; the same object for the same two. @param certificate Null = it has none. */
export function judgedDetail(rest: KnownRest, certificate: KnownCertificate | null): Judged {
  if (rest.isBeside !== (certificate !== null))
    throw new ColumnsError("a certificate is not where it belongs");
  if (certificate === null) {
    rest.alone ??= judged(rest.value);
    return rest.alone;
  }
  if (certificate.rest !== rest || certificate.detail === null) {
    certificate.rest = rest;
    certificate.detail = judged({ ...rest.value, certificate: certificate.value });
  }
  return certificate.detail;
}

function judged(value: Fields): Judged {
  if (isPlainDetail(value)) return { detail: value, sound: true };
  const parsed = Detail.safeParse(value);
  // An unsound one is only looked at by the schema, which says what is wrong with it.
  return parsed.success ? { detail: parsed.data, sound: true } : { detail: value as Detail, sound: false };
}

function fieldsOf(text: string): Fields {
  const value = jsonOf(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ColumnsError("a text is no JSON object");
}

/** What was used of late: when as many more were met, what was not used since is forgotten. */
class Remembered<T> {
  private readonly most: number;
  private young = new Map<string, T>();
  private old = new Map<string, T>();

  constructor(most: number) {
    this.most = most;
  }

  get(key: string): T | undefined {
    const found = this.young.get(key);
    if (found !== undefined) return found;
    const before = this.old.get(key);
    if (before !== undefined) this.set(key, before);
    return before;
  }

  set(key: string, value: T): void {
    if (this.young.size >= this.most) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}
