/**
 * The spool: samples on disk until a collector has acknowledged them, and for a while after that.
 *
 * `append` resolves when a sample is synced; only then can `take` offer it. Bounded by size: the oldest go first,
 * acknowledged ones before others, and every record lost is counted. Nothing in its files can stop it from starting.
 * Acknowledged segments go with age; unacknowledged ones do not, since only the wall clock knows age and it may leap.
 */
import { join } from "node:path";
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import { type Cursor, newCursor, readCursor, settledOf, writeCursor } from "./cursor.ts";
import { codeOf, type SpoolFiles } from "./files.ts";
import type { Stored, Unnumbered } from "./record.ts";
import { openShelf, type Shelf } from "./shelf.ts";
import { Writer } from "./writer.ts";

export type SpoolOptions = {
  readonly files: SpoolFiles;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 16 hex digits nobody else has. */
  readonly newEpoch: () => string;
  /** All segments together; 14 days at one sample a second have about 0.9 GB. */
  readonly maxBytes: number;
  /** How long acknowledged segments are kept for a collector that asks again. */
  readonly keepS: number;
  readonly segmentBytes?: number;
};

export type Taken = { readonly epoch: string; readonly records: readonly Stored[] };
export type Lane = "live" | "backlog";
export type SpoolFigures = { records: number; bytes: number; dropped: number; quarantined: number };

export type Spool = {
  /** @returns true once it is on disk, false when it was dropped (and counted). */
  append(sample: Unnumbered): Promise<boolean>;
  /** Records to offer next, none twice until settled; null = none. Live: those of the last minute, from memory. */
  take(lane: Lane, limit: { records: number; bytes: number }): Promise<Taken | null>;
  settle(taken: Taken): Promise<void>;
  /** The same of records that no collector takes: they are counted as quarantined. */
  giveUp(taken: Taken): Promise<void>;
  /** @returns Records that are offered again: those kept with a tick at or after fromS. */
  rewind(fromS: number): Promise<number>;
  /** Mark of the last answer; survives restarts. */
  mark(): number;
  setMark(mark: number): void;
  figures(): SpoolFigures;
  /** Newest tick per target among the records that an earlier run left unacknowledged or unfinished. */
  lastTicks(): ReadonlyMap<string, number>;
  close(): Promise<void>;
};

export const SEGMENT_BYTES = 4 * 1024 * 1024;
const CURSOR_EVERY_MS = 1_000;
const LIVE_MS = 60_000;
const LIVE_MAX = 2_000;

/**
 * Opens the spool in a folder, made if it is missing.
 *
 * @throws What the file system throws when the folder cannot be made or read; never for what its files hold.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { files, folder, log } = options;
  await files.makeFolder(folder);
  const found = await readCursor(files, folder).catch(() => null);
  const cursor = found ?? newCursor(options.newEpoch());
  const shelf = await openShelf({ files, folder, cursor, log });
  const highest = Math.max(
    0,
    ...shelf.segments.filter(({ epoch }) => epoch === cursor.epoch).map(({ lastSeq }) => lastSeq),
  );
  // A cursor older than its segments (copied back, say) cannot vouch for any number: begin anew.
  if (highest > cursor.reservedTo) {
    cursor.epoch = options.newEpoch();
    cursor.reservedTo = 0;
  }
  const spool = new FileSpool(options, cursor, shelf);
  await spool.begin();
  return spool;
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #cursor: Cursor;
  readonly #shelf: Shelf;
  readonly #writer: Writer;
  #recent: { record: Stored; monoMs: number }[] = [];
  #saving: Promise<void> = Promise.resolve();
  #cancelSave: (() => void) | null = null;

  constructor(options: SpoolOptions, cursor: Cursor, shelf: Shelf) {
    this.#options = options;
    this.#cursor = cursor;
    this.#shelf = shelf;
    this.#writer = new Writer({
      files: options.files,
      folder: options.folder,
      cursor,
      shelf,
      clock: options.clock,
      log: options.log,
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      maxBytes: options.maxBytes,
      save: () => this.#save(),
      kept: (_epoch, records) => this.#remember(records),
    });
  }

  async begin(): Promise<void> {
    await this.#tidy();
    this.#saveSoon();
  }

  append(sample: Unnumbered): Promise<boolean> {
    return this.#writer.append(sample);
  }

  async take(lane: Lane, limit: { records: number; bytes: number }): Promise<Taken | null> {
    return lane === "live" ? this.#takeLive(limit) : this.#takeBacklog(limit);
  }

  async settle(taken: Taken): Promise<void> {
    this.#shelf.settle(taken.epoch, taken.records);
    if (taken.epoch === this.#cursor.epoch) {
      const seqs = new Set(taken.records.map(({ seq }) => seq));
      this.#recent = this.#recent.filter(({ record }) => !seqs.has(record.seq));
    }
    await this.#tidy();
    this.#saveSoon();
  }

  giveUp(taken: Taken): Promise<void> {
    this.#cursor.quarantined += taken.records.length;
    return this.settle(taken);
  }

  async rewind(fromS: number): Promise<number> {
    const again = await this.#shelf.rewind(fromS);
    await this.#trySave();
    return again;
  }

  mark(): number {
    return this.#cursor.mark;
  }

  setMark(mark: number): void {
    this.#cursor.mark = mark;
    this.#saveSoon();
  }

  figures(): SpoolFigures {
    const { dropped, quarantined } = this.#cursor;
    return { ...this.#shelf.waiting(), dropped, quarantined };
  }

  lastTicks(): ReadonlyMap<string, number> {
    return this.#shelf.lastTicks;
  }

  async close(): Promise<void> {
    this.#cancelSave?.();
    await this.#writer.close();
    await this.#trySave();
  }

  #remember(records: readonly Stored[]): void {
    const monoMs = this.#options.clock.monoMs();
    for (const record of records) this.#recent.push({ record, monoMs });
    if (this.#recent.length > LIVE_MAX) this.#recent = this.#recent.slice(-LIVE_MAX);
  }

  #takeLive(limit: { records: number; bytes: number }): Taken | null {
    const oldest = this.#options.clock.monoMs() - LIVE_MS;
    this.#recent = this.#recent.filter(({ monoMs }) => monoMs >= oldest);
    const records = within(
      this.#recent.map(({ record }) => record),
      limit,
    );
    return records.length > 0 ? { epoch: this.#cursor.epoch, records } : null;
  }

  async #takeBacklog(limit: { records: number; bytes: number }): Promise<Taken | null> {
    for (const segment of [...this.#shelf.segments]) {
      if (segment.sent || segment.waiting === 0) continue;
      const records = await this.#shelf.load(segment);
      const settled = settledOf(this.#cursor, segment.epoch);
      const open = records.filter(({ seq }) => !settled.has(seq));
      if (open.length > 0) return { epoch: segment.epoch, records: within(open, limit) };
      segment.waiting = 0;
    }
    return null;
  }

  /** Renames what is sent, removes what is sent and old. */
  async #tidy(): Promise<void> {
    const { files, clock, keepS, log } = this.#options;
    await this.#shelf.finish(this.#writer.active());
    const oldestMs = clock.nowMs() - keepS * 1000;
    for (const segment of this.#shelf.segments.filter(
      ({ sent, changedMs }) => sent && changedMs < oldestMs,
    )) {
      try {
        const changedMs = (await files.stat(this.#shelf.pathOf(segment)))?.changedMs ?? 0;
        if (changedMs < oldestMs) await this.#shelf.remove(segment);
      } catch (error) {
        log.warn({ code: codeOf(error), segment: segment.stem }, "an old spool segment could not be removed");
      }
    }
  }

  #saveSoon(): void {
    this.#cancelSave ??= this.#options.clock.after(CURSOR_EVERY_MS, () => {
      this.#cancelSave = null;
      void this.#trySave();
    });
  }

  async #trySave(): Promise<void> {
    try {
      await this.#save();
    } catch (error) {
      const file = join(this.#options.folder, "cursor.json");
      this.#options.log.warn({ code: codeOf(error), file }, "the spool's cursor could not be written");
    }
  }

  /** One after another: two at once would share the temporary file. */
  #save(): Promise<void> {
    const saved = this.#saving
      .catch(() => {})
      .then(() => writeCursor(this.#options.files, this.#options.folder, this.#cursor));
    this.#saving = saved;
    saved.catch(() => {});
    return saved;
  }
}

function within(records: readonly Stored[], limit: { records: number; bytes: number }): Stored[] {
  const taken: Stored[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += record.text.length;
    if (taken.length >= limit.records || (taken.length > 0 && bytes > limit.bytes)) break;
    taken.push(record);
  }
  return taken;
}
