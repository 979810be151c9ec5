/**
 * What a server echoes of a secret it was sent is taken out of a measurement's texts. Pure.
 *
 * Texts are cut to the wire's lengths before they come here, so the beginning of a secret counts as one.
 */

const SHOWN = "[secret]";
/** A beginning shorter than this is no secret: it stands in every other word. */
const PREFIX = 6;

/**
 * @param value Data of any shape; not changed.
 * @param secrets Texts that must not be in it; empty = it is given back as it is.
 */
export function withoutSecrets<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return cleaned(value, longestFirst) as T;
}

function cleaned(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.reduce(hidden, value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item, secrets)]));
}

/** @returns The text with the secret, or the beginning of it that was left of it, replaced. */
function hidden(text: string, secret: string): string {
  const beginning = secret.slice(0, PREFIX);
  let result = "";
  let from = 0;
  for (;;) {
    const at = text.indexOf(beginning, from);
    if (at === -1) return result + text.slice(from);
    let end = at + beginning.length;
    while (end < text.length && end - at < secret.length && text[end] === secret[end - at]) end += 1;
    result += text.slice(from, at) + SHOWN;
    from = end;
  }
}
