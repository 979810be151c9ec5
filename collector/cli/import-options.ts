/** The flags of `import`, and what its help says of them. */
import type { Options } from "./described.ts";

export type ImportFlags = {
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

export function importOptions(options: Options): void {
  options
    .option("--rrd", {
      en: "rrdtool dump XML; rows of several steps enter whole where nobody measured",
      zh: "rrdtool dump 的 XML；多步的行在没有人测过的地方整行进入",
    })
    .option("--csv", {
      en: "a heading and a line per sample, columns as export names them",
      zh: "一行表头，每个样本一行，列名与 export 相同",
    })
    .option("--jsonl", {
      en: "a JSON object per sample and line, as export writes them; gzip is understood",
      zh: "每个样本一行 JSON，与 export 相同；也认识 gzip",
    })
    .option("--target <TARGET>", {
      en: "of every sample, instead of what the file says",
      zh: "全部样本属于这个目标，不管文件里写的",
    })
    .option("--vantage <VANTAGE>", {
      en: "of every sample, instead of what the file says",
      zh: "全部样本属于这个探测点，不管文件里写的",
    })
    .option(
      "--map <NAME=METRIC>",
      {
        en: "a data source or column that is a metric; may be given several times",
        zh: "这个数据源或列是哪个指标；可重复",
      },
      { repeated: true },
    )
    .option(
      "--unit <UNIT>",
      { en: "of mapped times: s, ms or us", zh: "--map 的时间单位：s、ms 或 us" },
      { fallback: "s" },
    )
    .option("--step <SECONDS>", {
      en: "between the lines of a CSV without step_s",
      zh: "没有 step_s 列的 CSV，各行相隔多久",
    })
    .option(
      "--from-chunk <N>",
      { en: "go on from there after an import that was cut short", zh: "导入中断后从这一块继续" },
      { fallback: "0" },
    );
}
