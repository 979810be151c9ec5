/** What `export` writes, judged by the real rrdtool and by the samples that were stored. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { archivesOf } from "../../../collector/archive/layout.ts";
import { csvFields } from "../../../collector/cli/csv.ts";
import { exportedRrd } from "../../../collector/cli/export-rrd.ts";
import { FetchedRows } from "../../../collector/wire/api-overview.ts";
import { CFS, METRICS } from "../../../collector/wire/metric.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past, STEP_S } from "./past.ts";

const without =
  spawnSync("rrdtool", ["--version"]).status === 0
    ? false
    : "rrdtool is not installed: apt-get install rrdtool";

let past: Past;
before(async () => {
  past = await folderWithPast(70);
});
after(() => past.remove());

function rrdtool(...args: string[]): string {
  const ran = spawnSync("rrdtool", args, {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
    maxBuffer: 2 ** 28,
  });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout;
}

/** Lines of `rrdtool fetch`: per label and data source the value, null for nan. */
function fetchedBy(file: string, cf: string, rowS: number, fromS: number, toS: number) {
  const [head = "", ...lines] = rrdtool("fetch", file, cf, "-r", `${rowS}`, "-s", `${fromS}`, "-e", `${toS}`)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const sources = head.trim().split(/\s+/);
  const rows = new Map<string, number | null>();
  for (const line of lines) {
    const [t = "", values = ""] = line.split(":");
    for (const [i, text] of values.trim().split(/\s+/).entries()) {
      rows.set(`${sources[i]} ${t}`, /nan/i.test(text) ? null : Number(text));
    }
  }
  return rows;
}

test("rrdtool restores the XML, and every row of every archive and metric is the one fetch prints", {
  skip: without,
}, async () => {
  const xml = join(past.dir, "series.xml");
  const rrd = join(past.dir, "series.rrd");
  const exported = await carrierwatch(["export", "首页", "--rrd", "--out", xml, "--data", past.dir]);
  assert.deepEqual([exported.code, exported.out], [0, ""], exported.err);
  rrdtool("restore", xml, rrd);
  const lastS = Number(rrdtool("last", rrd));
  assert.equal(lastS, past.samples.at(-1)?.tick);
  const client = await past.open();
  const seen = { compared: 0, known: 0 };
  try {
    for (const { steps, rowS, rows } of archivesOf(STEP_S)) {
      const toS = Math.floor(lastS / rowS) * rowS;
      const fromS = toS - rows * rowS;
      for (const cf of CFS) {
        const theirs = fetchedBy(rrd, cf, rowS, fromS, toS - 1);
        for (const metric of METRICS) {
          const search = `target=${past.target.id}&vantage=ct-sh&metric=${metric}&cf=${cf}&steps=${steps}`;
          const ours = await client.call("GET", `/fetch?${search}&from=${fromS}&to=${toS}`);
          compare(FetchedRows.parse(ours), theirs, seen);
        }
      }
    }
  } finally {
    await client.close();
  }
  assert.ok(seen.compared > 60_000 && seen.known > 20_000, `${seen.known} known of ${seen.compared}`);
});

/** rrdtool prints ten digits after the point. */
function compare(
  { metric, cf, rowS, rows }: FetchedRows,
  theirs: ReadonlyMap<string, number | null>,
  seen: { compared: number; known: number },
): void {
  for (const { t, value } of rows) {
    const seconds = value === null || metric === "speed" ? value : value / 1000;
    const other = theirs.get(`${metric} ${t}`);
    assert.ok(same(other, seconds), `${metric} ${cf} ${rowS} ${t}: ${other} is not ${seconds}`);
    seen.compared += 1;
    if (value !== null) seen.known += 1;
  }
}

function same(a: number | null | undefined, b: number | null): boolean {
  return a === b || (typeof a === "number" && b !== null && Math.abs(a - b) <= 1e-9 * Math.abs(b));
}

test("rrdtool goes on from the export: the row that was open becomes the row of all its ticks", {
  skip: without,
}, async () => {
  const xml = join(past.dir, "goes-on.xml");
  const rrd = join(past.dir, "goes-on.rrd");
  const client = await past.open();
  writeFileSync(xml, await exportedRrd(client, { target: past.target.id, vantage: "ct-sh" }, "en"));
  await client.close();
  rrdtool("restore", xml, rrd);
  const lastS = Number(rrdtool("last", rrd));
  const rowS = 7_200;
  const label = Math.floor(lastS / rowS) * rowS + rowS;
  const template = METRICS.join(":");
  for (let t = lastS + STEP_S; t <= label; t += STEP_S) {
    rrdtool("update", rrd, "-t", template, `${t}:${METRICS.map(() => "0.5").join(":")}`);
  }
  const before = past.samples.filter(({ tick }) => tick > label - rowS).map(({ timings }) => timings.total);
  const known = [
    ...before.flatMap((us) => (us === null ? [] : [us / 1e6])),
    ...Array.from({ length: (label - lastS) / STEP_S }, () => 0.5),
  ];
  const want = known.length * 2 < rowS / STEP_S ? null : known.reduce((a, b) => a + b, 0) / known.length;
  const got = fetchedBy(rrd, "AVERAGE", rowS, label - rowS, label - 1).get(`total ${label}`) ?? null;
  assert.ok(same(got, want), `${got} is not ${want}`);
});

test("JSON lines are the samples as measured, oldest first, target and vantage by name", async () => {
  const ran = await carrierwatch(["export", "首页", "--jsonl", "--data", past.dir]);
  assert.equal(ran.code, 0, ran.err);
  const lines = ran.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const kept = past.samples.slice(-lines.length);
  assert.ok(lines.length > 3_000, `${lines.length} lines`);
  assert.deepEqual(
    lines,
    kept.map((sample) => ({ ...sample, target: "首页", vantage: "上海, 电信" })),
  );
});

test("CSV has a heading, times in ms, and an empty field where there is no value", async () => {
  const file = join(past.dir, "samples.csv");
  const last = past.samples.slice(-20);
  const from = String(last[0]?.tick);
  const ran = await carrierwatch([
    "export",
    "首页",
    "--csv",
    "--from",
    from,
    "--out",
    file,
    "--data",
    past.dir,
  ]);
  assert.equal(ran.code, 0, ran.err);
  const [heading = [], ...rows] = readFileSync(file, "utf8").trimEnd().split("\n").map(csvFields);
  assert.deepEqual(heading.slice(0, 3), ["target", "vantage", "tick"]);
  assert.equal(rows.length, 20);
  for (const [i, row] of rows.entries()) {
    const sample = last[i];
    assert.deepEqual(row.slice(0, 3), ["首页", "上海, 电信", String(sample?.tick)]);
    const total = sample?.timings.total ?? null;
    assert.equal(row[heading.indexOf("total_ms")], total === null ? "" : String(total / 1000));
    assert.equal(row[heading.indexOf("state")], sample?.state);
  }
});

test("without --from every sample of the log is written, older than their primary data points too", async () => {
  const ran = await carrierwatch(["export", "首页", "--csv", "--data", past.dir]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.out.trimEnd().split("\n").length - 1, past.samples.length);
  const [first, last] = [past.samples[0], past.samples.at(-1)];
  assert.ok(first && last && last.tick - first.tick > 17 * 86_400);
});

test("an export without a form, or of a series that never was, says so", async () => {
  const export64 = [
    { args: [], want: /in which form\?\n {2}give one of --rrd, --csv and --jsonl/ },
    { args: ["--rrd", "--csv"], want: /in which form\?/ },
    { args: ["--rrd", "--from", "2h"], want: /--rrd writes whole archives/ },
    { args: ["--csv", "--step", "300"], want: /--step names a generation for --rrd/ },
    { args: ["--rrd", "--step", "60"], want: /never measured every 60 s\n {2}there are steps of 300 s/ },
    { args: ["--rrd", "--step", "x"], want: /--step "x" is no whole number of seconds/ },
    {
      args: ["--csv", "--out", join(past.dir, "no", "folder")],
      want: /cannot be written: there is no such file or folder/,
    },
  ];
  for (const { args, want } of export64) {
    const ran = await carrierwatch(["export", "首页", ...args, "--data", past.dir]);
    assert.deepEqual([ran.code, ran.out], [64, ""], ran.err);
    assert.match(ran.err, want);
  }
  const nobody = await carrierwatch(["export", "nobody", "--rrd", "--data", past.dir]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /there is no target "nobody"/);
});

test("fetch prints CSV: t and value, empty where UNKNOWN", async () => {
  const { tick: to } = past.samples.at(-1) ?? { tick: 0 };
  const ran = await carrierwatch([
    "fetch",
    "首页",
    "--csv",
    "--steps",
    "1",
    "--to",
    `${to}`,
    "--data",
    past.dir,
  ]);
  assert.equal(ran.code, 0, ran.err);
  const [heading, ...rows] = ran.out.trimEnd().split("\n").map(csvFields);
  assert.deepEqual(heading, ["t", "value"]);
  const totals = new Map(past.samples.map(({ tick, timings }) => [tick, timings.total]));
  assert.equal(rows.length, 288);
  for (const [t, value] of rows) {
    const us = totals.get(Number(t)) ?? null;
    assert.equal(value, us === null ? "" : String(us / 1000));
  }
});
