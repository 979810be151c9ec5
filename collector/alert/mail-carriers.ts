/** The part of a mail that compares carriers: which fail and which are fine, in which phase, beyond which line. Pure. */

import type { Table } from "./mail-render.ts";
import { isOver } from "./mail-sentences.ts";
import type { CarrierLine, MailPayload } from "./message.ts";
import type { Speaker } from "./speaker.ts";

/** One sentence that sorts the carriers; "" where there is only one, or it is over. */
export function whereOf(payload: MailPayload, speaker: Speaker): string {
  if (payload.carriers.length < 2 || isOver(payload)) return "";
  const { say, language, list } = speaker;
  const groups = { failing: [], slow: [], fine: [], silent: [] } as Record<Group, string[]>;
  for (const line of payload.carriers) groups[groupOf(line)].push(line.name[language]);
  const parts = (["failing", "slow", "fine", "silent"] as const)
    .filter((group) => groups[group].length > 0)
    .map((group) => say(`where.${group}`, { carriers: list(groups[group]) }));
  const sentence = parts.join(say("where.join")) + say("where.end");
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Phase, cause and whose fault, once for the carriers that share them; then what is beyond its line. */
export function causesOf(payload: MailPayload, speaker: Speaker): string[] {
  const over = isOver(payload);
  const lines = over ? payload.was : payload.carriers;
  const failing = lines.filter((line) => line.state === "down" && line.failure);
  const shared = Map.groupBy(failing, (line) => JSON.stringify(line.failure));
  const failures = [...shared.values()].map((group) => failureText(group, shared.size, over, speaker));
  if (over) return failures.slice(0, 1);
  const slow = lines.filter((line) => line.state !== "down" && line.beyond);
  return [...failures, ...slow.map((line) => beyondText(line, speaker))];
}

/** Every carrier at the tick that decided. */
export function carrierTable(payload: MailPayload, speaker: Speaker): Table {
  const { say, language, f, word } = speaker;
  return {
    head: [say("col.carrier"), say("col.state"), say("col.total"), say("col.note")],
    rows: payload.carriers.map((line) => ({
      cells: [
        line.name[language],
        groupOf(line) === "slow" ? say("state.slow") : word(`state.${line.state}`),
        f.ms(line.totalUs === null ? null : line.totalUs / 1000),
        noteOf(line, speaker),
      ],
      bad: groupOf(line) === "failing" || groupOf(line) === "slow",
    })),
  };
}

type Group = "failing" | "slow" | "fine" | "silent";

function groupOf(line: CarrierLine): Group {
  if (line.state === "unknown") return "silent";
  if (line.state === "down") return "failing";
  return line.beyond ? "slow" : "fine";
}

function failureText(
  group: readonly CarrierLine[],
  kinds: number,
  over: boolean,
  { say, word, list, language }: Speaker,
): string {
  const failure = group[0]?.failure;
  if (!failure) return "";
  const values = {
    phase: word(`phase.${failure.phase}`),
    cause: word(`cause.${failure.cause}`),
    source: word(`source.${failure.source}`),
    carriers: list(group.map((line) => line.name[language])),
  };
  if (over) return say("cause.was", values);
  return say(kinds > 1 ? "cause.some" : "cause.one", values);
}

function beyondText(line: CarrierLine, { say, word, f, language }: Speaker): string {
  if (!line.beyond) return "";
  const { metric, value, limit } = line.beyond;
  const number = metric === "speed" ? f.speed : f.ms;
  return say(metric === "speed" ? "line.below" : "line.above", {
    carriers: line.name[language],
    metric: word(`metric.${metric}`),
    value: number(value),
    limit: number(limit),
  });
}

function noteOf(line: CarrierLine, { say, word, f }: Speaker): string {
  const notes: string[] = [];
  if (line.failure) {
    const { phase, cause } = line.failure;
    notes.push(say("note.failure", { phase: word(`phase.${phase}`), cause: word(`cause.${cause}`) }));
  }
  if (line.beyond) {
    const number = line.beyond.metric === "speed" ? f.speed : f.ms;
    const { metric, value, limit } = line.beyond;
    notes.push(
      say("note.beyond", { metric: word(`metric.${metric}`), value: number(value), limit: number(limit) }),
    );
  }
  if (line.down > 0 && line.reporting > 1) {
    notes.push(say("note.votes", { n: line.reporting, down: line.down }));
  }
  return notes.join(say("where.join"));
}
