/**
 * The journal: what a commit stored of generations whose open state it did not write, in one row per commit.
 *
 * An entry is everything its open state was changed by. After an unclean end the entries of later commits than a
 * state's own (`flushedAt`) are applied to it again, in order, which gives the same state. Little-endian, packed.
 */
import { METRICS } from "../../wire/metric.ts";
import type { Arrived, Working } from "./rings.ts";

const M = METRICS.length;
const HEAD_BYTES = 4 + 8 + 2 + 1 + 2;
const FIRST_BYTES = 256 * 1024;

export type JournalPart = ReturnType<typeof journalPart>;

/** The entries of one transaction. */
export function journalPart() {
  let bytes = new Uint8Array(FIRST_BYTES);
  let view = new DataView(bytes.buffer);
  let used = 0;
  let owners: Working[] = [];
  let ends: number[] = [];
  const room = (more: number) => {
    if (used + more <= bytes.length) return;
    const larger = new Uint8Array((used + more) * 2);
    larger.set(bytes);
    bytes = larger;
    view = new DataView(bytes.buffer);
  };
  return {
    add(working: Working, { tick, code, present, values, from, record }: Arrived): void {
      room(HEAD_BYTES + M * 4 + record.length);
      view.setUint32(used, working.id, true);
      view.setFloat64(used + 4, tick, true);
      view.setUint16(used + 12, code, true);
      view.setUint8(used + 14, present);
      view.setUint16(used + 15, record.length, true);
      used += HEAD_BYTES;
      for (let m = 0; m < M; m += 1) {
        if (!((present >> m) & 1)) continue;
        view.setUint32(used, values[from + m] ?? 0, true);
        used += 4;
      }
      bytes.set(record, used);
      used += record.length;
      owners.push(working);
      ends.push(used);
    },
    /** The entries of generations that are not written whole in this transaction, and who they are of. */
    taken(isLeftOut: (working: Working) => boolean): { bytes: Uint8Array; owners: Working[] } {
      const kept: Working[] = [];
      let to = 0;
      let from = 0;
      owners.forEach((owner, i) => {
        const end = ends[i] ?? from;
        if (!isLeftOut(owner)) {
          if (to !== from) bytes.copyWithin(to, from, end);
          to += end - from;
          kept.push(owner);
        }
        from = end;
      });
      return { bytes: bytes.subarray(0, to), owners: kept };
    },
    clear(): void {
      used = 0;
      owners = [];
      ends = [];
    },
  };
}

export type JournalEntry = Arrived & { readonly id: number };

/** Calls back for each entry of a journal row, in order; an entry is good until the next. */
export function eachEntry(bytes: Uint8Array, visit: (entry: JournalEntry) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Uint32Array(M);
  for (let at = 0; at < bytes.length; ) {
    const id = view.getUint32(at, true);
    const tick = view.getFloat64(at + 4, true);
    const code = view.getUint16(at + 12, true);
    const present = view.getUint8(at + 14);
    const length = view.getUint16(at + 15, true);
    at += HEAD_BYTES;
    for (let m = 0; m < M; m += 1) {
      if (!((present >> m) & 1)) continue;
      values[m] = view.getUint32(at, true);
      at += 4;
    }
    visit({ id, tick, code, present, values, from: 0, record: bytes.subarray(at, at + length) });
    at += length;
  }
}
