/**
 * The command line of `check --from` becomes what the collector is asked to have measured.
 *
 * Flags mean what they mean for the local `check`, whose own reading is used; what only makes sense on this machine is
 * refused by name. Only what was said is sent, so that an older collector understands what it can.
 */
import { taskOf } from "../../probe/check/assignment.ts";
import { type Flags as CheckFlags, usage } from "../../probe/check/flags.ts";
import { readText } from "../../probe/check/read.ts";
import { namedOf } from "../../probe/check/resolve.ts";
import { same } from "../wire/said/text.ts";
import type { CommonFlags } from "./command.ts";
import type { Options } from "./described.ts";

export type FromFlags = CommonFlags & {
  readonly from: string;
  readonly path?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly resolve?: string[];
  readonly request?: string;
  readonly method?: string;
  readonly head?: boolean;
  readonly header?: string[];
  readonly body?: string[];
  readonly http2?: boolean;
  readonly maxRedirs?: string;
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly cacert?: string;
  readonly maxTime?: string;
  readonly timeout?: string;
  readonly connectTimeout?: string;
  readonly status?: string;
  readonly contains?: string;
  readonly matches?: string;
  readonly expectJson?: string[];
  readonly expectHeader?: string[];
  readonly minBytes?: string;
  readonly maxBytes?: string;
  readonly certificateDays?: string;
  readonly record?: string[];
};

/** Of the local `check`; here they are refused in their own words. */
const OWN_FILE = ["--resolver <IP>", "--local-address <IP>", "--interface <IP>", "--allow <CIDR>"];
const CREDENTIALS = [
  "--bearer-file <FILE>",
  "--basic-file <FILE>",
  "-u, --user <USER>",
  "--cert <FILE>",
  "--key <FILE>",
];

const PLAIN = [
  ...["-4, --ipv4", "-6, --ipv6", "-X, --request <METHOD>", "--method <METHOD>", "-I, --head", "--http2"],
  ...["-L, --location", "--max-redirs <N>", "-k, --insecure", "--ca <FILE>", "--cacert <FILE>"],
  ...["-m, --max-time <SECONDS>", "--timeout <SECONDS>", "--connect-timeout <SECONDS>", "--status <LIST>"],
  ...["--contains <TEXT>", "--matches <PATTERN>", "--min-bytes <N>", "--max-bytes <N>"],
  ...["--certificate-days <N>", "--path"],
];
const REPEATED = [
  ...["--resolve <ADDRESS>", "-H, --header <HEADER>", "-d, --body <BODY>", "--record <RECORD>"],
  ...["--expect-json <RULE>", "--expect-header <RULE>"],
];

/** Adds the flags; what they do stands in a help of their own. */
export function fromOptions(options: Options): void {
  const about = same("");
  options.option("--from <NAMES>", about, { required: true });
  for (const flags of PLAIN) options.option(flags, about);
  for (const flags of REPEATED) options.option(flags, about, { repeated: true });
  const refusing = (flags: string, refuse: (flag: string) => string) => {
    const [, long = flags] = /(--[a-z-]+)/.exec(flags) ?? [];
    options.option(flags, about, {
      hidden: true,
      refuse: () => {
        throw usage(refuse(long));
      },
    });
  };
  refusing("-n <N>", () => "-n measures several times from this machine; from vantages it is once");
  for (const flags of OWN_FILE)
    refusing(flags, (flag) => `${flag} is set in each vantage's own file, not from here`);
  for (const flags of CREDENTIALS)
    refusing(
      flags,
      (flag) =>
        `${flag}: credentials of this machine are not sent to vantages; keep them with carrierwatch secret and name them in a target`,
    );
}

/** @throws CarrierwatchError (code "usage") for what cannot be asked. */
export function inputOf(given: string, flags: FromFlags): Record<string, unknown> {
  const names = flags.from
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw usage("--from names nobody: for example --from ct,cnc");
  const { assignment } = taskOf([given], localFlags(flags), readText);
  const { url, method, family, expect, timeouts, redirects, request } = assignment;
  const ca = flags.ca ?? flags.cacert;
  const tls = { ...assignment.tls, ...(ca === undefined ? {} : { ca: readText(ca, "--ca") }) };
  const pin = flags.resolve === undefined ? null : pinOf(url, flags.resolve);
  const said = (...values: unknown[]) => values.some((value) => value !== undefined);
  const { status, contains, matches, certificateDays, record, maxTime, timeout, connectTimeout } = flags;
  const { expectJson, expectHeader, minBytes, maxBytes } = flags;
  const rules = [status, contains, matches, expectJson, expectHeader, minBytes, maxBytes, certificateDays];
  return {
    url,
    from: names.includes("all") ? { all: true } : names,
    ...(method === "GET" ? {} : { method }),
    ...(family === "any" ? {} : { family }),
    ...(said(...rules, record) ? { expect } : {}),
    ...(said(maxTime, timeout, connectTimeout) ? { timeouts } : {}),
    ...(said(flags.maxRedirs) ? { redirects } : {}),
    ...(request === undefined ? {} : { request }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(pin === null ? {} : { addresses: { pin } }),
    ...(flags.path ? { path: true } : {}),
  };
}

/** The names that the local command has for the same flags. */
function localFlags({
  body,
  maxRedirs,
  maxTime,
  connectTimeout,
  certificateDays,
  expectJson,
  expectHeader,
  minBytes,
  maxBytes,
  ...same
}: FromFlags): CheckFlags {
  const { ipv4, ipv6, request, method, head, header, http2, insecure, timeout } = same;
  const { status, contains, matches, record } = same;
  const all = {
    ...{ ipv4, ipv6, request, method, head, header, http2, insecure, timeout },
    ...{ status, contains, matches, record, "expect-json": expectJson, "expect-header": expectHeader },
    ...{ "min-bytes": minBytes, "max-bytes": maxBytes },
    ...{ data: body, "max-redirs": maxRedirs, "max-time": maxTime },
    ...{ "connect-timeout": connectTimeout, "certificate-days": certificateDays },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** One address, for the host and port of the URL itself: a vantage pins the target to it. */
function pinOf(url: string, entries: readonly string[]): string {
  const { hostname, port, protocol } = new URL(url.replace(/^(?!https?:)\w+:/, "http:"));
  const number = port || (protocol === "https:" ? "443" : "80");
  const named = namedOf(entries);
  const found = named.get(`${hostname.toLowerCase()}:${number}`) ?? named.get(`*:${number}`) ?? [];
  const [only] = found;
  if (named.size === 1 && found.length === 1 && only !== undefined) return only;
  throw usage("--resolve: vantages take one address, for the URL's own host and port");
}
