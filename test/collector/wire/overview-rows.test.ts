/** A row of the overview travels small and is drawn as it was made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Availability, StateCell } from "../../../collector/wire/api-chart.ts";
import { OverviewRow } from "../../../collector/wire/api-overview.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { type CellFacts, packRow, type RowFacts, unpackRow } from "../../../collector/wire/overview-rows.ts";
import { coverageOf, shareOf } from "../../../collector/wire/shares.ts";
import { sparkline } from "../../../dashboard/charts/sparkline.ts";
import { cutCells, stripCells } from "../../../dashboard/charts/state-strip.ts";

const NOW_S = Date.UTC(2026, 10, 21, 6, 36, 48) / 1000;
const FROM_S = NOW_S - 86_400;
const HOUR_S = 3600;

function day(up: number, down = 0, suspect = 0, unknown = 0): Availability {
  const counts = { up, down, suspect, unknown };
  return { counts, share: shareOf(counts), coverage: coverageOf(counts) };
}

const INCIDENT: IncidentView = {
  id: "i-1",
  target: "shop",
  subject: "target",
  class: "down",
  fromS: NOW_S - 900,
  toS: null,
  transitions: [],
  name: "shop",
  carriers: ["ct"],
};

const UP: StateCell = { fromS: FROM_S, toS: NOW_S, state: "up", paused: false, share: 1 };

const FINE: CellFacts = {
  carrier: "ct",
  state: "up",
  slow: false,
  limitMs: null,
  totalMs: 123.456,
  failure: null,
  httpStatus: null,
  unknownReason: null,
  spark: Array.from({ length: 36 }, (_, i) => 63 - i),
  cells: [UP],
  availability24h: day(288),
  silentSinceMs: null,
  altered: null,
};

/** Half an hour of the day's second half as it is cut: k x 1,800 s. */
const CUT_S = Math.floor(NOW_S / 1800) * 1800 - 6 * HOUR_S;

const EVERYTHING: CellFacts = {
  ...FINE,
  carrier: "cnc",
  state: "down",
  slow: true,
  limitMs: 100,
  failure: { phase: "status", cause: "status", source: "target" },
  httpStatus: 503,
  spark: [null, 63, null, 0, 31],
  cells: [
    { ...UP, toS: CUT_S },
    { fromS: CUT_S, toS: CUT_S + 1800, state: "down", paused: false, share: 0.5 },
    { fromS: CUT_S + 1800, toS: CUT_S + 3600, state: "down", paused: false, share: 0 },
    { fromS: CUT_S + 3600, toS: CUT_S + 7200, state: "unknown", paused: false, share: null },
    { fromS: CUT_S + 7200, toS: CUT_S + 9000, state: "unknown", paused: true, share: null },
    { fromS: CUT_S + 9000, toS: NOW_S, state: "suspect", paused: false, share: 1 },
  ],
  availability24h: day(200, 9, 1, 24),
  silentSinceMs: NOW_S * 1000 - 90_000,
  altered: {
    sinceS: NOW_S - 600,
    differs: [{ what: "status", here: "200", elsewhere: "302" }],
  },
};

const UNKNOWN: CellFacts = {
  ...FINE,
  carrier: "cmcc",
  state: "unknown",
  totalMs: null,
  unknownReason: "overload",
  spark: [],
  cells: [{ ...UP, state: "unknown", share: null }],
  availability24h: day(0, 0, 0, 288),
};

const NONE: CellFacts = {
  ...FINE,
  carrier: "cbn",
  state: "none",
  totalMs: null,
  spark: [],
  cells: [],
  availability24h: day(0),
};

const ROW: RowFacts = {
  target: {
    id: "shop",
    name: "商店",
    url: "https://shop.example/",
    group: "example",
    stepS: 300,
    createdS: NOW_S - 5_000,
  },
  status: "down",
  incident: INCIDENT,
  cells: [FINE, EVERYTHING, UNKNOWN, NONE],
  availability24h: day(288),
};

function travelled(row: RowFacts): { bytes: number; back: RowFacts } {
  const text = JSON.stringify(packRow(row, NOW_S * 1000));
  const carriers = row.cells.map(({ carrier }) => carrier);
  const packed = OverviewRow.parse(JSON.parse(text));
  return { bytes: text.length, back: unpackRow(packed, carriers, [INCIDENT], NOW_S * 1000 + 321) };
}

test("a row comes back as it was made, whatever its cells say", () => {
  assert.deepEqual(travelled(ROW).back, ROW);
});

test("a target older than a day is as one that was made when the day began", () => {
  const made = (createdS: number) =>
    travelled({ ...ROW, target: { ...ROW.target, createdS } }).back.target.createdS;
  assert.deepEqual([made(NOW_S - 86_399), made(NOW_S - 9e6)], [NOW_S - 86_399, NOW_S - 86_400]);
});

test("a carrier that is not in the row measures nothing", () => {
  const carriers = ["new", "ct"];
  const [added, known] = unpackRow(packRow(ROW, NOW_S * 1000), carriers, [], NOW_S * 1000).cells;
  assert.deepEqual([added?.state, added?.cells, added?.availability24h.counts.up], ["none", [], 0]);
  assert.equal(known?.totalMs, 123.456);
});

test("what goes well takes less than a hundred bytes a cell", () => {
  const fine = ["ct", "cnc", "cmcc"].map((carrier) => ({ ...FINE, carrier }));
  const { bytes } = travelled({ ...ROW, status: "up", incident: null, cells: fine });
  const { bytes: without } = travelled({ ...ROW, status: "up", incident: null, cells: [] });
  assert.ok((bytes - without) / 3 < 100, `${(bytes - without) / 3} bytes`);
});

test("cells that are joined on the way are drawn as they were", () => {
  const cut = (at: number) => FROM_S - (FROM_S % 1800) + at * 1800;
  const cells: StateCell[] = [
    { fromS: FROM_S, toS: cut(3), state: "unknown", paused: false, share: null },
    { fromS: cut(3), toS: cut(4), state: "unknown", paused: false, share: 1 },
    { fromS: cut(4), toS: NOW_S, state: "up", paused: false, share: 1 },
  ];
  const { back } = travelled({ ...ROW, cells: [{ ...FINE, cells }] });
  const drawn = (some: readonly StateCell[]) =>
    stripCells(cutCells(some, 1800), FROM_S, NOW_S, 0.3).map(({ x, width, kind, downHeight }) => [
      x,
      width,
      kind,
      downHeight,
    ]);
  assert.deepEqual(drawn(back.cells[0]?.cells ?? []), drawn(cells));
});

test("a spark is drawn within a third of a pixel, gaps and lonely values where they were", () => {
  const values = Array.from({ length: 90 }, (_, i) =>
    i % 11 === 3 ? null : 80 + 70 * Math.sin(i / 5) + (i % 7),
  );
  values[40] = 900;
  const { back } = travelled({ ...ROW, cells: [{ ...FINE, spark: values }] });
  const points = (some: readonly (number | null)[]) => {
    const { path, dots } = sparkline(some, 96, 24);
    return [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)]
      .map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
      .concat(dots);
  };
  const [before, after] = [points(values), points(back.cells[0]?.spark ?? [])];
  assert.equal(after.length, values.filter((value) => value !== null).length);
  for (const [i, { x, y }] of before.entries()) {
    assert.equal(after[i]?.x, x);
    assert.ok(Math.abs((after[i]?.y ?? 0) - y) <= 1 / 3, `${y} and ${after[i]?.y}`);
  }
});
