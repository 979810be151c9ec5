/** Recorded words of the real tools become hops; hostile ones become nothing that the wire would not take. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod";
import { PathHop } from "../../../collector/wire/path-evidence.ts";
import { type Parsed, parseMtr, parseTracepath, parseTraceroute } from "../../../probe/path/parse.ts";

const FOLDER = new URL("../../fixtures/path/", import.meta.url);
const SITE = "10.77.3.2";
const SITE6 = "fd77:3::2";
const parserOf = (file: string) =>
  file.startsWith("mtr") ? parseMtr : file.startsWith("tracepath") ? parseTracepath : parseTraceroute;
const parsed = (file: string, target: string): Parsed =>
  parserOf(file)(readFileSync(new URL(file, FOLDER), "latin1"), target);

const THREE = ["10.77.1.1", "10.77.2.2", SITE];
const THREE6 = ["fd77:1::1", "fd77:2::2", SITE6];

test("every recorded output becomes the hops that were there", () => {
  const want: readonly [file: string, target: string, hops: (string | null)[], reached: boolean][] = [
    ["tcptraceroute-open.txt", SITE, THREE, true],
    ["tcptraceroute-closed.txt", SITE, THREE, true],
    ["tcptraceroute-unreachable.txt", "10.77.3.99", ["10.77.1.1", "10.77.2.2", null, "10.77.2.2"], false],
    ["tcptraceroute-cut-off.txt", "10.77.9.2", ["10.77.1.1", null], false],
    ["traceroute-tcp.txt", SITE, THREE, true],
    ["traceroute-tcp6.txt", SITE6, THREE6, true],
    ["traceroute-udp.txt", SITE, THREE, true],
    ["traceroute-no-network.txt", "10.77.4.9", ["10.77.1.1", "10.77.2.2"], false],
    ["traceroute-dead.txt", "10.77.9.2", ["10.77.1.1", null], false],
    ["mtr.json", SITE, THREE, true],
    ["mtr6.json", SITE6, THREE6, true],
    ["mtr-dead.json", "10.77.9.2", ["10.77.1.1", null], false],
    ["tracepath.txt", SITE, THREE, true],
    ["tracepath6.txt", SITE6, THREE6, true],
    ["tracepath-dead.txt", "10.77.9.2", ["10.77.1.1", null], false],
    ["tracepath-no-network.txt", "10.77.4.9", ["10.77.1.1", "10.77.2.2"], false],
  ];
  assert.deepEqual(want.map(([file]) => file).sort(), readdirSync(FOLDER).sort());
  for (const [file, target, hops, reached] of want) {
    const found = parsed(file, target);
    assert.deepEqual(
      found.hops.map(({ address }) => address),
      hops,
      file,
    );
    assert.deepEqual(
      found.hops.map(({ ttl }) => ttl),
      hops.map((_, i) => i + 1),
      file,
    );
    assert.equal(found.reached, reached, file);
    for (const { address, timesMs } of found.hops) {
      assert.ok(address === null ? timesMs.length === 0 : timesMs.length > 0 && timesMs.length <= 5, file);
    }
  }
});

test("the times are those that were printed", () => {
  assert.deepEqual(parsed("tcptraceroute-open.txt", SITE).hops[0]?.timesMs, [0.313, 0.014]);
  assert.deepEqual(parsed("tracepath.txt", SITE).hops[0]?.timesMs, [0.064, 0.011]);
  const hubs = JSON.parse(readFileSync(new URL("mtr.json", FOLDER), "utf8")).report.hubs;
  assert.deepEqual(parsed("mtr.json", SITE).hops[0]?.timesMs, [hubs[0].Best, hubs[0].Wrst]);
});

test("names, several routers of one hop, and marks do not confuse the reader", () => {
  const lines = [
    " 1  gw.example (192.168.1.1)  0.5 ms  0.6 ms",
    " 2  202.97.1.1  3.1 ms 202.97.1.5  3.4 ms !X",
    " 3  * 59.43.2.2  9 ms",
    " 4  203.0.113.7 [open]  12.5 ms *",
    " 5  203.0.113.7  13 ms",
  ].join("\n");
  const { hops, reached } = parseTraceroute(lines, "203.0.113.7");
  assert.deepEqual(
    hops.map(({ address, timesMs }) => [address, timesMs]),
    [
      ["192.168.1.1", [0.5, 0.6]],
      ["202.97.1.1", [3.1, 3.4]],
      ["59.43.2.2", [9]],
      ["203.0.113.7", [12.5]],
    ],
  );
  assert.equal(reached, true, "and what lies behind the target is left out");
});

test("whatever a tool says, only hops that the wire takes come out", () => {
  const Hops = z.array(PathHop).max(64);
  const evil = [
    "",
    "\0".repeat(1_000),
    "1 ".repeat(50_000),
    "999999999999  1.1.1.1  1 ms",
    " 65  1.1.1.1  1 ms",
    " 0  1.1.1.1  1 ms",
    " 1  1.1.1.1  -5 ms  1e999 ms  NaN ms  99999999999999 ms",
    ` 1  ${"a".repeat(100_000)}  1 ms`,
    ` 1  <script>alert(1)</script> (1.1.1.1)  1 ms`,
    ` 1  1.1.1.1 ${" 1 ms".repeat(1_000)}`,
    Array.from({ length: 5_000 }, (_, i) => ` ${(i % 64) + 1}  1.1.1.1  1 ms`).join("\n"),
    Array.from({ length: 5_000 }, () => " 1:  1.1.1.1   0.1ms ").join("\n"),
    " 1:  \u001b[31m1.1.1.1   0.1ms",
    '{"report":{"hubs":null}}',
    '{"report":{"hubs":[{"count":1,"host":"x","Loss%":0,"Best":-1,"Wrst":1e308}]}}',
    `{"report":{"hubs":[${Array(257).fill('{"count":1,"host":"1.1.1.1","Loss%":0,"Best":1,"Wrst":2}').join(",")}]}}`,
    '{"__proto__":{"report":{}}}',
    "[".repeat(100_000),
  ];
  for (const parse of [parseTraceroute, parseTracepath, parseMtr]) {
    for (const text of evil) {
      for (const target of [SITE, "not an address", ""]) {
        const { hops } = parse(text, target);
        assert.equal(Hops.safeParse(hops).success, true, text.slice(0, 60));
      }
    }
  }
});
