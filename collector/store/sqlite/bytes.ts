/**
 * Small numbers and texts in few bytes: variable-length integers, seven bits a byte, the lowest first.
 *
 * Used for what has no fixed size (the sample log); rows, PDPs and strips are plain typed arrays. Integers up to 2^53.
 */
const FIRST_BYTES = 64 * 1024;
/** Numbers from here on are taken apart by division: shifts work on 32 bits. */
const BITS_31 = 2 ** 31;
const BITS_29 = 2 ** 29;
/** How `number` wrote a number: the lowest two bits. */
const KIND = { whole: 0, plus: 1, minus: 2, float: 3 } as const;
export const MOST_NUMBER_BYTES = 10;
/** Of `smallOf`. */
const NOT_SMALL = -1;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private at = 0;

  constructor(firstBytes = FIRST_BYTES) {
    this.bytes = new Uint8Array(firstBytes);
  }

  /** Bytes written so far. */
  length(): number {
    return this.at;
  }

  /** Begins again; what was taken is a copy. */
  clear(): void {
    this.at = 0;
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  /** A whole number from 0 on. */
  varint(value: number): void {
    this.room(MOST_NUMBER_BYTES);
    this.at = putVarint(this.bytes, this.at, value);
  }

  /** A whole number of either sign. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Any finite number; whole ones and thousandths take few bytes. */
  number(value: number): void {
    this.room(MOST_NUMBER_BYTES);
    this.at = putNumber(this.bytes, this.at, value);
  }

  text(value: string): void {
    this.room(value.length * 3 + MOST_NUMBER_BYTES);
    this.at = putText(this.bytes, this.at, value);
  }

  /** A copy of what was written. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.at);
  }

  /** Copies what was written to a place. */
  copyTo(to: Uint8Array, at: number): void {
    to.set(this.bytes.subarray(0, this.at), at);
  }

  private room(wanted: number): void {
    if (this.at + wanted <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + wanted));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

export type ByteReader = {
  at(): number;
  byte(): number;
  varint(): number;
  signed(): number;
  number(): number;
  text(): string;
};

export function byteReader(bytes: Uint8Array, from = 0): ByteReader {
  let at = from;
  const byte = () => {
    const value = bytes[at] ?? 0;
    at += 1;
    return value;
  };
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80 || at > bytes.length) return value;
    }
  };
  const signed = () => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  return {
    at: () => at,
    byte,
    varint,
    signed,
    number() {
      const found = varint();
      const kind = found % 4;
      const value = (found - kind) / 4;
      if (kind === KIND.whole) return value;
      if (kind !== KIND.float) return (kind === KIND.minus ? -value : value) / 1_000;
      const float = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true);
      at += 8;
      return float;
    },
    text() {
      const length = varint();
      const value = utf8.decoder.decode(bytes.subarray(at, at + length));
      at += length;
      return value;
    },
  };
}

/** The varint that begins at a place. */
export function varintAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let place = at; place < bytes.length; place += 1) {
    const next = bytes[place] ?? 0;
    value += (next & 0x7f) * scale;
    if (next < 0x80) break;
    scale *= 0x80;
  }
  return value;
}

/** How many bytes `varint` writes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) size += 1;
  return size;
}

/** Writes a varint at a place that has room for it; @returns the place after it. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let large = value;
  let place = at;
  while (large >= BITS_31) {
    bytes[place] = (large % 0x80) | 0x80;
    place += 1;
    large = Math.floor(large / 0x80);
  }
  let left = large | 0;
  while (left >= 0x80) {
    bytes[place] = (left & 0x7f) | 0x80;
    place += 1;
    left >>>= 7;
  }
  bytes[place] = left;
  return place + 1;
}

/** The same of a whole number of either sign. */
export function putSigned(bytes: Uint8Array, at: number, value: number): number {
  return putVarint(bytes, at, value < 0 ? -value * 2 - 1 : value * 2);
}

const float = new Float64Array(1);
const floatBytes = new DataView(float.buffer);

/** The same of any finite number; whole ones and thousandths take few bytes. */
export function putNumber(bytes: Uint8Array, at: number, value: number): number {
  const small = smallOf(value);
  if (small !== NOT_SMALL) return putVarint(bytes, at, small);
  const thousandths = Math.round(value * 1_000);
  const isSmall = Math.abs(thousandths) < 2 ** 50 && !Object.is(value, -0);
  if (isSmall && value >= 0 && Number.isInteger(value)) return putVarint(bytes, at, value * 4 + KIND.whole);
  if (isSmall && thousandths / 1_000 === value)
    return putVarint(bytes, at, Math.abs(thousandths) * 4 + (value < 0 ? KIND.minus : KIND.plus));
  const from = putVarint(bytes, at, KIND.float);
  floatBytes.setFloat64(0, value, true);
  for (let i = 0; i < 8; i += 1) bytes[from + i] = floatBytes.getUint8(i);
  return from + 8;
}

/** What `putNumber` writes of a number that most are like: below 2^31, so that it is told without division. */
function smallOf(value: number): number {
  const whole = value | 0;
  if (whole === value && whole >= 0 && whole < BITS_29 && !Object.is(value, -0)) return whole << 2;
  const thousandths = Math.round(value * 1_000);
  const size = Math.abs(thousandths);
  if (!(size > 0 && size < BITS_29 && thousandths / 1_000 === value)) return NOT_SMALL;
  return (size << 2) | (thousandths < 0 ? KIND.minus : KIND.plus);
}

/**
 * The same of several numbers, each where its bit is set: many at once, since a fraction handed to a function is an object.
 *
 * @param from Where the first one stands, whether its bit is set or not.
 */
export function putNumbers(
  bytes: Uint8Array,
  at: number,
  numbers: Float64Array,
  from: number,
  bits: number,
): number {
  let place = at;
  for (let k = from, left = bits; left !== 0; k += 1, left >>>= 1) {
    if ((left & 1) === 0) continue;
    const value = numbers[k] ?? 0;
    let small = smallOf(value);
    if (small === NOT_SMALL) {
      place = putNumber(bytes, place, value);
      continue;
    }
    while (small >= 0x80) {
      bytes[place] = (small & 0x7f) | 0x80;
      place += 1;
      small >>>= 7;
    }
    bytes[place] = small;
    place += 1;
  }
  return place;
}

/** The same of a text, for which there is room for three bytes a unit and a number. */
export function putText(bytes: Uint8Array, at: number, value: string): number {
  const { written } = utf8.encoder.encodeInto(value, bytes.subarray(at + 5));
  // The length first, in as many bytes as it needs.
  const from = putVarint(bytes, at, written);
  bytes.copyWithin(from, at + 5, at + 5 + written);
  return from + written;
}
