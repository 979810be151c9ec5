/**
 * Small numbers and texts in few bytes: variable-length integers, seven bits a byte, the lowest first.
 *
 * Used for what has no fixed size (the sample log); rows, PDPs and strips are plain typed arrays. Integers up to 2^53.
 */
const FIRST_BYTES = 64 * 1024;
/** How `number` wrote a number: the lowest two bits. */
const KIND = { whole: 0, plus: 1, minus: 2, float: 3 } as const;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

export type ByteWriter = {
  /** Bytes written so far. */
  length(): number;
  byte(value: number): void;
  /** A whole number from 0 on. */
  varint(value: number): void;
  /** A whole number of either sign. */
  signed(value: number): void;
  /** Any finite number; whole ones and thousandths take few bytes. */
  number(value: number): void;
  text(value: string): void;
  /** A copy of what was written. */
  taken(): Uint8Array<ArrayBuffer>;
};

export function byteWriter(firstBytes = FIRST_BYTES): ByteWriter {
  let bytes = new Uint8Array(firstBytes);
  let view = new DataView(bytes.buffer);
  let at = 0;
  const room = (wanted: number) => {
    if (at + wanted <= bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes.length * 2, at + wanted));
    larger.set(bytes);
    bytes = larger;
    view = new DataView(bytes.buffer);
  };
  const varint = (value: number) => {
    room(10);
    let left = value;
    while (left >= 0x80) {
      bytes[at] = (left % 0x80) | 0x80;
      at += 1;
      left = Math.floor(left / 0x80);
    }
    bytes[at] = left;
    at += 1;
  };
  const signed = (value: number) => varint(value < 0 ? -value * 2 - 1 : value * 2);
  return {
    length: () => at,
    byte(value) {
      room(1);
      bytes[at] = value;
      at += 1;
    },
    varint,
    signed,
    number(value) {
      const thousandths = Math.round(value * 1_000);
      const isSmall = Math.abs(thousandths) < 2 ** 50 && !Object.is(value, -0);
      if (isSmall && value >= 0 && Number.isInteger(value)) varint(value * 4 + KIND.whole);
      else if (isSmall && thousandths / 1_000 === value)
        varint(Math.abs(thousandths) * 4 + (value < 0 ? KIND.minus : KIND.plus));
      else {
        varint(KIND.float);
        room(8);
        view.setFloat64(at, value, true);
        at += 8;
      }
    },
    text(value) {
      room(value.length * 3 + 10);
      const { written } = utf8.encoder.encodeInto(value, bytes.subarray(at + 5));
      // The length first, in as many bytes as it needs.
      const start = at;
      varint(written);
      bytes.copyWithin(at, start + 5, start + 5 + written);
      at += written;
    },
    taken: () => bytes.slice(0, at),
  };
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
  while (left >= 0x80) {
    bytes[place] = (left % 0x80) | 0x80;
    place += 1;
    left = Math.floor(left / 0x80);
  }
  bytes[place] = left;
  return place + 1;
}
