/** The verb `graph` on a data folder with a past. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadImage } from "@napi-rs/canvas";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

let past: Past;
before(async () => {
  past = await folderWithPast(3);
});
after(() => past.remove());

const graph = (...args: string[]) => carrierwatch(["graph", "首页", "--data", past.dir, ...args]);

test("a chart goes to a file, PNG or SVG by its name", async () => {
  const png = join(past.dir, "chart.png");
  const svg = join(past.dir, "chart.svg");
  const made = await graph("--out", png, "--range", "3h", "--width", "500", "--scale", "1");
  assert.equal(made.code, 0, made.err);
  assert.equal((await loadImage(readFileSync(png))).width, 500);
  assert.equal((await graph("--out", svg, "--from", "2d", "--carrier", "ct", "--lang", "en")).code, 0);
  assert.match(readFileSync(svg, "utf8"), /<svg /);
});

for (const [args, message] of [
  [["--metric", "median"], /--metric "median" is none of total, speed, phases/],
  [["--width", "12"], /--width "12" is no whole number from 300 to 4000/],
  [["--range", "eon"], /--range "eon" is none of 3h, day, week, month, year/],
  [["--carrier", "nobody"], /no carrier "nobody" measures 首页/],
  [["--lang", "fr"], /neither zh nor en/],
  [["--time-zone", "Mars/Base"], /--time-zone "Mars\/Base" is unknown here/],
  [["--to", "1h"], /--to goes with --from/],
] as const) {
  test(`it says what is wrong with ${args.join(" ")}`, async () => {
    const ran = await graph(...args, "--out", join(past.dir, "no.png"));
    assert.equal(ran.code, 64);
    assert.match(ran.err, message);
  });
}
