/**
 * A chunked body becomes its bytes: sizes, extensions, data and line ends, split anywhere. Strict as llhttp.
 *
 * Ends with the last chunk's line; the trailers are read by the head's reader. Throws StageError BAD_CHUNK.
 * @see RFC 9112, section 7.1
 */
import { StageError } from "../trouble.ts";

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
/** The most that is counted exactly; leading zeros are no size, but they end too. */
const MAX_SIZE = 16 ** 13;
const MAX_SIZE_DIGITS = 32;
/** All extensions of a body together, bytes: they carry nothing and are thrown away. */
const MAX_EXTENSION_BYTES = 16 * 1024;
const EXTENSIONS =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/;

type State = "size" | "extension" | "sizeEnd" | "data" | "dataEnd" | "dataEndLf" | "over";

export type ChunkReader = {
  /**
   * Takes bytes of the body.
   *
   * @param data Called with each piece of content, a view of `bytes`.
   * @returns Where the last chunk's line ended in `bytes`; null = it has not come.
   */
  take(bytes: Buffer, from: number, data: (piece: Buffer) => void): number | null;
};

export function chunkReader(): ChunkReader {
  return new Reader();
}

class Reader implements ChunkReader {
  #state: State = "size";
  #size = 0;
  #digits = 0;
  /** Of the chunk's data, bytes still to come. */
  #left = 0;
  #extension = "";
  #extensionBytes = 0;

  take(bytes: Buffer, from: number, data: (piece: Buffer) => void): number | null {
    let at = from;
    while (at < bytes.length) {
      if (this.#state === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#state = "dataEnd";
        data(piece);
        continue;
      }
      this.#byte(bytes[at] ?? 0);
      at += 1;
      if (this.#state === "over") return at;
    }
    return null;
  }

  /** One byte of what lies between the data. */
  #byte(byte: number): void {
    switch (this.#state) {
      case "size":
        this.#sizeByte(byte);
        return;
      case "extension":
        this.#extensionByte(byte);
        return;
      case "sizeEnd":
        if (byte !== LF) throw bad("its size line ends without a line feed");
        this.#begin();
        return;
      case "dataEnd":
        if (byte !== CR) throw bad("it is longer than its size");
        this.#state = "dataEndLf";
        return;
      case "dataEndLf":
        if (byte !== LF) throw bad("its data ends without a line feed");
        this.#state = "size";
        return;
      case "data":
      case "over":
        return;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexOf(byte);
    if (digit !== -1) {
      this.#digits += 1;
      this.#size = this.#size * 16 + digit;
      if (this.#size >= MAX_SIZE || this.#digits > MAX_SIZE_DIGITS) throw bad("its size is absurd");
      return;
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) throw bad("its size is not a number");
    this.#state = byte === CR ? "sizeEnd" : "extension";
    this.#extension = ";";
  }

  #extensionByte(byte: number): void {
    if (byte === CR) {
      if (!EXTENSIONS.test(this.#extension)) throw bad("its extension is none");
      this.#state = "sizeEnd";
      return;
    }
    this.#extensionBytes += 1;
    if (byte === LF || this.#extensionBytes > MAX_EXTENSION_BYTES) throw bad("its extension does not end");
    this.#extension += String.fromCharCode(byte);
  }

  #begin(): void {
    this.#left = this.#size;
    this.#size = 0;
    this.#digits = 0;
    this.#state = this.#left === 0 ? "over" : "data";
  }
}

function bad(what: string): StageError {
  return new StageError("BAD_CHUNK", `a chunk of the body is broken: ${what}`);
}

function hexOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
