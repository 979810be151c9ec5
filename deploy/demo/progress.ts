/** One line of progress on stderr: rewritten in place on a terminal, once every few seconds otherwise. */
import type { Clock } from "../../collector/wire/clock.ts";

export type ProgressLine = {
  /** Shown at most four times a second on a terminal; `now` shows it in any case. */
  show(text: string, now?: boolean): void;
  /** The last word, with a line of its own. */
  end(text: string): void;
};

const TERMINAL_MS = 250;
const PLAIN_MS = 5_000;

export function progressLine(
  clock: Pick<Clock, "monoMs">,
  out: { isTTY?: boolean; write(text: string): unknown } = process.stderr,
): ProgressLine {
  const terminal = out.isTTY === true;
  let shownMs = clock.monoMs() - (terminal ? TERMINAL_MS : PLAIN_MS);
  return {
    show(text, now = false) {
      const atMs = clock.monoMs();
      if (!now && atMs - shownMs < (terminal ? TERMINAL_MS : PLAIN_MS)) return;
      shownMs = atMs;
      out.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end(text) {
      out.write(terminal ? `\r\u001b[K${text}\n` : `${text}\n`);
    },
  };
}
