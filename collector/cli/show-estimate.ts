/** The space a store takes as a table: each part now, and of one series when it has been measured for so long. */

import { coded, maybeCoded } from "../report/coded.ts";
import type { StorageView } from "../wire/api-settings.ts";
import { inEach, same, type Text } from "../wire/said/text.ts";
import { bytesText } from "./show-bytes.ts";
import { spanText } from "./show-time.ts";
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
  return [partText(part), bytesText(bytesNow), ...known];
}

/** As the pages call it; one that a newer collector names otherwise stays as it is. */
function partText(part: string): Text {
  const [, last, rowS] = /^(LAST of )?rows (\d+) s$/.exec(part) ?? [];
  if (rowS !== undefined) {
    const row = coded(part, "settings.storage.part.rows").zh.replace(
      "{row}",
      spanText(Number(rowS)).zh.replace(" ", ""),
    );
    return { en: part, zh: last === undefined ? row : `${row}的 LAST` };
  }
  const [, metric] = /^strip of (\w+)$/.exec(part) ?? [];
  if (metric === undefined) return maybeCoded(part, `settings.storage.part.${part}`);
  return { en: part, zh: `${coded(part, "settings.storage.part.strip").zh}（${metric}）` };
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
    `a series: of a target that is measured every ${stepS} s; its log as it is now, and at full age at least what its budget allows`,
    `${fixed} of the last sum are events, journal and settings; ${free} are free`,
  ];
  const zh = [
    `每条序列：每 ${stepS} 秒测一次的目标；测量明细按现在的大小算，满期不少于预算`,
    `最后一行合计里，变化与证据、写入缓冲和设置占 ${fixed}；磁盘剩余 ${free}`,
  ];
  if (detailsDropped > 0) {
    en.push(
      `the oldest ${detailsDropped} samples of series over their log's budget have no details any more`,
    );
    zh.push(`超出测量明细预算的序列，最旧的 ${detailsDropped} 个样本已没有明细`);
  }
  return { en: `${en.join("\n")}\n`, zh: `${zh.join("\n")}\n` };
}
