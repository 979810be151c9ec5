/**
 * Makes collector/networks/networks.json.gz from the CSV files of the npm package @ip-location-db/asn.
 *
 * `node deploy/networks.ts FOLDER YYYY-MM-DD`: FOLDER holds asn-ipv4.csv and asn-ipv6.csv, as `npm pack` and tar give
 * them; the day is the data's. The package is no dependency. Refuses data in which well-known addresses are in other
 * networks than everyone knows them to be.
 */
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { chosen } from "../collector/networks/chosen.ts";
import { TABLE_FILE } from "../collector/networks/networks.ts";
import { lookUp, PackedTable, packRanges, placeOf, type Range, unpack } from "../collector/networks/table.ts";
import type { NetworkHint } from "../collector/wire/path-evidence.ts";

/** Resolvers and backbones whose owners have been public for decades. */
const KNOWN: readonly (readonly [address: string, asn: number])[] = [
  ["202.96.128.86", 4134],
  ["202.97.33.1", 4134],
  ["59.43.1.1", 4809],
  ["219.158.3.1", 4837],
  ["202.106.0.20", 4808],
  ["221.183.55.1", 9808],
  ["211.136.17.107", 9808],
  ["166.111.8.28", 4538],
  ["1.1.1.1", 13335],
  ["8.8.8.8", 15169],
  ["240e::1", 4134],
  ["2408:8000::1", 4837],
  ["2409:8000::1", 56048],
  ["2001:4860:4860::8888", 15169],
];

const [folder, dated] = process.argv.slice(2);
if (folder === undefined || dated === undefined) {
  process.stderr.write("usage: node deploy/networks.ts FOLDER YYYY-MM-DD\n");
  process.exit(64);
}

const networks: NetworkHint[] = [];
const indexes = new Map<number, number>();
const packed = PackedTable.parse({
  source: "@ip-location-db/asn: RouteViews, NRO and DB-IP (CC BY 4.0)",
  dated,
  v4: packRanges(await rangesIn(join(folder, "asn-ipv4.csv"))),
  v6: packRanges(await rangesIn(join(folder, "asn-ipv6.csv"))),
  networks,
});

const table = unpack(packed);
const wrong = KNOWN.filter(([address, asn]) => lookUp(table, address)?.asn !== asn);
for (const [address, asn] of wrong) {
  process.stderr.write(`${address} is in ${lookUp(table, address)?.asn ?? "no network"}, not in ${asn}\n`);
}
if (wrong.length > 0) process.exit(1);

const bytes = gzipSync(JSON.stringify(packed), { level: 9 });
writeFileSync(TABLE_FILE, bytes);
process.stderr.write(
  `networks: ${packed.v4.length / 3} IPv4 and ${packed.v6.length / 3} IPv6 ranges of ${networks.length} networks, ${bytes.length} bytes\n`,
);

async function rangesIn(file: string): Promise<Range[]> {
  const ranges: Range[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, from = "", to = "", asn = "", name = ""] = /^([^,]*),([^,]*),(\d+),"?(.*?)"?$/.exec(line) ?? [];
    const hint = chosen(Number(asn), name);
    const [first, last] = [placeOf(from), placeOf(to)];
    if (hint === null || first === null || last === null) continue;
    ranges.push({ start: first.at, length: last.at - first.at + 1, network: indexOf(hint) });
  }
  return withoutOverlaps(ranges);
}

function indexOf(hint: NetworkHint & { asn: number }): number {
  const known = indexes.get(hint.asn);
  if (known !== undefined) return known;
  networks.push(hint);
  indexes.set(hint.asn, networks.length - 1);
  return networks.length - 1;
}

/** Two networks in one /48 of IPv6: the first keeps it. */
function withoutOverlaps(ranges: readonly Range[]): Range[] {
  const kept: Range[] = [];
  let end = 0;
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const start = Math.max(range.start, end);
    const length = range.start + range.length - start;
    if (length <= 0) continue;
    kept.push({ ...range, start, length });
    end = start + length;
  }
  return kept;
}
