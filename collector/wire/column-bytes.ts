/**
 * Numbers and texts of a batch in columns as bytes, both ways: variable-length integers, seven bits a byte, lowest first.
 *
 * A column of n values begins with how it says them (MODE); a column of none has no bytes. What is read is untrusted: it
 * ends in a ColumnsError, never in a read beyond the end or in more values than were asked for.
 */
import { FRACTION, MODE } from "./columns.ts";

const BITS_28 = 2 ** 28;
const BITS_31 = 2 ** 31;
const FIRST_BYTES = 16 * 1024;
const MOST_VARINT_BYTES = 8;

/** The bytes are no batch in columns. */
export class ColumnsError extends Error {
  override readonly name = "ColumnsError";
}

export class ColumnWriter {
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  private at = 0;

  /** A whole number from 0 to 2^53 - 1. */
  whole(value: number): void {
    this.room(MOST_VARINT_BYTES);
    let left = value;
    for (; left >= BITS_31; left = Math.floor(left / 0x80)) this.put((left % 0x80) | 0x80);
    for (; left >= 0x80; left >>>= 7) this.put((left & 0x7f) | 0x80);
    this.put(left);
  }

  /** A finite number from 0 on. */
  number(value: number): void {
    const thousandths = Math.round(value * 1_000);
    if (value < 2 ** 50 && Number.isInteger(value) && !Object.is(value, -0))
      this.whole(value * 4 + FRACTION.whole);
    else if (thousandths > 0 && thousandths < 2 ** 50 && thousandths / 1_000 === value)
      this.whole(thousandths * 4 + FRACTION.thousandths);
    else {
      this.whole(FRACTION.float);
      this.raw(new Uint8Array(new Float64Array([value]).buffer));
    }
  }

  /** Whole numbers below 2^52, of either sign where `signed`, in the way that takes the fewest bytes. */
  column(values: readonly number[], signed = false): void {
    const [first = 0] = values;
    if (values.length === 0) return;
    const own = signed ? values.map(zigzag) : values;
    const deltas = values.map((value, i) => zigzag(value - (values[i - 1] ?? 0)));
    const [, step = 0] = deltas;
    if (values.every((value) => value === first)) this.list(MODE.same, own.slice(0, 1));
    else if (deltas.every((delta, i) => i === 0 || delta === step))
      this.list(MODE.steady, deltas.slice(0, 2));
    else if (sizeOf(deltas) < sizeOf(own)) this.list(MODE.deltas, deltas);
    else this.list(MODE.each, own);
  }

  /** Finite numbers from 0 on. */
  numbers(values: readonly number[]): void {
    if (values.length === 0) return;
    const isSame = values.every((value) => Object.is(value, values[0]));
    this.whole(isSame ? MODE.same : MODE.each);
    for (const value of isSame ? values.slice(0, 1) : values) this.number(value);
  }

  /** Lengths in UTF-16 units, then all texts together. */
  texts(texts: readonly string[]): void {
    this.column(texts.map(({ length }) => length));
    const bytes = new TextEncoder().encode(texts.join(""));
    this.whole(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.at);
  }

  private list(mode: number, values: readonly number[]): void {
    this.whole(mode);
    for (const value of values) this.whole(value);
  }

  private put(byte: number): void {
    this.bytes[this.at] = byte;
    this.at += 1;
  }

  private room(wanted: number): void {
    if (this.at + wanted <= this.bytes.length) return;
    const larger = new Uint8Array((this.at + wanted) * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** 0, -1, 1, -2 and so on as 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function sizeOf(values: readonly number[]): number {
  let bytes = values.length;
  for (const value of values) for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes += 1;
  return bytes;
}

export class ColumnReader {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.bytes = bytes;
    this.at = from;
  }

  /** @throws ColumnsError when something is left. */
  end(): void {
    if (this.at !== this.bytes.length) throw new ColumnsError("it has more bytes than it says");
  }

  whole(): number {
    const { bytes } = this;
    let { at } = this;
    let value = 0;
    let scale = 1;
    for (; scale < BITS_28 && at < bytes.length; scale *= 0x80) {
      const next = bytes[at] ?? 0;
      at += 1;
      value |= (next & 0x7f) * scale;
      if (next < 0x80) {
        this.at = at;
        return value;
      }
    }
    this.at = at;
    return this.large(value, scale);
  }

  /** @param most What it may be. @throws ColumnsError */
  atMost(most: number, what: string): number {
    const value = this.whole();
    if (value > most) throw new ColumnsError(`${value} ${what}, of at most ${most}`);
    return value;
  }

  number(): number {
    const found = this.whole();
    const kind = found % 4;
    if (kind === FRACTION.whole) return found / 4;
    if (kind === FRACTION.thousandths) return (found - kind) / 4_000;
    if (kind !== FRACTION.float || found !== kind) throw new ColumnsError("a number is of no kind");
    const at = this.passed(8);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  /** So many values of a column into the first places of a list. @returns that list */
  column(to: Float64Array, n: number, signed = false): Float64Array {
    if (n === 0) return to;
    switch (this.whole()) {
      case MODE.same:
        return to.fill(this.oneOf(signed), 0, n);
      case MODE.each:
        for (let i = 0; i < n; i += 1) to[i] = this.oneOf(signed);
        return to;
      case MODE.deltas:
        return this.deltas(to, n);
      case MODE.steady:
        return this.steady(to, n);
      default:
        throw new ColumnsError("a column is of no kind");
    }
  }

  /** The same of numbers that may have a fraction. */
  numbers(to: Float64Array, n: number): Float64Array {
    if (n === 0) return to;
    const mode = this.whole();
    if (mode === MODE.same) return to.fill(this.number(), 0, n);
    if (mode !== MODE.each) throw new ColumnsError("a column is of no kind");
    for (let i = 0; i < n; i += 1) to[i] = this.number();
    return to;
  }

  /** @param utf8 Makes text of bytes, and throws where they are none. */
  texts(lengths: Float64Array, n: number, utf8: (bytes: Uint8Array) => string): string[] {
    this.column(lengths, n);
    const text = utf8(this.raw(this.whole()));
    const texts: string[] = [];
    let at = 0;
    for (let i = 0; i < n; i += 1) {
      const to = at + (lengths[i] ?? 0);
      if (to < at || to > text.length) throw new ColumnsError("a text is longer than all of them");
      texts.push(text.slice(at, to));
      at = to;
    }
    if (at !== text.length) throw new ColumnsError("there is more text than its lengths say");
    return texts;
  }

  /** Passes over what `texts` reads. @param lengths Room for them. @returns its bytes, not copied */
  passTexts(lengths: Float64Array, n: number): Uint8Array {
    const from = this.at;
    this.column(lengths, n);
    this.raw(this.whole());
    return this.bytes.subarray(from, this.at);
  }

  /** The next bytes as they are, not copied. */
  raw(length: number): Uint8Array {
    const at = this.passed(length);
    return this.bytes.subarray(at, at + length);
  }

  private oneOf(signed: boolean): number {
    const value = this.whole();
    return signed ? unzigzag(value) : value;
  }

  private deltas(to: Float64Array, n: number): Float64Array {
    let value = 0;
    for (let i = 0; i < n; i += 1) {
      value += unzigzag(this.whole());
      to[i] = value;
    }
    return to;
  }

  private steady(to: Float64Array, n: number): Float64Array {
    const first = unzigzag(this.whole());
    const step = unzigzag(this.whole());
    for (let i = 0; i < n; i += 1) to[i] = first + i * step;
    return to;
  }

  private large(low: number, from: number): number {
    let value = low;
    for (let scale = from; scale < 2 ** 56 && this.at < this.bytes.length; scale *= 0x80) {
      const next = this.bytes[this.at] ?? 0;
      this.at += 1;
      value += (next & 0x7f) * scale;
      if (next >= 0x80) continue;
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
    throw new ColumnsError("a number is cut, or larger than any");
  }

  private passed(length: number): number {
    const { at } = this;
    if (length > this.bytes.length - at) throw new ColumnsError("it is cut");
    this.at = at + length;
    return at;
  }
}
