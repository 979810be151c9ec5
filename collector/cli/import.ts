/**
 * The verb `import`: a file of samples becomes history, chunk by chunk; each is stored before the next is sent.
 *
 * Samples are sorted by series and tick first. What is held already stands, so running it again changes nothing.
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { CarrierwatchError } from "../wire/errors.ts";
import { METRICS } from "../wire/metric.ts";
import { BATCH_MAX_SAMPLES, BatchAnswer } from "../wire/sample.ts";
import { answered, targetsOf, vantagesOf } from "./answers.ts";
import type { Client } from "./client.ts";
import { plainVerb, repeated } from "./command.ts";
import { csvLines, jsonLines, type Mapped, type Read, type Refused } from "./import-lines.ts";
import { rrdSamples } from "./import-rrd.ts";
import { progress } from "./progress.ts";

type ImportFlags = {
  readonly rrd?: boolean;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
  readonly target?: string;
  readonly vantage?: string;
  readonly map?: readonly string[];
  readonly unit: string;
  readonly step?: string;
  readonly fromChunk: string;
};

/** A sample with the ids of its series, ready to be sent. */
type Placed = {
  readonly line: number;
  readonly target: string;
  readonly vantage: string;
  /** "" = the target's own series. */
  readonly address: string;
  readonly tick: number;
  readonly sample: object;
};

const Answer = BatchAnswer.pick({ outcomes: true });
/** How a gzipped file begins. */
const GZIP = 0x1f8b;
const PER_UNIT: Readonly<Record<string, number>> = { s: 1e6, ms: 1000, us: 1 };

export const verb = plainVerb<ImportFlags>("import", {
  args: "<FILE>",
  about: "history from a file: what export or rrdtool dump wrote, of any tick the longest archive covers",
  options: (command) => {
    command
      .option("--rrd", "rrdtool dump XML; its rows of one step, wider ones are left")
      .option("--csv", "a heading and a line per sample, columns as export names them")
      .option("--jsonl", "a JSON object per sample and line, as export writes them; gzip is understood")
      .option("--target <TARGET>", "of every sample, instead of what the file says")
      .option("--vantage <VANTAGE>", "the same")
      .option(
        "--map <NAME=METRIC>",
        "a data source or column that is a metric; may be given several times",
        repeated,
      )
      .option("--unit <UNIT>", "of mapped times: s, ms or us", "s")
      .option("--step <SECONDS>", "between the lines of a CSV without step_s")
      .option("--from-chunk <N>", "go on from there after an import that was cut short", "0");
  },
  async act({ client, flags, print }, [file = ""]) {
    const text = await textOf(file);
    const read = readAs(flags, text);
    const { placed, refused } = await place(client, read, flags);
    const counts = await sent(client, placed, refused, Number(flags.fromChunk));
    for (const { line, why } of refused.sort((a, b) => a.line - b.line))
      process.stderr.write(`line ${line}: ${why}\n`);
    print(
      { ...counts, refusals: refused },
      () =>
        `${Object.entries(counts)
          .map(([name, n]) => `${name} ${n}`)
          .join(", ")}\n`,
    );
  },
});

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return (bytes.length > 2 && bytes.readUInt16BE(0) === GZIP ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (cause) {
    throw new CarrierwatchError("usage", `${file} cannot be read`, { cause });
  }
}

function readAs(flags: ImportFlags, text: string): (Read | Refused)[] {
  const [form, ...others] = (["rrd", "csv", "jsonl"] as const).filter((one) => flags[one] === true);
  if (form === undefined || others.length > 0) {
    throw new CarrierwatchError("usage", "in which form is it?", {
      hint: "give one of --rrd, --csv and --jsonl",
    });
  }
  if (form === "jsonl") return jsonLines(text);
  const mapped = mappingOf(flags);
  if (form === "csv") return csvLines(text, mapped, flags.step === undefined ? null : Number(flags.step));
  const byName = METRICS.map((metric): [string, Mapped] => [
    metric,
    { metric, perUnit: metric === "speed" ? 1 : 1e6 },
  ]);
  const { samples, wider, unknown } = rrdSamples(text, mapped.size > 0 ? mapped : new Map(byName));
  if (unknown > 0) process.stderr.write(`${unknown} rows without a value stay UNKNOWN\n`);
  if (wider > 0) {
    process.stderr.write(`${wider} rows of several steps each are left: they are no single measurements\n`);
  }
  return samples;
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

/** Names become ids; samples are sorted by series and tick, and a tick that comes twice is refused. */
async function place(client: Client, read: readonly (Read | Refused)[], flags: ImportFlags) {
  const targets = idsOf(await targetsOf(client));
  const vantages = idsOf((await vantagesOf(client)).map((view) => view.vantage));
  const refused: Refused[] = [];
  const firstLines = new Map<string, number>();
  const placed: Placed[] = [];
  for (const one of read) {
    if ("why" in one) {
      refused.push(one);
      continue;
    }
    const { line, sample } = one;
    const target = targets(flags.target ?? one.target);
    const vantage = vantages(flags.vantage ?? one.vantage);
    const address = typeof sample["address"] === "string" ? sample["address"] : "";
    const seat = `${target}/${vantage}/${address}/${sample.tick}`;
    const first = firstLines.get(seat);
    if (target === undefined) refused.push({ line, why: unnamed("target", flags.target ?? one.target) });
    else if (vantage === undefined)
      refused.push({ line, why: unnamed("vantage", flags.vantage ?? one.vantage) });
    else if (first !== undefined)
      refused.push({ line, why: `tick ${sample.tick} was on line ${first} already` });
    else {
      firstLines.set(seat, line);
      placed.push({ line, target, vantage, address, tick: sample.tick, sample: { ...sample, target } });
    }
  }
  placed.sort(
    (a, b) =>
      compare(a.target, b.target) ||
      compare(a.vantage, b.vantage) ||
      compare(a.address, b.address) ||
      a.tick - b.tick,
  );
  return { placed, refused };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A name that two things have is nobody's: the id says which. */
function idsOf(all: readonly { readonly id: string; readonly name: string }[]) {
  return (wanted: string | undefined): string | undefined => {
    const [only, ...others] = all.filter((one) => one.name === wanted);
    return all.find((one) => one.id === wanted)?.id ?? (others.length === 0 ? only?.id : undefined);
  };
}

function unnamed(kind: "target" | "vantage", name: string | undefined): string {
  return name ? `there is no one ${kind} ${JSON.stringify(name)}` : `it names no ${kind}; give --${kind}`;
}

async function sent(client: Client, placed: readonly Placed[], refused: Refused[], fromChunk: number) {
  const chunks = chunksOf(placed);
  const counts = { stored: 0, duplicate: 0, refused: refused.length };
  const tell = progress();
  for (const [i, chunk] of chunks.entries()) {
    if (i < fromChunk) continue;
    tell(`chunk ${i} of ${chunks.length}: ${counts.stored} stored, ${counts.duplicate} held already`);
    const answer = await sentChunk(client, chunk, i);
    for (const [at, { outcome, why }] of answer.entries()) {
      const line = chunk[at]?.line ?? 0;
      if (outcome === "stored" || outcome === "duplicate") counts[outcome] += 1;
      else {
        counts.refused += 1;
        refused.push({ line, why: why ?? outcome });
      }
    }
  }
  return counts;
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
      hint: `those before it are; go on with the same file and --from-chunk ${i}`,
    });
  }
}

/** At most BATCH_MAX_SAMPLES of one series each. */
function chunksOf(placed: readonly Placed[]): Placed[][] {
  const chunks: Placed[][] = [];
  for (const one of placed) {
    const last = chunks.at(-1);
    const [first] = last ?? [];
    const fits =
      last &&
      last.length < BATCH_MAX_SAMPLES &&
      first?.target === one.target &&
      first.vantage === one.vantage;
    if (fits) last.push(one);
    else chunks.push([one]);
  }
  return chunks;
}
