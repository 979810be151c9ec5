/** What a table's heading and the command line say to `import`, and lines that are no lines, are never passed over silently. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { linesIn } from "../../../collector/cli/import-content.ts";
import { jsonLines } from "../../../collector/cli/import-lines.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

let past: Past;
before(async () => {
  past = await folderWithPast(3, ["by-heading"]);
});
after(() => past.remove());

/** Thirty days back: held by the longest archive, and before what the past has. */
const TICK = Math.floor(Date.now() / 300_000) * 300 - 30 * 86_400;
const OF = ["--csv", "--target", "首页", "--vantage", "by-heading", "--step", "300"];

function imported(content: string, ...args: string[]) {
  const file = join(past.dir, "heading.csv");
  writeFileSync(file, content);
  return carrierwatch(["import", file, "--data", past.dir, ...OF, ...args]);
}

test("columns that nobody knows are named, those that export writes are not", async () => {
  const heading = "tick,time,state,failure_phase,total_ms,speed_bps,备注";
  const ran = await imported(`${heading}\n${TICK},x,up,,12.5,1000,y\n`, "--map", "failure_phase=dns");
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.err, /columns that are not read: "speed_bps", "备注"\n/);
  const zh = await imported(`${heading}\n${TICK},x,up,,12.5,1000,y\n`, "--lang", "zh");
  assert.match(zh.err, /没有读这些列："speed_bps"、"备注"\n/);
  const known = await imported(`tick,time,state,total_ms,speed_Bps\n${TICK},x,up,12.5,1000\n`);
  assert.doesNotMatch(known.err, /not read/);
});

test("a column that is mapped and not there, or a step that is none, is refused before anything is sent", async () => {
  const table = `tick,state,median\n${TICK + 300},up,0.2\n`;
  const cases = [
    { args: ["--map", "mediam=total"], want: /there is no column "mediam"\n {2}it has tick, state, median/ },
    { args: ["--step", "abc"], want: /--step "abc" is no whole number of seconds/ },
    { args: ["--step", "0"], want: /--step "0" is no whole number of seconds/ },
  ];
  for (const { args, want } of cases) {
    const ran = await imported(table, ...args);
    assert.deepEqual([ran.code, ran.out], [64, ""], ran.err);
    assert.match(ran.err, want);
  }
  const then = await imported(table, "--map", "median=total", "--json");
  assert.deepEqual([JSON.parse(then.out).stored, then.code], [1, 0], then.err);
});

test("a line without an end is named and passed over, whatever its length, and those around it are read", async () => {
  const part = Buffer.from("x".repeat(65_536));
  async function* content() {
    yield Buffer.from('\uFEFF{"tick":1}\r');
    yield Buffer.from('\n{"tick":2}\n');
    for (let i = 0; i < 40; i += 1) yield part;
    yield Buffer.from('\n\n{"tick":3,"target":"首');
    const [head, tail] = [Buffer.from("页"), Buffer.from('\u2028"}\r{"tick":4}')];
    yield head.subarray(0, 1);
    yield Buffer.concat([head.subarray(1), tail]);
  }
  const seen: unknown[] = [];
  for await (const one of jsonLines(linesIn(content())))
    seen.push("why" in one ? [one.line, one.why] : [one.line, one.sample.tick, one.target]);
  assert.deepEqual(seen, [
    [1, 1, undefined],
    [2, 2, undefined],
    [3, "it is longer than 1 MiB"],
    [5, 3, "首页\u2028"],
    [6, 4, undefined],
  ]);
});
