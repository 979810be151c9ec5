/** What `import` reads becomes the same history: from JSON lines, from CSV, and from a dump of the real rrdtool. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { rrdSamples } from "../../../collector/cli/import-rrd.ts";
import { dumpOf } from "../../../collector/cli/rrd-dump.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

const without =
  spawnSync("rrdtool", ["--version"]).status === 0
    ? false
    : "rrdtool is not installed: apt-get install rrdtool";

let past: Past;
before(async () => {
  past = await folderWithPast(3, [
    "by-json",
    "by-csv",
    "by-unknown",
    "by-unknown-2",
    "by-rrd",
    "by-peer",
    "by-cut",
    "by-pipe",
    "by-pipe-2",
    "by-few",
  ]);
});
after(() => past.remove());

/** A tick before all that the past holds. */
const T_FEW = Math.floor(Date.now() / 300_000) * 300 - 10 * 86_400;

const here = (...args: string[]) => carrierwatch([...args, "--data", past.dir]);
const file = (name: string) => join(past.dir, name);

type Counts = { stored: number; duplicate: number; refused: number };
async function imported(...args: string[]) {
  const ran = await here("import", ...args, "--json");
  const { stored, duplicate, refused } = JSON.parse(ran.out) as Counts;
  assert.equal(ran.code, refused === 0 ? 0 : 65, ran.err);
  return { counts: { stored, duplicate, refused }, err: ran.err };
}

/** Lines of the samples of a vantage, without the identity of the record and the name of the vantage. */
async function samplesOf(vantage: string): Promise<Record<string, unknown>[]> {
  const ran = await here("export", "首页", "--vantage", vantage, "--jsonl");
  assert.equal(ran.code, 0, ran.err);
  return ran.out
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { seq: _, vantage: __, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return rest;
    });
}

test("exported JSON lines come in as they went out, in any order, and a second time change nothing", async () => {
  const exported = await here("export", "首页", "--vantage", "ct-sh", "--jsonl");
  const lines = exported.out.trimEnd().split("\n");
  writeFileSync(file("all.jsonl"), `${lines.toReversed().join("\n")}\n`);
  const first = await imported(file("all.jsonl"), "--jsonl", "--vantage", "by-json");
  assert.deepEqual(first.counts, { stored: lines.length, duplicate: 0, refused: 0 });
  const again = await imported(file("all.jsonl"), "--jsonl", "--vantage", "by-json");
  assert.deepEqual(again.counts, { stored: 0, duplicate: lines.length, refused: 0 });
  const own = await imported(file("all.jsonl"), "--jsonl");
  assert.deepEqual(own.counts, { stored: 0, duplicate: lines.length, refused: 0 }, "what is held stands");
  assert.deepEqual(await samplesOf("by-json"), await samplesOf("ct-sh"));
});

test("a file that was cut short is refused as a whole, and nothing of it comes in", async () => {
  const lines = (await here("export", "首页", "--vantage", "ct-sh", "--jsonl")).out;
  writeFileSync(file("cut.jsonl.gz"), gzipSync(lines).subarray(0, -3_000));
  const zipped = await here("import", file("cut.jsonl.gz"), "--jsonl", "--vantage", "by-cut");
  assert.equal(zipped.code, 64);
  assert.match(zipped.err, /cut\.jsonl\.gz is cut short or damaged: its gzip data is not whole/);
  const xml = (await here("export", "首页", "--vantage", "ct-sh", "--rrd")).out;
  for (const part of [0.3, 0.6, 0.99]) {
    writeFileSync(file("cut.xml"), xml.slice(0, xml.length * part));
    const dump = await here("import", file("cut.xml"), "--rrd", "--target", "首页", "--vantage", "by-cut");
    assert.equal(dump.code, 64);
    assert.match(dump.err, /the dump is cut short: it does not end with <\/rrd>/);
  }
  const held = await here("export", "首页", "--vantage", "by-cut", "--jsonl");
  assert.equal(held.out, "");
});

test("exported CSV keeps times, states and failures; an import cut short goes on from its chunk", async () => {
  assert.equal(
    (await here("export", "首页", "--vantage", "ct-sh", "--csv", "--out", file("all.csv"))).code,
    0,
  );
  const { counts } = await imported(file("all.csv"), "--csv", "--vantage", "by-csv");
  assert.deepEqual(counts, { stored: past.samples.length, duplicate: 0, refused: 0 });
  const rest = await imported(file("all.csv"), "--csv", "--vantage", "by-csv", "--from-chunk", "1");
  assert.deepEqual(rest.counts, { stored: 0, duplicate: past.samples.length - 500, refused: 0 });
  const known = (sample: Record<string, unknown>) => {
    const { failure, ...rest } = sample as { failure?: { phase: string; cause: string; source: string } };
    return { ...rest, failure: failure && [failure.phase, failure.cause, failure.source] };
  };
  assert.deepEqual((await samplesOf("by-csv")).map(known), (await samplesOf("ct-sh")).map(known));
});

test("an UNKNOWN tick goes through CSV with its reason", async () => {
  const [known = {}] = await samplesOf("ct-sh");
  const tick = Number(known["tick"]) - 3_000;
  const timings = Object.fromEntries(Object.keys(known["timings"] ?? {}).map((name) => [name, null]));
  const unknown = {
    ...known,
    tick,
    seq: 1,
    state: "unknown",
    unknownReason: "overload",
    timings,
    detail: {},
  };
  const { failure: _, ...line } = unknown as typeof unknown & { failure?: unknown };
  writeFileSync(file("unknown.jsonl"), `${JSON.stringify(line)}\n`);
  const stored = { stored: 1, duplicate: 0, refused: 0 };
  const first = await imported(file("unknown.jsonl"), "--jsonl", "--vantage", "by-unknown");
  assert.deepEqual(first.counts, stored, first.err);
  const out = ["--csv", "--out", file("unknown.csv")];
  assert.equal((await here("export", "首页", "--vantage", "by-unknown", ...out)).code, 0);
  const second = await imported(file("unknown.csv"), "--csv", "--vantage", "by-unknown-2");
  assert.deepEqual(second.counts, stored, second.err);
  const [back] = await samplesOf("by-unknown-2");
  assert.deepEqual([back?.["state"], back?.["unknownReason"]], ["unknown", "overload"]);
});

test("what rrdtool dumps of an export is the history of every tick with a total", {
  skip: without,
}, async () => {
  assert.equal((await here("export", "首页", "--vantage", "ct-sh", "--rrd", "--out", file("a.xml"))).code, 0);
  const restored = spawnSync("rrdtool", ["restore", file("a.xml"), file("a.rrd")], { encoding: "utf8" });
  assert.equal(restored.status, 0, restored.stderr);
  const dumped = spawnSync("rrdtool", ["dump", file("a.rrd"), file("dump.xml")], { encoding: "utf8" });
  assert.equal(dumped.status, 0, dumped.stderr);
  const { counts, err } = await imported(
    file("dump.xml"),
    "--rrd",
    "--target",
    "首页",
    "--vantage",
    "by-rrd",
  );
  const ofTotal = (samples: readonly Record<string, unknown>[]) =>
    samples.filter(({ state }) => state === "up").map(({ tick, timings }) => ({ tick, timings }));
  // The finest archive has 600 rows, the last of them that of the export's own instant.
  const written = /<lastupdate>\s*(\d+)/.exec(readFileSync(file("a.xml"), "utf8"))?.[1];
  const newest = Math.floor(Number(written) / 300) * 300;
  const want = ofTotal(await samplesOf("ct-sh")).filter(({ tick }) => Number(tick) > newest - 600 * 300);
  assert.deepEqual(counts, { stored: want.length, duplicate: 0, refused: 0 });
  assert.deepEqual(ofTotal(await samplesOf("by-rrd")), want);
  assert.match(err, /^\d+ rows without a value stay UNKNOWN$/m);
});

test("a round-robin file of other names comes in by --map, in its unit", { skip: without }, async () => {
  const startS = Math.floor(Date.now() / 300_000) * 300 - 3_000;
  const rrdtool = (...args: string[]) => {
    const ran = spawnSync("rrdtool", args, { encoding: "utf8" });
    assert.equal(ran.status, 0, ran.stderr);
  };
  const rows = ["RRA:AVERAGE:0.5:12:10", "RRA:AVERAGE:0.5:1:20"];
  const sources = ["DS:median:GAUGE:600:U:U", "DS:loss:GAUGE:600:U:U"];
  rrdtool("create", file("peer.rrd"), "-s", "300", "-b", `${startS}`, ...sources, ...rows);
  for (let i = 1; i <= 6; i += 1) rrdtool("update", file("peer.rrd"), `${startS + i * 300}:${i * 10.5}:0`);
  rrdtool("dump", file("peer.rrd"), file("peer.xml"));
  const args = [file("peer.xml"), "--rrd", "--target", "首页", "--vantage", "by-peer", "--unit", "ms"];
  const { counts } = await imported(...args, "--map", "median=total");
  assert.deepEqual(counts, { stored: 6, duplicate: 0, refused: 0 });
  assert.deepEqual(
    (await samplesOf("by-peer")).map(({ tick, timings }) => [tick, (timings as { total: number }).total]),
    [1, 2, 3, 4, 5, 6].map((i) => [startS + i * 300, i * 10_500]),
  );
  const absent = await here("import", ...args, "--map", "rtt=total");
  assert.equal(absent.code, 64);
  assert.match(absent.err, /there is no data source rtt\n {2}it has median, loss/);
});

test("each line that is refused is named with its reason, and the others are stored", async () => {
  const [sample = {}] = (await here("export", "首页", "--vantage", "ct-sh", "--jsonl")).out
    .split("\n", 1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const tick = (past.samples[0]?.tick ?? 0) - 86_400;
  const good = { ...sample, vantage: "by-peer", tick };
  const bad = [
    "not json",
    "[1]",
    JSON.stringify({ ...good, tick: tick + 1 }),
    JSON.stringify({ ...good, target: "nobody" }),
    JSON.stringify(good),
    JSON.stringify({ ...good, tick: tick - 900 * 86_400 }),
    JSON.stringify({ ...good, tick: tick + 300 * 86_400 }),
    JSON.stringify({ ...good, tick: tick + 300, colour: "red" }),
    ...[10, 11, 12, 13, 14, 15].map(() => JSON.stringify({ ...good, target: "nobody else" })),
    ...Array.from({ length: 22 }, (_, i) => JSON.stringify({ ...good, tick: tick - (800 + i) * 86_400 })),
  ];
  writeFileSync(file("bad.jsonl"), [JSON.stringify(good), ...bad].join("\r\n"));
  const { counts, err } = await imported(file("bad.jsonl"), "--jsonl");
  assert.deepEqual(counts, { stored: 1, duplicate: 0, refused: 36 });
  const reasons = [
    /^line 2: it is not JSON$/m,
    /^line 3: it has no tick$/m,
    /^line 4: tick: tick is not a multiple of stepS$/m,
    /^line 5: there is no target "nobody"$/m,
    /^line 6: tick \d+ was on line 1 already$/m,
    /^line 7: its tick \S+Z is 9\d\d days ago; the longest archive reaches back 797 days$/m,
    /^line 8: its tick \S+Z is \d+ s ahead of the collector's clock \(\S+Z\); at most 60 s are taken$/m,
    /^line 9: .*colour/m,
    /^6 lines \(10, 11, 12, 13, 14, \.\.\.\): there is no target "nobody else"$/m,
    /^3 more lines were refused for the same reason as line \d+$/m,
  ];
  for (const reason of reasons) assert.match(err, reason);
  assert.match(err, /carrierwatch import: 36 lines were refused, the others are in\n/);
});

test("one refused line is no plural, and where nothing came in nobody is told that the others did", async () => {
  const sample = JSON.parse(
    (await here("export", "首页", "--vantage", "ct-sh", "--jsonl")).out.split("\n")[0] ?? "",
  );
  const lost = JSON.stringify({ ...sample, target: "nobody" });
  const run = async (...lines: string[]) => {
    writeFileSync(file("few.jsonl"), lines.join("\n"));
    const ran = await here("import", file("few.jsonl"), "--jsonl", "--vantage", "by-json");
    assert.equal(ran.code, 65);
    return /carrierwatch import: (.+)\n/.exec(ran.err)?.[1];
  };
  assert.equal(await run(lost), "one line was refused, nothing is in");
  assert.equal(await run(lost, lost), "2 lines were refused, nothing is in");
  assert.equal(await run(JSON.stringify(sample), lost), "one line was refused, the others are in");
});

test("what export writes into a pipe, import reads out of it: every archive is the same to the byte", async () => {
  const bin = new URL("../../../deploy/bin.js", import.meta.url).pathname;
  const run = `"${process.execPath}" "${bin}"`;
  const piped = (form: string, through: string, vantage: string) =>
    spawnSync(
      "sh",
      [
        "-c",
        `${run} export 首页 --vantage ct-sh --${form} --data . > out.${form} && cat out.${form} | ${through} |
         ${run} import - --${form} --target 首页 --vantage ${vantage} --data . --json`,
      ],
      { cwd: past.dir, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
    );
  for (const [form, through, vantage] of [
    ["jsonl", "gzip", "by-pipe"],
    ["csv", "cat", "by-pipe-2"],
  ] as const) {
    const ran = piped(form, through, vantage);
    const { stored } = JSON.parse(ran.stdout || "{}") as { stored?: number };
    assert.equal(stored, past.samples.length, ran.stderr);
  }
  const nothing = await carrierwatch(["import", "-", "--jsonl", "--data", past.dir]);
  assert.deepEqual([nothing.code, nothing.out], [0, "stored 0, duplicate 0, refused 0\n"], nothing.err);
  const cut = piped("jsonl", "gzip | head -c 2000", "by-pipe");
  assert.match(cut.stderr, /- is cut short or damaged: its gzip data is not whole/);
  const store = await openSqliteStore({ dir: past.dir, log: silentLog });
  for (const archive of [300, 1_800, 7_200, 86_400, "strip"] as const) {
    const [own, ...others] = await Promise.all(
      ["ct-sh", "by-pipe", "by-pipe-2"].map((vantage) =>
        store.digest({ target: past.target.id, vantage }, archive),
      ),
    );
    assert.deepEqual(others, [own, own], String(archive));
  }
  await store.close();
});

test("a table without a heading is refused, not half read", async () => {
  writeFileSync(file("bare.csv"), "1700000000,12.5\n1700000300,13\n");
  const { counts, err } = await imported(
    file("bare.csv"),
    "--csv",
    "--target",
    "首页",
    "--vantage",
    "by-csv",
  );
  assert.deepEqual(counts, { stored: 0, duplicate: 0, refused: 1 });
  assert.match(err, /line 1: the heading names neither tick nor t/);
});

test("a chunk beyond the end of the file is refused: nothing would be sent, and nobody told", async () => {
  writeFileSync(file("few.csv"), `tick,total_ms\n${T_FEW},1\n`);
  const args = [file("few.csv"), "--csv", "--target", "首页", "--vantage", "by-few", "--step", "300"];
  const beyond = await here("import", ...args, "--from-chunk", "2");
  assert.deepEqual([beyond.code, beyond.out], [64, ""]);
  assert.match(beyond.err, /--from-chunk 2 is beyond the end of the file: 1 at most/);
  const zh = await here("import", ...args, "--from-chunk", "2", "--lang", "zh");
  assert.match(zh.err, /--from-chunk 2 超出了文件末尾：最多 1\n.*不加 --from-chunk 就导入整个文件/);
  const { counts } = await imported(file("few.csv"), ...args.slice(1), "--from-chunk", "0");
  assert.deepEqual(counts, { stored: 1, duplicate: 0, refused: 0 });
  const behind = await imported(file("few.csv"), ...args.slice(1), "--from-chunk", "1");
  assert.deepEqual(
    behind.counts,
    { stored: 0, duplicate: 0, refused: 0 },
    "as it is said after the last one",
  );
});

test("what a line lacks is said in words, each field in the language asked for", async () => {
  writeFileSync(file("no-step.csv"), `tick,total_ms\n${T_FEW},1\n`);
  writeFileSync(file("lacking.jsonl"), `{"target":"首页","vantage":"by-few","tick":${T_FEW}}\n`);
  const csv = ["import", file("no-step.csv"), "--csv", "--target", "首页", "--vantage", "by-few"];
  assert.match((await here(...csv)).err, /^line 2: it has no step_s; give --step$/m);
  assert.match((await here(...csv, "--lang", "zh")).err, /^第 2 行：没有 step_s；请给出 --step$/m);
  const lacking = await here("import", file("lacking.jsonl"), "--jsonl", "--lang", "zh");
  assert.equal(lacking.code, 65);
  assert.match(
    lacking.err,
    /^第 1 行：stepS：要 number，不能是 undefined；seq：要 number，不能是 undefined；/m,
  );
  assert.doesNotMatch(lacking.err, /Invalid input: expected number/);
});

test("a command line that names no form, or a file that is none, is exit 64", async () => {
  writeFileSync(file("any.csv"), "tick,total_ms\n");
  const cases = [
    { args: [file("any.csv")], want: /in which form is it\?/ },
    { args: [file("nowhere"), "--csv"], want: /nowhere cannot be read/ },
    { args: [file("any.csv"), "--rrd"], want: /this is not what rrdtool dump writes/ },
    { args: [file("any.csv"), "--csv", "--from-chunk", "x"], want: /--from-chunk "x" is no whole number/ },
    { args: [file("any.csv"), "--csv", "--map", "x=ping"], want: /--map "x=ping" is not NAME=METRIC/ },
  ];
  for (const { args, want } of cases) {
    const ran = await here("import", ...args);
    assert.deepEqual([ran.code, ran.out], [64, ""], ran.err);
    assert.match(ran.err, want);
  }
});

test("in a dump, comments and blanks mean nothing; rows are counted back from lastupdate", () => {
  const xml = `<rrd><step> 60 <!-- Seconds --></step><lastupdate>600 <!-- 1970 --></lastupdate>
    <ds><name> total </name></ds><rra><cf>MAX</cf><pdp_per_row>1</pdp_per_row><database>
    <!-- x / 540 --> <row><v>1.5000000000e-01</v></row> <row><v> NaN </v></row></database></rra></rrd>`;
  const { samples, unknown } = rrdSamples(
    dumpOf(xml),
    new Map([["total", { metric: "total", perUnit: 1e6 }]]),
  );
  assert.deepEqual([samples.length, unknown], [1, 1]);
  const [only] = samples;
  assert.ok(only && "sample" in only);
  assert.equal(only.sample.tick, 540);
});
