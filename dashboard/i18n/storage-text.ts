/** What a part of the database is called: the ones known here in the reader's words, others as they are. Pure. */
import type { Format } from "./format.ts";
import { isKey, type Translate } from "./translate.ts";

/** @param part As the store names it: `rows 1800 s`, `LAST of rows 1800 s`, `strip of ttfb`, or a word. */
export function partText(part: string, t: Translate, f: Format): string {
  const [, last, rowS] = /^(LAST of )?rows (\d+) s$/.exec(part) ?? [];
  if (rowS !== undefined) {
    const key = last === undefined ? "settings.storage.part.rows" : "settings.storage.part.lasts";
    return t(key, { row: f.duration(Number(rowS)) });
  }
  const metric = `metric.${/^strip of (\w+)$/.exec(part)?.[1]}`;
  if (isKey(metric)) return t("settings.storage.part.stripOf", { metric: t(metric) });
  const key = `settings.storage.part.${part}`;
  return isKey(key) ? t(key) : part;
}
