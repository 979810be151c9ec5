/** How a target is asked, as the form holds it. Pure. */
import type { TargetInput } from "../../../collector/wire/target.ts";
import { HTTP } from "./kinds.ts";
import { filled, type Pair } from "./pairs.ts";
import { type Part, part } from "./part.ts";
import { numberOf } from "./typed.ts";

export type RequestDraft = {
  method: TargetInput["method"];
  headers: readonly Pair[];
  requestBody: string;
  auth: "none" | "basic" | "bearer";
  user: string;
  /** Name of the secret that is the password or the token; "" = none is chosen. */
  authSecret: string;
  http2: boolean;
  redirects: string;
  bodyCapKb: string;
};

export function requestDraftOf({ method, request, redirects, bodyCapBytes }: TargetInput): RequestDraft {
  return {
    method,
    headers: request?.headers ?? [],
    requestBody: request?.body ?? "",
    auth: request?.auth?.kind ?? "none",
    user: request?.auth?.kind === "basic" ? request.auth.user : "",
    authSecret: request?.auth?.secret ?? "",
    http2: request?.http === "2",
    redirects: String(redirects),
    bodyCapKb: String(bodyCapBytes / 1000),
  };
}

export const REQUEST_PARTS: readonly Part[] = [
  part("method", HTTP, (d) => d.method),
  part(
    "request.headers",
    HTTP,
    (d) => d.headers,
    (d) => filled(d.headers, ({ name, value }) => ({ name: name.trim(), value: value.trim() })),
  ),
  part(
    "request.body",
    HTTP,
    (d) => d.requestBody,
    (d) => d.requestBody || undefined,
  ),
  part(
    "request.auth",
    HTTP,
    (d) => [d.auth, d.user, d.authSecret],
    ({ auth, user, authSecret: secret }) => {
      if (auth === "none") return undefined;
      return auth === "basic" ? { kind: auth, user, secret } : { kind: auth, secret };
    },
  ),
  part(
    "request.http",
    ["https"],
    (d) => d.http2,
    (d) => (d.http2 ? "2" : undefined),
  ),
  part(
    "redirects",
    HTTP,
    (d) => d.redirects,
    (d) => numberOf(d.redirects),
  ),
  part(
    "bodyCapBytes",
    HTTP,
    (d) => d.bodyCapKb,
    (d) => Math.round(Number(d.bodyCapKb) * 1000),
  ),
];
