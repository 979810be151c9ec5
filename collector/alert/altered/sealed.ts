/**
 * How far a sample can take part in a difference between carriers: not at all, whatever the others say; only where the
 * others were answered otherwise than it was; or nobody knows without comparing.
 *
 * Nearly all samples of https targets are sealed: at the site that was asked, over TLS that holds. What is no HTTP has no
 * answer that could differ, and what failed before it was answered has none either. Of the signs of signs.ts and the
 * marks of portal.ts none is left out: what is odd by itself is doubted here, what is odd only against others is asked of
 * them (plainness.ts). Pure.
 */
import { kindOf } from "../../wire/kind.ts";
import type { Detail, Failure, Sample } from "../../wire/sample.ts";
import { ODD_CAUSES } from "./signs.ts";
import { isSealedThere, isSpecial } from "./witness.ts";

/**
 * none: nothing anybody else says makes a difference of it. alike: none does while all who were answered at its tick were
 * answered alike in status and length, in the open as it was. some: it has to be compared.
 */
export type Doubt = "none" | "alike" | "some";

/**
 * silent: it was not answered at all. `resolved`: whether to public addresses alone or to such alone as no public site
 * has; null = to none. A name that is resolved to both kinds has to be compared.
 */
export type Saying = {
  readonly doubt: Doubt | "silent";
  readonly resolved: "public" | "special" | null;
};

/** A text of Outlines, read. */
export type Said = {
  readonly d?: Detail;
  readonly f?: Pick<Failure, "phase" | "cause" | "source">;
  readonly u?: Sample["unknownReason"];
};

/** Without any of these a detail of an https target says nothing that could differ. */
const TELLING = ["problem", "unverified", "finalUrl", "hops", "answers"].map((key) => `"${key}"`);
/** Nor one that was measured in the open without these. */
const HEAD = '"head"';

/**
 * Of an up or suspect sample.
 *
 * @param said As Outlines.texts has it.
 * @param url The target's.
 */
export function doubtOf(said: string, url: string): Saying {
  const open = url.startsWith("https:") ? "none" : kindOf(url) === null ? "alike" : "none";
  if (!TELLING.some((key) => said.includes(key)) && (open === "none" || !said.includes(HEAD)))
    return { doubt: open, resolved: null };
  const { d: detail = {} } = JSON.parse(said) as Said;
  const resolved = resolvedIn(detail);
  if (resolved === "both") return SOME;
  if (isSealedThere(detail, url)) return { doubt: "none", resolved };
  if (url.startsWith("https:") || !isPlain(detail)) return SOME;
  return { doubt: open, resolved };
}

/**
 * Of a sample that is down or unknown.
 *
 * @param answer As Outlines has it: status 0 = none, bodyBytes NaN = none.
 * @param url The target's.
 */
export function doubtOfFailure(
  { d: detail = {}, f, u }: Said,
  answer: { readonly status: number; readonly bodyBytes: number },
  url: string,
): Saying {
  // One that the guard stopped may say what a name was resolved to; of any other that is unknown nobody asks.
  if (f === undefined) return u === undefined || u === "guard" ? SOME : { doubt: "silent", resolved: null };
  const { certificate, unverified, finalUrl, hops } = detail;
  const resolved = resolvedIn(detail);
  const isOdd = ODD_CAUSES.has(f.cause) || certificate?.problem !== undefined || unverified === true;
  if (isOdd || resolved === "both") return SOME;
  const isUnanswered = answer.status === 0 && Number.isNaN(answer.bodyBytes) && finalUrl === undefined;
  if (isUnanswered && certificate === undefined && hops === undefined) return { doubt: "silent", resolved };
  return f.phase !== "tls" && isSealedThere(detail, url) ? { doubt: "none", resolved } : SOME;
}

const SOME: Saying = { doubt: "some", resolved: null };

function resolvedIn({ answers = [], hops }: Detail): Saying["resolved"] | "both" {
  const begun = hops?.[0]?.address;
  const addresses = [...answers.map(({ address }) => address), ...(begun === undefined ? [] : [begun])];
  if (addresses.length === 0) return null;
  const special = addresses.filter(isSpecial).length;
  if (special === 0) return "public";
  return special === addresses.length ? "special" : "both";
}

/** Nothing in it is odd by itself: no certificate that does not hold, no other place, no cache on the way. */
function isPlain({ certificate, unverified, finalUrl, hops, head }: Detail): boolean {
  const isCached = (head?.via ?? "") !== "" || (head?.ageS ?? 0) > 0;
  const moved = finalUrl !== undefined || hops !== undefined;
  return certificate?.problem === undefined && unverified !== true && !moved && !isCached;
}
