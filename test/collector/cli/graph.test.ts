/** The verb `graph` on a data folder with a past. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadImage } from "@napi-rs/canvas";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

let past: Past;
let keeping: Past;
before(async () => {
  past = await folderWithPast(24);
  keeping = await folderWithPast(3, [], { last: true, percentiles: ["ttfb"] });
});
after(() => {
  past.remove();
  keeping.remove();
});

const graph = (...args: string[]) => carrierwatch(["graph", "首页", "--data", past.dir, ...args]);
const graphKept = (...args: string[]) => carrierwatch(["graph", "首页", "--data", keeping.dir, ...args]);

test("a chart goes to a file, PNG or SVG by its name", async () => {
  const png = join(past.dir, "chart.png");
  const svg = join(past.dir, "chart.svg");
  const made = await graph("--out", png, "--range", "3h", "--width", "500", "--scale", "1");
  assert.equal(made.code, 0, made.err);
  assert.equal((await loadImage(readFileSync(png))).width, 500);
  assert.equal((await graph("--out", svg, "--from", "2d", "--carrier", "ct", "--lang", "en")).code, 0);
  assert.match(readFileSync(svg, "utf8"), /<svg /);
});

test("a carrier is named by id or by what it is called, as fetch takes it", async () => {
  const drawn = [];
  const [from, to] = [9, 2].map((days) =>
    new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10),
  );
  for (const carrier of ["ct", "电信", "China Telecom"]) {
    const out = join(past.dir, `carrier-${drawn.length}.svg`);
    const ran = await graph("--out", out, "--from", from ?? "", "--to", to ?? "", "--carrier", carrier);
    assert.equal(ran.code, 0, ran.err);
    drawn.push(readFileSync(out, "utf8").length);
  }
  assert.equal(new Set(drawn).size, 1);
});

test("a name of another kind of picture is refused, and nothing is written", async () => {
  const out = join(past.dir, "chart.jpg");
  const ran = await carrierwatch(["graph", "首页", "--data", past.dir, "--out", out]);
  assert.deepEqual([ran.code, /chart\.jpg": pictures are PNG or SVG/.test(ran.err)], [64, true]);
  assert.equal(existsSync(out), false);
});

test("MAX, MIN, LAST and percentiles are drawn where they are kept, each another picture", async () => {
  const pictures = new Set<string>();
  for (const args of [
    [],
    ["--cf", "MAX"],
    ["--cf", "min"],
    ["--cf", "LAST"],
    ["--percentile", "50,p95,99"],
    ["--cf", "AVERAGE", "--percentile", "99.9"],
    ["--metric", "speed", "--cf", "LAST"],
    ["--metric", "ttfb"],
    ["--metric", "ttfb", "--percentile", "50", "--percentile", "95"],
    ["--metric", "phases"],
  ]) {
    const out = join(keeping.dir, `${pictures.size}.svg`);
    const ran = await graphKept(...args, "--range", "week", "--out", out);
    assert.equal(ran.code, 0, `${args.join(" ")}: ${ran.err}`);
    pictures.add(readFileSync(out, "utf8"));
  }
  assert.equal(pictures.size, 10);
});

test("what is not held so far back is refused in Chinese too", async () => {
  const out = join(past.dir, "no.png");
  const ttfb = await graph("--metric", "ttfb", "--percentile", "99", "--lang", "zh", "--out", out);
  assert.deepEqual(
    [ttfb.code, /ttfb 的百分位数在 20\d\d-.* 及以前没有保存/.test(ttfb.err)],
    [64, true],
    ttfb.err,
  );
  const speed = await graph("--metric", "speed", "--percentile", "9", "--lang", "zh", "--out", out);
  assert.match(speed.err, /--percentile 只用于 total 和 ttfb，不能用于 speed/);
  assert.equal((await graph("--help", "--lang", "zh")).out.includes("每行画什么"), true);
});

for (const [args, message] of [
  [["--metric", "median"], /--metric "median" is none of dns, .*, ttfb, total, speed, phases/],
  [["--cf", "MEDIAN"], /--cf "MEDIAN" is none of AVERAGE, MAX, MIN, LAST/],
  [["--percentile", "0"], /--percentile "0" is no number above 0 and up to 100/],
  [["--percentile", "100.1"], /--percentile "100.1" is no number/],
  [["--metric", "speed", "--percentile", "95"], /--percentile is of total and of ttfb, not of speed/],
  [["--metric", "phases", "--cf", "MAX"], /phases are areas of averages/],
  [["--cf", "AVERAGE,MAX,MIN", "--percentile", "50,95"], /5 lines of each carrier cannot be told apart/],
  [["--metric", "ttfb", "--percentile", "99"], /percentiles of ttfb are not held until 20\d\d-/],
  [["--range", "month", "--cf", "LAST"], /LAST of rows of \d+ s is not held until 20\d\d-/],
  [["--width", "12"], /--width "12" is no whole number from 300 to 4000/],
  [["--range", "eon"], /--range "eon" is none of 3h, day, week, month, year/],
  [["--carrier", "nobody"], /no carrier "nobody" measures 首页/],
  [["--lang", "fr"], /neither zh nor en/],
  [["--time-zone", "Mars/Base"], /--time-zone "Mars\/Base" is unknown here/],
  [["--to", "1h"], /--to goes with --from/],
  [["--range", "week", "--from", "2d"], /--range does not go with --from and --to/],
  [["--from", "2h", "--to", "3h"], /: --from 2h is not before --to 3h\n/],
  [["--from", "2099-01-01"], /: --from 2099-01-01 is not in the past\n/],
] as const) {
  test(`it says what is wrong with ${args.join(" ")}`, async () => {
    const ran = await graph(...args, "--out", join(past.dir, "no.png"));
    assert.equal(ran.code, 64);
    assert.match(ran.err, message);
  });
}
