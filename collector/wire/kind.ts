/**
 * What a target's URL asks for besides http(s): a place to connect to, or records of a name. Pure; no Node.
 *
 * `tcp://host:port` a TCP connect. `tls://host[:443]` a TLS handshake. `ping://host:port[?count=5]` TCP connects in a
 * row. `dns://name[?type=A][&resolver=IP[:port]]` a query. Hosts are brought to one form as those of http URLs are:
 * lower case, punycode, dotted IPv4, bare IPv6.
 */
import { RECORD_TYPES, type RecordType } from "./expect.ts";

/** Schemes that are measured besides http and https. */
export const KINDS = ["tcp", "tls", "ping", "dns"] as const;
export type Kind = (typeof KINDS)[number];

/** Most connects of one ping, and how many there are when nobody says. */
export const PING_MAX = 20;
export const PING_COUNT = 5;

export type Place =
  | { readonly kind: "tcp" | "tls"; readonly host: string; readonly port: number }
  | { readonly kind: "ping"; readonly host: string; readonly port: number; readonly count: number }
  | {
      readonly kind: "dns";
      /** Without the final dot; of an address asked for its PTR, the name under arpa. */
      readonly host: string;
      readonly type: RecordType;
      /** Asked instead of the vantage's own; null = those. */
      readonly resolver: { readonly address: string; readonly port: number } | null;
    };

export type PlaceResult =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly problem: string };

/** The kind of a URL; null = http, https or something nobody measures. */
export function kindOf(url: string): Kind | null {
  // Most are, and each measurement asks several times.
  if (url.startsWith("http")) return null;
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  return KINDS.find((kind) => kind === scheme) ?? null;
}

/** What a tcp, tls, ping or dns URL asks for, or the one sentence that says what is wrong with it. */
export function placeOf(url: string): PlaceResult {
  const kind = kindOf(url);
  if (kind === null) return wrong("has none of the schemes tcp, tls, ping and dns");
  const [, authority = "", path = "", query = ""] =
    /^[a-z]+:\/\/([^/?#]*)([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  if (authority.includes("@")) {
    return wrong("contains a user name or password: everyone who sees the target would see it; leave it out");
  }
  if (path !== "" && path !== "/") return wrong(`has a path: write ${formOf(kind)}`);
  const host = hostIn(authority.replace(/:\d*$/, ""));
  if (host === null) return wrong(`has no host that can be read: write ${formOf(kind)}`);
  const fields = new URLSearchParams(query);
  const known = kind === "dns" ? ["type", "resolver"] : kind === "ping" ? ["count"] : [];
  for (const name of fields.keys()) {
    if (!known.includes(name)) return wrong(`has ${JSON.stringify(name)} in it: write ${formOf(kind)}`);
    if (fields.getAll(name).length > 1) return wrong(`says ${name} more than once`);
  }
  const port = /:(\d+)$/.exec(authority)?.[1];
  return kind === "dns" ? dnsPlace(host, port, fields) : connectPlace(kind, host, port, fields);
}

/** The host of any URL that is measured, as the resolver is asked for it: lower case, no brackets; "" = unreadable. */
export function hostOfUrl(url: string): string {
  if (kindOf(url) === null) return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
  const result = placeOf(url);
  return result.ok ? result.place.host : "";
}

function connectPlace(
  kind: "tcp" | "tls" | "ping",
  host: string,
  portText: string | undefined,
  fields: URLSearchParams,
): PlaceResult {
  if (portText === undefined && kind !== "tls") return wrong(`has no port: write ${formOf(kind)}`);
  const port = Number(portText ?? "443");
  if (port === 0) return wrong("has port 0, on which nothing can listen");
  if (port > 65_535) return wrong(`has port ${portText}; ports end at 65535`);
  if (kind !== "ping") return { ok: true, place: { kind, host, port } };
  const count = Number(fields.get("count") ?? PING_COUNT);
  if (!Number.isInteger(count) || count < 1 || count > PING_MAX) {
    return wrong(`asks for ${fields.get("count")} connects; count is 1 to ${PING_MAX}`);
  }
  return { ok: true, place: { kind, host, port, count } };
}

function dnsPlace(name: string, port: string | undefined, fields: URLSearchParams): PlaceResult {
  if (port !== undefined) {
    return wrong(
      `has a port: another resolver is named as ?resolver=IP:${port}, behind the name that is asked for`,
    );
  }
  const wanted = (fields.get("type") ?? "A").toUpperCase();
  const type = RECORD_TYPES.find((one) => one === wanted);
  if (type === undefined)
    return wrong(`asks for records of type ${wanted}; known are ${RECORD_TYPES.join(", ")}`);
  const isAddress = isLiteral(name);
  if (isAddress && type !== "PTR") return wrong("asks for records of an address; only PTR has some");
  const resolver = resolverIn(fields.get("resolver"));
  if (resolver === "unreadable") {
    return wrong(
      `has the resolver ${JSON.stringify(fields.get("resolver"))}: write an IP address, or IP:port`,
    );
  }
  const host = isAddress ? arpaOf(name) : name.replace(/\.$/, "");
  return { ok: true, place: { kind: "dns", host, type, resolver } };
}

function resolverIn(text: string | null): { address: string; port: number } | null | "unreadable" {
  if (text === null) return null;
  const [, bracketed, plain, portText] =
    /^(?:\[([^\]]+)\]|([\d.]+|[\da-f:.]*:[\da-f:.]*:[\da-f:.]*))(?::(\d+))?$/i.exec(text) ?? [];
  const address = hostIn(
    bracketed === undefined ? (plain ?? "").replace(/^(.*:.*)$/, "[$1]") : `[${bracketed}]`,
  );
  const port = Number(portText ?? "53");
  const usable = address !== null && isLiteral(address) && port >= 1 && port <= 65_535;
  return usable ? { address, port } : "unreadable";
}

/** A host as the URL parser of http reads it, IPv6 without its brackets; null = it cannot be read. */
function hostIn(text: string): string | null {
  const url = `http://${text}`;
  if (text === "" || !URL.canParse(url)) return null;
  return new URL(url).hostname.replace(/^\[|\]$/g, "") || null;
}

function isLiteral(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** The name under which the PTR records of an address stand. @see RFC 1035 3.5, RFC 3596 2.5 */
function arpaOf(address: string): string {
  if (!address.includes(":")) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter((word) => word !== "");
  const right = (tail ?? "").split(":").filter((word) => word !== "");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  const digits = [...left, ...zeros, ...right].map((word) => word.padStart(4, "0")).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

function formOf(kind: Kind): string {
  if (kind === "dns") return "dns://name?type=A, or dns://name?type=A&resolver=IP";
  if (kind === "ping") return "ping://host:port, or ping://host:port?count=10";
  return kind === "tls" ? "tls://host, or tls://host:port" : "tcp://host:port";
}

function wrong(problem: string): PlaceResult {
  return { ok: false, problem };
}
