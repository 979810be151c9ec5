/**
 * How a target is asked and at which addresses, against what its kind can do: every problem in a sentence. Pure.
 *
 * A setting that means nothing for a kind is refused only where it was really set: an edit sends every default back.
 */
import { isIP } from "node:net";
import type { FieldIssue } from "../wire/errors.ts";
import { hostOfUrl, type Kind, kindOf } from "../wire/kind.ts";
import type { Addresses } from "../wire/request.ts";
import type { TargetInput } from "../wire/target.ts";
import { certificateProblems } from "./certificate-rules.ts";

/** Kinds of targets, by the scheme of their URL. */
export type TargetKind = "http" | "https" | Kind;

/** The kind of a URL that can be measured. */
export function targetKindOf(url: string): TargetKind {
  return kindOf(url) ?? (/^https:/i.test(url) ? "https" : "http");
}

const BODYLESS = ["GET", "HEAD"];

/**
 * Problems of method, request, TLS and addresses.
 *
 * @param secrets Names that exist.
 * @param clientKey Value of the secret that the client certificate names; null = none, or nobody here knows it.
 */
export function examineRequest(
  input: TargetInput,
  kind: TargetKind,
  secrets: readonly string[],
  clientKey: string | null,
): FieldIssue[] {
  return [
    ...requestProblems(input, kind),
    ...tlsProblems(input, kind, clientKey),
    ...secretProblems(input, secrets),
    ...addressProblems(input, kind),
    ...stripProblems(input, kind),
  ];
}

function stripProblems({ percentiles = [] }: TargetInput, kind: TargetKind): FieldIssue[] {
  if (percentiles.length === 0 || kind === "http" || kind === "https") return [];
  return [{ path: "percentiles", message: `only http and https targets have it, this is ${kind}` }];
}

function requestProblems({ method, request }: TargetInput, kind: TargetKind): FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (kind !== "http" && kind !== "https") {
    if (method !== "GET")
      issues.push({ path: "method", message: `a ${kind} target has no method: leave it out` });
    for (const field of ["headers", "body", "auth", "http"] as const) {
      if (request?.[field] === undefined) continue;
      issues.push({
        path: `request.${field}`,
        message: `only http and https targets have it, this is ${kind}`,
      });
    }
    return issues;
  }
  if (request?.body !== undefined && BODYLESS.includes(method)) {
    const message = `a ${method} request has no body: choose POST, PUT or PATCH, or leave the body out`;
    issues.push({ path: "request.body", message });
  }
  if (request?.http === "2" && kind === "http") {
    const message = "HTTP/2 is agreed on while the TLS connection is made: it needs an https URL";
    issues.push({ path: "request.http", message });
  }
  for (const [i, { name }] of (request?.headers ?? []).entries()) {
    if (request?.auth === undefined || name.toLowerCase() !== "authorization") continue;
    const message = "request.auth writes this header already: leave one of the two out";
    issues.push({ path: `request.headers.${i}.name`, message });
  }
  return issues;
}

function tlsProblems({ tls }: TargetInput, kind: TargetKind, clientKey: string | null): FieldIssue[] {
  if (tls === undefined || Object.keys(tls).length === 0) return [];
  if (kind !== "https" && kind !== "tls") {
    return [{ path: "tls", message: `only https and tls targets make a TLS connection, this is ${kind}` }];
  }
  return certificateProblems(tls, clientKey);
}

function secretProblems({ request, tls }: TargetInput, secrets: readonly string[]): FieldIssue[] {
  const named = [
    ["request.auth.secret", request?.auth?.secret],
    ["tls.clientCertificate.key", tls?.clientCertificate?.key],
  ] as const;
  return named.flatMap(([path, name]) => {
    if (name === undefined || secrets.includes(name)) return [];
    const known =
      secrets.length === 0 ? "there is none yet" : `there are: ${secrets.slice(0, 12).join(", ")}`;
    return [{ path, message: `there is no secret ${JSON.stringify(name)}; ${known}` }];
  });
}

function addressProblems(input: TargetInput, kind: TargetKind): FieldIssue[] {
  const { addresses } = input;
  if (addresses === undefined) return [];
  const { measure, pin, cache } = addresses;
  if (kind === "dns") {
    const set = [measure !== "one" && "measure", pin !== undefined && "pin", cache && "cache"];
    const message = "a dns target asks a resolver; it connects to no address of the name";
    return set.flatMap((field) => (field === false ? [] : [{ path: `addresses.${field}`, message }]));
  }
  const host = hostOfUrl(input.url);
  const literal = isIP(host) > 0 ? literalProblems(addresses, host) : [];
  return [...literal, ...familyProblems(addresses, input.family), ...countProblems(addresses)];
}

function literalProblems({ measure, pin }: Addresses, host: string): FieldIssue[] {
  const message = `the URL names the address ${host} itself`;
  if (measure !== "one") {
    return [{ path: "addresses.measure", message: `${message}: ${measure} needs a name that has addresses` }];
  }
  return pin === undefined || pin === host ? [] : [{ path: "addresses.pin", message }];
}

function familyProblems({ measure, pin }: Addresses, family: TargetInput["family"]): FieldIssue[] {
  if (family === "any") return [];
  if (measure === "families") {
    const message = `families measures IPv4 and IPv6, but family says ${family}`;
    return [{ path: "addresses.measure", message }];
  }
  if (pin === undefined || isIP(pin) === (family === "ipv4" ? 4 : 6)) return [];
  return [{ path: "addresses.pin", message: `${pin} is no ${family} address, which family asks for` }];
}

function countProblems({ measure, up, max }: Addresses): FieldIssue[] {
  const most = measure === "families" ? 2 : max;
  if (measure === "one" || typeof up !== "number" || up <= most) return [];
  return [{ path: "addresses.up", message: `at most ${most} addresses are measured, so ${up} are never up` }];
}
