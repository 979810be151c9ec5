/**
 * What a URL of a target must be, in plain sentences, and the group it falls under.
 *
 * Only what the text itself shows: whether a probe may reach the address is the probe's egress guard's to say.
 */
import { getDomain } from "tldts";
import { hostOfUrl, KINDS, kindOf, placeOf } from "../wire/kind.ts";
import { remembering } from "./remembering.ts";

/** Every problem of a URL a person wrote; an empty list = it can be measured. */
export function urlProblems(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === "") return ["which URL?"];
  if (/[\s\p{Cc}]/u.test(trimmed)) return ["has a space or a control character in it"];
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined && KINDS.some((kind) => kind === scheme)) return placeProblems(trimmed, scheme);
  const hasPort = /^[^/?#]*:\d+(?:[/?#]|$)/.test(trimmed);
  if (scheme === undefined || (hasPort && !trimmed.includes("://"))) {
    return [`has no scheme: write https://${trimmed.replace(/^\/+/, "")}`];
  }
  if (scheme !== "http" && scheme !== "https") {
    return [
      `has the scheme ${JSON.stringify(scheme)}; only http, https, tcp, tls, ping and dns are measured`,
    ];
  }
  if (!/^https?:\/\//i.test(trimmed)) return [`must start with ${scheme}://`];
  return parsedProblems(trimmed);
}

function placeProblems(text: string, scheme: string): string[] {
  if (kindOf(text) === null) return [`must start with ${scheme}://`];
  const result = placeOf(text);
  return result.ok ? [] : [result.problem];
}

function parsedProblems(text: string): string[] {
  const url = parse(text);
  if (!url) {
    const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(text)?.[1];
    if (port !== undefined && Number(port) > 65_535) return [`has port ${port}; ports end at 65535`];
    return ["is not a URL: the host between // and the next / cannot be read"];
  }
  const problems: string[] = [];
  if (url.username !== "" || url.password !== "") {
    problems.push(
      "contains a user name or password: everyone who sees the target would see it; leave it out",
    );
  }
  if (url.port === "0") problems.push("has port 0, on which nothing can listen");
  return problems;
}

/** The URL as it is stored: without blanks around it and without the fragment, which is never sent. */
export function tidyUrl(text: string): string {
  return text.trim().replace(/#.*$/s, "");
}

/** Heading a target stands under when nobody named one: the registrable domain, else the host. */
export function groupOf(urlText: string): string {
  return partsOf(urlText).group;
}

/** The host of a URL as hostOfUrl says it. */
export function hostNamed(urlText: string): string {
  return partsOf(urlText).host;
}

/** The same few thousand URLs are asked for with every sample that is judged. */
const partsOf = remembering(16_384, (urlText: string) => {
  const host = hostOfUrl(urlText);
  return { host, group: (getDomain(host) ?? host).slice(0, 64) || "-" };
});

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
