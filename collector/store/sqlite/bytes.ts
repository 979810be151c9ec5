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
const MOST_NUMBER_BYTES = 10;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private at = 0;

  constructor(firstBytes = FIRST_BYTES) {
    this.bytes = new Uint8Array(firstBytes);
    this.view = new DataView(this.bytes.buffer);
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
    if (value >= 0 && value < BITS_29 && (value | 0) === value && !Object.is(value, -0)) {
      this.varint(value * 4 + KIND.whole);
      return;
    }
    const thousandths = Math.round(value * 1_000);
    const isSmall = Math.abs(thousandths) < 2 ** 50 && !Object.is(value, -0);
    if (isSmall && value >= 0 && Number.isInteger(value)) this.varint(value * 4 + KIND.whole);
    else if (isSmall && thousandths / 1_000 === value)
      this.varint(Math.abs(thousandths) * 4 + (value < 0 ? KIND.minus : KIND.plus));
    else {
      this.varint(KIND.float);
      this.room(8);
      this.view.setFloat64(this.at, value, true);
      this.at += 8;
    }
  }

  text(value: string): void {
    this.room(value.length * 3 + MOST_NUMBER_BYTES);
    const { written } = utf8.encoder.encodeInto(value, this.bytes.subarray(this.at + 5));
    // The length first, in as many bytes as it needs.
    const start = this.at;
    this.varint(written);
    this.bytes.copyWithin(this.at, start + 5, start + 5 + written);
    this.at += written;
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
    this.view = new DataView(larger.buffer);
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
  let left = value;
  let place = at;
  while (left >= BITS_31) {
    bytes[place] = (left % 0x80) | 0x80;
    place += 1;
    left = Math.floor(left / 0x80);
  }
  while (left >= 0x80) {
    bytes[place] = (left & 0x7f) | 0x80;
    place += 1;
    left >>>= 7;
  }
  bytes[place] = left;
  return place + 1;
}
