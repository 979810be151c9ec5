/** Events become marks that do not stand on each other, whatever the range. */
import assert from "node:assert/strict";
import test from "node:test";
import { eventMarks, type Marked, textsAt } from "../../../dashboard/charts/event-marks.ts";

const event = (atS: number, kind: Marked["kind"] = "egress"): Marked => ({ atS, kind, text: `at ${atS}` });

test("events closer than a sixtieth of the range share a mark, newest first", () => {
  const table: [string, Marked[], [number, string, string[]][]][] = [
    ["none", [], []],
    ["one", [event(100)], [[100, "egress", ["at 100"]]]],
    ["just together", [event(100), event(199)], [[199, "egress", ["at 199", "at 100"]]]],
    [
      "just apart",
      [event(100), event(200)],
      [
        [100, "egress", ["at 100"]],
        [200, "egress", ["at 200"]],
      ],
    ],
    ["two kinds", [event(100), event(110, "path")], [[110, "several", ["at 110", "at 100"]]]],
    ["outside the range", [event(-1), event(6001)], []],
  ];
  for (const [name, events, want] of table) {
    const marks = eventMarks(events, 0, 6000).map(({ atS, kind, texts }) => [atS, kind, texts]);
    assert.deepEqual(marks, want, name);
  }
});

test("a year of events without a pause stays at sixty marks, and none is lost", () => {
  const all = Array.from({ length: 5000 }, (_, i) => event(i * 6000));
  const marks = eventMarks(all, 0, 5000 * 6000);
  assert.ok(marks.length <= 61, `${marks.length} marks`);
  assert.equal(marks.flatMap(({ texts }) => texts).length, 5000);
  for (const [i, mark] of marks.entries())
    assert.ok(i === 0 || mark.atS - (marks[i - 1]?.atS ?? 0) >= (5000 * 6000) / 60);
});

test("a chart with room for fewer marks gathers more into one", () => {
  const near = [event(100), event(300)];
  assert.equal(eventMarks(near, 0, 6000).length, 2);
  assert.deepEqual(
    eventMarks(near, 0, 6000, 20).map(({ texts }) => texts),
    [["at 300", "at 100"]],
  );
});

test("a tooltip tells the nearest mark, short, and nothing where none is near", () => {
  const marks = eventMarks(
    [event(1000), event(1010), event(1020), event(1030), event(1040), event(3000)],
    0,
    6000,
  );
  const span = { fromS: 0, toS: 6000, rowS: 60 };
  assert.deepEqual(textsAt(marks, 1090, 400, span), ["at 1040", "at 1030", "at 1020", "at 1010", "+1"]);
  assert.deepEqual(textsAt(marks, 2950, 400, span), ["at 3000"]);
  assert.deepEqual(textsAt(marks, 2949, 400, span), []);
  assert.deepEqual(textsAt([], 1000, 400, span), []);
  const said = (text: string, roomPx: number) =>
    textsAt(eventMarks([{ ...event(1000), text }], 0, 6000), 1000, roomPx, span)[0];
  assert.equal(said("x".repeat(300), 10_000)?.length, 74, "never wider than is good to read");
  assert.equal(said("x".repeat(10), 70), "x".repeat(10));
  assert.equal(said("x".repeat(11), 70), `${"x".repeat(9)}…`);
  assert.equal(said("出口改变", 48), "出口改变");
  assert.equal(said("出口改变", 47), "出口…");
});
