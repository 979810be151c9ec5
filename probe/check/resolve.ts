/** `--resolve HOST:PORT:ADDR[,ADDR]`, as curl takes it, becomes a table of addresses. Pure. */
import { isIP } from "node:net";
import type { Named } from "../measure/reach.ts";
import { usage } from "./flags.ts";

/** @throws CarrierwatchError (code "usage") for an entry in another form. */
export function namedOf(entries: readonly string[]): Named {
  const named = new Map<string, readonly string[]>();
  for (const entry of entries) {
    const match = /^\+?([^:]+):(\d+):(.+)$/.exec(entry);
    const [, host = "", port = "", list = ""] = match ?? [];
    const addresses = list.split(",").map((text) => text.trim().replace(/^\[(.*)\]$/, "$1"));
    if (match === null || addresses.some((address) => isIP(address) === 0)) {
      throw usage(`--resolve ${entry}: write HOST:PORT:ADDRESS, several addresses with commas`);
    }
    named.set(`${host.toLowerCase()}:${Number(port)}`, addresses);
  }
  return named;
}
