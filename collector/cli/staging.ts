/**
 * Samples of a file in any order -> the same by series and tick, each seat once, in memory that does not grow with the file.
 *
 * What is more than one part is sorted part by part into files that have no name any more, so that nothing is left behind
 * however the process ends; then the parts are merged. The store takes late samples fastest in that order.
 */
import { mkdtemp, open, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A sample with the ids of its series, ready to be sent. */
export type Placed = {
  readonly line: number;
  readonly target: string;
  readonly vantage: string;
  /** "" = the target's own series. */
  readonly address: string;
  readonly tick: number;
  readonly sample: object;
};

export type Staged = {
  /** How many were placed, those that come twice included. */
  readonly count: number;
  /** By target, vantage, address and tick; of one seat the first line only. To be read once. */
  readonly sorted: AsyncIterable<Placed>;
  /** Called for each that came twice, while `sorted` is read: it and the line that stands. */
  onTwice(tell: (twice: Placed, first: Placed) => void): void;
  remove(): Promise<void>;
};

type Handle = Awaited<ReturnType<typeof open>>;

/** Samples sorted at once: some 60 MB. */
const PART = 50_000;
/** They end a line for readLines, and JSON lets them stand in a text as they are. */
const BREAKS_IN_TEXT = /[\u2028\u2029]/g;

/** @param part How many are sorted in memory at once. */
export async function staged(placed: AsyncIterable<Placed>, part: number = PART): Promise<Staged> {
  const files: Handle[] = [];
  let inMemory: Placed[] = [];
  let count = 0;
  let tellTwice: (twice: Placed, first: Placed) => void = () => {};
  const remove = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    for await (const one of placed) {
      inMemory.push(one);
      count += 1;
      if (inMemory.length < part) continue;
      files.push(await written(inMemory.sort(comparePlaces)));
      inMemory = [];
    }
  } catch (error) {
    await remove();
    throw error;
  }
  const sources = [...files.map(readBack), fromMemory(inMemory.sort(comparePlaces))];
  return {
    count,
    sorted: once(merged(sources), (twice, first) => tellTwice(twice, first)),
    onTwice: (tell) => {
      tellTwice = tell;
    },
    remove,
  };
}

/** By series and tick; of one seat the earlier line first. */
function comparePlaces(a: Placed, b: Placed): number {
  return compareSeats(a, b) || a.line - b.line;
}

function compareSeats(a: Placed, b: Placed): number {
  return (
    compare(a.target, b.target) ||
    compare(a.vantage, b.vantage) ||
    compare(a.address, b.address) ||
    a.tick - b.tick
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A file without a name: it is gone when its handle is. */
async function written(part: readonly Placed[]): Promise<Handle> {
  const folder = await mkdtemp(join(tmpdir(), "carrierwatch-import-"));
  const path = join(folder, "part");
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  await rm(folder, { recursive: true });
  for (let at = 0; at < part.length; at += 1_000) {
    const lines = part.slice(at, at + 1_000).map((one) => `${lineOf(one)}\n`);
    await file.appendFile(lines.join(""));
  }
  return file;
}

function lineOf(one: Placed): string {
  return JSON.stringify(one).replace(BREAKS_IN_TEXT, (mark) => (mark === "\u2028" ? "\\u2028" : "\\u2029"));
}

async function* readBack(file: Handle): AsyncGenerator<Placed> {
  // As written above, by this process.
  for await (const line of file.readLines({ start: 0, autoClose: false })) yield JSON.parse(line) as Placed;
}

async function* fromMemory(part: readonly Placed[]): AsyncGenerator<Placed> {
  yield* part;
}

type Head = { readonly one: Placed; readonly source: AsyncGenerator<Placed> };

async function* merged(sources: readonly AsyncGenerator<Placed>[]): AsyncGenerator<Placed> {
  const heads: Head[] = [];
  const take = async (source: AsyncGenerator<Placed>) => {
    const { value, done } = await source.next();
    if (done !== true) heads.splice(placeAmong(heads, value), 0, { one: value, source });
  };
  for (const source of sources) await take(source);
  for (let head = heads.shift(); head; head = heads.shift()) {
    yield head.one;
    await take(head.source);
  }
}

/** Where among the sorted heads a sample belongs. */
function placeAmong(heads: readonly Head[], one: Placed): number {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const head = heads[middle];
    if (head && comparePlaces(head.one, one) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function* once(
  sorted: AsyncIterable<Placed>,
  tell: (twice: Placed, first: Placed) => void,
): AsyncGenerator<Placed> {
  let last: Placed | null = null;
  for await (const one of sorted) {
    if (last && compareSeats(last, one) === 0) tell(one, last);
    else {
      last = one;
      yield one;
    }
  }
}
