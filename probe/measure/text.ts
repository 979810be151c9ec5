/** Text from a measured server on its way into a sample: one line, no control or direction characters, cut. */

const PLAIN = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/** @param max Longest result in UTF-16 units, as the wire counts. */
export function oneLine(text: string, max: number): string {
  // Nearly all of it, and a tenth of the work.
  if (text.length <= max && PLAIN.test(text)) return text;
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
  if (clean.length <= max) return clean;
  // Never cut a surrogate pair in two.
  return clean.slice(0, max).replace(/[\uD800-\uDBFF]$/, "");
}
