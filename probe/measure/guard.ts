/**
 * The egress guard: what a measured URL may reach. Set in the probe's own file, never by the collector.
 *
 * Pure to whoever asks: text and addresses in, a refusal sentence (or null) out. Asked three times per hop: for the URL, for every
 * resolved address before a connection is opened, and for the remote address once it stands. A refusal names the
 * address, the file and the line that would allow it.
 * @see RFC 6890 and the IANA special-purpose address registries
 */
import ipaddr from "ipaddr.js";
import { ConfigError } from "../../collector/wire/errors.ts";
import { kindOf, placeOf } from "../../collector/wire/kind.ts";
import { familyOf } from "./families.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ["169.254.169.254/32", "a cloud metadata address"],
  ["100.100.100.200/32", "a cloud metadata address"],
  // Of Azure, public in form: every machine there reaches it.
  ["168.63.129.16/32", "a cloud metadata address"],
  ["fd00:ec2::254/128", "a cloud metadata address"],
  ["0.0.0.0/8", "an address of this machine"],
  ["127.0.0.0/8", "a loopback address"],
  ["10.0.0.0/8", "a private address"],
  ["172.16.0.0/12", "a private address"],
  ["192.168.0.0/16", "a private address"],
  ["100.64.0.0/10", "a carrier-grade NAT address"],
  ["169.254.0.0/16", "a link-local address"],
  ["192.0.0.0/24", "a reserved address"],
  ["192.0.2.0/24", "a documentation address"],
  ["198.51.100.0/24", "a documentation address"],
  ["203.0.113.0/24", "a documentation address"],
  ["192.88.99.0/24", "a 6to4 relay address"],
  ["198.18.0.0/15", "a benchmark address, as proxies (fake-IP mode) give instead of the site's own"],
  ["224.0.0.0/4", "a multicast address"],
  ["240.0.0.0/4", "a reserved address"],
  ["::/128", "an address of this machine"],
  ["::1/128", "a loopback address"],
  ["::ffff:0:0/96", "an IPv4-mapped address"],
  ["fe80::/10", "a link-local address"],
  ["fc00::/7", "a unique local (private) address"],
  ["ff00::/8", "a multicast address"],
  ["2001::/23", "a reserved (Teredo, ORCHID) address"],
  ["2001:db8::/32", "a documentation address"],
  ["3fff::/20", "a documentation address"],
  ["2002::/16", "a 6to4 address"],
];
const SPECIAL_RANGES = SPECIAL.map(([cidr, what]) => ({ range: ipaddr.parseCIDR(cidr), what }));
const GLOBAL_V6 = ipaddr.parseCIDR("2000::/3");
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");

/** Ports of services that take harm from a stray HTTP request; an allowed address may use them. @see fetch, "bad port" */
const REFUSED_PORTS = new Set([
  19, 21, 22, 23, 25, 53, 110, 111, 139, 143, 389, 445, 465, 514, 587, 636, 993, 995, 1433, 1521, 2375, 3306,
  3389, 5432, 5900, 6379, 11211, 27017,
]);

/** Asked about instead of the real port where no HTTP request is sent: on no list of ports. */
export const NO_REQUEST_PORT = 0;

/** Addresses remembered as harmless; some 100 bytes each. */
const KNOWN_MAX = 4_096;

/** Longest note the wire takes, and the part of a name that is shown in it. */
const MAX_NOTE = 300;
const MAX_NAME = 48;

export type Guard = {
  /** What can be said of a URL before any lookup: scheme, credentials, port, literal address. */
  url(url: URL): string | null;
  /**
   * Whether a connection to this address may be opened.
   *
   * @param name The name it was resolved from; the address itself for a literal.
   */
  address(address: string, port: number, name: string): string | null;
};

/**
 * The guard of one probe.
 *
 * @param allow CIDRs (or single addresses) that may be measured although they are not public.
 * @param allowFile File the refusal tells the user to edit; a text that starts with `--` is a flag, "" is unknown.
 * @throws ConfigError for an entry that is no CIDR.
 */
export function guardOf(allow: readonly string[], allowFile: string): Guard {
  const allowed = allow.map(rangeOf);
  const examine: Guard["address"] = (text, port, name) => {
    const parsed = parse(text);
    if (parsed === null) return `${text} is not an address`;
    if (isAllowed(parsed, allowed)) return null;
    const what = whatIs(parsed);
    const line = `${parsed.toString()}/${parsed.kind() === "ipv4" ? 32 : 128}`;
    const short = name.slice(0, MAX_NAME);
    if (what !== null) {
      const why = text === name ? `${text} is ${what}` : `${short} resolves to ${text}, which is ${what}`;
      return refusalOf(why, line, allowFile);
    }
    return REFUSED_PORTS.has(port)
      ? refusalOf(`port ${port} of ${short} is not a web port`, line, allowFile)
      : null;
  };
  // What was found harmless is not examined anew in the middle of a measurement: it is the same for ever.
  const harmless = new Set<string>();
  const address: Guard["address"] = (text, port, name) => {
    const key = `${port} ${text}`;
    if (harmless.has(key)) return null;
    const refusal = examine(text, port, name);
    if (refusal !== null) return refusal;
    if (harmless.size >= KNOWN_MAX) harmless.clear();
    harmless.add(key);
    return null;
  };
  return {
    address,
    url(url) {
      if (url.protocol !== "http:" && url.protocol !== "https:") {
        return `${url.protocol.slice(0, 16)} is not measured: only http: and https: are`;
      }
      if (url.username !== "" || url.password !== "") {
        return "a URL with a user name or password is not measured: everyone who sees the target would read it";
      }
      const literal = literalOf(url);
      return literal === null ? null : address(literal, portOf(url), literal);
    },
  };
}

/**
 * The literal part of the guard, for a form: says what every probe without an own permission would answer.
 *
 * @returns The refusal, or null when nothing can be said against the URL before its name is looked up.
 */
export function guardUrl(url: string, allow: readonly string[]): string | null {
  if (kindOf(url) !== null) return guardPlace(url, guardOf(allow, ""));
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) return `${JSON.stringify(url.slice(0, 80))} is not a URL`;
  return guardOf(allow, "").url(parsed);
}

/** Of a tcp, tls or ping URL its host, of a dns URL the resolver it names: where these are addresses. */
function guardPlace(url: string, guard: Guard): string | null {
  const result = placeOf(url);
  if (!result.ok) return `the URL ${result.problem}`;
  const { place } = result;
  const host = place.kind === "dns" ? (place.resolver?.address ?? "") : place.host;
  return parse(host) === null ? null : guard.address(host, NO_REQUEST_PORT, host);
}

/** Port a URL connects to. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** The address when the host of a URL is one, whatever its spelling was; null for a name. */
export function literalOf(url: URL): string | null {
  const { hostname } = url;
  if (hostname.startsWith("[")) return hostname.slice(1, -1);
  // The URL parser has already turned every IPv4 spelling (2130706433, 0x7f.1, full-width digits) into dotted form.
  return familyOf(hostname) === 4 ? hostname : null;
}

/** What kind of address that nobody outside can mean this is; null = a public one. */
function whatIs(address: Address): string | null {
  for (const { range, what } of SPECIAL_RANGES) {
    if (within(address, range)) return what;
  }
  if (address.kind() === "ipv4") return null;
  if (within(address, NAT64)) {
    const embedded = embeddedIn(address);
    const inner = embedded === null ? "an unreadable address" : whatIs(embedded);
    return inner === null ? null : `the NAT64 form of ${inner}`;
  }
  return within(address, GLOBAL_V6) ? null : "a reserved address";
}

function isAllowed(address: Address, allowed: readonly Range[]): boolean {
  if (allowed.some((range) => within(address, range))) return true;
  const embedded = embeddedIn(address);
  return embedded !== null && allowed.some((range) => within(embedded, range));
}

/** The IPv4 address inside a mapped or NAT64 one. */
function embeddedIn(address: Address): Address | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return within(address, NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : null;
}

function within(address: Address, [base, bits]: Range): boolean {
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
  return base instanceof ipaddr.IPv6 && address.match(base, bits);
}

function rangeOf(text: string): Range {
  const cidr = text.trim();
  try {
    if (cidr.includes("/")) return ipaddr.parseCIDR(cidr);
    const single = ipaddr.parse(cidr);
    return [single, single.kind() === "ipv4" ? 32 : 128];
  } catch (cause) {
    throw new ConfigError(`allow: ${JSON.stringify(text)} is not an address range`, {
      hint: "write it as CIDR, for example 127.0.0.1/32 or fd00::/8",
      cause,
    });
  }
}

/** Addresses come from the resolver or the socket: a zone (`%eth0`) is not part of them. */
function parse(text: string): Address | null {
  const bare = text.replace(/%.*$/, "");
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  const hex = bare.includes(":") ? withoutDots(bare) : bare;
  return ipaddr.IPv6.isValid(hex) ? ipaddr.IPv6.parse(hex) : null;
}

/** `::8.8.8.8` as `::808:808`: the library would read it as the mapped `::ffff:8.8.8.8`. */
function withoutDots(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** The sentence; where it would not fit, the shorter way to allow it is left out, never the longer. */
function refusalOf(why: string, line: string, allowFile: string): string {
  const refusal = (how: string) => `${why}: this probe does not measure it. To allow it, ${how}`;
  if (allowFile.startsWith("--")) return refusal(`add ${allowFile} ${line}`);
  const file = allowFile === "" ? "the probe's own config.yaml" : allowFile;
  const both = refusal(`put allow: ["${line}"] in ${file}, or start with --allow ${line}`);
  return both.length <= MAX_NOTE ? both : refusal(`put allow: ["${line}"] in ${file}`);
}
