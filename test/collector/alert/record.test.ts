/** What the transitions of an incident say was believed after any tick, and what is kept of a long one. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beliefAfter, compacted, isWithdrawn, lastTold, stretchOf } from "../../../collector/alert/record.ts";
import { NO_BELIEF } from "../../../collector/alert/rules.ts";
import type { Belief, Transition } from "../../../collector/wire/incident.ts";

const BAD: Belief = { down: true, most: true, failing: ["ct"], bad: ["ct"] };

function at(tick: number, kind: Transition["kind"], change: Partial<Transition> = {}): Transition {
  const belief = kind === "ended" ? NO_BELIEF : BAD;
  const evidence = [{ carrier: "ct", state: "down" as const, totalUs: null, reporting: 1, down: 1 }];
  return { kind, class: "down", tick, atMs: tick, told: false, evidence, belief, ...change };
}

describe("the record of an incident", () => {
  it("a later entry of the same tick corrects the one before it", () => {
    const list = [at(10, "opened"), at(10, "ended"), at(20, "opened")];
    assert.deepEqual(
      [9, 10, 19, 20].map((tick) => beliefAfter(list, tick).down),
      [false, false, false, true],
    );
    assert.deepEqual(stretchOf({ fromS: 10, toS: null, transitions: list }), {
      from: 20,
      to: Number.POSITIVE_INFINITY,
    });
  });

  it("stands from where it was decided to where its end was", () => {
    const transitions = [at(10, "opened"), at(30, "ended")];
    assert.deepEqual(stretchOf({ fromS: 0, toS: 20, transitions }), { from: 10, to: 30 });
  });

  it("corrected away, it stands nowhere", () => {
    assert.equal(stretchOf({ fromS: 0, toS: null, transitions: [at(10, "opened"), at(10, "ended")] }), null);
    assert.equal(stretchOf({ fromS: 10, toS: 10, transitions: [at(10, "opened")] }), null);
    assert.deepEqual(
      [
        isWithdrawn({ fromS: 10, toS: 10 }),
        isWithdrawn({ fromS: 10, toS: 11 }),
        isWithdrawn({ fromS: 10, toS: null }),
      ],
      [true, false, false],
    );
  });

  it("what was told last is what was told latest, not at the latest tick", () => {
    const transitions = [
      at(10, "opened", { told: true, atMs: 50 }),
      at(20, "ended", { told: true, atMs: 40 }),
    ];
    assert.equal(
      lastTold([{ id: "a", target: "t", subject: "target", class: "down", fromS: 0, toS: 1, transitions }])
        ?.transition.kind,
      "opened",
    );
  });

  it("of a very long one the newest 300 stay whole, older ones only where told, and without evidence", () => {
    const list = Array.from({ length: 500 }, (_, i) =>
      at(i, i % 2 ? "eased" : "escalated", { told: i % 100 === 7 }),
    );
    const kept = compacted(list);
    assert.deepEqual(
      kept.slice(0, 4).map((transition) => [transition.tick, transition.evidence.length]),
      [
        [0, 1],
        [7, 0],
        [107, 0],
        [200, 1],
      ],
    );
    assert.equal(kept.length, 303);
    assert.deepEqual(compacted(list.slice(0, 300)), list.slice(0, 300));
  });
});
