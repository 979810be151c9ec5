/** Who hears of what: news is told, history is not, and whatever was told to begin is told to end. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isBetter, isWorse } from "../../../collector/alert/tell.ts";
import type { Belief } from "../../../collector/wire/incident.ts";
import { makeWorld } from "./world.ts";

const none: Belief = { down: false, most: false, failing: [], bad: [] };
const degraded = (...failing: string[]): Belief => ({ ...none, failing, bad: failing });
const slowFrom = (...bad: string[]): Belief => ({ ...none, bad });
const slow: Belief = { ...none, most: true, bad: ["a", "b"] };
const down: Belief = { down: true, most: true, failing: ["a", "b"], bad: ["a", "b"] };

describe("what is news", () => {
  const rows: { name: string; told: Belief; now: Belief; want: "worse" | "better" | "nothing" }[] = [
    { name: "nothing from nothing", told: none, now: none, want: "nothing" },
    { name: "down after nothing", told: none, now: down, want: "worse" },
    { name: "down after degraded", told: degraded("a"), now: down, want: "worse" },
    { name: "degraded after down", told: down, now: degraded("a"), want: "better" },
    { name: "slow after down", told: down, now: slow, want: "better" },
    { name: "down after slow", told: slow, now: down, want: "worse" },
    { name: "degraded by failing after slow", told: slow, now: degraded("c"), want: "worse" },
    { name: "degraded by one slow carrier after slow", told: slow, now: slowFrom("a"), want: "better" },
    { name: "another carrier while degraded", told: degraded("a"), now: degraded("a", "b"), want: "worse" },
    { name: "one carrier fewer", told: degraded("a", "b"), now: degraded("a"), want: "better" },
    { name: "one carrier instead of another", told: degraded("a"), now: degraded("b"), want: "worse" },
    { name: "the same carriers", told: degraded("a"), now: degraded("a"), want: "nothing" },
    {
      name: "another carrier while down: the service is no more than down",
      told: down,
      now: { ...down, failing: ["a", "b", "c"], bad: ["a", "b", "c"] },
      want: "nothing",
    },
  ];
  for (const { name, told, now, want } of rows) {
    it(name, () => {
      const said = isWorse(now, told) ? "worse" : isBetter(now, told) ? "better" : "nothing";
      assert.equal(said, want);
    });
  }
});

describe("whatever happens", () => {
  it("every beginning that was told gets its end, in order, and nothing is told twice", async () => {
    const letters = fc.constantFrom("U", "U", "D", "D", "S", ".");
    const line = fc.array(letters, { minLength: 14, maxLength: 14 }).map((text) => `${text.join("")}UUUU`);
    await fc.assert(
      fc.asyncProperty(line, line, line, fc.integer({ min: 1, max: 3 }), async (ct, cnc, cmcc, ticks) => {
        const world = await makeWorld({ alarm: { ticks } });
        const alert = world.alert();
        alert.start();
        await world.pass({ ct, cnc, cmcc });
        await world.clock.advance(60_000);
        await alert.stop();
        const said = (await world.messages()).filter((message) => !message.endsWith("silent"));
        let isOpen = false;
        for (const message of said) {
          const [event = ""] = message.split(" ");
          assert.equal(isOpen, !["opened", "brief"].includes(event), said.join(", "));
          isOpen = !["ended", "brief"].includes(event);
        }
        assert.equal(isOpen, false, said.join(", "));
        const open = (await world.incidents()).filter((incident) => incident.toS === null);
        assert.deepEqual(
          open.filter((incident) => incident.subject === "target"),
          [],
        );
        assert.deepEqual(world.log.errors, []);
      }),
      { numRuns: 40 },
    );
  });
});
