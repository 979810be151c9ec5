/**
 * Text for a terminal in lines of a given width, in columns: Chinese takes two a character, and may break between any two.
 *
 * No line begins with a closing mark or ends with an opening one, as in print. Pure.
 */
import { displayWidth } from "./table.ts";

const NOT_FIRST = /^[，。；：、！？）」』”’》〉%]/u;
const NOT_LAST = /[（「『“‘《〈]$/u;
const WIDE = /[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u;

/** @param width Columns; a word that is wider stands alone on its line. */
export function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrappedLine(line, width))
    .join("\n");
}

function wrappedLine(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const piece of piecesOf(text)) {
    if (line !== "" && displayWidth(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line].join("\n").trimEnd();
}

/** Parts between which a line may end: words with the blanks after them, and single wide characters. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const part of text.match(/\s*[^\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]+|\s*./gu) ??
    []) {
    const before = pieces.at(-1) ?? "";
    const joined =
      NOT_FIRST.test(part) || NOT_LAST.test(before) || !(part.startsWith(" ") || WIDE.test(part + before));
    if (before !== "" && joined) pieces[pieces.length - 1] = before + part;
    else pieces.push(part);
  }
  return pieces;
}
