/** The record follows the samples wherever they lead, and back: drawings judged one after another into one record. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Recorded, reconcile } from "../../../collector/alert/reconcile.ts";
import { NO_BELIEF } from "../../../collector/alert/rules.ts";
import { changesIn, incidentsIn, STEP, spansOf } from "./ticks.ts";

/** The spans recorded after each drawing. */
function spansAfter(drawings: readonly string[]): string[] {
  const recorded = new Map<string, Recorded>();
  return drawings.map((letters, i) => {
    const drafts = reconcile({
      target: "site",
      recorded: [...recorded.values()],
      belief: NO_BELIEF,
      afterTick: -STEP,
      changes: changesIn({ ct: letters }, { m: 1 }),
      nowMs: i,
    });
    for (const { incident, version } of drafts) {
      recorded.set(incident.id, { ...incident, version: version + 1 });
    }
    return spansOf([...recorded.values()]);
  });
}

describe("the record", () => {
  const cases = [
    {
      name: "an incident that was swallowed by its neighbour comes back with its ticks",
      drawings: ["UDUDU", "UDDDU", "UDUDU"],
      want: ["down 1-2, down 3-4", "down 1-4", "down 1-2, down 3-4"],
    },
    {
      name: "an incident that is still open comes back open",
      drawings: ["UDUDD", "UDDDD", "UDUDD"],
      want: ["down 1-2, down 3-", "down 1-", "down 1-2, down 3-"],
    },
    {
      name: "an incident that never was comes back when it was after all",
      drawings: ["UUDDU", "UUUUU", "UUDDU"],
      want: ["down 2-4", "", "down 2-4"],
    },
  ];
  for (const { name, drawings, want } of cases) {
    it(name, () => {
      assert.deepEqual(
        want,
        drawings.map((letters) => incidentsIn({ ct: letters }, { m: 1 })),
      );
      assert.deepEqual(spansAfter(drawings), want);
    });
  }
});
