/** Gaps, lonely values and hidden firings. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Drawn } from "../../../dashboard/charts/drawn.ts";
import { hiddenWorst, limitFor, pointsOf, radii, withHoles } from "../../../dashboard/charts/lines.ts";

test("a missing label breaks the line", () => {
  assert.deepEqual(withHoles([300, 600, 1500], 300), [
    { atS: 300, index: 0 },
    { atS: 600, index: 1 },
    { atS: 900, index: null },
    { atS: 1500, index: 2 },
  ]);
});

test("null stays a gap and is never bridged", () => {
  const points = pointsOf({ labels: [300, 600, 900], rowS: 300 }, [5, null, 7]);
  assert.deepEqual(
    points.map((point) => point.y),
    [5, null, 7],
  );
});

test("a value without neighbours is a dot, one with a neighbour is not", () => {
  const line = (values: (number | null)[]) =>
    radii(
      values.map((y, x) => ({ x, y })),
      3,
    );
  const table: [string, (number | null)[], number[]][] = [
    ["a single value", [5], [3]],
    ["between gaps", [null, 5, null], [0, 3, 0]],
    ["a pair", [null, 5, 6], [0, 0, 0]],
    ["first of two apart", [5, null, 6], [3, 0, 3]],
    ["nothing", [null, null], [0, 0]],
  ];
  for (const [name, values, want] of table) assert.deepEqual(line(values), want, name);
});

test("the worst value is drawn exactly where what is drawn hides that the line was crossed", () => {
  const columns = new Map(
    Object.entries({
      AVERAGE: [90, 110, 50, null],
      MAX: [120, 130, 100, null],
      MIN: [50, 90, 10, null],
      p95: [115, 95, 60, null],
    }),
  );
  const hidden = (of: readonly Drawn[], limit: number | null, below = false) =>
    hiddenWorst(columns, of, limit, below);
  const none = [null, null, null, null];
  assert.deepEqual(hidden(["AVERAGE"], 100), [120, null, null, null], "above: MAX beyond, AVERAGE not");
  assert.deepEqual(hidden(["AVERAGE"], 60, true), [50, null, null, null], "below: MIN beyond, AVERAGE not");
  assert.deepEqual(hidden(["AVERAGE"], null), none, "no line, nothing hidden");
  assert.deepEqual(hidden(["MAX"], 100), none, "MAX hides nothing");
  assert.deepEqual(hidden(["MIN"], 100), [120, 130, null, null], "MIN hides every one");
  assert.deepEqual(hidden(["p95"], 100), [null, 130, null, null]);
  assert.deepEqual(hidden(["AVERAGE", "p95"], 100), none, "one of two lines shows it");
});

test("a carrier's own limit stands before the shared one, and null means no line for it", () => {
  const line = { limit: 1000, carriers: { ct: 500, cnc: null } };
  assert.equal(limitFor(line, "ct"), 500);
  assert.equal(limitFor(line, "cnc"), null);
  assert.equal(limitFor(line, "cmcc"), 1000);
  assert.equal(limitFor(undefined, "ct"), null);
});
