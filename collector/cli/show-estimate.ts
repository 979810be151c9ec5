/** The space a store takes as a table: each part now, and of one series when it has been measured for so long. */
import type { StorageView } from "../wire/api-settings.ts";
import { inEach, same, type Text } from "../wire/said/text.ts";
import { bytesText } from "./show-bytes.ts";
import { type CellText, table } from "./table.ts";

const HEADING: readonly Text[] = [
  { en: "PART", zh: "部分" },
  { en: "NOW", zh: "现在" },
  { en: "A SERIES AFTER 50 H", zh: "每条序列 50 小时后" },
  { en: "2 WEEKS", zh: "2 周" },
  { en: "2 MONTHS", zh: "2 月" },
  { en: "2 YEARS", zh: "2 年" },
  { en: "FULL AGE", zh: "满期" },
];
/** Parts as the collector names them; one it names otherwise stays as it is. */
const PARTS_ZH: readonly (readonly [RegExp, string])[] = [
  [/^pdps$/, "PDP"],
  [/^rows (\d+) s$/, "每行 $1 秒"],
  [/^LAST of rows (\d+) s$/, "每行 $1 秒的 LAST"],
  [/^strip$/, "时刻条"],
  [/^strip of (\w+)$/, "$1 的时刻条"],
  [/^sample log$/, "样本日志"],
  [/^head$/, "序列的状态"],
  [/^wal$/, "WAL"],
  [/^events$/, "事件"],
  [/^journal$/, "写入日志"],
  [/^settings and incidents$/, "设置和故障"],
  [/^free pages$/, "空闲页"],
];

/** @param stepS Of the series that is stated alone. */
export function estimateText(view: StorageView, stepS: number): Text {
  const rows = [...view.parts.map(partRow), ...sums(view)];
  const parts = table(HEADING, rows, same(""));
  const foot = footText(view, stepS);
  return inEach((language) => parts[language] + foot[language]);
}

function partRow({
  part,
  bytesNow,
  bytesPerSeriesAt,
  bytesPerSeries,
}: StorageView["parts"][number]): CellText[] {
  const known = [...bytesPerSeriesAt, bytesPerSeries].map((bytes) => (bytes === 0 ? "" : bytesText(bytes)));
  return [{ en: part, zh: partInChinese(part) }, bytesText(bytesNow), ...known];
}

function partInChinese(part: string): string {
  const [pattern, said] = PARTS_ZH.find(([one]) => one.test(part)) ?? [/^.*$/, part];
  return part.replace(pattern, said);
}

function sums(view: StorageView): CellText[][] {
  const ofOne = view.bytesAt.map((_, i) =>
    view.parts.reduce((sum, part) => sum + (part.bytesPerSeriesAt[i] ?? 0), 0),
  );
  const now = bytesText(view.bytesNow);
  return [
    [{ en: "all", zh: "合计" }, now, ...[...ofOne, view.bytesPerSeriesFull].map(bytesText)],
    [
      { en: `all ${view.series} series`, zh: `全部 ${view.series} 条序列` },
      now,
      ...[...view.bytesAt, view.bytesFull].map(bytesText),
    ],
  ];
}

function footText({ bytesFixed, diskFreeBytes, detailsDropped }: StorageView, stepS: number): Text {
  const [fixed, free] = [bytesText(bytesFixed), bytesText(diskFreeBytes)];
  const en = [
    `a series: of a target that is measured every ${stepS} s; its log as it is now, and at full age as its budget allows`,
    `${fixed} of the last sum are events, journal and settings; ${free} are free`,
  ];
  const zh = [
    `每条序列：每 ${stepS} 秒测一次的目标；样本日志按现在的大小算，满期按预算上限算`,
    `最后一行合计里，事件、写入日志和设置占 ${fixed}；磁盘剩余 ${free}`,
  ];
  if (detailsDropped > 0) {
    en.push(
      `the oldest ${detailsDropped} samples of series over their log's budget have no details any more`,
    );
    zh.push(`超出样本日志预算的序列，最旧的 ${detailsDropped} 个样本已没有明细`);
  }
  return { en: `${en.join("\n")}\n`, zh: `${zh.join("\n")}\n` };
}
