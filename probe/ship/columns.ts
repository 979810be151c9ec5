/**
 * Records of the spool as a batch in columns (collector/wire/columns.ts), for a collector that reads them.
 *
 * A record that does not fit goes as the text it was spooled as. A certificate that this collector was told goes as its
 * hash; that it was told is known by an answer, and forgotten when the collector says that it knows nothing of it.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ColumnWriter } from "../../collector/wire/column-bytes.ts";
import {
  BODY_AT,
  type ColumnsHead,
  DETAIL_NUMBERS,
  FIRST_FRACTION,
  HASH_BYTES,
  MAGIC,
} from "../../collector/wire/columns.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import { type Row, rowOf } from "./column-row.ts";

const MOST_TOLD = 4_096;
/** Batches that are sent whole after the collector did not know a certificate, doubled each time, and the most of it. */
const DISTRUST_FIRST = 1;
const DISTRUST_MOST = 256;

/** Certificates, as JSON, that a collector was told. */
export class ToldCertificates {
  private readonly told = new Map<string, Uint8Array>();
  private distrust = DISTRUST_FIRST;
  private wholeBatches = 0;

  /** Null = it goes whole. */
  hashOf(text: string): Uint8Array | null {
    return this.wholeBatches > 0 ? null : (this.told.get(text) ?? null);
  }

  /** A batch with these was answered. */
  tell(texts: readonly string[]): void {
    if (this.wholeBatches > 0) this.wholeBatches -= 1;
    for (const text of texts) {
      if (this.told.size >= MOST_TOLD) this.told.clear();
      this.told.set(text, createHash("sha256").update(text, "utf8").digest().subarray(0, HASH_BYTES));
    }
  }

  /**
   * The collector does not know one. It may have been started anew, or have more to remember than it can.
   *
   * @returns false when it was asked for none.
   */
  forget(): boolean {
    if (this.wholeBatches > 0) return false;
    this.told.clear();
    this.wholeBatches = this.distrust;
    this.distrust = Math.min(DISTRUST_MOST, this.distrust * 2);
    return true;
  }
}

export type PackedColumns = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Those that are in it whole. */
  readonly certificates: readonly string[];
  /** How much of it is text, which gzip makes smaller; numbers are small already. */
  readonly textBytes: number;
};

/** @param texts Samples as JSON, as they were spooled. */
export function columnsOf(
  texts: readonly string[],
  head: ColumnsHead,
  told: ToldCertificates,
): PackedColumns {
  const found = texts.map(rowOf);
  const rows = found.filter((row) => row !== null);
  const others = found.flatMap((row, i) => (row === null ? [i] : []));
  const otherTexts = others.map((i) => texts[i] ?? "");
  const targets = numbered(rows.map(({ target }) => target));
  // First those that samples were measured at: most answers of a resolver are among them.
  const addresses = numbered([
    ...rows.map(({ address }) => address),
    ...rows.flatMap(({ beside }) => beside.answers),
  ]);
  const certificates = numbered(rows.map(({ certificate }) => certificate));
  const rests = numbered(rows.map(({ rest }) => rest));
  const hashes = certificates.texts.map((text) => told.hashOf(text));
  const whole = certificates.texts.filter((_, i) => hashes[i] === null);
  const writer = new ColumnWriter();
  writer.raw(new Uint8Array(BODY_AT));
  writer.texts([JSON.stringify(head)]);
  writer.whole(rows.length);
  writer.whole(others.length);
  writer.column(others);
  writer.texts(otherTexts);
  writeTable(writer, targets.texts);
  writeTable(writer, addresses.texts);
  // One without a text is told by its hash.
  writeTable(
    writer,
    certificates.texts.map((text, i) => (hashes[i] === null ? text : "")),
  );
  for (const hash of hashes) if (hash) writer.raw(hash);
  writeTable(writer, rests.texts);
  const own = addresses.of.slice(0, rows.length);
  writeColumns(writer, rows, [targets.of.map((no) => no - 1), own, certificates.of, rests.of]);
  writer.column(addresses.of.slice(rows.length).map((no) => no - 1));
  writer.column(rows.flatMap(({ beside }) => beside.ttls));
  writer.column(rows.flatMap(({ beside }) => beside.ages));
  writer.column(rows.flatMap(({ beside }) => beside.lengths));
  const textBytes = [...whole, ...rests.texts, ...otherTexts].reduce((sum, { length }) => sum + length, 0);
  return { bytes: sealed(writer.taken()), certificates: whole, textBytes };
}

function writeTable(writer: ColumnWriter, texts: readonly string[]): void {
  writer.whole(texts.length);
  writer.texts(texts);
}

/** @param places In each table: target, address, certificate, rest. */
function writeColumns(
  writer: ColumnWriter,
  rows: readonly Row[],
  [target = [], ...others]: readonly (readonly number[])[],
): void {
  const started = rows.map(({ startedMs, tick }) => startedMs - tick * 1_000);
  writer.column(target);
  writer.column(rows.map(({ tick }) => tick));
  writer.column(rows.map(({ stepS }) => stepS));
  writer.column(rows.map(({ seq }) => seq));
  writer.column(started, true);
  writer.column(rows.map(({ timings }) => bitsOf(timings)));
  for (let m = 0; m < METRICS.length; m += 1) writer.column(rows.flatMap(({ timings }) => timings[m] ?? []));
  writer.column(rows.map(({ numbers }) => bitsOf(numbers)));
  for (let k = 0; k < DETAIL_NUMBERS.length; k += 1) {
    const values = rows.flatMap(({ numbers }) => numbers[k] ?? []);
    if (k < FIRST_FRACTION) writer.column(values);
    else writer.numbers(values);
  }
  writer.column(rows.map(({ family }) => family));
  for (const places of others) writer.column(places);
}

function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, crc32(bytes.subarray(BODY_AT)), true);
  return bytes;
}

/** Texts in the order they are first met, and of each value its place among them, counted from 1; 0 = null. */
function numbered(values: readonly (string | null)[]): { texts: string[]; of: number[] } {
  const places = new Map<string, number>();
  const of = values.map((value) => {
    if (value === null) return 0;
    const place = places.get(value) ?? places.size + 1;
    places.set(value, place);
    return place;
  });
  return { texts: [...places.keys()], of };
}

function bitsOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((bits, value, i) => (value === null ? bits : bits | (1 << i)), 0);
}
