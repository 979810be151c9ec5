/** Series of single addresses from the command line: fetched, exported, imported again, and purged for good. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BatchAnswer } from "../../../collector/wire/sample.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

const FIRST = "2001:db8::1";
const SECOND = "192.0.2.2";
const COUNT = 30;

let past: Past;
before(async () => {
  past = await folderWithPast(1, ["cnc-sh"]);
  const client = await past.open();
  const last = past.samples.slice(-COUNT);
  for (const address of [FIRST, SECOND]) {
    const samples = last.map((sample) => ({ ...sample, address }));
    const body = { target: past.target.id, vantage: "ct-sh", samples };
    const { outcomes } = BatchAnswer.pick({ outcomes: true }).parse(
      await client.call("POST", "/import", body),
    );
    assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(["stored"]));
  }
  await client.close();
});
after(() => past.remove());

const here = (...args: string[]) => carrierwatch([...args, "--data", past.dir]);
const file = (name: string) => join(past.dir, name);
const from = ["--vantage", "ct-sh"];

async function exportedLines(...args: string[]): Promise<Record<string, unknown>[]> {
  const ran = await here("export", "首页", ...from, "--jsonl", ...args);
  assert.equal(ran.code, 0, ran.err);
  return ran.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const addressesIn = (lines: readonly Record<string, unknown>[]) => [
  ...new Set(lines.map((one) => one["address"])),
];

test("an export has the target's own series, then each address; --address chooses one", async () => {
  const all = await exportedLines();
  assert.deepEqual(addressesIn(all), [undefined, SECOND, FIRST]);
  assert.equal(all.filter((one) => one["address"] === FIRST).length, COUNT);
  const one = await exportedLines("--address", FIRST);
  assert.deepEqual(addressesIn(one), [FIRST]);
  assert.equal(one.length, COUNT);
  const none = await here("export", "首页", ...from, "--jsonl", "--address", "203.0.113.9");
  assert.equal(none.code, 1);
  assert.match(none.err, /203\.0\.113\.9/);
});

test("fetch reads the rows of one address", async () => {
  const of = async (...args: string[]) => {
    const ran = await here("fetch", "首页", ...from, "--json", "--steps", "1", ...args);
    assert.equal(ran.code, 0, ran.err);
    const fetched = JSON.parse(ran.out) as { address?: string; rows: { value: number | null }[] };
    return { address: fetched.address, known: fetched.rows.filter(({ value }) => value !== null).length };
  };
  const [own, single] = [await of(), await of("--address", FIRST)];
  assert.deepEqual([own.address, single.address], [undefined, FIRST]);
  assert.ok(single.known > 0 && single.known < own.known, `${single.known} of ${own.known}`);
});

test("graph draws the series of one address, and names it", async () => {
  const toS = past.samples.at(-1)?.tick ?? 0;
  let pictures = 0;
  const drawn = async (...args: string[]) => {
    pictures += 1;
    const out = file(`${pictures}.svg`);
    const range = ["--from", `${toS - 10 * 3_600}`, "--to", `${toS}`];
    const ran = await here("graph", "首页", ...range, "--out", out, ...args);
    assert.equal(ran.code, 0, ran.err);
    return readFileSync(out, "utf8");
  };
  const own = await drawn();
  const first = await drawn("--address", FIRST);
  const others = [
    await drawn("--address", SECOND),
    await drawn("--address", FIRST, "--percentile", "95"),
    await drawn("--address", FIRST, "--metric", "phases"),
  ];
  assert.equal(
    new Set([own, first, ...others]).size,
    5,
    "the same values under another name are another picture",
  );
  assert.ok((await drawn("--address", FIRST.toUpperCase())) === first);
  const unknown = ["graph", "首页", "--address", "203.0.113.9", "--out", file("no.svg")];
  const none = await here(...unknown);
  assert.equal(none.code, 64);
  assert.match(none.err, /no address "203\.0\.113\.9" of 首页 is measured apart/);
  assert.match(none.err, /192\.0\.2\.2, 2001:db8::1/);
  const said = await here(...unknown, "--lang", "zh");
  assert.match(said.err, /首页 没有单独测量地址 "203\.0\.113\.9"/);
  const help = await here("graph", "--help", "--lang", "zh");
  assert.match(help.out, /--address <地址> +单独测量的一个地址，或 ipv4、ipv6/);
});

for (const form of ["jsonl", "csv"] as const)
  test(`what was exported as ${form} comes in again with its addresses, gzipped too`, async () => {
    const exported = await here("export", "首页", ...from, `--${form}`);
    assert.equal(exported.code, 0, exported.err);
    writeFileSync(file(`all.${form}.gz`), gzipSync(exported.out));
    const lines = exported.out.trimEnd().split("\n").length - (form === "csv" ? 1 : 0);
    const again = await here("import", file(`all.${form}.gz`), `--${form}`);
    assert.equal(again.out, `stored 0, duplicate ${lines}, refused 0\n`, again.err);
    if (form === "csv") return;
    const other = await here("import", file(`all.${form}.gz`), `--${form}`, "--vantage", "cnc-sh");
    assert.equal(other.out, `stored ${lines}, duplicate 0, refused 0\n`, other.err);
  });

test("a purge asks; --yes frees what is named, of a removed target by its id, and nothing else", async () => {
  const refused = await here("target", "purge", "首页");
  assert.equal(refused.code, 64);
  assert.match(refused.err, /6 series, .* would be purged, for good/);
  const one = await here("target", "purge", "首页", ...from, "--address", FIRST, "--yes");
  assert.equal(one.code, 0, one.err);
  assert.match(one.out, /^首页 {2}1 series, .* purged\n$/);
  assert.deepEqual(addressesIn(await exportedLines()), [undefined, SECOND]);
  const place = await here("vantage", "purge", "cnc-sh", "--yes", "--json");
  assert.equal(place.code, 0, place.err);
  assert.equal((JSON.parse(place.out) as { series: unknown[] }).series.length, 3);
  assert.equal((await here("target", "remove", "首页")).code, 0);
  assert.equal((await exportedLinesOf(past.target.id)) > COUNT, true, "a removal keeps history");
  const rest = await here("target", "purge", past.target.id, "--yes");
  assert.match(rest.out, /2 series, .* purged/);
  const nothing = await here("target", "purge", past.target.id, "--yes");
  assert.equal(nothing.code, 1, nothing.out);
});

async function exportedLinesOf(target: string): Promise<number> {
  const ran = await here("export", target, ...from, "--jsonl");
  assert.equal(ran.code, 0, ran.err);
  return ran.out.trimEnd().split("\n").length;
}
