/**
 * Tables that stand in one batch of a probe after the other with the same bytes (its targets, the hashes of its
 * certificates, its words): what was made of one is taken again.
 *
 * Hostile bytes: a table is known by all its bytes, so nobody is given what others' say. What was not used for longest is
 * forgotten, and every so many uses a table is made anew: what it was made of is remembered elsewhere by its use.
 */
import { crc32 } from "node:zlib";

/** Twice as many at most. */
const MOST_BYTES = 1024 * 1024;
const LONG_BYTES = 64 * 1024;
const USES = 64;

type Known<T> = { readonly bytes: Uint8Array; readonly count: number; readonly value: T; uses: number };

export class KnownTables<T> {
  private young = new Map<number, Known<T>>();
  private old = new Map<number, Known<T>>();
  /** Of what is young. */
  private bytes = 0;

  /**
   * @param count How many entries its bytes are of.
   * @param make Makes it of these bytes and nothing else; what it throws is thrown.
   */
  of(bytes: Uint8Array, count: number, make: () => T): T {
    if (bytes.length > LONG_BYTES) return make();
    const key = crc32(bytes);
    const known = this.young.get(key) ?? this.old.get(key);
    if (known && known.count === count && known.uses < USES && Buffer.compare(known.bytes, bytes) === 0) {
      known.uses += 1;
      if (!this.young.has(key)) this.keep(key, known);
      return known.value;
    }
    const value = make();
    this.keep(key, { bytes: Uint8Array.from(bytes), count, value, uses: 0 });
    return value;
  }

  private keep(key: number, known: Known<T>): void {
    if (this.bytes + known.bytes.length > MOST_BYTES) {
      this.old = this.young;
      this.young = new Map();
      this.bytes = 0;
    }
    this.bytes += known.bytes.length - (this.young.get(key)?.bytes.length ?? 0);
    this.young.set(key, known);
  }
}
