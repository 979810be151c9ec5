/**
 * Texts from outside (names, URLs, server answers) as one plain line that can stand in a header or a sentence.
 *
 * C0 and C1 controls, line ends and bidirectional controls are taken out: none of them can start a header, end an
 * address or turn a name around.
 */

/** At most `max` characters on one line; a longer text ends in an ellipsis, never inside a character. */
export function plain(text: string, max = 200): string {
  const line = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .replace(/ {2,}/g, " ")
    .trim();
  const characters = [...line];
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join("")}…`;
}
