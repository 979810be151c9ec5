/** Ids for new documents: readable, from a name or host, and never one that was used before. */

/** Random bytes; node:crypto's randomBytes satisfies it. */
export type RandomBytes = (size: number) => Uint8Array;

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** Lower-case words of a text joined by hyphens, at most `max` characters; "" when it has none of a-z and 0-9. */
export function slugOf(text: string, max = 40): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, max)
    .replace(/^-+|-+$/g, "");
}

/** A readable id with a random end, so that a removed document's history is never continued by accident. */
export function newId(text: string, random: RandomBytes): string {
  const end = [...random(6)].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  const start = slugOf(text);
  return start === "" ? `t-${end}` : `${start}-${end}`;
}
