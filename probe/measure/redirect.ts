/** Where a redirect leads, or why it is not followed. Pure; the guard is asked by the caller. */
import { StageError } from "./trouble.ts";

/**
 * @param from URL that answered with the redirect.
 * @param location Its Location header, one character for each byte (Latin-1), hostile text.
 * @param seen URLs already asked, `from` included.
 * @param limit Most redirects that are followed.
 * @throws StageError BAD_REDIRECT, REDIRECT_LOOP or TOO_MANY_REDIRECTS.
 */
export function nextUrl(from: URL, location: string, seen: readonly string[], limit: number): URL {
  const target = asciiOf(location);
  // Control characters: a URL parser would drop some of them and go somewhere else.
  if (target === "" || /[\p{Cc}]/u.test(target) || !URL.canParse(target, from.href)) {
    throw new StageError(
      "BAD_REDIRECT",
      `the redirect leads to no URL: ${JSON.stringify(location.slice(0, 100))}`,
    );
  }
  const next = new URL(target, from.href);
  next.hash = "";
  if (next.protocol !== "http:" && next.protocol !== "https:") {
    throw new StageError(
      "BAD_REDIRECT",
      `the redirect leads to ${next.protocol.slice(0, 20)}, which is not http`,
    );
  }
  if (next.username !== "" || next.password !== "") {
    throw new StageError("BAD_REDIRECT", "the redirect leads to a URL with a user name or password");
  }
  if (seen.includes(next.href)) {
    throw new StageError("REDIRECT_LOOP", `the redirect leads back to ${next.href.slice(0, 120)}`);
  }
  if (seen.length > limit) {
    throw new StageError("TOO_MANY_REDIRECTS", `more than ${limit} redirects`);
  }
  return next;
}

/** Bytes beyond ASCII, UTF-8 mostly, go back as they came: as curl and browsers do. A host is read as UTF-8 by the URL parser. */
function asciiOf(location: string): string {
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
