/** What a target says of asking, expecting and keeping -> lines for `target show`. Only what is set, or is not the default. */
import { archivesText } from "../wire/archives.ts";
import { type Target, TargetInput } from "../wire/target.ts";
import type { CellText } from "./table.ts";

type Line = readonly [string, CellText];

/** Names and values, in the order of the flags. Secrets are named; nobody here knows their values. */
export function askedLines(target: Target): Line[] {
  return [
    ...requestLines(target),
    ...tlsLines(target),
    ...addressLines(target),
    ...expectLines(target),
    ...keptLines(target),
  ];
}

function keptLines({ archives, last, percentiles = [] }: Target): Line[] {
  const lines: Line[] = archives === undefined ? [] : [["archives", archivesText(archives)]];
  if (last) lines.push(["keeps", "LAST beside AVERAGE, MAX and MIN"]);
  if (percentiles.length > 0) lines.push(["percentiles", `total, ${percentiles.join(", ")}`]);
  return lines;
}

function requestLines({ method, request, redirects }: Target): Line[] {
  const { headers = [], body, auth, http } = request ?? {};
  const lines: Line[] = [];
  if (method !== "GET") lines.push(["method", method]);
  for (const { name, value } of headers) lines.push(["header", `${name}: ${value}`]);
  if (body !== undefined) lines.push(["body", `${Buffer.byteLength(body)} bytes: ${cut(body)}`]);
  if (auth?.kind === "basic")
    lines.push(["authorization", `basic, user ${auth.user}, secret ${auth.secret}`]);
  if (auth?.kind === "bearer") lines.push(["authorization", `bearer, secret ${auth.secret}`]);
  if (http !== undefined) lines.push(["http", http === "2" ? "2 if the server agrees, else 1.1" : http]);
  if (redirects !== DEFAULTS.redirects) lines.push(["redirects", redirects]);
  return lines;
}

function tlsLines({ tls }: Target): Line[] {
  const { ca, verify, clientCertificate, serverName } = tls ?? {};
  const lines: Line[] = [];
  if (ca !== undefined)
    lines.push([
      "authorities",
      `${ca.split("-----BEGIN CERTIFICATE-----").length - 1} besides the probe's own`,
    ]);
  if (verify === false) lines.push(["certificate", "not verified"]);
  if (clientCertificate) lines.push(["client certificate", `its key is secret ${clientCertificate.key}`]);
  if (serverName !== undefined) lines.push(["server name", serverName]);
  return lines;
}

function addressLines({ family, addresses }: Target): Line[] {
  const lines: Line[] = family === "any" ? [] : [["family", family]];
  if (addresses === undefined) return lines;
  const { measure, up, max, pin, cache } = addresses;
  if (measure === "families") lines.push(["addresses", `IPv4 and IPv6, up: ${up}`]);
  if (measure === "every") lines.push(["addresses", `every one, at most ${max}, up: ${up}`]);
  if (pin !== undefined) lines.push(["pinned to", pin]);
  if (cache) lines.push(["dns", "the answer is kept for its TTL"]);
  return lines;
}

function expectLines({ expect }: Target): Line[] {
  const { bodyContains, bodyMatches, json = [], headers = [], records = [] } = expect;
  const { minBytes, maxBytes, certificateDays } = expect;
  const lines: Line[] = [];
  if (expect.status.join() !== DEFAULTS.expect.status.join())
    lines.push(["expects status", expect.status.join(", ")]);
  for (const { name, matches } of headers) {
    lines.push(["expects header", matches === undefined ? name : `${name} matching ${matches}`]);
  }
  if (bodyContains !== undefined) lines.push(["expects text", bodyContains]);
  if (bodyMatches !== undefined) lines.push(["expects match of", bodyMatches]);
  for (const { path, equals } of json) {
    lines.push([
      "expects json",
      equals === undefined ? `${path} is there` : `${path} = ${JSON.stringify(equals)}`,
    ]);
  }
  if (minBytes !== undefined) lines.push(["expects at least", `${minBytes} bytes`]);
  if (maxBytes !== undefined) lines.push(["expects at most", `${maxBytes} bytes`]);
  if (certificateDays !== undefined) lines.push(["expects certificate", `${certificateDays} days more`]);
  for (const record of records) lines.push(["expects record", record]);
  return lines;
}

const DEFAULTS = TargetInput.parse({ name: "any", url: "https://a.example/" });

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
