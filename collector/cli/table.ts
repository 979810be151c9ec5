/**
 * Rows of text to an aligned table for a terminal. Pure.
 *
 * Chinese characters take two columns there, so widths are counted in columns. Control and direction characters of
 * foreign text are shown as `?`: a name or a server's words must not move the cursor. Headings and words are given in every
 * language, and so is what comes out.
 */
import type { Language } from "../wire/ids.ts";
import { inEach, type Text } from "../wire/said/text.ts";

const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/^\p{M}$/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Foreign text without anything that could steer a terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}

/** What stands in a cell: foreign text, or words of ours; null is an em dash: there is no value. */
export type CellText = string | number | null | Text;

/**
 * A table with a heading, columns two blanks apart; numbers stand right.
 *
 * @param empty The sentence when there are no rows.
 */
export function table(heading: readonly Text[], rows: readonly (readonly CellText[])[], empty: Text): Text {
  if (rows.length === 0) return inEach((language) => `${empty[language]}\n`);
  const right = heading.map((_, i) => rows.every((row) => typeof row[i] === "number" || row[i] === null));
  return inEach((language) => {
    const titles = heading.map((title) => title[language]);
    const texts = rows.map((row) => row.map((cell) => cellIn(cell, language)));
    return aligned([titles, ...texts], right);
  });
}

/** Facts one under the other, names aligned. */
export function facts(entries: readonly (readonly [Text, CellText])[]): Text {
  return inEach((language) => {
    const width = Math.max(...entries.map(([name]) => displayWidth(name[language])));
    return entries
      .map(([name, value]) => {
        const blanks = " ".repeat(width - displayWidth(name[language]));
        return `${name[language]}${blanks}  ${cellIn(value, language)}\n`;
      })
      .join("");
  });
}

function aligned(lines: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, i) => Math.max(...lines.map((line) => displayWidth(line[i] ?? ""))));
  const laid = lines.map((cells) =>
    cells
      .map((cell, i) => {
        const blanks = " ".repeat((widths[i] ?? 0) - displayWidth(cell));
        return right[i] ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd(),
  );
  return `${laid.join("\n")}\n`;
}

function cellIn(cell: CellText, language: Language): string {
  if (cell === null) return "—";
  return plain(typeof cell === "object" ? cell[language] : String(cell));
}
