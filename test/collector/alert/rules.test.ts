/** The votes, the ticks running and the classes, on both sides of every limit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../../support/property.ts";
import { type Drawing, incidentsIn, type Options, storyOf } from "./ticks.ts";

type Row = { name: string; draw: Drawing; options?: Options; want: string };

function table(rows: readonly Row[], say: (draw: Drawing, options?: Options) => string): void {
  for (const row of rows) it(row.name, () => assert.equal(say(row.draw, row.options), row.want));
}

describe("the service vote", () => {
  table(
    [
      {
        name: "two of three carriers down is a majority",
        draw: { cmcc: "UUUU", cnc: "UDDU", ct: "UDDU" },
        want: "2 down",
      },
      {
        name: "one of three carriers down degrades that carrier only",
        draw: { cmcc: "UUUU", cnc: "UUUU", ct: "UDDU" },
        want: "2 degraded ct",
      },
      {
        name: "one of two carriers is no majority",
        draw: { cnc: "UUU", ct: "UDD" },
        want: "2 degraded ct",
      },
      { name: "two of two carriers is one", draw: { cnc: "UDD", ct: "UDD" }, want: "2 down" },
      {
        name: "two of four carriers is no majority",
        draw: { a: "DD", b: "DD", c: "UU", d: "UU" },
        want: "1 degraded a+b",
      },
      { name: "three of four carriers is one", draw: { a: "DD", b: "DD", c: "DD", d: "UU" }, want: "1 down" },
      {
        name: "k = 1 makes one failing carrier a service down",
        draw: { a: "DD", b: "UU", c: "UU" },
        options: { k: 1 },
        want: "1 down",
      },
      {
        name: "k = 3 takes three of three",
        draw: { a: "DD", b: "DD", c: "UU" },
        options: { k: 3 },
        want: "1 degraded a+b",
      },
      {
        name: "k = 3 is met by all who report when fewer do",
        draw: { a: "DD", b: "DD", c: ".." },
        options: { k: 3 },
        want: "1 down",
      },
      {
        name: "a carrier that does not report has no vote",
        draw: { a: "DD", b: "..", c: ".." },
        want: "1 down",
      },
      { name: "suspect counts as up", draw: { a: "DD", b: "??", c: "??" }, want: "1 degraded a" },
      { name: "nobody reporting opens nothing", draw: { a: "....", b: "...." }, want: "" },
      { name: "a probe that says unknown has no vote", draw: { a: "DDDD", b: "XXXX" }, want: "1 down" },
      {
        name: "a clock off by more than 60 s has no vote, up or down",
        draw: { a: "UUUU", b: "kkkk", c: "kkkk" },
        want: "",
      },
      { name: "and cannot outvote the others either", draw: { a: "DD", b: "KK", c: "KK" }, want: "1 down" },
    ],
    storyOf,
  );
});

describe("the carrier vote", () => {
  table(
    [
      {
        name: "a tie of its vantages is down",
        draw: { "ct/1": "DD", "ct/2": "UU", cnc: "UU" },
        want: "1 degraded ct",
      },
      {
        name: "one of three vantages down is up",
        draw: { "ct/1": "DD", "ct/2": "UU", "ct/3": "UU", cnc: "UU" },
        want: "",
      },
      {
        name: "two of three are down",
        draw: { "ct/1": "DD", "ct/2": "DD", "ct/3": "UU", cnc: "UU" },
        want: "1 degraded ct",
      },
      {
        name: "many vantages of one carrier do not outvote the other carriers",
        draw: { "ct/1": "DD", "ct/2": "DD", "ct/3": "DD", cnc: "UU", cmcc: "UU" },
        want: "1 degraded ct",
      },
    ],
    storyOf,
  );
});

describe("m ticks running", () => {
  table(
    [
      { name: "m - 1 failures open nothing", draw: { ct: "UDU DU" }, want: "" },
      { name: "exactly m open, from the first of them", draw: { ct: "UDD" }, want: "down 1-" },
      { name: "m - 1 successes end nothing", draw: { ct: "DDUDD" }, want: "down 0-" },
      { name: "exactly m end it, at the first of them", draw: { ct: "DDDUU" }, want: "down 0-3" },
      { name: "m = 1 opens and ends at once", draw: { ct: "UDU" }, options: { m: 1 }, want: "down 1-2" },
      { name: "m = 3 takes three", draw: { ct: "DDUDDDUUDUUU" }, options: { m: 3 }, want: "down 3-9" },
      { name: "UNKNOWN ticks are skipped, not counted", draw: { ct: "D.D..U.U" }, want: "down 0-5" },
      { name: "UNKNOWN ticks never end an incident", draw: { ct: "DD........" }, want: "down 0-" },
      { name: "a run fits into 2 m ticks", draw: { ct: "D..D" }, want: "down 0-" },
      { name: "but does not reach across a longer silence", draw: { ct: "D...D" }, want: "" },
      {
        name: "two carriers failing in turn are no run of either",
        draw: { a: "DUDUDU", b: "UDUDUD", c: "UUUUUU" },
        want: "",
      },
    ],
    incidentsIn,
  );
});

describe("the classes", () => {
  const fine = "UUUUUUUU";
  table(
    [
      {
        name: "most carriers beyond the line is slow",
        draw: { a: "SSUU", b: "SSUU", c: "UUUU" },
        want: "1 slow, 3 -",
      },
      {
        name: "one beyond the line is a degraded carrier",
        draw: { a: "SSUU", b: fine, c: fine },
        want: "1 degraded a, 3 -",
      },
      { name: "all beyond is slow", draw: { a: "SS", b: "SS", c: "SS" }, want: "1 slow" },
      {
        name: "one failing and the others slow is degraded: somebody cannot get in",
        draw: { a: "DD", b: "SS", c: "SS" },
        want: "1 degraded a+b+c",
      },
      {
        name: "degraded escalates to down in the same incident",
        draw: { a: "DDDDUU", b: "UUDDUU", c: fine },
        want: "1 degraded a, 3 down, 5 -",
      },
      {
        name: "down eases to degraded while one carrier still fails",
        draw: { a: "DDDDDD", b: "DDUUUU", c: fine },
        want: "1 down, 3 degraded a",
      },
      {
        name: "another carrier joining is a change of its own",
        draw: { a: "DDDD", b: "UUSS", c: fine, d: fine, e: fine },
        want: "1 degraded a, 3 degraded a+b",
      },
      { name: "one vantage has one class for failing", draw: { a: "DD" }, want: "1 down" },
      { name: "one vantage is slow, not degraded", draw: { a: "SS" }, want: "1 slow" },
      { name: "slow turns to down", draw: { a: "SSDD" }, want: "1 slow, 3 down" },
      { name: "down turns to slow", draw: { a: "DDSS" }, want: "1 down, 3 slow" },
      {
        name: "failing and slow in turn is at least slow",
        draw: { a: "DSDS" },
        want: "1 slow",
      },
    ],
    storyOf,
  );
});

describe("going silent while down", () => {
  table(
    [
      { name: "the only vantage falls silent: still down", draw: { ct: "DD......" }, want: "1 down" },
      {
        name: "the failing carriers fall silent, the fine one goes on: still down",
        draw: { a: "DD......", b: "DD......", c: "UUUUUUUU" },
        want: "1 down",
      },
      {
        name: "one of a carrier's two vantages falls silent while down: still failing",
        draw: { "a/1": "DD....", "a/2": "UUUUUU", b: "UUUUUU" },
        want: "1 degraded a",
      },
      {
        name: "the failing carriers come back fine: it ends",
        draw: { a: "DD..UU", b: "DD..UU", c: "UUUUUU" },
        want: "1 down, 5 -",
      },
      {
        name: "probes that answer unknown are silent too",
        draw: { a: "DDXXXXXXXX", b: "DDXXXXXXXX", c: "UUUUUUUUUU" },
        want: "1 down",
      },
      {
        name: "a carrier whose vantages measure no more is let go",
        draw: { a: "DD....", b: "UUUUUU" },
        options: { inactive: ["a"] },
        want: "1 degraded a, 2 -",
      },
    ],
    storyOf,
  );
});

describe("pauses", () => {
  const pauses = [{ fromS: 150, toS: 270 }];
  table(
    [
      { name: "a pause ends what was open", draw: { a: "DD......" }, options: { pauses }, want: "down 0-3" },
      {
        name: "a run does not reach across a pause",
        draw: { a: "UUD..DU" },
        options: { pauses, m: 2 },
        want: "",
      },
      {
        name: "after it everything begins anew",
        draw: { a: "DD...DD" },
        options: { pauses },
        want: "down 0-3, down 5-",
      },
    ],
    incidentsIn,
  );
});

describe("invariants", () => {
  const letters = fc.constantFrom("U", "D", "S", "?", "X", ".", "k");
  const vantages = ["a/1", "a/2", "b", "c"];
  const drawing = fc
    .tuple(...vantages.map(() => fc.array(letters, { minLength: 20, maxLength: 20 })))
    .map(
      (lines): Drawing => Object.fromEntries(vantages.map((name, i) => [name, (lines[i] ?? []).join("")])),
    );
  const m = fc.integer({ min: 1, max: 4 });

  it("a run that began before the incident before was over begins where that one ended", () => {
    const rest = "U".repeat(12);
    const draw = {
      "a/1": `USUUUUUU${rest}`,
      "a/2": `D?UUUUUU${rest}`,
      b: `USk.SUUU${rest}`,
      c: `UUUUUUUU${rest}`,
    };
    assert.equal(incidentsIn(draw, { m: 2 }), "degraded 0-2, degraded 2-5");
  });

  it("an incident ends after it begins, and the next begins no earlier than that", () => {
    fc.assert(
      fc.property(drawing, m, (draw, ticks) => {
        const spans = incidentsIn(draw, { m: ticks })
          .split(", ")
          .filter(Boolean)
          .map((text) =>
            (text.split(" ")[1] ?? "").split("-").map((part) => (part === "" ? 1e9 : Number(part))),
          );
        let last = -1;
        for (const [from = 0, to = 0] of spans) {
          assert.ok(from >= last && to > from, JSON.stringify(spans));
          last = to;
        }
      }),
    );
  });

  it("carriers and vantages have no order", () => {
    fc.assert(
      fc.property(drawing, m, (draw, ticks) => {
        const reversed = Object.fromEntries(Object.entries(draw).reverse());
        assert.equal(storyOf(reversed, { m: ticks }), storyOf(draw, { m: ticks }));
      }),
    );
  });

  it("with everybody up nothing is believed, whatever is missing", () => {
    const calm = fc
      .tuple(...vantages.map(() => fc.array(fc.constantFrom("U", "?", ".", "X"), { maxLength: 20 })))
      .map(
        (lines): Drawing =>
          Object.fromEntries(vantages.map((name, i) => [name, (lines[i] ?? []).join("") || "."])),
      );
    fc.assert(fc.property(calm, m, (draw, ticks) => assert.equal(storyOf(draw, { m: ticks }), "")));
  });
});
