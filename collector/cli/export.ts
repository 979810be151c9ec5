/** The verb `export`: a series as RRD XML for `rrdtool restore`, or its single samples as CSV or JSON lines. */
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CarrierwatchError } from "../wire/errors.ts";
import { plainVerb } from "./command.ts";
import type { Options } from "./described.ts";
import { exportedRrd, type RrdWanted } from "./export-rrd.ts";
import { exportedSamples, type Form } from "./export-samples.ts";
import { notWritten } from "./not-written.ts";
import { targetNamed, vantageNamed } from "./series.ts";
import { spanOf } from "./show-time.ts";

type ExportFlags = {
  readonly vantage?: string;
  readonly address?: string;
  readonly rrd?: boolean;
  readonly step?: string;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
};

export const verb = plainVerb<ExportFlags>("export", {
  args: "<TARGET>",
  about: {
    en: "a series for other programs: its archives as RRD XML, its samples as CSV or JSON lines",
    zh: "供其他程序使用的序列：归档存为 RRD XML，样本存为 CSV 或 JSON 行",
  },
  options: exportOptions,
  async act({ client, flags, language }, [wanted = ""]) {
    const form = formOf(flags);
    const nowS = Math.floor(Date.now() / 1000);
    const target = await targetNamed(client, wanted);
    const vantage = await vantageNamed(client, flags.vantage);
    const { fromS, toS } = spanOf(flags, nowS);
    const range = { fromS, toS: toS ?? nowS };
    const parts =
      form === "rrd"
        ? [await exportedRrd(client, rrdWanted(target.id, vantage.id, flags), language)]
        : exportedSamples(client, { target, vantage, address: flags.address, ...range }, form, language);
    await written(parts, flags.out);
  },
});

function exportOptions(options: Options): void {
  options
    .option("--vantage <VANTAGE>", {
      en: "where from; may be left out when there is only one",
      zh: "从哪里测的；只有一个时可不写",
    })
    .option("--address <ADDRESS>", {
      en: "only this address, ipv4 or ipv6; default: the target's own series, then each of those",
      zh: "只要这个地址，或 ipv4、ipv6；默认先是目标自己的序列，再是各地址的",
    })
    .option("--rrd", {
      en: "every archive as XML for rrdtool restore: seconds as floats, speed in bytes/s",
      zh: "全部归档，写成 rrdtool restore 用的 XML：时间为秒（小数），速度为字节每秒",
    })
    .option("--step <SECONDS>", {
      en: "of --rrd: the generation with this step; default the newest",
      zh: "用于 --rrd：步长是这个值的一代；默认最新一代",
    })
    .option("--csv", {
      en: "a line per sample: times in ms, speed in bytes/s, empty where there is none",
      zh: "每个样本一行：时间为毫秒，速度为字节每秒，没有值处为空",
    })
    .option("--jsonl", {
      en: "a JSON object per sample and line, as measured, with target and vantage by name",
      zh: "每个样本一行 JSON，照测得的写，目标和探测点写名称",
    })
    .option("--from <TIME>", {
      en: "of --csv and --jsonl; default: all that the sample log keeps",
      zh: "用于 --csv 和 --jsonl；默认测量明细里的全部",
    })
    .option("--to <TIME>", { en: "of --csv and --jsonl; default now", zh: "用于 --csv 和 --jsonl；默认现在" })
    .option("--out <FILE>", {
      en: "write there instead of to the standard output",
      zh: "写到这个文件，不写标准输出",
    });
}

function rrdWanted(target: string, vantage: string, { address, step }: ExportFlags): RrdWanted {
  const stepS = step === undefined ? undefined : Number(step);
  if (stepS !== undefined && !Number.isInteger(stepS)) {
    throw new CarrierwatchError("usage", `--step ${JSON.stringify(step)} is no whole number of seconds`);
  }
  return { target, vantage, address, stepS };
}

function formOf(flags: ExportFlags): Form | "rrd" {
  const chosen = (["rrd", "csv", "jsonl"] as const).filter((form) => flags[form] === true);
  const [form, ...others] = chosen;
  if (form === undefined || others.length > 0) {
    throw new CarrierwatchError("usage", "in which form?", { hint: "give one of --rrd, --csv and --jsonl" });
  }
  if (form === "rrd" && (flags.from !== undefined || flags.to !== undefined)) {
    throw new CarrierwatchError("usage", "--rrd writes whole archives; --from and --to are for samples");
  }
  if (form !== "rrd" && flags.step !== undefined) {
    throw new CarrierwatchError("usage", "--step names a generation for --rrd; samples carry their step");
  }
  return form;
}

/**
 * A file appears under its name when it is whole; what is no file, a pipe for instance, is written as it comes.
 *
 * @throws CarrierwatchError code usage when it cannot be written; code disk_full, retryable, when there is no room
 */
async function written(
  parts: Iterable<string> | AsyncIterable<string>,
  out: string | undefined,
): Promise<void> {
  const source = Readable.from(parts);
  if (out === undefined) return await pipeline(source, process.stdout, { end: false });
  const isFile = !existsSync(out) || statSync(out).isFile();
  const part = isFile ? `${out}.part` : out;
  try {
    await pipeline(source, createWriteStream(part));
    if (isFile) renameSync(part, out);
  } catch (cause) {
    if (isFile) rmSync(part, { force: true });
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw notWritten(out, cause);
  }
}
