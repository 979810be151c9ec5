/** The state of carriers and of the service at every tick, and what of it counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { availabilityOf, cellsOf } from "../../../collector/query/availability.ts";
import { segmentsOf } from "../../../collector/query/segments.ts";
import {
  carrierStates,
  DOWN,
  isServiceDown,
  OUTSIDE,
  overlay,
  PAUSED,
  type Schedule,
  SUSPECT,
  serviceStates,
  UNKNOWN,
  UP,
} from "../../../collector/query/tick-states.ts";

const STEP_S = 300;
/** Strip codes: see archive/strip. */
const CODE = { u: 20, d: 2, s: 8, "-": 0 } as const;

const segments = (count: number) => segmentsOf([{ fromS: 0, toS: count * STEP_S, stepS: STEP_S }]);
const strip = (vantage: string, text: string, fromS = 0) => ({
  series: { target: "t", vantage },
  stepS: STEP_S,
  fromS,
  codes: Uint16Array.from(text, (letter) => CODE[letter as keyof typeof CODE]),
});
const states = (...texts: string[]) =>
  carrierStates(
    segments(texts[0]?.length ?? 0),
    texts.map((text, i) => strip(`v${i}`, text)),
  );

test("a carrier is what the majority of its reporting vantages say; a tie is down, none is UNKNOWN", () => {
  const rows: { votes: string; want: number }[] = [
    { votes: "-", want: UNKNOWN },
    { votes: "u", want: UP },
    { votes: "d", want: DOWN },
    { votes: "s", want: SUSPECT },
    { votes: "ud", want: DOWN },
    { votes: "uud", want: UP },
    { votes: "udd", want: DOWN },
    { votes: "uudd", want: DOWN },
    { votes: "uuudd", want: UP },
    { votes: "d--", want: DOWN },
    { votes: "u--", want: UP },
    { votes: "us", want: UP },
    { votes: "sd", want: DOWN },
    { votes: "ssd", want: SUSPECT },
  ];
  for (const { votes, want } of rows) assert.deepEqual([...states(...votes)], [want], votes);
});

test("the service is down when more than half of the carriers that report are, or as many as was said", () => {
  const rows: { down: number; reporting: number; quorum: "majority" | number; want: boolean }[] = [
    { down: 0, reporting: 3, quorum: "majority", want: false },
    { down: 1, reporting: 2, quorum: "majority", want: false },
    { down: 2, reporting: 3, quorum: "majority", want: true },
    { down: 1, reporting: 1, quorum: "majority", want: true },
    { down: 1, reporting: 3, quorum: 1, want: true },
    { down: 1, reporting: 3, quorum: 2, want: false },
    { down: 2, reporting: 2, quorum: 3, want: true },
    { down: 0, reporting: 0, quorum: 1, want: false },
  ];
  for (const { down, reporting, quorum, want } of rows) {
    assert.equal(isServiceDown(down, reporting, quorum), want, `${down} of ${reporting} at ${quorum}`);
  }
  const lines = [states("ud-"), states("dd-"), states("ud-")];
  assert.deepEqual([...serviceStates(lines, "majority")], [UP, DOWN, UNKNOWN]);
});

const SCHEDULE: Schedule = { createdS: 0, endedS: null, pauses: [], startS: 40, graceS: 40, nowS: 1_000_000 };

test("pauses, the time before creation and what is not due are in no count", () => {
  const laid = (text: string, change: Partial<Schedule>) => [
    ...overlay(segments(text.length), states(text), { ...SCHEDULE, ...change }),
  ];
  assert.deepEqual(laid("u-u", {}), [UP, UNKNOWN, UP]);
  assert.deepEqual(
    laid("---", { createdS: 599 }),
    [OUTSIDE, UNKNOWN, UNKNOWN],
    "the running tick is to be filled",
  );
  assert.deepEqual(laid("---", { createdS: 600 }), [OUTSIDE, OUTSIDE, UNKNOWN]);
  assert.deepEqual(laid("u--", { createdS: 600 }), [UP, OUTSIDE, UNKNOWN], "history that was measured stays");
  assert.deepEqual(laid("u--", { nowS: 379 }), [UP, OUTSIDE, OUTSIDE], "start 340 and 40 s to arrive");
  assert.deepEqual(laid("u--", { nowS: 380 }), [UP, UNKNOWN, OUTSIDE]);
  assert.deepEqual(laid("---", { createdS: 590, nowS: 629 }), [OUTSIDE, OUTSIDE, OUTSIDE], "just made");
  assert.deepEqual(laid("u--", { endedS: 300 }), [UP, OUTSIDE, OUTSIDE]);
});

test("a pause takes out the ticks that would have started in it, and measured ones only when wholly inside", () => {
  const laid = (text: string, fromS: number, toS: number | null) => [
    ...overlay(segments(text.length), states(text), { ...SCHEDULE, pauses: [{ fromS, toS }] }),
  ];
  assert.deepEqual(laid("-----", 300, 900), [UNKNOWN, PAUSED, PAUSED, UNKNOWN, UNKNOWN]);
  assert.deepEqual(
    laid("-----", 340, 341),
    [UNKNOWN, PAUSED, UNKNOWN, UNKNOWN, UNKNOWN],
    "tick 300 starts at 340",
  );
  assert.deepEqual(laid("-----", 341, 640), [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
  assert.deepEqual(laid("uuuuu", 300, 900), [UP, PAUSED, PAUSED, UP, UP]);
  assert.deepEqual(laid("uuuuu", 301, 900), [UP, UP, PAUSED, UP, UP], "tick 300 had begun before the pause");
  assert.deepEqual(laid("ddddd", 600, null), [DOWN, DOWN, PAUSED, PAUSED, PAUSED]);
});

test("availability counts suspect as up, UNKNOWN lowers coverage only", () => {
  const rows: { text: string; share: number | null; coverage: number }[] = [
    { text: "uuuu", share: 1, coverage: 1 },
    { text: "uudd", share: 0.5, coverage: 1 },
    { text: "us-d", share: 2 / 3, coverage: 0.75 },
    { text: "----", share: null, coverage: 0 },
  ];
  for (const { text, share, coverage } of rows) {
    const found = availabilityOf(states(text));
    assert.deepEqual([found.share, found.coverage], [share, coverage], text);
  }
  assert.deepEqual(availabilityOf(new Uint8Array(0)), {
    counts: { up: 0, down: 0, suspect: 0, unknown: 0 },
    share: null,
    coverage: 1,
  });
});

const cellsFor = (text: string, cellS: number, change: Partial<Schedule> = {}) => {
  const line = overlay(segments(text.length), states(text), { ...SCHEDULE, ...change });
  return cellsOf(segments(text.length), line, { fromS: 0, toS: text.length * STEP_S, cellS });
};

test("a cell shows its worst; equal neighbours are one cell", () => {
  assert.deepEqual(
    cellsFor("uuuuuddu----", 600).map(({ fromS, toS, state, share }) => [fromS, toS, state, share]),
    [
      [0, 1200, "up", 1],
      [1200, 2400, "down", 0.5],
      [2400, 3600, "unknown", null],
    ],
  );
});

test("a missed tick among measured ones does not make a cell UNKNOWN, most of them missed does", () => {
  assert.deepEqual(
    cellsFor("uu-", 900).map((cell) => cell.state),
    ["up"],
  );
  assert.deepEqual(
    cellsFor("u--", 900).map((cell) => cell.state),
    ["unknown"],
  );
  assert.deepEqual(
    cellsFor("d--", 900).map((cell) => cell.state),
    ["down"],
  );
});

test("a tick that is not due yet leaves no gap at the end, the time before creation is UNKNOWN", () => {
  const cells = cellsFor("--uuu-", 300, { createdS: 600, nowS: 1520 });
  assert.deepEqual(
    cells.map(({ fromS, toS, state }) => [fromS, toS, state]),
    [
      [0, 600, "unknown"],
      [600, 1800, "up"],
    ],
  );
});

test("the sliver before the first tick of a range goes with the cell after it", () => {
  const line = states("uuud");
  const cells = cellsOf(segments(4), line, { fromS: 301, toS: 1200, cellS: 300 });
  assert.deepEqual(
    cells.map(({ fromS, toS, state }) => [fromS, toS, state]),
    [
      [301, 900, "up"],
      [900, 1200, "down"],
    ],
  );
});

test("a paused cell says so", () => {
  const cells = cellsFor("uu--uu", 300, { pauses: [{ fromS: 600, toS: 1200 }] });
  assert.deepEqual(
    cells.map(({ state, paused }) => [state, paused]),
    [
      ["up", false],
      ["unknown", true],
      ["up", false],
    ],
  );
});

test("cells lie without gaps over any range, and steps that change in it keep their ticks", () => {
  const two = segmentsOf([
    { fromS: 0, toS: 3000, stepS: 300 },
    { fromS: 3000, toS: 4200, stepS: 60 },
  ]);
  const fine = {
    series: { target: "t", vantage: "a" },
    stepS: 60,
    fromS: 3000,
    codes: new Uint16Array(20).fill(20),
  };
  const line = carrierStates(two, [strip("a", "uuuuuuuudd"), fine]);
  assert.deepEqual(
    [...line].map((state) => (state === UP ? "u" : "d")).join(""),
    `uuuuuuuudd${"u".repeat(20)}`,
  );
  for (const cellS of [300, 700, 1800, 100_000]) {
    const cells = cellsOf(two, line, { fromS: 100, toS: 4100, cellS });
    assert.equal(cells[0]?.fromS, 100);
    assert.equal(cells.at(-1)?.toS, 4100);
    for (const [i, cell] of cells.entries()) if (i > 0) assert.equal(cell.fromS, cells[i - 1]?.toS);
  }
});
