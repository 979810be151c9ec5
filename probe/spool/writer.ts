/**
 * Appends records: numbered, written and synced in groups. A record is kept when it is on the disk, not before.
 *
 * A lone record is synced at once, because somebody may be waiting to see it; under load a group gathers for a tenth of
 * a second or 64 KiB. A write or sync that failed is never repeated on the same file: the rest of a page cache that an
 * fsync has given up on cannot be trusted. The segment is cut to what is known to be good and a new one begun.
 */
import { join } from "node:path";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { type Cursor, RESERVE } from "./cursor.ts";
import { type Appender, codeOf, type SpoolFiles, writeAll } from "./files.ts";
import { encode, PAYLOAD_MAX_BYTES, recordOf, type Stored, type Unnumbered } from "./record.ts";
import type { Segment, Shelf } from "./shelf.ts";

export type WriterDeps = {
  readonly files: SpoolFiles;
  readonly folder: string;
  readonly cursor: Cursor;
  readonly shelf: Shelf;
  readonly clock: Clock;
  readonly log: Log;
  readonly segmentBytes: number;
  readonly maxBytes: number;
  /** Makes the cursor durable. */
  readonly save: () => Promise<void>;
  /** Records that are now on disk. */
  readonly kept: (epoch: string, records: readonly Stored[]) => void;
};

const GROUP_MS = 100;
const GROUP_BYTES = 65_536;
const FULL = new Set(["ENOSPC", "EDQUOT"]);

type Pending = { readonly sample: Unnumbered; readonly settle: (kept: boolean) => void };
type Line = { readonly record: Stored; readonly bytes: Buffer };

export class Writer {
  readonly #deps: WriterDeps;
  #active: { segment: Segment; file: Appender } | null = null;
  /** A segment of an earlier run that has room. */
  #resumable: Segment | null;
  #next: number;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #working: Promise<void> | null = null;
  #syncedMonoMs = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => {};

  constructor(deps: WriterDeps) {
    this.#deps = deps;
    this.#next = deps.cursor.reservedTo + 1;
    const last = deps.shelf.segments.at(-1);
    const hasRoom = last && !last.sent && last.epoch === deps.cursor.epoch && last.bytes < deps.segmentBytes;
    this.#resumable = hasRoom ? last : null;
  }

  /** The segment that is written to, or will be. */
  active(): Segment | null {
    return this.#active?.segment ?? this.#resumable;
  }

  /** @returns true once it is on disk, false when it had to be dropped (and was counted). */
  append(sample: Unnumbered): Promise<boolean> {
    return new Promise((settle) => {
      this.#pending.push({ sample, settle });
      this.#pendingBytes += 700;
      if (this.#pendingBytes >= GROUP_BYTES) this.#wake();
      this.#working ??= this.#work();
    });
  }

  /** Everything appended is on disk or dropped; the reserved numbers that were not used are given back. */
  async close(): Promise<void> {
    this.#syncedMonoMs = Number.NEGATIVE_INFINITY;
    this.#wake();
    await this.#working;
    await this.#leave();
    this.#deps.cursor.reservedTo = this.#next - 1;
  }

  async #work(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#gather();
      const group = this.#pending;
      this.#pending = [];
      this.#pendingBytes = 0;
      const kept = await this.#keep(group.map(({ sample }) => sample));
      this.#syncedMonoMs = this.#deps.clock.monoMs();
      for (const { settle } of group) settle(kept);
    }
    // In the same turn as the last look at what is pending: an append in between would wait for ever.
    this.#working = null;
  }

  async #gather(): Promise<void> {
    const waitMs = this.#syncedMonoMs + GROUP_MS - this.#deps.clock.monoMs();
    if (!(waitMs > 0) || this.#pendingBytes >= GROUP_BYTES) return;
    const woken = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(waitMs, woken.resolve);
    this.#wake = woken.resolve;
    await woken.promise;
    cancel();
  }

  async #keep(samples: readonly Unnumbered[]): Promise<boolean> {
    const { cursor, shelf, log } = this.#deps;
    let lines: readonly Line[] | null = null;
    for (let failures = 0; ; ) {
      try {
        lines ??= await this.#number(samples);
        await this.#write(lines);
        await this.#makeRoom();
        return true;
      } catch (error) {
        const code = codeOf(error);
        await this.#abandon();
        if (FULL.has(code) && (await shelf.dropOldest(null).catch(() => false))) continue;
        failures += 1;
        log.warn({ code, records: samples.length }, "the spool could not be written");
        if (failures < 2 && !FULL.has(code)) continue;
        cursor.dropped += samples.length;
        log.error({ code, records: samples.length }, "samples were dropped: the spool cannot be written");
        return false;
      }
    }
  }

  /** Numbers are reserved on disk before the first of them is used. */
  async #number(samples: readonly Unnumbered[]): Promise<readonly Line[]> {
    const { cursor, save } = this.#deps;
    const last = this.#next + samples.length - 1;
    if (last > cursor.reservedTo) {
      const before = cursor.reservedTo;
      cursor.reservedTo = last + RESERVE;
      try {
        await save();
      } catch (error) {
        cursor.reservedTo = before;
        throw error;
      }
    }
    const lines: Line[] = [];
    for (const sample of samples) {
      const record = recordOf(sample, this.#next);
      const bytes = encode(record.text);
      if (bytes.length > PAYLOAD_MAX_BYTES) {
        cursor.dropped += 1;
        continue;
      }
      this.#next += 1;
      lines.push({ record, bytes });
    }
    return lines;
  }

  async #write(lines: readonly Line[]): Promise<void> {
    const first = lines[0];
    if (!first) return;
    const { cursor, shelf } = this.#deps;
    const active = this.#active ?? (await this.#begin(first.record.seq));
    await writeAll(active.file, Buffer.concat(lines.map(({ bytes }) => bytes)));
    await active.file.sync();
    for (const { record, bytes } of lines) shelf.added(active.segment, record, bytes.length);
    this.#deps.kept(
      cursor.epoch,
      lines.map(({ record }) => record),
    );
    if (active.segment.bytes >= this.#deps.segmentBytes) await this.#leave();
  }

  async #begin(firstSeq: number): Promise<{ segment: Segment; file: Appender }> {
    const { files, folder, cursor, shelf } = this.#deps;
    const resumed = this.#resumable;
    this.#resumable = null;
    if (resumed) {
      const file = await files.append(shelf.pathOf(resumed), false);
      this.#active = { segment: resumed, file };
      return this.#active;
    }
    for (let n = 0; ; n += 1) {
      const stem = `${cursor.epoch}-${String(firstSeq).padStart(15, "0")}-${n}`;
      if (shelf.segments.some((segment) => segment.stem === stem)) continue;
      const segment: Segment = {
        epoch: cursor.epoch,
        firstSeq,
        stem,
        sent: false,
        bytes: 0,
        lastSeq: firstSeq,
        waiting: 0,
        waitingBytes: 0,
        changedMs: this.#deps.clock.nowMs(),
      };
      const file = await created(files, join(folder, `${stem}.cws`));
      if (!file) continue;
      this.#active = { segment, file };
      shelf.segments.push(segment);
      await files.syncFolder(folder);
      return this.#active;
    }
  }

  /** The next record begins a new segment. */
  async #leave(): Promise<void> {
    const active = this.#active;
    this.#active = null;
    await active?.file.close().catch(() => {});
  }

  /** After a failure: the segment keeps what is known to be on disk and is never written again. */
  async #abandon(): Promise<void> {
    const segment = this.#active?.segment;
    await this.#leave();
    if (!segment) return;
    const { files, shelf } = this.#deps;
    try {
      if (segment.bytes === 0) await shelf.remove(segment);
      else await files.truncate(shelf.pathOf(segment), segment.bytes);
    } catch (error) {
      this.#deps.log.warn({ code: codeOf(error), segment: segment.stem }, "a spool segment could not be cut");
    }
  }

  async #makeRoom(): Promise<void> {
    const { shelf, maxBytes } = this.#deps;
    while (shelf.totalBytes() > maxBytes) if (!(await shelf.dropOldest(this.active()))) return;
  }
}

/** @returns null when the file is there already: the rest of a segment that could not be removed. */
async function created(files: SpoolFiles, path: string): Promise<Appender | null> {
  try {
    return await files.append(path, true);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return null;
    throw error;
  }
}
