/**
 * Progress of a verb that lasts, on stderr: a bar that is drawn over on a terminal, else a line every few seconds.
 *
 * What a verb prints besides goes through `say`, so that no line ends up inside the bar.
 */
import type { Language } from "../wire/ids.ts";
import type { Text } from "../wire/said/text.ts";
import { displayWidth } from "./table.ts";

const EVERY_MS = 1_000;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 3_000;
const BAR_WIDTH = 24;
/** A bar that would be shorter is left out. */
const BAR_MIN = 5;
/** Between the clauses of a text, which are drawn as far as they fit. */
const CLAUSES = /(?=[;；])/;
/** Of a terminal that does not know its own width: it says 0. */
const COLUMNS = 80;

/** @returns Called with how far it is; prints when a second has passed since the last line, nothing within the first. */
export function progress(
  language: Language,
  say: (line: string) => void = (line) => process.stderr.write(line),
) {
  let lastMs = performance.now();
  return (text: Text): void => {
    if (performance.now() - lastMs < EVERY_MS) return;
    lastMs = performance.now();
    say(`${text[language]}\n`);
  };
}

/** Where a bar is drawn: stderr, or what a test looks at. */
export type Screen = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

export type Bar = {
  /** @param share 0..1 */
  tell(share: number, text: Text): void;
  /** A line that stays. */
  say(line: string): void;
  /** The bar goes; lines that were said stay. */
  end(): void;
};

/** The first call is always shown: a process that is killed has said something. */
export function progressBar(
  language: Language,
  screen: Screen = process.stderr,
  nowMs: () => number = () => performance.now(),
): Bar {
  const drawn = screen.isTTY === true;
  const everyMs = drawn ? BAR_EVERY_MS : LINE_EVERY_MS;
  let lastMs = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (drawn) screen.write("\r\u001b[2K");
  };
  return {
    tell(share, text) {
      if (nowMs() - lastMs < everyMs) return;
      lastMs = nowMs();
      if (drawn) screen.write(`\r\u001b[2K${barOf(share, text[language], (screen.columns || COLUMNS) - 1)}`);
      else screen.write(`${percentOf(share)} ${text[language]}\n`);
    },
    say(line) {
      clear();
      screen.write(`${line}\n`);
    },
    end: clear,
  };
}

/** As much of it as fits on a line of that many columns. */
function cutTo(text: string, columns: number): string {
  let cut = text;
  while (cut !== "" && displayWidth(cut) > columns) cut = cut.slice(0, -1);
  return cut;
}

/** The text matters more than the bar, and its first clause more than the others: how to go on must be there to read. */
function barOf(share: number, text: string, columns: number): string {
  const clauses = text.split(CLAUSES);
  const line = () => `${percentOf(share)} ${clauses.join("")}`;
  while (clauses.length > 1 && displayWidth(line()) > columns) clauses.pop();
  // Beside the bar stand its brackets and a blank.
  const width = Math.min(BAR_WIDTH, columns - displayWidth(line()) - 3);
  if (width < BAR_MIN) return cutTo(line(), columns);
  const full = Math.round(Math.min(1, share) * width);
  return `[${"#".repeat(full)}${".".repeat(width - full)}] ${line()}`;
}

function percentOf(share: number): string {
  return `${Math.floor(Math.min(1, share) * 100)} %`;
}
