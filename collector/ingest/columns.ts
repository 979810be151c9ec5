/**
 * A batch in columns, read and judged: whole columns in tight loops, by exactly the rules of the schema in wire/sample.ts.
 *
 * Hostile bytes: lengths and places are held against what there is, and bytes that are no such batch refuse all of it. A
 * record that a loop does not let through is left to the schema, which says what is wrong with it. Next stop: ingest.ts.
 */
import { isUtf8 } from "node:buffer";
import { crc32 } from "node:zlib";
import { ColumnReader, ColumnsError } from "../wire/column-bytes.ts";
import {
  ANSWERS_MOST,
  BODY_AT,
  DETAIL_NUMBERS,
  FIRST_FRACTION,
  HASH_BYTES,
  MAGIC,
  type SampleColumns,
  UNKNOWN_TEXTS,
  type Words,
} from "../wire/columns.ts";
import { CarrierwatchError, InvalidInputError } from "../wire/errors.ts";
import { METRICS, PDP_MAX } from "../wire/metric.ts";
import { BATCH_MAX_SAMPLES, type Certificate } from "../wire/sample.ts";
import { readSlots } from "./detail-slots.ts";
import type { DetailTexts, KnownCertificate, KnownRest, KnownTargets } from "./detail-texts.ts";
import { jsonOf } from "./json-of.ts";
import { ADDRESS_MAX, isId, LAST_MS, LAST_S } from "./plain-sample.ts";

const M = METRICS.length;
const N = DETAIL_NUMBERS.length;
/** Tick, step, seq, start and family. */
const SCALARS = 5;
const ALL_TIMINGS = 2 ** M - 1;
const ALL_NUMBERS = 2 ** N - 1;
const STEP_LEAST_S = 10;
const STEP_MOST_S = 86_400;
/** What the schema allows each of DETAIL_NUMBERS to be. */
const LEAST = [100, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const COUNT_MOST = Number.MAX_SAFE_INTEGER;
const MOST = [
  ...[999, COUNT_MOST, COUNT_MOST, PDP_MAX, 20, PDP_MAX, PDP_MAX, COUNT_MOST],
  ...[Number.MAX_VALUE, Number.MAX_VALUE],
];

/** What a batch in columns holds. */
export type ColumnBatch = {
  /** The envelope's JSON, not judged yet. */
  readonly head: unknown;
  readonly columns: SampleColumns;
  /** Of `columns`: those that the schema has to look at. */
  readonly odd: readonly number[];
  /** JSON of what is not in columns, by its place in the batch, ascending. */
  readonly others: readonly { readonly at: number; readonly text: string }[];
};

/**
 * @param body The bytes as they came, unpacked.
 * @throws InvalidInputError; CarrierwatchError unknown_texts when it refers to certificates that nobody told.
 */
export function readColumns(body: Uint8Array, texts: DetailTexts): ColumnBatch {
  try {
    return read(openedAt(body), texts);
  } catch (error) {
    if (error instanceof ColumnsError)
      throw new InvalidInputError("the batch in columns", [{ path: "", message: error.message }]);
    throw error;
  }
}

function openedAt(body: Uint8Array): ColumnReader {
  if (body.length < BODY_AT || MAGIC.some((byte, i) => body[i] !== byte))
    throw new ColumnsError("it does not begin like one");
  const told = new DataView(body.buffer, body.byteOffset, body.length).getUint32(MAGIC.length, true);
  if (told !== crc32(body.subarray(BODY_AT))) throw new ColumnsError("its CRC is another");
  return new ColumnReader(body, BODY_AT);
}

function read(reader: ColumnReader, texts: DetailTexts): ColumnBatch {
  const scratch = new Float64Array(BATCH_MAX_SAMPLES);
  const table = (most: number, what: string) => {
    const length = reader.atMost(most, what);
    return reader.texts(length > scratch.length ? new Float64Array(length) : scratch, length, utf8Of);
  };
  const [envelope = ""] = reader.texts(scratch, 1, utf8Of);
  const count = reader.atMost(BATCH_MAX_SAMPLES, "samples");
  const others = othersOf(reader, count, scratch);
  const { targets, noId } = targetsOf(reader, count, scratch, texts);
  const addresses = table(count * (1 + ANSWERS_MOST), "addresses");
  const certificates = certificatesOf(reader, count, scratch, texts);
  const rests = restsOf(reader, count, scratch, texts);
  const target = placesIn(reader, count, targets.length - 1, scratch);
  const { numbers, ...values } = numbersOf(reader, count, scratch);
  const address = placesIn(reader, count, addresses.length, scratch);
  const ofCertificate = placesIn(reader, count, certificates.length, scratch);
  const ofRest = placesIn(reader, count, rests.length, scratch);
  const odd = new Uint8Array(count);
  const said = { words: new Array<Words>(count), certificates: new Array<Certificate | null>(count) };
  for (let i = 0; i < count; i += 1) {
    const rest = rests[(ofRest[i] ?? 0) - 1];
    if (!rest) throw new ColumnsError("a sample has no detail");
    const known = certificates[(ofCertificate[i] ?? 0) - 1] ?? null;
    if (rest.isBeside !== (known !== null)) throw new ColumnsError("a certificate is not where it belongs");
    if (!rest.sound || known?.sound === false) odd[i] = 1;
    said.words[i] = rest.words;
    said.certificates[i] = known?.certificate ?? null;
  }
  const beside = readSlots(reader, said.words, addresses, odd);
  reader.end();
  const columns = { count, targets, target, ...values, numbers, addresses, address, ...said, beside };
  mark(columns, noId, odd);
  return { head: jsonOf(envelope), columns, odd: [...odd.keys()].filter((i) => odd[i] === 1), others };
}

function othersOf(reader: ColumnReader, count: number, scratch: Float64Array): ColumnBatch["others"] {
  const others = reader.atMost(BATCH_MAX_SAMPLES - count, "other samples");
  const places = reader.column(scratch, others).slice(0, others);
  return reader.texts(scratch, others, utf8Of).map((text, i) => {
    const at = places[i] ?? 0;
    if (at <= (places[i - 1] ?? -1) || at >= count + others)
      throw new ColumnsError("a place is out of range");
    return { at, text };
  });
}

/** The texts of a table that the reader has passed. */
function textsIn(bytes: Uint8Array, count: number, scratch: Float64Array): string[] {
  return new ColumnReader(bytes, 0).texts(scratch, count, utf8Of);
}

function targetsOf(
  reader: ColumnReader,
  most: number,
  scratch: Float64Array,
  { tables }: DetailTexts,
): KnownTargets {
  const count = reader.atMost(most, "targets");
  const bytes = reader.passTexts(scratch, count);
  return tables.targets.of(bytes, count, () => {
    const targets = textsIn(bytes, count, scratch);
    const noId = targets.map((text) => !isId(text));
    return { targets, noId: noId.includes(true) ? noId : null };
  });
}

function restsOf(
  reader: ColumnReader,
  most: number,
  scratch: Float64Array,
  texts: DetailTexts,
): readonly KnownRest[] {
  const count = reader.atMost(most, "details");
  const bytes = reader.passTexts(scratch, count);
  return texts.tables.rests.of(bytes, count, () =>
    textsIn(bytes, count, scratch).map((text) => texts.rest(text)),
  );
}

/** Texts; behind them the hash of each that is "". */
function certificatesOf(
  reader: ColumnReader,
  most: number,
  scratch: Float64Array,
  texts: DetailTexts,
): readonly KnownCertificate[] {
  const count = reader.atMost(most, "certificates");
  const said = reader.texts(scratch, count, utf8Of);
  const hashed = said.reduce((sum, text) => (text === "" ? sum + 1 : sum), 0);
  const bytes = reader.raw(hashed * HASH_BYTES);
  const hashes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const make = () => knownCertificates(said, hashes.toString("latin1"), texts);
  // Whole ones are told once.
  return hashed < count ? make() : texts.tables.certificates.of(bytes, count, make);
}

function knownCertificates(said: readonly string[], hashes: string, texts: DetailTexts): KnownCertificate[] {
  let at = 0;
  let unknown = 0;
  const found: KnownCertificate[] = [];
  for (const text of said) {
    const known = text === "" ? texts.certificate(hashes.slice(at, at + HASH_BYTES)) : texts.learn(text);
    if (text === "") at += HASH_BYTES;
    if (known) found.push(known);
    else unknown += 1;
  }
  if (unknown === 0) return found;
  throw new CarrierwatchError(UNKNOWN_TEXTS, `${unknown} certificates are not known here`, {
    hint: "send them whole",
  });
}

type Values = Omit<
  SampleColumns,
  "count" | "targets" | "target" | "addresses" | "address" | "words" | "certificates" | "beside"
>;

/** In the order of the format. */
function numbersOf(reader: ColumnReader, n: number, scratch: Float64Array): Values {
  // One piece of memory for all of them.
  const room = new Float64Array(n * (SCALARS + M + N)).buffer;
  const column = (no: number, width = 1) =>
    new Float64Array(room, no * n * Float64Array.BYTES_PER_ELEMENT, n * width);
  const tick = reader.column(column(0), n);
  const stepS = reader.column(column(1), n);
  const seq = reader.column(column(2), n);
  const startedMs = reader.column(column(3), n, true);
  for (let i = 0; i < n; i += 1) startedMs[i] = (startedMs[i] ?? 0) + (tick[i] ?? 0) * 1_000;
  const present = placesIn(reader, n, ALL_TIMINGS, scratch);
  const timings = column(SCALARS, M);
  for (let m = 0; m < M; m += 1) {
    reader.column(scratch, countOf(present, m));
    scatter(scratch, present, m, timings, M);
  }
  const numbersPresent = placesIn(reader, n, ALL_NUMBERS, scratch);
  const numbers = column(SCALARS + M, N);
  for (let k = 0; k < N; k += 1) {
    const values = countOf(numbersPresent, k);
    if (k < FIRST_FRACTION) reader.column(scratch, values);
    else reader.numbers(scratch, values);
    scatter(scratch, numbersPresent, k, numbers, N);
  }
  const family = reader.column(column(4), n);
  return { tick, stepS, seq, startedMs, present, timings, numbersPresent, numbers, family };
}

/** A column of whole numbers from 0 to `most`. @throws ColumnsError for any other */
function placesIn(reader: ColumnReader, n: number, most: number, scratch: Float64Array): Uint16Array {
  reader.column(scratch, n);
  const places = new Uint16Array(n);
  for (let i = 0; i < n; i += 1) {
    const place = scratch[i] ?? 0;
    if (!(place >= 0 && place <= most)) throw new ColumnsError("a place is out of range");
    places[i] = place;
  }
  return places;
}

function countOf(bits: Uint16Array, bit: number): number {
  let count = 0;
  for (let i = 0; i < bits.length; i += 1) count += ((bits[i] ?? 0) >> bit) & 1;
  return count;
}

/** Values one after the other to where their bit is set. */
function scatter(from: Float64Array, bits: Uint16Array, bit: number, to: Float64Array, width: number): void {
  let next = 0;
  for (let i = 0; i < bits.length; i += 1) {
    if (!(((bits[i] ?? 0) >> bit) & 1)) continue;
    to[i * width + bit] = from[next] ?? 0;
    next += 1;
  }
}

/** Marks what the schema would not let through as it is. */
function mark(columns: SampleColumns, noId: KnownTargets["noId"], odd: Uint8Array): void {
  const { tick, stepS, seq, startedMs, family, numbers, numbersPresent } = columns;
  markTexts(columns, noId, odd);
  markOutside(tick, 0, LAST_S, odd);
  markOutside(stepS, STEP_LEAST_S, STEP_MOST_S, odd);
  markOutside(seq, 1, COUNT_MOST, odd);
  markOutside(startedMs, 0, LAST_MS, odd);
  for (let i = 0; i < odd.length; i += 1) {
    const of = family[i];
    if ((tick[i] ?? 0) % (stepS[i] ?? 1) !== 0 || (of !== 0 && of !== 4 && of !== 6)) odd[i] = 1;
  }
  // A number that is not there is 0 in its place.
  markOutside(columns.timings, 0, PDP_MAX, odd);
  for (let k = 0; k < N; k += 1) {
    const least = LEAST[k] ?? 0;
    const most = MOST[k] ?? 0;
    for (let i = 0; i < odd.length; i += 1)
      if (((numbersPresent[i] ?? 0) >> k) & 1 && !isWithin(numbers[i * N + k] ?? -1, least, most)) odd[i] = 1;
  }
}

/** @param values As many of each sample as of every other. */
function markOutside(values: Float64Array, least: number, most: number, odd: Uint8Array): void {
  const width = values.length / odd.length;
  for (let at = 0; at < values.length; at += 1)
    if (!isWithin(values[at] ?? Number.NaN, least, most)) odd[Math.floor(at / width)] = 1;
}

function markTexts(
  { count, target, addresses, address }: SampleColumns,
  noId: KnownTargets["noId"],
  odd: Uint8Array,
): void {
  const isLong = addresses.some((text) => text.length > ADDRESS_MAX);
  if (noId === null && !isLong) return;
  for (let i = 0; i < count; i += 1) {
    const from = addresses[(address[i] ?? 0) - 1] ?? "";
    if (noId?.[target[i] ?? 0] || from.length > ADDRESS_MAX) odd[i] = 1;
  }
}

/** False for NaN, too. */
function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function utf8Of(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new ColumnsError("a text is not UTF-8");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
