/** The command line of `check`: its flags, named as curl's where curl has one, and its help. */
import { parseArgs } from "node:util";
import { CarrierwatchError } from "../../collector/wire/errors.ts";

export const HELP = `usage: carrierwatch check URL [options]

Measures the URL now, from this machine, and prints where the time went.
URL: http(s)://..., tcp://host:port, tls://host[:port], ping://host:port[?count=5] (TCP connects),
dns://name[?type=A][&resolver=IP]. Without a scheme: https.

  -n N                   measure N times (1 to 100), then average, smallest and largest
  --json                 one JSON object per measurement and line
  --path                 then look at the route too, with traceroute or what there is; seconds longer
  --lang zh|en           default: from LC_ALL, LC_MESSAGES or LANG

where to
  -4, -6                 IPv4 or IPv6 only
  --resolve HOST:PORT:ADDR[,ADDR]   use this address, ask nobody; * for any host; repeatable
  --resolver IP[:PORT]   ask this resolver instead of the machine's own; repeatable
  --local-address IP     measure from this address of the machine (also --interface)
  --allow CIDR           measure this network although it is private; repeatable

how
  -X, --request METHOD   default GET; POST with -d (also --method)
  -I, --head             HEAD
  -H, --header "N: V"    add a header; repeatable
  -d, --data TEXT|@FILE  send this body; several are joined with &
  --http2                offer HTTP/2
  --max-redirs N         follow at most N redirects, default 5
  --bearer-file FILE     bearer token from a file, - for standard input
  --basic-file FILE      user:password from a file, - for standard input
  -u, --user USER        basic auth with the password from standard input
  -k, --insecure         accept any certificate; the answer says so
  --ca FILE              trust these certificates (PEM) too (also --cacert)
  --cert FILE --key FILE   client certificate and its key, PEM
  --max-time SECONDS     for the whole measurement, default 10 (also -m, --timeout)
  --connect-timeout S    for lookup, and for connect and TLS; default half of it

what counts as up
  --status LIST          like 200,300-399; default 200-399
  --contains TEXT        the body must contain this text
  --certificate-days N   the certificate must hold for N days more
  --record TEXT          of a dns URL: this record must be there; repeatable

Exit 0 up, 1 down, 75 when this machine could not measure, 78 when the address is not allowed.
carrierwatch check --from ct,cnc URL asks vantages of a collector instead; check --from all --help.
`;

/** @throws CarrierwatchError, code "usage". */
export function flagsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        n: { type: "string", short: "n" },
        json: { type: "boolean" },
        path: { type: "boolean" },
        lang: { type: "string" },
        help: { type: "boolean", short: "h" },
        ipv4: { type: "boolean", short: "4" },
        ipv6: { type: "boolean", short: "6" },
        resolve: { type: "string", multiple: true },
        resolver: { type: "string", multiple: true },
        "local-address": { type: "string" },
        interface: { type: "string" },
        allow: { type: "string", multiple: true },
        request: { type: "string", short: "X" },
        method: { type: "string" },
        head: { type: "boolean", short: "I" },
        header: { type: "string", short: "H", multiple: true },
        data: { type: "string", short: "d", multiple: true },
        http2: { type: "boolean" },
        location: { type: "boolean", short: "L" },
        "max-redirs": { type: "string" },
        "bearer-file": { type: "string" },
        "basic-file": { type: "string" },
        user: { type: "string", short: "u" },
        insecure: { type: "boolean", short: "k" },
        ca: { type: "string" },
        cacert: { type: "string" },
        cert: { type: "string" },
        key: { type: "string" },
        "max-time": { type: "string", short: "m" },
        timeout: { type: "string" },
        "connect-timeout": { type: "string" },
        status: { type: "string" },
        contains: { type: "string" },
        "certificate-days": { type: "string" },
        record: { type: "string", multiple: true },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

export type Flags = ReturnType<typeof flagsOf>["values"];

export function usage(message: string): CarrierwatchError {
  return new CarrierwatchError("usage", message, { hint: "carrierwatch check --help" });
}
