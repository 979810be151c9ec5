/** The flags of `fetch`, and what its help says of them. */
import { REDUCTIONS } from "../wire/api-query.ts";
import { ALL_CFS, METRICS } from "../wire/metric.ts";
import type { Options } from "./described.ts";

const REPEATED = { repeated: true };

export function fetchOptions(options: Options): void {
  whoOptions(options);
  options
    .option(
      "--metric <METRIC>",
      { en: `${METRICS.join(", ")} (default total)`, zh: `${METRICS.join("、")}（默认 total）` },
      REPEATED,
    )
    .option(
      "--cf <CF>",
      { en: `${ALL_CFS.join(", ")} (default AVERAGE)`, zh: `${ALL_CFS.join("、")}（默认 AVERAGE）` },
      REPEATED,
    )
    .option(
      "--percentile <P>",
      {
        en: "of the ticks of each row: 50,95,99; of total, or of ttfb with --metric ttfb",
        zh: "每行各时刻的百分位数：50,95,99；指 total，加 --metric ttfb 则指首字节时间",
      },
      REPEATED,
    )
    .option(
      "--below <MS>",
      { en: "the share of such values that are at most MS", zh: "不超过这么久的值所占的比例" },
      REPEATED,
    )
    .option("--states", {
      en: "ticks up, down, suspect and unknown in each row, and the availability",
      zh: "每行里正常、失败、可疑和无数据的轮数，以及可用率",
    })
    .option(
      "--exclude <FROM..TO>",
      { en: "ticks that are in no percentile, share or state", zh: "这些时刻不计入百分位数、比例和状态" },
      REPEATED,
    );
  rowOptions(options);
  options
    .option("--csv", {
      en: "print lines of t (UTC seconds) and value, empty where UNKNOWN",
      zh: "每行输出 t（UTC 秒）和值，无数据处为空",
    })
    .option("--columns", {
      en: "with --json: one time axis and an array per column",
      zh: "与 --json 合用：一条时间轴，每列一个数组",
    });
}

function whoOptions(options: Options): void {
  options
    .option(
      "--vantage <VANTAGE>",
      { en: "where from; may be left out when there is only one", zh: "从哪里测的；只有一个时可不写" },
      REPEATED,
    )
    .option(
      "--carrier <CARRIER>",
      {
        en: "a carrier's vantages merged; may be given several times, as all below; with neither: every carrier",
        zh: "一家运营商的探测点合在一起；可重复，以下各项也是；都不写就是每家运营商",
      },
      REPEATED,
    );
  addressOption(options);
}

/** Which of a target's series is meant, where it has several. */
export function addressOption(options: Options): void {
  options.option("--address <ADDRESS>", {
    en: "of one address that is measured apart, or of ipv4 or ipv6",
    zh: "单独测量的一个地址，或 ipv4、ipv6",
  });
}

function rowOptions(options: Options): void {
  options
    .option("--steps <N>", {
      en: "ticks per row, which names the archive (default: the finest that reaches back)",
      zh: "每行的步数，由此选定归档（默认：够远的里面最细的）",
    })
    .option("--points <N>", {
      en: "most rows wanted; wider rows, or fewer that keep every spike (default 700)",
      zh: "最多要多少行；用更宽的行，或减少行数而保留每个尖峰（默认 700）",
    })
    .option("--reduce <HOW>", {
      en: `which rows stay when there are more: ${REDUCTIONS.join(", ")} (default minmax)`,
      zh: `行数过多时留哪些：${REDUCTIONS.join("、")}（默认 minmax）`,
    })
    .option("--from <TIME>", {
      en: "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d (default 1d)",
      zh: "UTC 秒、2026-11-21T08:00Z，或多久以前：90m、2h、7d（默认 1d）",
    })
    .option("--to <TIME>", { en: "the same; default now", zh: "同上；默认现在" });
}
