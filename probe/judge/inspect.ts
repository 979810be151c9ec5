/**
 * The decoded body of an answer, as it streams by, becomes what a target's rules need to know of it.
 *
 * Text is looked for across the borders of chunks and nothing is kept for it but the tail a match could straddle. A
 * pattern and JSON need the text: its first 1 MiB is kept, and only while a rule asks for it. Next stop: judge.ts.
 */
import type { Expect } from "../../collector/wire/expect.ts";
import { jsonProblems } from "./json.ts";
import { type Rules, rulesOf, type TextRule } from "./rules.ts";

/** Most of the decoded body that a pattern looks at, and the largest that is read as JSON, bytes. */
export const TEXT_MAX_BYTES = 1_048_576;

/** What stands in a body; null = no rule asks. */
export type Findings = {
  /** Decoded. */
  readonly bytes: number;
  readonly contains: boolean | null;
  /** "gave-up": it would have taken too long, and would have held up everything else meanwhile. */
  readonly matches: boolean | "gave-up" | null;
  /** A sentence for each JSON rule that does not hold; empty = all do. */
  readonly json: readonly string[] | null;
};

export type Inspector = {
  /** Whether a rule needs the decoded body; false = `end` is not asked. */
  readonly wantsBody: boolean;
  /** The next decoded bytes; kept until `end`, so they must not be written over. */
  chunk(decoded: Buffer): void;
  /** After the last chunk: up to some ms of work, so not before the last mark is set. */
  end(): Findings;
};

/**
 * Looks at one body; use it for one answer.
 *
 * @param monoMs A monotonic clock, ms.
 */
export function inspector(expect: Expect, monoMs: () => number = () => performance.now()): Inspector {
  const rules = rulesOf(expect);
  const search =
    expect.bodyContains === undefined ? null : searcher(Buffer.from(expect.bodyContains, "utf8"));
  const keep = rules.bodyMatches !== null || rules.json.length > 0;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let bytes = 0;
  return {
    wantsBody: search !== null || keep || expect.minBytes !== undefined || expect.maxBytes !== undefined,
    chunk(decoded) {
      bytes += decoded.length;
      search?.take(decoded);
      if (!keep || keptBytes >= TEXT_MAX_BYTES) return;
      const part = decoded.subarray(0, TEXT_MAX_BYTES - keptBytes);
      kept.push(part);
      keptBytes += part.length;
    },
    end() {
      const text = keep ? textOf(kept) : "";
      return { bytes, contains: search?.found() ?? null, ...read(rules, text, bytes, monoMs) };
    },
  };
}

function read(
  rules: Rules,
  text: string,
  bytes: number,
  monoMs: () => number,
): Pick<Findings, "matches" | "json"> {
  const { bodyMatches, json } = rules;
  return {
    matches: bodyMatches === null ? null : matchesInTime(bodyMatches, text, monoMs),
    json: json.length === 0 ? null : jsonProblems(text, bytes > TEXT_MAX_BYTES, json),
  };
}

/** First piece of a text that a pattern is timed on, characters; each further one is as much longer. */
const FIRST_PIECE = 4_096;
const LONGER = 4;
/** A piece that took longer than this is the last: the next one would take about LONGER times as much. */
const PIECE_MAX_MS = 50;

/**
 * RE2's time is linear in the text, but some patterns (`a.{990}c`) take 15 us for each character: 17 s for 1 MiB, in
 * which nothing else would be measured. So the beginning is timed first; what it finds there means nothing.
 */
function matchesInTime(rule: TextRule, text: string, monoMs: () => number): boolean | "gave-up" {
  for (let length = FIRST_PIECE; length < text.length; length *= LONGER) {
    const beganMs = monoMs();
    rule.test(text.slice(0, length));
    if (monoMs() - beganMs > PIECE_MAX_MS) return "gave-up";
  }
  return rule.test(text);
}

/** As UTF-8, without the mark of its byte order. */
function textOf(parts: readonly Buffer[]): string {
  const text = Buffer.concat(parts).toString("utf8");
  return text.startsWith("\u{feff}") ? text.slice(1) : text;
}

function searcher(needle: Buffer): { take(bytes: Buffer): void; found(): boolean } {
  let tail: Buffer = Buffer.alloc(0);
  let found = false;
  return {
    take(chunk) {
      if (found) return;
      const window = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      found = window.includes(needle);
      // A copy: a view would keep the whole chunk alive.
      tail = Buffer.from(window.subarray(Math.max(0, window.length - needle.length + 1)));
    },
    found: () => found,
  };
}
