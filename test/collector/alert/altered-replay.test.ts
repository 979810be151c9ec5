/** When a difference is believed and when it is over, over many ticks; and what no order, repetition or restart changes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareCarriers } from "../../../collector/alert/altered/compare.ts";
import { witnessOf } from "../../../collector/alert/altered/witness.ts";
import type { AlteredEvent } from "../../../collector/wire/event.ts";
import { fc } from "../../support/property.ts";
import {
  type Answers,
  FINE,
  judged,
  type Options,
  type Said,
  samplesSaying,
  storyOf,
  URL_OF,
  votersOfAll,
} from "./altered-ticks.ts";
import { STEP } from "./ticks.ts";

const NXDOMAIN: Said = { failure: { phase: "dns", cause: "nxdomain", source: "target" } };
const DOWN: Said = { failure: { phase: "connect", cause: "connect-timeout", source: "network" } };
const MOVED: Said = { ...FINE, finalUrl: "http://portal.test/", redirects: 1 };
const aged = (ageS: number): Said => ({ ...FINE, head: { server: "nginx", ageS } });
const sized = (bodyBytes: number): Said => ({ ...FINE, bodyBytes });

/** One letter per tick of carrier c; a and b are fine throughout. `.` = no sample. */
const LETTERS: Readonly<Record<string, Said | undefined>> = { U: FINE, N: NXDOMAIN, M: MOVED, D: DOWN };

function ticksOf(letters: string, others: readonly string[] = ["a", "b"]): Answers[] {
  return [...letters].map((letter) => {
    const said = LETTERS[letter];
    const fine = Object.fromEntries(others.map((id) => [id, FINE]));
    return said ? { ...fine, c: said } : fine;
  });
}

const spans = (ticks: readonly Answers[], options: Options = {}) =>
  storyOf(judged(ticks, { ...options, voters: votersOfAll([...ticks, { c: FINE }]) }).events).replaceAll(
    / (?:answers|redirect|length|age) [^,]*/g,
    "",
  );

describe("ticks running", () => {
  const cases: readonly { name: string; letters: string; want: string; m?: number }[] = [
    { name: "once is not enough", letters: "UNUUNU", want: "" },
    { name: "twice running is", letters: "UNNU", want: "c 1-" },
    { name: "it ends when it is fine twice running", letters: "UNNNUU", want: "c 1-4" },
    { name: "fine once in between ends nothing", letters: "NNUNNUNUU", want: "c 0-7" },
    { name: "what could not be compared is skipped", letters: "N.NDD", want: "c 0-" },
    { name: "but a run has to fit into four ticks", letters: "N...NUUU", want: "" },
    { name: "a failure that says nothing of it does not end it", letters: "NNDDDDDD", want: "c 0-" },
    { name: "silence does not end it", letters: "NN.........", want: "c 0-" },
    { name: "three ticks, where the alarm takes three", letters: "NNUNNNU", want: "c 3-", m: 3 },
    { name: "one tick, where the alarm takes one", letters: "UNU", want: "c 1-2", m: 1 },
    { name: "again is another time", letters: "NNUUNN", want: "c 0-2, c 4-" },
    { name: "another thing keeps it going", letters: "NNMMUU", want: "c 0-4" },
  ];
  for (const { name, letters, want, m } of cases)
    test(name, () => assert.equal(spans(ticksOf(letters), m === undefined ? {} : { m }), want));

  test("with two carriers left nothing can be told apart, and nothing ends", () => {
    const ticks = [...ticksOf("NN"), ...ticksOf("NNNN", ["a"])];
    assert.equal(spans(ticks), "c 0-");
  });

  test("what differs is kept in the order in which it was believed", () => {
    const [event] = judged(ticksOf("NNMMM")).events;
    assert.deepEqual(
      event?.differs.map(({ what }) => what),
      ["answers", "redirect"],
    );
  });

  test("a length counts when it stays the same, and takes two ticks even of an alarm of one", () => {
    const of = (...sizes: number[]) => sizes.map((bytes) => ({ a: FINE, b: FINE, c: sized(bytes) }));
    assert.equal(spans(of(9_000, 9_000)), "c 0-");
    assert.equal(spans(of(9_000, 9_001, 9_002, 9_003)), "");
    assert.equal(spans(of(9_000), { m: 1 }), "");
    assert.equal(spans(of(9_000, 9_000), { m: 1 }), "c 0-");
  });

  test("an age counts when it grows as time does, and is nobody else's", () => {
    const of = (...ages: number[]) => ages.map((ageS) => ({ a: FINE, b: FINE, c: aged(ageS) }));
    assert.equal(spans(of(60, 120)), "c 0-");
    assert.equal(spans(of(60, 90)), "c 0-");
    assert.equal(spans(of(60, 89, 118)), "", "a cache that is filled anew in between");
    assert.equal(spans(of(60, 60, 60)), "");
    assert.equal(spans(of(120, 60, 30)), "");
    assert.equal(spans([60, 120].map((ageS) => ({ a: aged(1), b: FINE, c: aged(ageS) }))), "");
    assert.equal(spans([60, 120].map((ageS) => ({ a: FINE, c: aged(ageS) }))), "");
  });

  test("a pause ends it, and so does a carrier that nobody measures any more", () => {
    const paused = { pauses: [{ fromS: 3 * STEP, toS: null }] };
    assert.equal(spans(ticksOf("NNN..."), paused), "c 0-3");
    const ticks = ticksOf("NNN...");
    const voters = votersOfAll(ticks).map((voter) => ({ ...voter, active: voter.carrier !== "c" }));
    assert.match(storyOf(judged(ticks, { voters }).events), /^c 0-3 /);
  });
});

describe("whatever the samples", () => {
  const said = fc.constantFrom(
    FINE,
    FINE,
    NXDOMAIN,
    DOWN,
    MOVED,
    sized(9_000),
    aged(60),
    aged(120),
    undefined,
  );
  const answers = fc.record({ a: said, b: said, c: said, "c/2": said, d: said }).map(spoken);
  /** Runs rather than noise: each carrier keeps what it is answered for a while. */
  const line = fc
    .array(fc.tuple(said, fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 6 })
    .map((runs) => runs.flatMap(([one, n]) => Array.from({ length: n }, () => one)));
  const history = fc.record({ a: line, b: line, c: line, "c/2": line, d: line }).map((lines) => {
    const n = Math.max(...Object.values(lines).map((one) => one.length));
    return Array.from({ length: Math.min(n, 14) }, (_, i) =>
      spoken(Object.fromEntries(Object.entries(lines).map(([id, one]) => [id, one[i]]))),
    );
  });
  const everybody = votersOfAll([{ a: FINE, b: FINE, c: FINE, "c/2": FINE, d: FINE }]);

  test("carriers that are answered alike are never altered", () => {
    fc.assert(
      fc.property(said, fc.integer({ min: 1, max: 6 }), (one, n) => {
        const names = [..."abcdef"].slice(0, n);
        const ticks = [0, 1, 2].map(() => Object.fromEntries(names.map((name) => [name, one ?? FINE])));
        assert.deepEqual(judged(ticks).events, []);
      }),
    );
  });

  test("the order of samples changes nothing", () => {
    fc.assert(
      fc.property(answers, fc.infiniteStream(fc.nat(1_000)), (one, keys) => {
        const voters = new Map(everybody.map((voter) => [voter.vantage, voter]));
        const witnesses = samplesSaying([one]).flatMap((stored) => witnessOf(stored, voters, URL_OF) ?? []);
        const shuffled = witnesses
          .map((witness) => ({ witness, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ witness }) => witness);
        const textOf = (found: ReturnType<typeof compareCarriers>) =>
          [...found].map(([carrier, findings]) => `${carrier} ${JSON.stringify([...findings])}`).sort();
        assert.deepEqual(textOf(compareCarriers(shuffled)), textOf(compareCarriers(witnesses)));
      }),
    );
  });

  test("more carriers are like the others than not, unless the sign is unambiguous", () => {
    fc.assert(
      fc.property(answers, (one) => {
        const voters = new Map(everybody.map((voter) => [voter.vantage, voter]));
        const witnesses = samplesSaying([one]).flatMap((stored) => witnessOf(stored, voters, URL_OF) ?? []);
        const found = compareCarriers(witnesses);
        const odd = [...found.values()].filter((findings) => [...findings.values()].some(Boolean)).length;
        assert.ok(odd <= found.size - 1 || odd === 0);
      }),
    );
  });

  test("judged tick by tick, with the record in between, it is the story of all ticks at once", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 3 }), (ticks, m) => {
        let recorded: AlteredEvent[] = [];
        for (let n = 1; n <= ticks.length; n += 1) {
          const { events } = judged(ticks.slice(0, n), { m, recorded, from: n - 1, voters: everybody });
          recorded = kept(recorded, events);
        }
        const whole = judged(ticks, { m, voters: everybody }).events;
        assert.equal(storyOf(sorted(recorded)), storyOf(sorted(whole)));
      }),
      { numRuns: 400 },
    );
  });

  test("samples that come late leave the story of all ticks at once", () => {
    fc.assert(
      fc.property(history, fc.nat(13), fc.integer({ min: 1, max: 3 }), (ticks, at, m) => {
        const late = Math.min(at, ticks.length - 1);
        const without = ticks.map((one, i) => (i === late ? {} : one));
        const before = judged(without, { m, voters: everybody }).events;
        const { events } = judged(ticks, { m, recorded: before, from: late, voters: everybody });
        const whole = judged(ticks, { m, voters: everybody }).events;
        assert.equal(storyOf(sorted(kept(before, events))), storyOf(sorted(whole)));
      }),
      { numRuns: 400 },
    );
  });

  test("judged again, it writes nothing", () => {
    fc.assert(
      fc.property(history, fc.nat(13), (ticks, at) => {
        const recorded = judged(ticks, { voters: everybody }).events;
        const from = Math.min(at, ticks.length - 1);
        assert.deepEqual(judged(ticks, { recorded, from, voters: everybody }).events, []);
      }),
    );
  });
});

function spoken(given: Readonly<Record<string, Said | undefined>>): Answers {
  return Object.fromEntries(Object.entries(given).flatMap(([id, one]) => (one ? [[id, one]] : [])));
}

function kept(recorded: readonly AlteredEvent[], events: readonly AlteredEvent[]): AlteredEvent[] {
  return [...new Map([...recorded, ...events].map((event) => [event.id, event])).values()];
}

function sorted(events: readonly AlteredEvent[]): AlteredEvent[] {
  return [...events].sort((a, b) => a.atS - b.atS || (a.carrier < b.carrier ? -1 : 1));
}
