/**
 * Samples that can take part in no difference between carriers, whatever the others say: sealed, at the site that was
 * asked, and resolved to public addresses. Nearly all samples of nearly all https targets are of this kind. Pure.
 */
import type { Detail } from "../../wire/sample.ts";
import { isSealedThere, isSpecial } from "./witness.ts";

/** Without any of these a detail says nothing that could differ once the answer came over TLS. */
const TELLING = ["problem", "unverified", "finalUrl", "hops", "answers"].map((key) => `"${key}"`);

/**
 * Whether an up or suspect sample is of this kind.
 *
 * @param said As Outlines.texts has it.
 * @param url The target's.
 */
export function isBeyondDoubt(said: string, url: string): boolean {
  if (!TELLING.some((key) => said.includes(key))) return url.startsWith("https:");
  const { d: detail = {} } = JSON.parse(said) as { readonly d?: Detail };
  const resolved = [...(detail.answers ?? []).map(({ address }) => address), detail.hops?.[0]?.address ?? ""];
  return isSealedThere(detail, url) && !resolved.some(isSpecial);
}
