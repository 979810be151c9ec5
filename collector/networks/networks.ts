/**
 * Whose network an address is in, asked offline: for the hops of a route and for the address a vantage is seen from.
 *
 * A hint, not a proof: the table is as old as its data (`docs/whose-fault.md` says where from). Read from disk at the
 * first question, about 2 MB in memory. Where the file is missing every answer is null.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { NetworkHint } from "../wire/path-evidence.ts";
import { lookUp, PackedTable, type Table, unpack } from "./table.ts";

export type NetworkOf = (address: string) => NetworkHint | null;

/** Stands beside this file, also where it is installed as JavaScript. */
export const TABLE_FILE = new URL("./networks.json.gz", import.meta.url);

/**
 * The table that is shipped.
 *
 * @param file Another one, packed the same way.
 * @returns A function that answers null for an address of no known network, and for a text that is no address.
 */
export function networksOf(file: URL = TABLE_FILE): NetworkOf {
  let table: Table | null = null;
  return (address) => {
    table ??= read(file);
    return lookUp(table, address);
  };
}

function read(file: URL): Table {
  return unpack(PackedTable.parse(JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"))));
}
