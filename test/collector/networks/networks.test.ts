/** Whose network an address is in: the table that is shipped, its arithmetic, and what is asked of it that is no address. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { chosen } from "../../../collector/networks/chosen.ts";
import { networksOf, TABLE_FILE } from "../../../collector/networks/networks.ts";
import { lookUp, packRanges, placeOf, unpack } from "../../../collector/networks/table.ts";

const networkOf = networksOf();

test("well-known addresses of the carriers are in their networks", () => {
  const known: readonly [address: string, asn: number, carrier: string | undefined][] = [
    ["202.96.128.86", 4134, "ct"],
    ["202.96.209.133", 4812, "ct"],
    ["59.43.1.1", 4809, "ct"],
    ["240e:1::1", 4134, "ct"],
    ["202.106.0.20", 4808, "cnc"],
    ["210.22.70.3", 17621, "cnc"],
    ["219.158.3.1", 4837, "cnc"],
    ["2408:8000::1", 4837, "cnc"],
    ["211.136.17.107", 9808, "cmcc"],
    ["221.183.55.1", 9808, "cmcc"],
    ["120.196.165.24", 56040, "cmcc"],
    ["166.111.8.28", 4538, undefined],
    ["1.1.1.1", 13335, undefined],
    ["8.8.8.8", 15169, undefined],
    ["::ffff:8.8.8.8", 15169, undefined],
    ["2001:4860:4860::8888", 15169, undefined],
  ];
  for (const [address, asn, carrier] of known) {
    const hint = networkOf(address);
    assert.deepEqual([hint?.asn, hint?.carrier], [asn, carrier], address);
    assert.ok((hint?.name ?? "").length > 0, address);
  }
});

test("an address nobody announces, and a text that is none, are in no network", () => {
  for (const address of [
    "10.0.0.1",
    "127.0.0.1",
    "192.168.1.1",
    "fe80::1",
    "::1",
    "::",
    "0.0.0.0",
    "255.255.255.255",
  ]) {
    assert.equal(networkOf(address), null, address);
  }
  for (const text of [
    "",
    "x",
    "134744072",
    "1.1.1",
    "0x1010101",
    "1.1.1.1 ",
    "8.8.8.8/32",
    "fe80::1%eth0",
    "a".repeat(1e5),
  ]) {
    assert.equal(networkOf(text), null, text.slice(0, 40));
  }
});

test("the table is small enough to ship", () => {
  const { size } = statSync(TABLE_FILE);
  assert.ok(size > 50_000 && size <= 300_000, `${size} bytes`);
});

test("a range holds its first and its last address and no more", () => {
  const at = (address: string) => placeOf(address)?.at ?? -1;
  const table = unpack({
    source: "test",
    dated: "2026-01-01",
    networks: [{ asn: 1 }, { asn: 2 }],
    v4: packRanges([
      { start: at("198.51.100.0"), length: 256, network: 1 },
      { start: at("192.0.2.0"), length: 128, network: 0 },
    ]),
    v6: packRanges([{ start: at("2001:db8::"), length: 2, network: 0 }]),
  });
  const want: readonly [string, number | undefined][] = [
    ["192.0.1.255", undefined],
    ["192.0.2.0", 1],
    ["192.0.2.127", 1],
    ["192.0.2.128", undefined],
    ["198.51.99.255", undefined],
    ["198.51.100.0", 2],
    ["198.51.100.255", 2],
    ["198.51.101.0", undefined],
    ["2001:db7:ffff::", undefined],
    ["2001:db8::", 1],
    ["2001:db8:1:ffff::", 1],
    ["2001:db8:2::", undefined],
  ];
  for (const [address, asn] of want) assert.equal(lookUp(table, address)?.asn, asn, address);
});

test("ranges of one network that touch become one; ranges that overlap are refused", () => {
  const touching = [
    { start: 10, length: 5, network: 0 },
    { start: 15, length: 5, network: 0 },
    { start: 20, length: 1, network: 1 },
  ];
  assert.deepEqual(packRanges(touching), [10, 10, 0, 0, 1, 1]);
  assert.throws(
    () =>
      packRanges([
        { start: 0, length: 3, network: 0 },
        { start: 2, length: 1, network: 1 },
      ]),
    RangeError,
  );
});

test("names of provincial networks tell the carrier; international arms are no access carrier", () => {
  const want: readonly [
    asn: number,
    registered: string,
    name: string | undefined,
    carrier: string | undefined,
  ][] = [
    [58563, "CHINANET Hubei province network", "China Telecom", "ct"],
    [137697, "CHINATELECOM JiangSu YangZhou IDC", "China Telecom", "ct"],
    [17622, "China Unicom Guangzhou network", "China Unicom", "cnc"],
    [139007, "UNICOM InnerMongolia province network", "China Unicom", "cnc"],
    [56041, "China Mobile Communications Corporation", "China Mobile", "cmcc"],
    [24138, "China TieTong Telecommunications Corporation", "China Mobile", "cmcc"],
    [137872, "China Mobile Hong Kong Company Limited", "China Mobile International", undefined],
    [64511, "Somebody's network", undefined, undefined],
  ];
  for (const [asn, registered, name, carrier] of want) {
    const hint = chosen(asn, registered);
    assert.deepEqual([hint?.name, hint?.carrier], [name, carrier], registered);
  }
});
