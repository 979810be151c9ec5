/** Chart data to Chart.js configurations, and what is drawn over them. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import { METRICS } from "../../../collector/wire/metric.ts";
import { type Draw, drawAlarm, drawBand } from "../../../dashboard/charts/marks.ts";
import { bandsOf, type ChartInput, linesChart } from "../../../dashboard/charts/metric-chart.ts";
import { phasesChart } from "../../../dashboard/charts/phases-chart.ts";
import { sparkline } from "../../../dashboard/charts/sparkline.ts";
import { cutCells, stripCells } from "../../../dashboard/charts/state-strip.ts";
import { carrierColor, DARK, LIGHT } from "../../../dashboard/charts/theme.ts";

const LABELS = [1800, 3600, 5400];

function series(carrier: string, total: (number | null)[], max = total): ChartData["series"][number] {
  const columns = { AVERAGE: total, MAX: max, MIN: total };
  return {
    carrier,
    vantages: [`${carrier}-1`],
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, columns])),
    summary: {},
    availability: { counts: { up: 3, down: 0, suspect: 0, unknown: 0 }, share: 1, coverage: 1 },
    cells: [],
  };
}

function input(all: ChartData["series"], limit: number | null = 1000): ChartInput {
  return {
    data: {
      target: "www",
      range: "day",
      fromS: 0,
      toS: 5400,
      rowS: 1800,
      stepS: 300,
      labels: LABELS,
      series: all,
      incidents: [],
      events: [],
      pauses: [],
      nowS: 5400,
    },
    target: {
      alarm: {
        lines: limit === null ? {} : { total: { limit, carriers: { cnc: 400 } } },
        ticks: 2,
        carriers: "majority",
      },
      yMax: {},
    },
    lines: [
      { carrier: "ct", name: "电信", color: "#2f6fde" },
      { carrier: "cnc", name: "联通", color: "#d9772b" },
    ],
    theme: LIGHT,
    timeZone: "Asia/Shanghai",
    language: "zh",
    text: {
      value: String,
      title: String,
      alarm: (value, carrier) => `${carrier ?? ""}${value}`,
      worst: (carrier) => `${carrier} 最差`,
      line: (carrier, of) => `${carrier} ${of}`,
    },
  };
}

test("each carrier has one line in its colour, in order", () => {
  const config = linesChart("total", input([series("cnc", [1, 2, 3]), series("ct", [4, 5, 6])], null));
  assert.deepEqual(
    config.data.datasets.map((set) => [set.label, set.borderColor]),
    [
      ["电信", "#2f6fde"],
      ["联通", "#d9772b"],
    ],
  );
  assert.ok(config.data.datasets.every((set) => set.spanGaps === false));
});

test("a single measurement is a dot, not an empty chart", () => {
  const config = linesChart("total", input([series("ct", [null, null, 126])]));
  assert.deepEqual(config.data.datasets[0]?.pointRadius, [0, 0, 2.6]);
});

test("the worst values appear as a line of their own where the average hides a firing", () => {
  const hiding = linesChart("total", input([series("ct", [200, 200, 200], [300, 1500, 300])]));
  assert.deepEqual(
    hiding.data.datasets.map((set) => set.label),
    ["电信 最差", "电信"],
  );
  assert.deepEqual(
    hiding.data.datasets[0]?.data.map((point) => point.y),
    [null, 1500, null],
  );
  const honest = linesChart("total", input([series("ct", [200, 200, 200], [300, 300, 300])]));
  assert.equal(honest.data.datasets.length, 1);
});

test("what is drawn of each row has a line of its own per function, told apart by width and dash", () => {
  const all = input([series("ct", [1, 2, 3])], null);
  const columns = new Map([
    [
      "ct",
      new Map([
        ["p50", [1, 2]],
        ["p95", [3, null]],
      ]),
    ],
  ]);
  const rows = { of: ["p50", "p95"] as const, labels: [1800, 3600], rowS: 1800, columns, whole: new Map() };
  const { datasets } = linesChart("total", { ...all, rows }).data;
  assert.deepEqual(
    datasets.map(({ label, data }) => [label, data.map(({ y }) => y)]),
    [
      ["电信 p50", [1, 2]],
      ["电信 p95", [3, null]],
    ],
  );
  const looks = datasets.map(({ borderDash, borderWidth }) => JSON.stringify([borderDash, borderWidth]));
  assert.equal(new Set(looks).size, 2);
});

test("a hidden carrier is not drawn", () => {
  const all = input([series("ct", [1, 2, 3]), series("cnc", [4, 5, 6])], null);
  const config = linesChart("total", { ...all, lines: all.lines.slice(1) });
  assert.deepEqual(
    config.data.datasets.map((set) => set.label),
    ["联通"],
  );
});

test("one carrier alone shows its five phases as areas under its total", () => {
  const all = input([series("ct", [10, null, 30])]);
  const line = all.lines[0];
  assert.ok(line);
  const config = phasesChart(line, (phase) => phase, all);
  assert.deepEqual(
    config.data.datasets.map((set) => set.label),
    ["dns", "connect", "tls", "wait", "transfer", "电信"],
  );
  assert.deepEqual(
    config.data.datasets.map((set) => set.fill),
    ["origin", "-1", "-1", "-1", "-1", false],
  );
  assert.equal(config.data.datasets[3]?.data[1]?.y, null);
});

test("a phase that never was leaves no hole under the areas above it; one that was skipped is flat", () => {
  const column = (values: (number | null)[]) => ({ AVERAGE: values, MAX: values, MIN: values });
  const ct = series("ct", [10, 20, 30]);
  // A literal address has no DNS, plain http no TLS before it was moved to https, and the last one failed at wait.
  const metrics = {
    ...ct.metrics,
    dns: column([null, null, null]),
    tls: column([null, 5, 6]),
    wait: column([7, 8, null]),
    transfer: column([1, 1, null]),
  };
  const all = input([{ ...ct, metrics }]);
  const line = all.lines[0];
  assert.ok(line);
  const { datasets } = phasesChart(line, (phase) => phase, all).data;
  assert.deepEqual(
    datasets.map((set) => [set.label, set.fill, set.data.map((point) => point.y)]),
    [
      ["connect", "origin", [10, 20, 30]],
      ["tls", "-1", [0, 5, 6]],
      ["wait", "-1", [7, 8, null]],
      ["transfer", "-1", [1, 1, null]],
      ["电信", false, [10, 20, 30]],
    ],
  );
});

test("an open incident reaches the end of the chart, a pause is hatched", () => {
  const { data } = input([]);
  const incident = {
    id: "i",
    target: "www",
    subject: "target" as const,
    class: "down" as const,
    fromS: 3600,
    toS: null,
    transitions: [],
    name: "www",
    carriers: ["ct"],
  };
  const bands = bandsOf({ ...data, incidents: [incident], pauses: [{ fromS: 600, toS: null }] }, LIGHT);
  assert.deepEqual(
    bands.map((band) => [band.fromS, band.toS, band.hatched]),
    [
      [600, 5400, true],
      [3300, 5400, false],
    ],
  );
});

/** Records what is drawn. */
function recorder(): { draw: Draw; calls: string[] } {
  const calls: string[] = [];
  const draw = new Proxy({} as Draw, {
    get(target, name) {
      if (name === "measureText") return (text: string) => ({ width: text.length * 6 });
      const kept = Reflect.get(target, name) as unknown;
      return kept ?? ((...args: unknown[]) => calls.push(`${String(name)} ${args.join(" ")}`.trim()));
    },
  });
  return { draw, calls };
}

const AREA = { left: 60, right: 660, top: 10, bottom: 210 };

test("an alarm line is drawn across the area with its label; one above the axis keeps the label only", () => {
  const across = recorder();
  drawAlarm(across.draw, AREA, 100, { limit: 1, color: "#c8323c", text: "告警 1 s", above: false }, LIGHT);
  assert.ok(across.calls.includes("moveTo 60 100") && across.calls.includes("lineTo 660 100"));
  assert.ok(across.calls.some((call) => call.startsWith("fillText 告警 1 s")));
  const above = recorder();
  drawAlarm(above.draw, AREA, 12, { limit: 1, color: "#c8323c", text: "告警 1 s", above: true }, LIGHT);
  assert.ok(!above.calls.some((call) => call.startsWith("lineTo")));
  assert.ok(above.calls.some((call) => call.startsWith("fillText ↑ 告警 1 s")));
});

test("a band is clipped to the area and visible however short", () => {
  const { draw, calls } = recorder();
  drawBand(draw, AREA, 20, 60.2, { fromS: 0, toS: 1, color: "#000000", hatched: false });
  assert.ok(calls.includes("fillRect 60 10 1.5 200"));
  const outside = recorder();
  drawBand(outside.draw, AREA, 700, 720, { fromS: 0, toS: 1, color: "#000000", hatched: false });
  assert.deepEqual(outside.calls, []);
});

test("one failure in a month is a visible share of its cell, UNKNOWN is neither up nor down", () => {
  const cells = [
    { fromS: 0, toS: 100, state: "down" as const, paused: false, share: 0.999 },
    { fromS: 100, toS: 200, state: "unknown" as const, paused: false, share: 1 },
    { fromS: 200, toS: 300, state: "unknown" as const, paused: true, share: null },
    { fromS: 300, toS: 400, state: "down" as const, paused: false, share: 0 },
  ];
  const drawn = stripCells(cells, 50, 400, 0.3);
  assert.deepEqual(
    drawn.map((cell) => [cell.kind, Math.round(cell.downHeight * 10_000) / 10_000]),
    [
      ["up", 0.3007],
      ["unknown", 0],
      ["paused", 0],
      ["down", 1],
    ],
  );
  assert.equal(drawn[0]?.x, 0);
  assert.equal(cutCells(cells.slice(0, 1), 30).length, 4);
});

test("a spark has a gap where nothing is known and a dot for a lonely value", () => {
  const { path, dots } = sparkline([1, 2, null, 3, null], 100, 20);
  assert.equal(path.match(/M/g)?.length, 1);
  assert.equal(dots.length, 1);
  assert.deepEqual(sparkline([null, null], 100, 20), { path: "", dots: [] });
});

/** @see WCAG 2, relative luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("every carrier's line stands out from its ground, and text colours can be read", () => {
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const theme of [LIGHT, DARK]) {
    for (const color of ["#2f6fde", "#d9772b", "#158a7a", "#7d5fb8"]) {
      assert.ok(contrast(carrierColor(color, theme.dark), theme.panel) >= 3, `${color} dark=${theme.dark}`);
    }
    for (const color of [theme.ink, theme.ink2, theme.ink3, theme.down]) {
      assert.ok(contrast(color, theme.panel) >= 4.4, `${color} dark=${theme.dark}`);
    }
  }
});
