/**
 * Flags that say how a target is asked and at which addresses -> its `method`, `request`, `tls` and `addresses`.
 *
 * Only shapes are read here; whether they can be is the registry's to say. A secret is named, never given: its value
 * comes by `carrierwatch secret add`. Files are read before: `texts` holds what stood in them.
 */
import type { Command } from "commander";
import { CarrierwatchError } from "../wire/errors.ts";
import { repeated } from "./command.ts";
import { fieldsOf, patch, split, wholeOf } from "./target-fields.ts";

export type AskingFlags = {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly bodyFile?: string;
  readonly basicUser?: string;
  readonly secret?: string;
  readonly bearerSecret?: string;
  readonly http2?: boolean;
  readonly caFile?: string;
  readonly verify?: boolean;
  readonly clientCert?: string;
  readonly clientKeySecret?: string;
  readonly serverName?: string;
  readonly family?: string;
  readonly addresses?: string;
  readonly up?: string;
  readonly maxAddresses?: string;
  readonly pin?: string;
  readonly cacheDns?: boolean;
};

/** What stood in the files that flags name. */
export type FileTexts = { readonly body?: string; readonly ca?: string; readonly certificate?: string };

/** Adds the flags to a subcommand. */
export function askingOptions(command: Command): void {
  command
    .optionsGroup("How it is asked:")
    .option("--method <METHOD>", "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS (default GET)")
    .option("--header <HEADER>", "'Name: value', sent with the request; may be repeated", repeated)
    .option("--body <TEXT>", "sent with the request; give its content-type as a header")
    .option("--body-file <FILE>", "the same from a file, - for stdin")
    .option("--basic-user <USER>", "basic authentication; its password is named by --secret")
    .option("--secret <NAME>", "the secret that is the password (carrierwatch secret add NAME)")
    .option("--bearer-secret <NAME>", "bearer authentication with the secret of that name")
    .option("--http2", "offer HTTP/2 beside 1.1 (https)")
    .option("--no-http2", "1.1 again")
    .option("--redirects <N>", "how many to follow (default 5, 0 = none)")
    .optionsGroup("TLS:")
    .option("--ca-file <FILE>", "trust these authorities too, PEM")
    .option("--verify", "the certificate must hold (default)")
    .option("--no-verify", "measure although the certificate does not hold; every sample says unverified")
    .option(
      "--client-cert <FILE>",
      "certificate of this client, PEM; its key is named by --client-key-secret",
    )
    .option("--client-key-secret <NAME>", "the secret that is the private key, PEM")
    .option("--server-name <NAME>", "ask for this name (SNI) and expect it in the certificate")
    .optionsGroup("Which of its addresses:")
    .option("--family <FAMILY>", "any, ipv4 or ipv6")
    .option("--addresses <WHICH>", "one (default), families: IPv4 and IPv6, every: each address a series")
    .option("--up <N>", "how many must be up: majority (default), all, any or a number")
    .option("--max-addresses <N>", "series per vantage (default 8)")
    .option("--pin <ADDRESS>", "measure at this address, whatever the name says")
    .option("--cache-dns", "keep the resolver's answer for its TTL")
    .option("--no-cache-dns", "ask at every measurement (default)");
}

/** The fields that the flags set; undefined = not touched. */
export function askingFields(
  before: Readonly<Record<string, unknown>>,
  flags: AskingFlags,
  texts: FileTexts,
): Readonly<Record<string, unknown>> {
  return {
    method: flags.method?.toUpperCase(),
    family: flags.family,
    request: requestOf(before["request"], flags, texts),
    tls: tlsOf(before["tls"], flags, texts),
    addresses: patch(before["addresses"], {
      measure: flags.addresses,
      up: upOf(flags.up),
      max: wholeOf("--max-addresses", flags.maxAddresses),
      pin: flags.pin,
      cache: flags.cacheDns,
    }),
  };
}

function requestOf(before: unknown, flags: AskingFlags, texts: FileTexts): unknown {
  return patch(before, {
    headers: flags.header?.map(headerOf),
    body: texts.body ?? flags.body,
    auth: authOf(fieldsOf(before)["auth"], flags),
    http: flags.http2 === undefined ? undefined : flags.http2 ? "2" : "1.1",
  });
}

function headerOf(text: string): unknown {
  const [name, value] = split(text, ":");
  if (value === undefined) {
    throw new CarrierwatchError("usage", `--header ${JSON.stringify(name)} is not 'Name: value'`);
  }
  return { name: name.trim(), value: value.trim() };
}

function authOf(before: unknown, { basicUser, secret, bearerSecret }: AskingFlags): unknown {
  if (bearerSecret !== undefined) {
    if (basicUser === undefined && secret === undefined) return { kind: "bearer", secret: bearerSecret };
    throw new CarrierwatchError("usage", "--bearer-secret stands alone: a request has one authorization");
  }
  if (basicUser === undefined && secret === undefined) return undefined;
  const known = fieldsOf(before);
  const basic = { user: basicUser ?? known["user"], secret: secret ?? known["secret"] };
  if (basic.user === undefined || basic.secret === undefined) {
    throw new CarrierwatchError("usage", "--basic-user USER and --secret NAME go together");
  }
  return { kind: "basic", ...basic };
}

function tlsOf(before: unknown, flags: AskingFlags, texts: FileTexts): unknown {
  const certificate = patch(fieldsOf(before)["clientCertificate"], {
    certificate: texts.certificate,
    key: flags.clientKeySecret,
  });
  if (certificate && (certificate["certificate"] === undefined || certificate["key"] === undefined)) {
    throw new CarrierwatchError("usage", "--client-cert FILE and --client-key-secret NAME go together");
  }
  return patch(before, {
    ca: texts.ca,
    verify: flags.verify,
    clientCertificate: certificate,
    serverName: flags.serverName,
  });
}

function upOf(text: string | undefined): unknown {
  return text === undefined || /^(?:majority|all|any)$/.test(text) ? text : wholeOf("--up", text);
}
