/**
 * What the spool remembers besides its records: who it is, which numbers it may hand out, what has been acknowledged.
 *
 * Numbers are reserved in blocks before the first of them is used, so that after a kill or a wiped tail none is used
 * twice. A lost or unreadable cursor costs nothing but repetition: a new epoch, and everything is offered once more.
 */
import { join } from "node:path";
import * as z from "zod";
import { Epoch } from "../../collector/wire/sample.ts";
import { type Range, type Ranges, rangesOf } from "../ranges.ts";
import { replaceFile, type SpoolFiles } from "./files.ts";

const Count = z.int().min(0);

const CursorFile = z.object({
  epoch: Epoch,
  reservedTo: Count,
  /** Per epoch: acknowledged numbers in segments that are not acknowledged whole. */
  settled: z.record(Epoch, z.array(z.tuple([Count, Count]))),
  mark: Count,
  dropped: Count,
  quarantined: Count,
});

export type Cursor = {
  epoch: string;
  /** No number above it has been handed out. */
  reservedTo: number;
  settled: Map<string, Ranges>;
  /** Mark of the last answer. */
  mark: number;
  dropped: number;
  quarantined: number;
};

/** Numbers reserved at a time; what an unclean end leaves out. */
export const RESERVE = 10_000;
const NAME = "cursor.json";

/** A cursor that knows nothing yet. */
export function newCursor(epoch: string): Cursor {
  return { epoch, reservedTo: 0, settled: new Map(), mark: 0, dropped: 0, quarantined: 0 };
}

/** @returns null when there is none, or none that can be read. */
export async function readCursor(files: SpoolFiles, folder: string): Promise<Cursor | null> {
  const bytes = await files.read(join(folder, NAME));
  if (bytes === null) return null;
  const parsed = CursorFile.safeParse(jsonOf(bytes.toString("utf8")));
  if (!parsed.success) return null;
  const { settled, ...rest } = parsed.data;
  const ranges = Object.entries(settled).map(([epoch, list]) => [epoch, rangesOf(list)] as const);
  return { ...rest, settled: new Map(ranges) };
}

/** Durable when it returns. @throws What the file system throws; the old one stands then. */
export async function writeCursor(files: SpoolFiles, folder: string, cursor: Cursor): Promise<void> {
  const settled: Record<string, Range[]> = {};
  for (const [epoch, ranges] of cursor.settled) {
    const list = ranges.list();
    if (list.length > 0) settled[epoch] = list;
  }
  await replaceFile(files, join(folder, NAME), Buffer.from(JSON.stringify({ ...cursor, settled })));
}

/** The acknowledged numbers of an epoch. */
export function settledOf(cursor: Cursor, epoch: string): Ranges {
  const found = cursor.settled.get(epoch);
  if (found) return found;
  const made = rangesOf();
  cursor.settled.set(epoch, made);
  return made;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
