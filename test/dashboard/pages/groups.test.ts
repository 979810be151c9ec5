/** Which incidents are one outage. */
import assert from "node:assert/strict";
import test from "node:test";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { commonest, groupsOf, membersOf } from "../../../dashboard/pages/incidents/groups.ts";
import { fc } from "../../support/property.ts";

const H = 3600;

function incident(
  target: string,
  carriers: string[],
  fromS: number,
  toS: number | null,
  more = {},
): IncidentView {
  return {
    ...{ id: `${target}-${fromS}`, target, name: target, subject: "target", class: "degraded" },
    ...{ fromS, toS, transitions: [], carriers, ...more },
  };
}

const shown = (incidents: readonly IncidentView[]) =>
  groupsOf(incidents).map((group) => group.incidents.map(({ target }) => target).join(" "));

test("one outage of a carrier over five targets is one group, the newest of them first", () => {
  const five = ["a", "b", "c", "d", "e"].map((name, i) => incident(name, ["cnc"], 300 * i, 5000 + i));
  assert.deepEqual(shown(five), ["e d c b a"]);
  const [group] = groupsOf(five);
  assert.deepEqual([group?.fromS, group?.toS, group?.class], [0, 5004, "degraded"]);
});

for (const [name, second, together] of [
  ["begins while the other lasts", incident("b", ["cnc"], 999, 2000), true],
  ["begins when the other has ended", incident("b", ["cnc"], 1000, 2000), false],
  ["is of another carrier", incident("b", ["ct"], 500, 2000), false],
  ["is of more carriers", incident("b", ["ct", "cnc"], 500, 2000), false],
  ["is of a vantage that fell silent", incident("b", ["cnc"], 500, 2000, { subject: "vantage" }), false],
  ["is down where the other is degraded", incident("b", ["cnc"], 500, 2000, { class: "down" }), true],
] as const) {
  test(`two incidents are ${together ? "one group" : "two"} when one ${name}`, () => {
    assert.equal(shown([incident("a", ["cnc"], 0, 1000), second]).length, together ? 1 : 2);
  });
}

test("carriers are the same in any order, and an incident without any is alone", () => {
  assert.deepEqual(shown([incident("a", ["ct", "cnc"], 0, 9), incident("b", ["cnc", "ct"], 5, 9)]), ["b a"]);
  assert.deepEqual(shown([incident("a", [], 0, 9), incident("b", [], 5, 9)]), ["b", "a"]);
});

test("something chronic does not swallow the outages of weeks: three hours after the newest is another one", () => {
  const chronic = incident("old", ["cnc"], 0, null);
  const near = incident("a", ["cnc"], 3 * H, 4 * H);
  const chained = incident("b", ["cnc"], 6 * H, 7 * H);
  const later = [incident("c", ["cnc"], 9 * H + 1, null), incident("d", ["cnc"], 9 * H + 2, null)];
  assert.deepEqual(shown([chronic, near, chained, ...later]), ["d c", "b a old"]);
});

test("a group lasts while one of its incidents does, and is as bad as the worst that lasts", () => {
  const [group] = groupsOf([
    incident("a", ["cnc"], 0, 500, { class: "down" }),
    incident("b", ["cnc"], 100, null, { class: "slow" }),
  ]);
  assert.deepEqual([group?.toS, group?.class], [null, "slow"]);
  const [ended] = groupsOf([
    incident("a", ["cnc"], 0, 500, { class: "down" }),
    incident("b", ["cnc"], 100, 300, { class: "slow" }),
  ]);
  assert.deepEqual([ended?.toS, ended?.class], [500, "down"]);
});

test("each incident is in exactly one group, in whatever order they come", () => {
  const any = fc.record({
    carriers: fc.constantFrom<string[][]>(["ct"], ["cnc"], ["ct", "cnc"], []),
    fromS: fc.integer({ min: 0, max: 40 * H }),
    lastsS: fc.option(fc.integer({ min: 1, max: 9 * H })),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 14 }), (drawn) => {
      const all = drawn.map(({ carriers, fromS, lastsS }, i) =>
        incident(`t${i}`, carriers, fromS, lastsS === null ? null : fromS + lastsS),
      );
      const ids = (of: readonly IncidentView[]) => of.map(({ id }) => id).sort();
      const groups = groupsOf(all);
      assert.deepEqual(ids(groups.flatMap(({ incidents }) => incidents)), ids(all));
      assert.deepEqual(
        groupsOf([...all].reverse())
          .map(({ fromS, toS }) => [fromS, toS])
          .sort(),
        groups.map(({ fromS, toS }) => [fromS, toS]).sort(),
      );
    }),
  );
});

test("a target with two incidents in an outage is named once, and over only when none of them lasts", () => {
  const named = (all: readonly IncidentView[]) =>
    groupsOf(all).map((group) => membersOf(group).map(({ newest, isOver }) => [newest.id, isOver]));
  const [a, again] = [incident("a", ["cnc"], 100, 400), incident("a", ["cnc"], 600, 900)];
  const long = incident("b", ["cnc"], 0, 1000);
  assert.deepEqual(named([a, again, long]), [
    [
      ["a-600", true],
      ["b-0", true],
    ],
  ]);
  assert.deepEqual(named([a, { ...again, toS: null }, long]), [
    [
      ["a-600", false],
      ["b-0", true],
    ],
  ]);
  assert.deepEqual(named([{ ...a, toS: null }, again, long]), [
    [
      ["a-600", false],
      ["b-0", true],
    ],
  ]);
});

test("what most of them say is said once, with how many say something else", () => {
  assert.deepEqual(commonest(["x", "y", "x"]), { text: "x", others: 1 });
  assert.deepEqual(commonest(["x"]), { text: "x", others: 0 });
  assert.deepEqual(commonest(["x", "y"]), { text: "x", others: 1 });
});
