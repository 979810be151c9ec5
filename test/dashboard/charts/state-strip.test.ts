/** The bar of states begins where something can be known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateCell } from "../../../collector/wire/api-chart.ts";
import { sinceMade } from "../../../dashboard/charts/state-strip.ts";

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
