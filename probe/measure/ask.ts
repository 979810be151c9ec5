/**
 * An assignment and a hop's URL become what is asked of the server, in either version of HTTP. Pure.
 *
 * Credentials, body and the target's own headers belong to its first origin: once a redirect has left it they stay off,
 * even when it leads back. Secrets are looked up here and stand nowhere else.
 */
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Auth, Method } from "../../collector/wire/request.ts";
import { StageError } from "./trouble.ts";

/** Value of a secret by its name; null = this probe was given none. */
export type Secrets = (name: string) => string | null;

type Header = readonly [name: string, value: string];

/** One request, ready to be written. */
export type Ask = {
  readonly method: Method;
  /** With the query. */
  readonly path: string;
  /** With the port where it is not the scheme's own. */
  readonly host: string;
  /** Names in lower case; without those that the version of HTTP demands. */
  readonly headers: readonly Header[];
  readonly body: Buffer | null;
};

/** What is carried from hop to hop. */
export type Asking = {
  readonly method: Method;
  readonly body: string | null;
  /** Whether no redirect has left the first origin. */
  readonly home: boolean;
};

const USUAL: readonly Header[] = [
  ["accept", "*/*"],
  // What a browser asks for: the bytes measured are the bytes visitors get.
  ["accept-encoding", "gzip, deflate, br, zstd"],
];
const WITH_BODY = new Set<Method>(["POST", "PUT", "PATCH"]);
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function firstAsking({ method, request }: Pick<Assignment, "method" | "request">): Asking {
  return { method, body: request?.body ?? null, home: true };
}

/**
 * What is asked after a redirect, as curl and browsers do: 303 makes a GET, 301 and 302 do of a POST.
 *
 * @see Fetch, HTTP-redirect fetch
 */
export function nextAsking(asking: Asking, status: number, from: URL, to: URL): Asking {
  const { method } = asking;
  const turns = status === 303 ? method !== "HEAD" : method === "POST" && (status === 301 || status === 302);
  const home = asking.home && from.origin === to.origin;
  return { method: turns ? "GET" : method, body: turns || !home ? null : asking.body, home };
}

/** @throws StageError NO_SECRET when a secret that the target names is missing or cannot stand in a header. */
export function askOf(
  asking: Asking,
  url: URL,
  request: Assignment["request"],
  about: { readonly userAgent: string; readonly secrets: Secrets },
): Ask {
  const headers: Header[] = [["user-agent", about.userAgent], ...USUAL];
  const body = asking.body === null ? null : Buffer.from(asking.body, "utf8");
  if (asking.home) {
    for (const { name, value } of request?.headers ?? []) {
      const key = name.toLowerCase();
      // What describes the body goes where the body goes.
      if (body !== null || !key.startsWith("content-")) setHeader(headers, key, value);
    }
    if (request?.auth) setHeader(headers, "authorization", authorizationOf(request.auth, about.secrets));
  }
  if (body !== null || WITH_BODY.has(asking.method))
    setHeader(headers, "content-length", String(body?.length ?? 0));
  return {
    method: asking.method,
    path: `${url.pathname}${url.search}`,
    host: url.host,
    headers,
    body,
  };
}

/** In the place of one of the same name, or at the end. */
function setHeader(headers: Header[], name: string, value: string): void {
  const known = headers.findIndex((header) => header[0] === name);
  headers[known === -1 ? headers.length : known] = [name, value];
}

function authorizationOf(auth: Auth, secrets: Secrets): string {
  const value = secretOf(auth.secret, secrets);
  if (auth.kind === "basic")
    return `Basic ${Buffer.from(`${auth.user}:${value}`, "utf8").toString("base64")}`;
  if (!HEADER_VALUE.test(value)) {
    throw new StageError("NO_SECRET", `the secret ${auth.secret} holds characters that a header cannot`);
  }
  return `Bearer ${value}`;
}

/** @throws StageError NO_SECRET, with the name and where to put the value. */
export function secretOf(name: string, secrets: Secrets): string {
  const value = secrets(name);
  if (value !== null && value !== "") return value;
  throw new StageError("NO_SECRET", `this probe has no secret named ${name}, which the target asks for`);
}

/** What of a target's secrets must be found in no text: the values, and the forms they travel in. */
export function secretTexts(assignment: Pick<Assignment, "request" | "tls">, secrets: Secrets): string[] {
  const { auth } = assignment.request ?? {};
  const value = auth === undefined ? null : secrets(auth.secret);
  if (auth === undefined || value === null || value === "") return [];
  const sent =
    auth.kind === "basic" ? Buffer.from(`${auth.user}:${value}`, "utf8").toString("base64") : value;
  return [...new Set([value, encodeURIComponent(value), sent])];
}
