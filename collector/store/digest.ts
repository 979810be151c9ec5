/**
 * What a digest is taken over: one canonical form of an archive, so that engines can be compared byte by byte.
 *
 * Only the form is here; each engine brings the rows it keeps. Rows without a single value and ticks that are
 * UNKNOWN are left out, so that "never written" and "written as nothing" are the same.
 */
import { createHash } from "node:crypto";

/** A row in METRICS order: n, sum, min, max of each metric, one after the other. */
export type DigestRow = { readonly labelS: number; readonly numbers: readonly number[] };

export type Digester = {
  generation(stepS: number): void;
  row(row: DigestRow): void;
  tick(tick: number, code: number): void;
  end(): string;
};

/** Feed generations by ascending step, rows and ticks by ascending time; `end` gives the sha256 in hex. */
export function digester(): Digester {
  const hash = createHash("sha256");
  const add = (tag: number, numbers: readonly number[]) =>
    hash.update(new Uint8Array(Float64Array.of(tag, numbers.length, ...numbers).buffer));
  return {
    generation(stepS) {
      add(1, [stepS]);
    },
    row({ labelS, numbers }) {
      if (numbers.some((value) => value !== 0)) add(2, [labelS, ...numbers]);
    },
    tick(tick, code) {
      if (code !== 0) add(3, [tick, code]);
    },
    end: () => hash.digest("hex"),
  };
}
