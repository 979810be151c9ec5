/** Who hears of what: news is told, history is not, and whatever was told to begin is told to end. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isBetter, isWorse } from "../../../collector/alert/tell.ts";
import type { Belief } from "../../../collector/wire/incident.ts";
import { fc } from "../../support/property.ts";
import { incidentsIn, STEP, spansOf } from "./ticks.ts";
import { makeWorld, type World } from "./world.ts";

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

/** Fails unless beginnings and ends take turns, and the last is an end. */
function inOrder(said: readonly string[]): void {
  let isOpen = false;
  for (const message of said) {
    const [event = ""] = message.split(" ");
    assert.equal(isOpen, !["opened", "brief"].includes(event), said.join(", "));
    isOpen = !["ended", "brief"].includes(event);
  }
  assert.equal(isOpen, false, said.join(", "));
}

async function saidOfTarget(world: World): Promise<string[]> {
  return (await world.messages()).filter((message) => !message.endsWith("silent"));
}

describe("whatever happens", () => {
  it("samples that come live, late and in any order lead to the true record, and every told beginning to its end", async () => {
    const letters = fc.constantFrom("U", "U", "D", "D", "S");
    const text = fc.array(letters, { minLength: 12, maxLength: 12 }).map((list) => `${list.join("")}UUUUU`);
    const delays = fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 4), { minLength: 12, maxLength: 12 });
    const vantage = fc.record({ text, delays });
    await fc.assert(
      fc.asyncProperty(
        vantage,
        vantage,
        vantage,
        fc.integer({ min: 1, max: 3 }),
        async (ct, cnc, cmcc, m) => {
          const world = await makeWorld({ alarm: { ticks: m } });
          const first = world.tick();
          const alert = world.alert();
          alert.start();
          const lines = Object.entries({ ct, cnc, cmcc });
          for (let now = 0; now < 17; now += 1) {
            await world.clock.advance(5_000);
            await world.contacts();
            for (let i = 0; i <= now; i += 1) {
              const due = lines.filter(([, line]) => i + (line.delays[i] ?? 0) === now);
              const reports = Object.fromEntries(due.map(([id, line]) => [id, line.text[i] ?? "."]));
              if (due.length > 0) await world.report(reports, first + i * STEP);
            }
            await world.clock.advance(STEP * 1000 - 5_000);
          }
          await world.clock.advance(60_000);
          await alert.stop();
          inOrder(await saidOfTarget(world));
          const own = (await world.incidents()).filter((incident) => incident.subject === "target");
          const shifted = own.map((one) => ({
            ...one,
            fromS: one.fromS - first,
            toS: one.toS === null ? null : one.toS - first,
          }));
          const drawing = { ct: ct.text, cnc: cnc.text, cmcc: cmcc.text };
          assert.equal(spansOf(shifted), incidentsIn(drawing, { m }));
          assert.deepEqual(world.log.errors, []);
        },
      ),
      { numRuns: 40 },
    );
  });

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
        inOrder(await saidOfTarget(world));
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
