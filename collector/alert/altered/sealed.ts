/**
 * How far a sample that did not fail can take part in a difference between carriers: not at all, whatever the others say;
 * only where the others were answered otherwise than it was; or nobody knows without comparing.
 *
 * Nearly all samples of https targets are sealed: at the site that was asked, over TLS that holds, resolved to public
 * addresses. What is no HTTP has no answer that could differ. Of the signs of signs.ts and the marks of portal.ts none is
 * left out: what is odd by itself is doubted here, what is odd only against others is asked of them (glance.ts). Pure.
 */
import { kindOf } from "../../wire/kind.ts";
import type { Detail } from "../../wire/sample.ts";
import { isSealedThere, isSpecial } from "./witness.ts";

/**
 * none: nothing anybody else says makes a difference of it. alike: none does while all who were answered at its tick were
 * answered alike in status and length, in the open as it was. some: it has to be compared.
 */
export type Doubt = "none" | "alike" | "some";

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
export function doubtOf(said: string, url: string): Doubt {
  const open = url.startsWith("https:") ? "none" : kindOf(url) === null ? "alike" : "none";
  if (!TELLING.some((key) => said.includes(key)) && (open === "none" || !said.includes(HEAD))) return open;
  const { d: detail = {} } = JSON.parse(said) as { readonly d?: Detail };
  const resolved = [...(detail.answers ?? []).map(({ address }) => address), detail.hops?.[0]?.address ?? ""];
  if (resolved.some(isSpecial)) return "some";
  if (isSealedThere(detail, url)) return "none";
  if (url.startsWith("https:") || !isPlain(detail)) return "some";
  return open;
}

/** Nothing in it is odd by itself: no certificate that does not hold, no other place, no cache on the way. */
function isPlain({ certificate, unverified, finalUrl, hops, head }: Detail): boolean {
  const isCached = (head?.via ?? "") !== "" || (head?.ageS ?? 0) > 0;
  const moved = finalUrl !== undefined || hops !== undefined;
  return certificate?.problem === undefined && unverified !== true && !moved && !isCached;
}
