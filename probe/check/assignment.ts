/**
 * The command line of `check` becomes what is measured: a target with its defaults, and the secrets it names.
 *
 * What is allowed for a target is allowed here. Credentials come from files or standard input, never from the command line,
 * which everyone on the machine can read.
 */
import { headerRuleOf, jsonRuleOf } from "../../collector/wire/expect-text.ts";
import { kindOf, placeOf } from "../../collector/wire/kind.ts";
import { TargetInput } from "../../collector/wire/target.ts";
import { rulesOf } from "../judge/rules.ts";
import type { Secrets } from "../measure/ask.ts";
import type { Measurable } from "../measure/measured.ts";
import { type Flags, usage } from "./flags.ts";

export type CheckTask = { readonly assignment: Measurable; readonly secrets: Secrets };

/** Text of a file, or of standard input for "-"; the name of the flag is for the error. */
export type Read = (file: string, flag: string) => string;

const SECRET = "check";
const KEY = "check-key";
const HTTP_ONLY = [
  "request",
  "method",
  "head",
  "header",
  "data",
  "body",
  "http2",
  "max-redirs",
  "bearer-file",
  "basic-file",
  "user",
  "status",
  "contains",
  "matches",
  "expect-json",
  "expect-header",
  "min-bytes",
  "max-bytes",
] as const;

/** @throws CarrierwatchError (code "usage") for what cannot be measured. */
export function taskOf(positionals: readonly string[], flags: Flags, read: Read): CheckTask {
  const url = urlOf(positionals, flags);
  const auth = authOf(flags, read);
  const body = bodyOf(flags, read);
  const request = { ...requestOf(flags, body), ...(auth === null ? {} : { auth: auth.auth }) };
  const tls = tlsOf(flags, read);
  const parsed = TargetInput.safeParse({
    name: "check",
    url,
    method: methodOf(flags, body),
    family: familyOf(flags),
    expect: expectOf(flags),
    timeouts: timeoutsOf(flags),
    redirects: numberOf(flags, "max-redirs") ?? 5,
    ...(Object.keys(request).length === 0 ? {} : { request }),
    ...(tls === null ? {} : { tls: tls.options }),
  });
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw usage(issues.join("; "));
  }
  const { problem } = rulesOf(parsed.data.expect);
  if (problem !== null) throw usage(problem);
  const { name: _name, ...target } = parsed.data;
  const values = new Map<string, string>();
  if (auth !== null) values.set(SECRET, auth.secret);
  if (tls !== null && tls.key !== null) values.set(KEY, tls.key);
  const secrets: Secrets = (name) => values.get(name) ?? null;
  const { method, family, expect, timeouts, redirects, bodyCapBytes } = target;
  const asked = {
    ...(target.request === undefined ? {} : { request: target.request }),
    ...(target.tls === undefined ? {} : { tls: target.tls }),
  };
  return {
    assignment: { url, method, family, expect, timeouts, redirects, bodyCapBytes, ...asked },
    secrets,
  };
}

function urlOf([given = "", ...rest]: readonly string[], flags: Flags): string {
  if (given === "" || rest.length > 0) throw usage("give exactly one URL");
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
  const kind = kindOf(url);
  if (kind === null) {
    if (!URL.canParse(url)) throw usage(`${JSON.stringify(given.slice(0, 200))} is not a URL`);
    return url;
  }
  const result = placeOf(url);
  if (!result.ok) throw usage(`the URL ${result.problem}`);
  const stray = HTTP_ONLY.find((name) => flags[name] !== undefined);
  if (stray !== undefined) throw usage(`--${stray} is for http and https; ${kind}:// has none`);
  return url;
}

function methodOf(flags: Flags, body: string | null): string {
  const given = flags.request ?? flags.method;
  if (given !== undefined) return given.toUpperCase();
  if (flags.head) return "HEAD";
  return body === null ? "GET" : "POST";
}

function familyOf({ ipv4, ipv6 }: Flags): string {
  if (ipv4 && ipv6) throw usage("-4 and -6 exclude each other");
  return ipv4 ? "ipv4" : ipv6 ? "ipv6" : "any";
}

function expectOf(flags: Flags): Record<string, unknown> {
  const rules = {
    bodyContains: flags.contains,
    bodyMatches: flags.matches,
    json: flags["expect-json"]?.map((text) => jsonRuleOf(text)),
    headers: flags["expect-header"]?.map((text) => headerRuleOf(text)),
    minBytes: numberOf(flags, "min-bytes"),
    maxBytes: numberOf(flags, "max-bytes"),
    certificateDays: numberOf(flags, "certificate-days"),
    records: flags.record,
  };
  const given = Object.entries(rules).filter(([, rule]) => rule !== undefined);
  return { status: (flags.status ?? "200-399").split(","), ...Object.fromEntries(given) };
}

/** As curl joins and reads them: @FILE without its line breaks. */
function bodyOf({ data = [], body = [] }: Flags, read: Read): string | null {
  if (data.length + body.length === 0) return null;
  const parts = [...data, ...body].map((text) =>
    text.startsWith("@") ? read(text.slice(1), "-d").replaceAll(/[\r\n\0]/g, "") : text,
  );
  return parts.join("&");
}

function requestOf({ header = [], http2 }: Flags, body: string | null): Record<string, unknown> {
  const headers = header.map((line) => {
    const colon = line.indexOf(":");
    if (colon <= 0) throw usage(`-H ${JSON.stringify(line)}: write it as "Name: value"`);
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
  const typed = headers.some(({ name }) => name.toLowerCase() === "content-type");
  if (body !== null && !typed) {
    headers.push({ name: "content-type", value: "application/x-www-form-urlencoded" });
  }
  return {
    ...(headers.length === 0 ? {} : { headers }),
    ...(body === null ? {} : { body }),
    ...(http2 ? { http: "2" } : {}),
  };
}

function authOf(flags: Flags, read: Read): { auth: Record<string, string>; secret: string } | null {
  const { user } = flags;
  const bearer = flags["bearer-file"];
  const basic = flags["basic-file"];
  if ([user, bearer, basic].filter((one) => one !== undefined).length > 1) {
    throw usage("give one of --bearer-file, --basic-file and --user");
  }
  if (bearer !== undefined) {
    return { auth: { kind: "bearer", secret: SECRET }, secret: firstLine(read(bearer, "--bearer-file")) };
  }
  if (user?.includes(":")) {
    throw usage(
      "a password on the command line can be read by everyone on this machine: give --user NAME and the password on standard input, or --basic-file",
    );
  }
  if (user !== undefined) {
    return { auth: { kind: "basic", user, secret: SECRET }, secret: firstLine(read("-", "--user")) };
  }
  if (basic === undefined) return null;
  const line = firstLine(read(basic, "--basic-file"));
  const colon = line.indexOf(":");
  if (colon < 0) throw usage("--basic-file: the file holds no user:password");
  return {
    auth: { kind: "basic", user: line.slice(0, colon), secret: SECRET },
    secret: line.slice(colon + 1),
  };
}

function tlsOf(
  { insecure, cert, key }: Flags,
  read: Read,
): { options: Record<string, unknown>; key: string | null } | null {
  if ((cert === undefined) !== (key === undefined)) throw usage("--cert and --key go together");
  if (!insecure && cert === undefined) return null;
  const client =
    cert === undefined ? {} : { clientCertificate: { certificate: read(cert, "--cert"), key: KEY } };
  return {
    options: { ...(insecure ? { verify: false } : {}), ...client },
    key: key === undefined ? null : read(key, "--key"),
  };
}

function timeoutsOf(flags: Flags): { connectMs: number; totalMs: number } {
  const totalMs = Math.round((numberOf(flags, "max-time") ?? numberOf(flags, "timeout") ?? 10) * 1000);
  const given = numberOf(flags, "connect-timeout");
  const half = Math.max(100, Math.round(totalMs / 2));
  return { connectMs: given === undefined ? half : Math.round(given * 1000), totalMs };
}

type NumberFlag =
  | "max-redirs"
  | "certificate-days"
  | "min-bytes"
  | "max-bytes"
  | "max-time"
  | "timeout"
  | "connect-timeout";

function numberOf(flags: Flags, name: NumberFlag): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw usage(`--${name} ${text}: give a number`);
  return Number(text);
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? "";
}
