/** The bar of states begins where something can be known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateCell } from "../../../collector/wire/api-chart.ts";
import { sinceMade, stripCells } from "../../../dashboard/charts/state-strip.ts";

const cell = (fromS: number, state: StateCell["state"]): StateCell => ({
  ...{ fromS, toS: fromS + 300, state, paused: false, share: null },
});

test("nothing is drawn for the time before a target was made, unless it was measured or brought in", () => {
  const table: [string, StateCell[], number, number[]][] = [
    ["unknown before", [cell(0, "unknown"), cell(300, "unknown"), cell(600, "up")], 650, [600]],
    ["made on the edge of a cell", [cell(0, "unknown"), cell(300, "unknown")], 300, [300]],
    ["made inside a cell", [cell(0, "unknown"), cell(300, "unknown")], 299, [0, 300]],
    [
      "history from before, with a gap",
      [cell(0, "up"), cell(300, "unknown"), cell(600, "up")],
      900,
      [0, 300, 600],
    ],
    ["unknown after", [cell(0, "unknown")], 0, [0]],
    ["nothing yet", [cell(0, "unknown")], 900, []],
    ["no cells", [], 0, []],
  ];
  for (const [name, cells, madeS, want] of table)
    assert.deepEqual(
      sinceMade(cells, madeS).map(({ fromS }) => fromS),
      want,
      name,
    );
});

test("a single failure of a month is a sliver, more of them are more, and none leaves its cell", () => {
  const HALF_DAY = 43_200;
  const month = Array.from({ length: 62 }, (_, i): StateCell => {
    const failed = [0, 1, 2, 21, 72, 144][i % 6] ?? 0;
    const state = failed > 0 ? "down" : "up";
    return { fromS: i * HALF_DAY, toS: (i + 1) * HALF_DAY, state, paused: false, share: 1 - failed / 144 };
  });
  const drawn = stripCells(month, 0, 62 * HALF_DAY, 0.15);
  const heights = drawn.slice(0, 6).map(({ downHeight }) => Math.round(downHeight * 1000) / 1000);
  assert.deepEqual(heights, [0, 0.156, 0.162, 0.274, 0.575, 1], "of 144 ticks 0, 1, 2, 21, 72, 144 failed");
  for (const [i, cell] of drawn.entries()) {
    assert.ok(cell.x + cell.width <= (drawn[i + 1]?.x ?? 1) + 1e-9, "it ends where its neighbour begins");
  }
});
