/**
 * The verb `import`: a file of samples becomes history, chunk by chunk; each is stored before the next is sent.
 *
 * Samples are sorted by series and tick first, so that the same file has the same chunks every time. What is held already
 * stands, so running it again changes nothing. Exit 0 = everything is in, 65 = some lines were refused.
 */
import { text as textOf } from "node:stream/consumers";
import { SeriesList } from "../wire/api-addresses.ts";
import type { Archive } from "../wire/archives.ts";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import { METRICS } from "../wire/metric.ts";
import type { Text } from "../wire/said/text.ts";
import { BATCH_MAX_SAMPLES, BatchAnswer } from "../wire/sample.ts";
import { answered, targetsOf, vantagesOf } from "./answers.ts";
import type { Client } from "./client.ts";
import { plainVerb } from "./command.ts";
import { contentOf, linesOf } from "./import-content.ts";
import { csvLines, jsonLines, type Mapped, type Read, type Refused } from "./import-lines.ts";
import { type ImportFlags, importOptions } from "./import-options.ts";
import { type Refusals, refusalsOf } from "./import-refusals.ts";
import { rrdSamples } from "./import-rrd.ts";
import { rrdRows, type WholeRow } from "./import-rrd-rows.ts";
import { type Laying, sentRows } from "./import-sent-rows.ts";
import { goOn, type Stop, stopAsked } from "./import-stop.ts";
import { type Bar, progressBar } from "./progress.ts";
import { dumpOf } from "./rrd-dump.ts";
import { type Placed, type Staged, staged } from "./staging.ts";

const Answer = BatchAnswer.pick({ outcomes: true });
const PER_UNIT: Readonly<Record<string, number>> = { s: 1e6, ms: 1000, us: 1 };

export const verb = plainVerb<ImportFlags>("import", {
  args: "<FILE>",
  about: {
    en: "history from a file (- for stdin): what export or rrdtool dump wrote, of any tick the longest archive covers",
    zh: "从文件（- 指标准输入）导入历史：export 或 rrdtool dump 写出的，最长的归档覆盖的任何时刻",
  },
  options: importOptions,
  async act(job, [file = ""]) {
    const { client, flags, note, print, language } = job;
    const bar = progressBar(language);
    const refused = refusalsOf(bar, job);
    const fromChunk = fromChunkOf(flags);
    const { all, names, aside } = await placedIn(client, file, flags, refused, note);
    if (aside.unknown > 0) note(unknownText(aside.unknown));
    const stop = stopAsked();
    let came = false;
    try {
      const counts = await sent(client, all, { bar, refused, fromChunk, stop });
      const series = seriesOf(names, flags);
      const held = series && aside.stepS > 0 ? await heldOf(client, series, aside.stepS) : null;
      const wide = { stepS: aside.stepS, rows: aside.rows(held?.archives ?? null) };
      if (!held?.lasts && wide.rows.some(({ lasts }) => lasts)) note(LASTS_LEFT);
      const rows = await sentRows(client, wide, series, { bar, refused });
      came = [counts, rows].some(({ stored, duplicate }) => stored + duplicate > 0);
      bar.end();
      refused.end();
      print({ ...counts, refused: refused.count(), rows, refusals: refused.listed }, () =>
        textOfCounts(counts, rows, refused.count()),
      );
    } finally {
      bar.end();
      stop.forget();
      await all.remove();
    }
    if (refused.count() === 0) return;
    throw new CarrierwatchError("refused_data", refusedText(refused.count(), came), {
      hint: "their reasons stand above; put the lines right and import the file again",
    });
  },
});

/** @param came Whether anything of the file is in. */
function refusedText(lines: number, came: boolean): string {
  const one = lines === 1;
  const known = one
    ? "one line was refused, the others are in"
    : `${lines} lines were refused, the others are in`;
  const nothing = one ? "one line was refused, nothing is in" : `${lines} lines were refused, nothing is in`;
  return came ? known : nothing;
}

type Counts = { stored: number; duplicate: number };

function textOfCounts(samples: Counts, rows: Counts, refused: number): Text {
  const any = rows.stored + rows.duplicate > 0;
  const wideEn = any ? `; rows of several steps: stored ${rows.stored}, duplicate ${rows.duplicate}` : "";
  const wideZh = any ? `；多步的行：存入 ${rows.stored}，已有 ${rows.duplicate}` : "";
  return {
    en: `stored ${samples.stored}, duplicate ${samples.duplicate}, refused ${refused}${wideEn}\n`,
    zh: `存入 ${samples.stored}，已有 ${samples.duplicate}，拒绝 ${refused}${wideZh}\n`,
  };
}

function unknownText(rows: number): Text {
  return {
    en: `${rows} rows without a value stay UNKNOWN`,
    zh: `${rows} 行没有值，仍是无数据`,
  };
}

const LASTS_LEFT: Text = {
  en: "the file's LAST rows are left out: target edit --last lets the target keep them",
  zh: "文件里的 LAST 行没有导入：先用 target edit --last 让目标保存它",
};

function fromChunkOf({ fromChunk }: ImportFlags): number {
  if (/^\d{1,9}$/.test(fromChunk)) return Number(fromChunk);
  throw new CarrierwatchError("usage", `--from-chunk ${JSON.stringify(fromChunk)} is no whole number`);
}

/** Rows of several steps, which are sent after the samples: those win. */
type Aside = {
  unknown: number;
  stepS: number;
  rows: (set: readonly Archive[] | null) => readonly WholeRow[];
};

/** Everything the file says that has a place, sorted. */
async function placedIn(
  client: Client,
  file: string,
  flags: ImportFlags,
  refused: Refusals,
  note: (text: Text) => void,
): Promise<{ all: Staged; names: Names; aside: Aside }> {
  const names = await registered(client);
  const aside: Aside = { unknown: 0, stepS: 0, rows: () => [] };
  const all = await staged(placing(names, flags, refused)(readAs(flags, file, aside, note)));
  all.onTwice((twice, first) => {
    refused.add(twice.line, `tick ${twice.tick} was on line ${first.line} already`);
  });
  return { all, names, aside };
}

function readAs(
  flags: ImportFlags,
  file: string,
  aside: Aside,
  note: (text: Text) => void,
): AsyncIterable<Read | Refused> {
  const [form, ...others] = (["rrd", "csv", "jsonl"] as const).filter((one) => flags[one] === true);
  if (form === undefined || others.length > 0) {
    throw new CarrierwatchError("usage", "in which form is it?", {
      hint: "give one of --rrd, --csv and --jsonl",
    });
  }
  if (form === "jsonl") return jsonLines(linesOf(file));
  const mapped = mappingOf(flags);
  const stepS = stepOf(flags);
  if (form === "csv") return csvLines(linesOf(file), mapped, stepS, (columns) => note(notReadText(columns)));
  return rrdIn(file, mapped, aside);
}

/** @returns null when there is none */
function stepOf({ step }: ImportFlags): number | null {
  if (step === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(step)) return Number(step);
  throw new CarrierwatchError("usage", `--step ${JSON.stringify(step)} is no whole number of seconds`);
}

function notReadText(columns: readonly string[]): Text {
  const names = columns.map((name) => JSON.stringify(name));
  return {
    en: `columns that are not read: ${names.join(", ")}`,
    zh: `没有读这些列：${names.join("、")}`,
  };
}

/** The samples of a dump; its rows of several steps are put aside for later. */
async function* rrdIn(
  file: string,
  mapped: ReadonlyMap<string, Mapped>,
  aside: Aside,
): AsyncGenerator<Read | Refused> {
  const dump = dumpOf(await textOf(contentOf(file)));
  const byName = METRICS.map((metric): [string, Mapped] => [
    metric,
    { metric, perUnit: metric === "speed" ? 1 : 1e6 },
  ]);
  const meaning = mapped.size > 0 ? mapped : new Map(byName);
  const { samples, unknown } = rrdSamples(dump, meaning);
  aside.unknown = unknown;
  aside.stepS = dump.stepS;
  aside.rows = (set) => rrdRows(dump, meaning, Math.floor(Date.now() / 1000), set);
  yield* samples;
}

/** What a series has at a step; undefined = nothing yet. */
async function heldOf(
  client: Client,
  { target, vantage }: Laying,
  stepS: number,
): Promise<SeriesList["series"][number]["generations"][number] | undefined> {
  const search = new URLSearchParams({ target, vantage });
  const { series } = await answered(client, SeriesList, "GET", `/history?${search}`);
  const own = series.find(({ address }) => address === undefined);
  return own?.generations.find((one) => one.stepS === stepS);
}

/** Whose the rows of an RRD are: the file does not say. */
function seriesOf({ targets, vantages }: Names, flags: ImportFlags): Laying | null {
  const [target, vantage] = [targets.id(flags.target), vantages.id(flags.vantage)];
  return target === undefined || vantage === undefined ? null : { target, vantage };
}

function mappingOf(flags: ImportFlags): Map<string, Mapped> {
  const perUnit = PER_UNIT[flags.unit];
  if (perUnit === undefined)
    throw new CarrierwatchError("usage", `--unit ${flags.unit} is none of s, ms, us`);
  return new Map(
    (flags.map ?? []).map((pair) => {
      const at = pair.lastIndexOf("=");
      const metric = METRICS.find((one) => one === pair.slice(at + 1));
      if (at > 0 && metric) return [pair.slice(0, at), { metric, perUnit: metric === "speed" ? 1 : perUnit }];
      throw new CarrierwatchError("usage", `--map ${JSON.stringify(pair)} is not NAME=METRIC`, {
        hint: `METRIC is one of ${METRICS.join(", ")}`,
      });
    }),
  );
}

type Names = {
  readonly targets: IdsOf;
  readonly vantages: IdsOf;
};

async function registered(client: Client): Promise<Names> {
  const vantages = (await vantagesOf(client)).map((view) => view.vantage);
  return { targets: idsOf(await targetsOf(client)), vantages: idsOf(vantages) };
}

/** Names become ids; what has none is refused. */
function placing({ targets, vantages }: Names, flags: ImportFlags, refused: Refusals) {
  const nobody = (
    line: number,
    kind: "target" | "vantage",
    name: string | undefined,
    { count }: IdsOf,
  ): null => {
    refused.addUnnamed(line, unnamed(kind, name, count(name)));
    return null;
  };
  const placeOf = ({ line, sample, ...named }: Read): Placed | null => {
    const names = { target: flags.target ?? named.target, vantage: flags.vantage ?? named.vantage };
    const target = targets.id(names.target);
    const vantage = vantages.id(names.vantage);
    if (target === undefined) return nobody(line, "target", names.target, targets);
    if (vantage === undefined) return nobody(line, "vantage", names.vantage, vantages);
    const address = typeof sample["address"] === "string" ? sample["address"] : "";
    return { line, target, vantage, address, tick: sample.tick, sample: { ...sample, target } };
  };
  return async function* place(read: AsyncIterable<Read | Refused>): AsyncGenerator<Placed> {
    for await (const one of read) {
      if ("why" in one) refused.add(one.line, one.why);
      else {
        const placed = placeOf(one);
        if (placed) yield placed;
      }
    }
  };
}

type IdsOf = {
  id(wanted: string | undefined): string | undefined;
  /** How many things have that name. */
  count(wanted: string | undefined): number;
};

/** A name that two things have is nobody's: the id says which. */
function idsOf(all: readonly { readonly id: string; readonly name: string }[]): IdsOf {
  const called = (wanted: string | undefined) => all.filter((one) => one.name === wanted);
  return {
    id(wanted) {
      const [only, ...others] = called(wanted);
      return all.find((one) => one.id === wanted)?.id ?? (others.length === 0 ? only?.id : undefined);
    },
    count: (wanted) => called(wanted).length,
  };
}

function unnamed(kind: "target" | "vantage", name: string | undefined, count: number): string {
  if (!name) return `it names no ${kind}; give --${kind}`;
  const known = `${count} ${kind}s are called ${JSON.stringify(name)}: give the id`;
  return count > 1 ? known : new NotFoundError(kind, name).message;
}

type Sending = {
  readonly bar: Bar;
  readonly refused: Refusals;
  readonly fromChunk: number;
  readonly stop: Stop;
};

async function sent(client: Client, all: Staged, { bar, refused, fromChunk, stop }: Sending) {
  const counts = { stored: 0, duplicate: 0 };
  let seen = 0;
  let next = 0;
  for await (const chunk of chunksOf(all.sorted)) {
    const number = next;
    next += 1;
    seen += chunk.length;
    if (number < fromChunk) continue;
    stop.check(number);
    const answer = await sentChunk(client, chunk, number);
    for (const [at, { outcome, why }] of answer.entries()) {
      if (outcome === "stored" || outcome === "duplicate") counts[outcome] += 1;
      else refused.add(chunk[at]?.line ?? 0, why ?? outcome);
    }
    bar.tell(seen / all.count, {
      en: `after a stop: --from-chunk ${next}; ${counts.stored} stored, ${counts.duplicate} held already`,
      zh: `中断后用 --from-chunk ${next} 继续；存入 ${counts.stored}，已有 ${counts.duplicate}`,
    });
  }
  // One that is too large would leave the whole file out without a word.
  if (next > 0 && fromChunk > next) throw beyondEnd(fromChunk, next);
  return counts;
}

function beyondEnd(fromChunk: number, chunks: number): CarrierwatchError {
  return new CarrierwatchError(
    "usage",
    `--from-chunk ${fromChunk} is beyond the end of the file: ${chunks} at most`,
    {
      hint: "nothing was sent; without --from-chunk the whole file is imported, and what is held already stands",
    },
  );
}

async function sentChunk(client: Client, chunk: readonly Placed[], i: number) {
  const [first] = chunk;
  const samples = chunk.map((one) => one.sample);
  const body = { target: first?.target, vantage: first?.vantage, samples };
  try {
    return (await answered(client, Answer, "POST", "/import", body)).outcomes;
  } catch (cause) {
    if (!(cause instanceof CarrierwatchError)) throw cause;
    throw new CarrierwatchError(cause.code, `chunk ${i} was not stored: ${cause.message}`, {
      cause,
      retryable: cause.retryable,
      hint: goOn(i),
    });
  }
}

/** At most BATCH_MAX_SAMPLES of one target and vantage each. */
async function* chunksOf(placed: AsyncIterable<Placed>): AsyncGenerator<Placed[]> {
  let chunk: Placed[] = [];
  for await (const one of placed) {
    const [first = one] = chunk;
    const fits =
      chunk.length < BATCH_MAX_SAMPLES && first.target === one.target && first.vantage === one.vantage;
    if (!fits) {
      yield chunk;
      chunk = [];
    }
    chunk.push(one);
  }
  if (chunk.length > 0) yield chunk;
}
