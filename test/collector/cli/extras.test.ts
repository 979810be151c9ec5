/** LAST and the percentiles of ttfb from the command line: asked for, fetched, refused, exported and imported again. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { archivesOf } from "../../../collector/archive/layout.ts";
import { FetchedRows } from "../../../collector/wire/api-overview.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past, STEP_S } from "./past.ts";

const without =
  spawnSync("rrdtool", ["--version"]).status === 0
    ? false
    : "rrdtool is not installed: apt-get install rrdtool";

let past: Past;
let plain: Past;
before(async () => {
  past = await folderWithPast(24, ["by-rrd"], { last: true, percentiles: ["ttfb"] });
  plain = await folderWithPast(20);
});
after(() => {
  past.remove();
  plain.remove();
});

const here = (...args: string[]) => carrierwatch([...args, "--data", past.dir]);
const there = (...args: string[]) => carrierwatch([...args, "--data", plain.dir]);

function rrdtool(...args: string[]): string {
  const ran = spawnSync("rrdtool", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout;
}

async function fetched(vantage: string, steps: number, fromS: number, toS: number) {
  const range = ["--from", `${fromS}`, "--to", `${toS}`];
  const args = ["--vantage", vantage, "--cf", "LAST", "--steps", `${steps}`, "--json", ...range];
  const ran = await here("fetch", "首页", ...args);
  assert.equal(ran.code, 0, ran.err);
  return FetchedRows.parse(JSON.parse(ran.out)).rows;
}

test("RRA:LAST is exported, restored and imported again, and every row of it is the one fetch prints", {
  skip: without,
}, async () => {
  const [xml, rrd, dump] = ["a.xml", "a.rrd", "dump.xml"].map((name) => join(past.dir, name)) as [
    string,
    string,
    string,
  ];
  const exported = await here("export", "首页", "--vantage", "ct-sh", "--rrd", "--out", xml);
  assert.equal(exported.code, 0, exported.err);
  rrdtool("restore", xml, rrd);
  rrdtool("dump", rrd, dump);
  const args = ["import", dump, "--rrd", "--target", "首页", "--vantage", "by-rrd", "--json"];
  const imported = await here(...args);
  assert.equal(imported.code, 0, imported.err);
  const lastS = past.samples.at(-1)?.tick ?? 0;
  const ticksFromS = lastS - 599 * STEP_S;
  let known = 0;
  for (const { steps, rowS, rows } of archivesOf(STEP_S).filter((one) => one.steps > 1)) {
    const toS = Math.floor(lastS / rowS) * rowS;
    const fromS = Math.max(toS - rows * rowS, toS - 22 * 86_400);
    const text = rrdtool("fetch", rrd, "LAST", "-r", `${rowS}`, "-s", `${fromS}`, "-e", `${toS - 1}`);
    const theirs = new Map(
      text.split("\n").flatMap((line) => {
        const [, t, values] = /^(\d+): (.*)$/.exec(line) ?? [];
        return t && values ? [[Number(t), Number(values.split(/\s+/)[6])] as const] : [];
      }),
    );
    const ours = await fetched("ct-sh", steps, fromS, toS);
    const again = await fetched("by-rrd", steps, fromS, toS);
    for (const [i, { t, value }] of ours.entries()) {
      const seconds = theirs.get(t) ?? Number.NaN;
      const near = value === null ? Number.isNaN(seconds) : Math.abs(seconds - value / 1000) < 1e-9;
      assert.ok(near, `${rowS} ${t}: ${seconds} is not ${value}`);
      // Single ticks win over whole rows; where they begin a row may have its later part alone.
      if (t < ticksFromS) assert.equal(again[i]?.value, value, `${rowS} ${t} imported`);
      if (value !== null) known += 1;
    }
  }
  assert.ok(known > 300, `${known} values are known`);
  const verified = await here("db", "verify");
  assert.equal(verified.code, 0, verified.err);
});

test("LAST of what is not held is refused with since when it is; of what the ticks still say it is answered", async () => {
  const days = (n: number) => ["--from", `${n}d`];
  const refused = await there("fetch", "首页", "--cf", "LAST", "--steps", "288", ...days(19));
  assert.equal(refused.code, 64);
  assert.match(refused.err, /LAST of rows of 86400 s is not held until 20\d\d-\d\d-\d\dT00:00:00Z: ask for/);
  assert.equal((await there("fetch", "首页", "--cf", "LAST", "--steps", "288", ...days(14))).code, 0);
  const columns = await there("fetch", "首页", "--cf", "AVERAGE,LAST", "--steps", "6", ...days(10), "--json");
  assert.equal(columns.code, 0, columns.err);
  const { series } = JSON.parse(columns.out) as {
    series: { of: string; points: { t: number; value: number | null }[] }[];
  };
  const byTick = new Map(plain.samples.map((sample) => [sample.tick, sample.timings.total]));
  const closed = series.find(({ of }) => of === "LAST")?.points.slice(0, -1) ?? [];
  assert.ok(closed.filter(({ value }) => value !== null).length > 100);
  for (const { t, value } of closed)
    if (value !== null) assert.equal(value, (byTick.get(t) ?? Number.NaN) / 1000, `${t}`);
});

test("percentiles and shares of ttfb are those of its ticks; where they are not kept they are refused", async () => {
  const toS = past.samples.at(-1)?.tick ?? 0;
  const fromS = toS - 20 * 86_400;
  const range = ["--from", `${fromS}`, "--to", `${toS}`];
  const args = [
    "--metric",
    "ttfb",
    "--percentile",
    "50,95",
    "--below",
    "150",
    "--json",
    "--columns",
    ...range,
  ];
  const ran = await here("fetch", "首页", "--vantage", "ct-sh", ...args);
  assert.equal(ran.code, 0, ran.err);
  const { columns } = JSON.parse(ran.out) as { columns: { name: string; whole: number }[] };
  const wholeOf = (of: string) =>
    columns.find(({ name }) => name === `ct-sh ttfb ${of}`)?.whole ?? Number.NaN;
  const values = past.samples
    .filter(({ tick }) => tick > fromS && tick <= toS)
    .flatMap(({ state, timings: { ttfb } }) => (state === "up" && ttfb !== null ? [ttfb / 1000] : []))
    .sort((a, b) => a - b);
  for (const p of [50, 95]) {
    const true_ = values[Math.ceil((p / 100) * values.length) - 1] ?? 0;
    assert.ok(Math.abs(wholeOf(`p${p}`) - true_) <= true_ * 0.00013, `p${p}`);
  }
  const below = values.filter((value) => value <= 150).length / values.length;
  assert.ok(Math.abs(wholeOf("below 150") - below) < 0.002);
  const refused = await there("fetch", "首页", "--metric", "ttfb", "--percentile", "95");
  assert.equal(refused.code, 64);
  assert.match(refused.err, /percentiles of ttfb are not held until .*target edit --ttfb-percentiles/);
  assert.equal((await there("fetch", "首页", "--metric", "dns", "--percentile", "95")).code, 0);
});

test("what they take is said before they are asked for, and they can be switched off", async () => {
  const plainly = await there("db", "estimate");
  assert.doesNotMatch(plainly.out, /LAST|ttfb/);
  const both = await there("db", "estimate", "--last", "--ttfb-percentiles");
  assert.match(both.out, /LAST of rows 1800 s +\d+/);
  assert.match(both.out, /strip of ttfb +\d+/);
  const edited = await there("target", "edit", "首页", "--last", "--ttfb-percentiles");
  assert.equal(edited.code, 0, edited.err);
  assert.match(edited.err, /a series at full age/);
  assert.equal((await there("fetch", "首页", "--metric", "ttfb", "--percentile", "95")).code, 0);
  const off = await there("target", "edit", "首页", "--no-last", "--no-ttfb-percentiles");
  assert.equal(off.code, 0, off.err);
  const tcp = await there("target", "add", "tcp://www.example.com:443", "--ttfb-percentiles");
  assert.match(tcp.err, /only http and https targets have it, this is tcp/);
});
