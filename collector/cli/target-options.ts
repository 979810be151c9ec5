/** The flags of `target add` and `target edit`, and what their help says of them; target-flags reads them. */
import type { Options } from "./described.ts";
import { askingOptions } from "./target-asking.ts";
import { expectingOptions } from "./target-expecting.ts";

const REPEATED = { repeated: true };

/** Adds the flags to a subcommand. */
export function targetOptions(options: Options): void {
  whatOptions(options);
  askingOptions(options);
  expectingOptions(options);
  alarmOptions(options);
  keptOptions(options);
  options.group(null);
}

function whatOptions(options: Options): void {
  options
    .group({ en: "What and when:", zh: "测什么，何时测：" })
    .option("--name <NAME>", { en: "what people call it", zh: "给人看的名称" })
    .option("--group <GROUP>", {
      en: "heading it stands under (default: the registrable domain)",
      zh: "归在哪个分组（默认按注册域名）",
    })
    .option(
      "--from <WHO>",
      {
        en: "who measures: all (default), carrier:ct, tag:beijing or vantage:ct-sh; may be repeated",
        zh: "由谁测：all（默认）、carrier:ct、tag:beijing 或 vantage:ct-sh；可重复",
      },
      REPEATED,
    )
    .option("--cron <CRON>", {
      en: "when to measure, evenly (default */5 * * * *)",
      zh: "何时测，间隔要均匀（默认 */5 * * * *）",
    })
    .option("--time-zone <ZONE>", {
      en: "of the cron expression (default UTC)",
      zh: "CRON 表达式的时区（默认 UTC）",
    })
    .option("--connect-timeout <MS>", {
      en: "of look-up and connecting, ms (default 5000)",
      zh: "解析和连接的时限，毫秒（默认 5000）",
    })
    .option("--timeout <MS>", {
      en: "of the whole measurement, ms (default 10000)",
      zh: "整次测量的时限，毫秒（默认 10000）",
    })
    .option("--body-cap <BYTES>", {
      en: "largest body that is read (default 10000000)",
      zh: "内容最多读多少字节（默认 10000000）",
    });
}

function alarmOptions(options: Options): void {
  options
    .group({ en: "Alarm and chart:", zh: "告警和图表：" })
    .option(
      "--alarm <LINE>",
      {
        en: "total=800 (ms), speed=50000 (bytes/s), total:cnc=1200, total=none; may be repeated",
        zh: "total=800（毫秒）、speed=50000（字节每秒）、total:cnc=1200、total=none；可重复",
      },
      REPEATED,
    )
    .option("--alarm-ticks <N>", {
      en: "how many ticks running before an alarm, and before its end (default 2)",
      zh: "连续多少轮才告警，也要这么多轮才解除（默认 2）",
    })
    .option("--alarm-carriers <N>", {
      en: "how many carriers must fail for the service to be down, or majority (default)",
      zh: "几家运营商失败算服务故障，或 majority 过半（默认）",
    })
    .option(
      "--y-max <MAX>",
      {
        en: "fixed top of a chart: total=2000, or total=auto (default); may be repeated",
        zh: "图的固定上限：total=2000，或 total=auto（默认）；可重复",
      },
      REPEATED,
    )
    .option(
      "--recipient <ID>",
      { en: "who is told; everyone = all; may be repeated", zh: "通知谁；everyone 是所有人；可重复" },
      REPEATED,
    );
}

function keptOptions(options: Options): void {
  options
    .group({ en: "What is kept:", zh: "保存什么：" })
    .option("--archives <SET>", {
      en: "STEPSxROWS of each archive, finest first, with :XFF where it is not 0.5: 1x600,6x700,24x775:0.3; or default",
      zh: "每个归档的 步数x行数，从细到粗，xff 不是 0.5 时加 :XFF：1x600,6x700,24x775:0.3；或 default",
    })
    .option("--last", {
      en: "LAST beside AVERAGE, MAX and MIN in its archives",
      zh: "归档里除 AVERAGE、MAX、MIN 外也保存 LAST",
    })
    .option("--no-last", { en: "not LAST (default)", zh: "不保存 LAST（默认）" })
    .option("--ttfb-percentiles", {
      en: "true percentiles of ttfb too, in a tick strip of its own",
      zh: "也保存首字节时间的真百分位数，另存每轮的首字节时间",
    })
    .option("--no-ttfb-percentiles", {
      en: "percentiles of total alone (default)",
      zh: "只保存总时间的百分位数（默认）",
    })
    .group({ en: "From a file, and back:", zh: "从文件，以及去掉：" })
    .option("--file <FILE>", {
      en: "read the target from a JSON file, - for stdin; flags win over it",
      zh: "从 JSON 文件读目标，- 是标准输入；同时给出的选项优先",
    })
    .option(
      "--unset <FIELD>",
      {
        en: "take a field away: request.auth, expect.json, tls; may be repeated",
        zh: "去掉一个字段：request.auth、expect.json、tls；可重复",
      },
      REPEATED,
    );
}
