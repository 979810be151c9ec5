/**
 * The segments of a spool: which there are, what of them is still to be sent, which of them may go.
 *
 * A segment is `<epoch>-<first seq>-<n>.cws`; once everything in it is acknowledged it is renamed to `.sent` and kept
 * for a collector that asks again. So the folder itself says what is done, and no index can disagree with it.
 * Damage costs the damaged bytes only: a copy goes to `quarantine/`, the rest is written anew.
 */
import { join } from "node:path";
import type { Log } from "../../collector/wire/log.ts";
import { type Cursor, settledOf } from "./cursor.ts";
import { codeOf, replaceFile, type SpoolFiles } from "./files.ts";
import { encode, type Stored, scan } from "./record.ts";

export type Segment = {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly stem: string;
  sent: boolean;
  /** Bytes of good records. */
  bytes: number;
  lastSeq: number;
  /** Records not acknowledged, and their bytes. */
  waiting: number;
  waitingBytes: number;
  readonly changedMs: number;
};

const NAME = /^(([0-9a-f]{16})-(\d{15})-\d+)\.(cws|sent)$/;
const QUARANTINE = "quarantine";
/** Damaged segments kept for a look; the oldest goes first. */
const QUARANTINE_MAX = 16;

export type ShelfDeps = {
  readonly files: SpoolFiles;
  readonly folder: string;
  readonly cursor: Cursor;
  readonly log: Log;
};

/** Reads the folder; repairs what is damaged. @throws What the file system throws when the folder cannot be read. */
export async function openShelf(deps: ShelfDeps): Promise<Shelf> {
  const shelf = new Shelf(deps);
  await shelf.open();
  return shelf;
}

export class Shelf {
  readonly #deps: ShelfDeps;
  /** Oldest first. */
  segments: Segment[] = [];
  /** Newest tick per target among the records read at opening. */
  readonly lastTicks = new Map<string, number>();
  #read: { segment: Segment; bytes: number; records: readonly Stored[] } | null = null;

  constructor(deps: ShelfDeps) {
    this.#deps = deps;
  }

  async open(): Promise<void> {
    const { files, folder } = this.#deps;
    for (const name of await files.list(folder)) {
      if (name.endsWith(".tmp")) await files.remove(join(folder, name));
      const match = NAME.exec(name);
      const stat = match && (await files.stat(join(folder, name)));
      if (!match || !stat) continue;
      this.segments.push({
        epoch: match[2] ?? "",
        firstSeq: Number(match[3]),
        stem: match[1] ?? "",
        sent: match[4] === "sent",
        bytes: stat.bytes,
        lastSeq: Number(match[3]),
        waiting: 0,
        waitingBytes: 0,
        changedMs: stat.changedMs,
      });
    }
    this.#sort();
    for (const segment of [...this.segments]) if (!segment.sent) await this.load(segment);
  }

  pathOf(segment: Segment): string {
    return join(this.#deps.folder, `${segment.stem}.${segment.sent ? "sent" : "cws"}`);
  }

  totalBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  waiting(): { records: number; bytes: number } {
    return this.segments.reduce(
      (sum, { waiting, waitingBytes }) => ({
        records: sum.records + waiting,
        bytes: sum.bytes + waitingBytes,
      }),
      { records: 0, bytes: 0 },
    );
  }

  /** The good records of a segment; what is damaged is set aside and counted. */
  async load(segment: Segment): Promise<readonly Stored[]> {
    if (this.#read?.segment === segment && this.#read.bytes === segment.bytes) return this.#read.records;
    const bytes = await this.#deps.files.read(this.pathOf(segment));
    const found = scan(bytes?.subarray(0, segment.bytes) ?? Buffer.alloc(0));
    if (found.damaged > 0 && bytes) await this.#repair(segment, bytes, found.records, found.damaged);
    this.#recount(segment, found.records);
    this.#read = { segment, bytes: segment.bytes, records: found.records };
    if (found.records.length === 0 && segment.bytes === 0) await this.remove(segment);
    return found.records;
  }

  /** A record has come to stand in a segment. */
  added(segment: Segment, record: Stored, bytes: number): void {
    segment.bytes += bytes;
    segment.lastSeq = Math.max(segment.lastSeq, record.seq);
    segment.waiting += 1;
    segment.waitingBytes += bytes;
  }

  /** Acknowledged: whatever became of it, it is not offered again unless the collector asks. */
  settle(epoch: string, records: readonly Stored[]): void {
    const settled = settledOf(this.#deps.cursor, epoch);
    const mine = this.segments.filter((segment) => segment.epoch === epoch && segment.waiting > 0);
    for (const record of records) {
      if (settled.has(record.seq)) continue;
      settled.add(record.seq);
      const segment = mine.findLast(
        ({ firstSeq, lastSeq }) => firstSeq <= record.seq && record.seq <= lastSeq,
      );
      if (!segment) continue;
      segment.waiting = Math.max(0, segment.waiting - 1);
      segment.waitingBytes = Math.max(0, segment.waitingBytes - sizeOf(record));
    }
  }

  /** Marks segments that have nothing left to send. @param active Still written to: stays as it is. */
  async finish(active: Segment | null): Promise<void> {
    for (const segment of this.segments) {
      if (segment.sent || segment.waiting > 0 || segment === active) continue;
      const from = this.pathOf(segment);
      segment.sent = true;
      try {
        await this.#deps.files.rename(from, this.pathOf(segment));
      } catch (error) {
        segment.sent = false;
        this.#deps.log.warn({ file: from, code: codeOf(error) }, "a sent spool segment could not be renamed");
        return;
      }
      settledOf(this.#deps.cursor, segment.epoch).remove(segment.firstSeq, segment.lastSeq);
    }
  }

  /** @returns Records that will be offered again: those with a tick at or after fromS. */
  async rewind(fromS: number): Promise<number> {
    let again = 0;
    for (const segment of [...this.segments]) {
      const records = await this.load(segment);
      const wanted = records.filter((record) => record.tick >= fromS);
      if (wanted.length === 0) continue;
      const settled = settledOf(this.#deps.cursor, segment.epoch);
      if (segment.sent) {
        const from = this.pathOf(segment);
        segment.sent = false;
        await this.#deps.files.rename(from, this.pathOf(segment));
        settled.add(segment.firstSeq, segment.lastSeq);
      }
      const before = segment.waiting;
      for (const record of wanted) settled.remove(record.seq);
      this.#recount(segment, records);
      again += segment.waiting - before;
    }
    return again;
  }

  /**
   * Makes room: the oldest acknowledged segment goes, or else the oldest one that still waits.
   *
   * @returns false when nothing but the active segment is left.
   */
  async dropOldest(active: Segment | null): Promise<boolean> {
    const mayGo = this.segments.filter((segment) => segment !== active);
    const segment = mayGo.find(({ sent }) => sent) ?? mayGo[0];
    if (!segment) return false;
    if (segment.waiting > 0) {
      this.#deps.cursor.dropped += segment.waiting;
      this.#deps.log.error(
        { segment: segment.stem, records: segment.waiting },
        "the spool is full: its oldest records were dropped",
      );
    }
    await this.remove(segment);
    return true;
  }

  async remove(segment: Segment): Promise<void> {
    await this.#deps.files.remove(this.pathOf(segment));
    settledOf(this.#deps.cursor, segment.epoch).remove(segment.firstSeq, segment.lastSeq);
    this.segments = this.segments.filter((other) => other !== segment);
    if (this.#read?.segment === segment) this.#read = null;
  }

  #recount(segment: Segment, records: readonly Stored[]): void {
    const settled = settledOf(this.#deps.cursor, segment.epoch);
    const open = segment.sent ? [] : records.filter((record) => !settled.has(record.seq));
    segment.lastSeq = records.reduce((last, { seq }) => Math.max(last, seq), segment.firstSeq);
    segment.waiting = open.length;
    segment.waitingBytes = open.reduce((sum, record) => sum + sizeOf(record), 0);
    for (const { target, tick } of records) {
      const last = this.lastTicks.get(target);
      if (last === undefined || tick > last) this.lastTicks.set(target, tick);
    }
  }

  async #repair(segment: Segment, bytes: Buffer, records: readonly Stored[], damaged: number): Promise<void> {
    const { files, folder, cursor, log } = this.#deps;
    cursor.quarantined += damaged;
    log.error(
      { segment: segment.stem, damaged, kept: records.length },
      "a spool segment is damaged: the damaged part was set aside, the rest goes on",
    );
    const good = Buffer.concat(records.map((record) => encode(record.text)));
    segment.bytes = good.length;
    try {
      await this.#setAside(segment, bytes);
      if (good.length > 0) await replaceFile(files, this.pathOf(segment), good);
      else await files.truncate(this.pathOf(segment), 0);
    } catch (error) {
      log.warn({ folder, code: codeOf(error) }, "the damaged spool segment could not be repaired on disk");
    }
  }

  async #setAside(segment: Segment, bytes: Buffer): Promise<void> {
    const { files, folder } = this.#deps;
    const quarantine = join(folder, QUARANTINE);
    await files.makeFolder(quarantine);
    const names = (await files.list(quarantine)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - QUARANTINE_MAX + 1)))
      await files.remove(join(quarantine, name));
    await replaceFile(files, join(quarantine, `${segment.stem}.damaged`), bytes);
  }

  /** Earlier epochs first, in the order their files were made; within one by number. */
  #sort(): void {
    const born = new Map<string, number>();
    for (const { epoch, changedMs } of this.segments)
      born.set(epoch, Math.min(born.get(epoch) ?? Number.POSITIVE_INFINITY, changedMs));
    born.set(this.#deps.cursor.epoch, Number.POSITIVE_INFINITY);
    const rank = (segment: Segment) => born.get(segment.epoch) ?? 0;
    this.segments.sort((a, b) => {
      if (a.epoch !== b.epoch) return rank(a) < rank(b) ? -1 : 1;
      return a.firstSeq - b.firstSeq || (a.stem < b.stem ? -1 : 1);
    });
  }
}

/** Bytes of a record in a segment, near enough for a figure: text beyond ASCII counts as one a character. */
function sizeOf(record: Stored): number {
  return record.text.length + 8;
}
