/**
 * Lines of an import that are refused: named with their reason, counted, and listed for --json as far as memory goes.
 *
 * A reason that many lines share is not said for each: the first lines are named, the rest are counted and said at the end.
 * A name that nobody has is said once, with how many lines and which are the first.
 */
import type { Say } from "../wire/said/language.ts";
import type { Job } from "./command.ts";
import type { Refused } from "./import-lines.ts";
import type { Bar } from "./progress.ts";

/** Refused lines that --json lists. */
const LISTED = 100_000;
/** Lines of one reason that are named one by one. */
const NAMED = 20;
/** Lines of one unknown name that are given by number. */
const FIRST = 5;
/** Between the problems of two fields of a sample. */
const NEXT_FIELD = /; (?=[a-zA-Z][\w.]*: )/;

export type Refusals = {
  /** What --json lists. */
  readonly listed: readonly Refused[];
  count(): number;
  add(line: number, why: string): void;
  /** A line whose target or vantage nobody knows. */
  addUnnamed(line: number, why: string): void;
  /** Says what was only counted so far; the bar must be gone. */
  end(): void;
};

type Group = { count: number; readonly first: number[] };

export function refusalsOf(bar: Bar, { language, say }: Pick<Job<unknown>, "language" | "say">): Refusals {
  const listed: Refused[] = [];
  const reasons = new Map<string, Group>();
  const names = new Map<string, Group>();
  let count = 0;
  const tell = (en: string, zh: string) => bar.say({ en, zh }[language]);
  const noted = (groups: Map<string, Group>, key: string, line: number, why: string): Group => {
    count += 1;
    if (listed.length < LISTED) listed.push({ line, why });
    const group = groups.get(key) ?? { count: 0, first: [] };
    groups.set(key, group);
    group.count += 1;
    if (group.first.length < FIRST) group.first.push(line);
    return group;
  };
  return {
    listed,
    count: () => count,
    add(line, why) {
      const group = noted(reasons, kindOf(why), line, why);
      if (group.count <= NAMED) tell(`line ${line}: ${why}`, `第 ${line} 行：${saidEach(why, say)}`);
    },
    addUnnamed(line, why) {
      noted(names, why, line, why);
    },
    end() {
      for (const [why, { count, first }] of names) {
        const [en, zh] = [first.join(", "), first.join("、")];
        if (count === 1) tell(`line ${en}: ${why}`, `第 ${zh} 行：${say(why)}`);
        else
          tell(
            `${count} lines (${en}${more(count, first, ", ...")}): ${why}`,
            `${count} 行（第 ${zh} 行${more(count, first, "等")}）：${say(why)}`,
          );
      }
      for (const { count, first } of reasons.values()) {
        const [line = 0] = first;
        const rest = count - NAMED;
        if (rest > 0)
          tell(
            `${rest} more lines were refused for the same reason as line ${line}`,
            `另有 ${rest} 行，原因与第 ${line} 行相同`,
          );
      }
    },
  };
}

/** Problems of several fields are said one by one: put together they are no sentence that a table knows. */
function saidEach(why: string, say: Say): string {
  return why.split(NEXT_FIELD).map(say).join("；");
}

function more(count: number, { length }: readonly number[], text: string): string {
  return count > length ? text : "";
}

/** Sentences that differ in their numbers and times only are one reason. */
function kindOf(why: string): string {
  return why.replaceAll(/\d[\d:.TZ-]*/g, "#");
}
