/** Pictures of charts: what is drawn is looked at as pixels, in a canvas of its own. */
import assert from "node:assert/strict";
import test from "node:test";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { type PictureOptions, pictureOf } from "../../../collector/report/picture.ts";
import { chart } from "../../browser/support/fixture-chart.ts";
import { CARRIERS, STORIES, type Story } from "../../browser/support/fixtures.ts";

const story = STORIES[0] as Story;

function options(changes: Partial<PictureOptions> = {}, name = story.name): PictureOptions {
  const line = { limit: 1000, carriers: {} };
  return {
    data: chart(story, "day"),
    target: {
      ...{ name, url: "https://www.example.com/", percentiles: ["ttfb"] },
      ...{ alarm: { lines: { total: line }, ticks: 2, carriers: "majority" }, yMax: {} },
    },
    carriers: CARRIERS,
    metric: "total",
    only: null,
    form: "png",
    width: 600,
    height: 200,
    scale: 1,
    dark: false,
    language: "zh",
    timeZone: "Asia/Shanghai",
    ...changes,
  };
}

type Pixels = { width: number; height: number; at(x: number, y: number): string; all: Uint8ClampedArray };

async function pixelsOf(bytes: Buffer): Promise<Pixels> {
  const image = await loadImage(bytes);
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) =>
    [0, 1, 2].map((i) => (data[(y * image.width + x) * 4 + i] ?? 0).toString(16).padStart(2, "0")).join("");
  return { width: image.width, height: image.height, at, all: data };
}

/** How many pixels have nearly this colour. */
function count(pixels: Pixels, hex: string): number {
  const want = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
  let found = 0;
  for (let i = 0; i < pixels.all.length; i += 4) {
    if (want.every((channel, c) => Math.abs((pixels.all[i + c] ?? 0) - channel) < 12)) found += 1;
  }
  return found;
}

/** The heading's pixels as text, to compare. */
function heading(pixels: Pixels): string {
  let text = "";
  for (let y = 8; y < 28; y += 1)
    for (let x = 16; x < 60; x += 1) text += pixels.at(x, y) === "ffffff" ? " " : "#";
  return text;
}

test("every carrier's line is drawn in its colour, and left out when it is not asked for", async () => {
  const all = await pixelsOf(await pictureOf(options()));
  const [first, second] = CARRIERS;
  assert.ok(first && second);
  for (const carrier of CARRIERS) assert.ok(count(all, carrier.color) > 100, carrier.id);
  const one = await pixelsOf(await pictureOf(options({ only: [first.id] })));
  assert.ok(count(one, first.color) > 100);
  assert.equal(count(one, second.color), 0);
});

test("Chinese names are written, not drawn as boxes", async () => {
  const [one, other] = await Promise.all(
    ["支付", "首页"].map(async (name) => heading(await pixelsOf(await pictureOf(options({}, name))))),
  );
  assert.notEqual(one, other);
  const boxes = heading(await pixelsOf(await pictureOf(options({}, "\u{10FFFD}\u{10FFFC}"))));
  assert.notEqual(one, boxes);
  assert.ok((one?.match(/#/g) ?? []).length > 60);
});

test("a picture is as wide as asked, times the scale; dark ground is dark", async () => {
  const double = await pixelsOf(await pictureOf(options({ scale: 2 })));
  const dark = await pixelsOf(await pictureOf(options({ dark: true })));
  assert.equal(double.width, 1200);
  assert.equal(dark.width, 600);
  assert.equal(double.height, dark.height * 2);
  assert.equal(dark.at(2, 2), "171e28");
});

test("phases of one carrier are areas in the phases' colours, each with its numbers", async () => {
  const lines = await pixelsOf(await pictureOf(options()));
  const phases = await pixelsOf(await pictureOf(options({ metric: "phases" })));
  assert.equal(phases.height - lines.height, 3 * 22, "five phases and a total instead of three carriers");
  assert.ok(count(phases, "#c08619") > 20, "wait");
});

test("SVG holds the same chart as shapes, its text as paths", async () => {
  const svg = (await pictureOf(options({ form: "svg" }))).toString();
  assert.match(svg, /^<\?xml[^>]*>\s*<svg [^>]*width="600"/);
  assert.doesNotMatch(svg, /<text|<image/);
  for (const carrier of CARRIERS) assert.ok(svg.toLowerCase().includes(carrier.color), carrier.id);
});

test("what is asked for of each row is what is drawn: several percentiles are several lines of a carrier", async () => {
  const data = chart(story, "day");
  const [first] = CARRIERS;
  assert.ok(first);
  const flat = (value: number) => data.labels.map(() => value);
  const columns = new Map([
    [
      first.id,
      new Map([
        ["p50", flat(100)],
        ["p99", flat(900)],
      ]),
    ],
  ]);
  const rows = { of: ["p50", "p99"] as const, labels: data.labels, rowS: data.rowS, columns };
  const whole = new Map([
    [
      first.id,
      new Map([
        ["p50", 100],
        ["p99", 900],
      ]),
    ],
  ]);
  const drawn = await pixelsOf(
    await pictureOf(options({ data, only: [first.id], rows: { ...rows, whole } })),
  );
  const average = await pixelsOf(await pictureOf(options({ data, only: [first.id] })));
  // Of a flat line one row of pixels is the carrier's colour all along.
  const widest = (pixels: Pixels) =>
    Math.max(
      ...Array.from({ length: 180 }, (_, i) => i + 54).map(
        (y) =>
          Array.from({ length: pixels.width }, (_, x) => pixels.at(x, y)).filter((hex) =>
            near(hex, first.color),
          ).length,
      ),
    );
  assert.ok(widest(drawn) > 400, "p50 is drawn as wide as the chart");
  assert.ok(widest(average) < 300);
  const dashed = Array.from({ length: 500 }, (_, x) => x + 80).filter((x) =>
    Array.from({ length: 60 }, (_, y) => y + 54).some((y) => !["ffffff", "e3e6eb"].includes(drawn.at(x, y))),
  );
  assert.ok(dashed.length > 100, "p99 stands above it");
});

function near(hex: string, want: string): boolean {
  const channel = (text: string, i: number) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return [0, 1, 2].every((i) => Math.abs(channel(hex, i) - channel(want.slice(1), i)) < 60);
}
