/** The command line of `check`: its flags, named as curl's where curl has one. Their help stands in help.ts. */
import { parseArgs } from "node:util";
import { CarrierwatchError } from "../../collector/wire/errors.ts";

/** As `parseArgs` takes them. */
export const OPTIONS = {
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
  body: { type: "string", multiple: true },
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
  matches: { type: "string" },
  "expect-json": { type: "string", multiple: true },
  "expect-header": { type: "string", multiple: true },
  "min-bytes": { type: "string" },
  "max-bytes": { type: "string" },
  "certificate-days": { type: "string" },
  record: { type: "string", multiple: true },
} as const;

/** @throws CarrierwatchError, code "usage". */
export function flagsOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

export type Flags = ReturnType<typeof flagsOf>["values"];

export function usage(message: string): CarrierwatchError {
  return new CarrierwatchError("usage", message, { hint: "carrierwatch check --help" });
}
