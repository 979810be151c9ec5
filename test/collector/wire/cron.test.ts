/** Which cron expressions are even, in which zones, and what is said of the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cadenceOf } from "../../../collector/wire/cron.ts";
import { InvalidInputError } from "../../../collector/wire/errors.ts";

const NOW_S = Date.UTC(2026, 10, 21) / 1000;
const ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"] as const;

type Want = { stepS: number; phaseS: number } | RegExp;

/** cron -> what each of ZONES makes of it, in that order; one entry stands for all. */
const CASES: readonly (readonly [cron: string, ...want: Want[]])[] = [
  ["*/5 * * * *", { stepS: 300, phaseS: 0 }],
  ["* * * * *", { stepS: 60, phaseS: 0 }],
  ["2-59/5 * * * *", { stepS: 300, phaseS: 120 }],
  ["*/10 * * * * *", { stepS: 10, phaseS: 0 }],
  ["7,27,47 * * * * *", { stepS: 20, phaseS: 7 }],
  ["0 */15 * * * *", { stepS: 900, phaseS: 0 }],
  ["0,30 * * * *", { stepS: 1800, phaseS: 0 }],
  [
    "  */20   * * * *  ",
    { stepS: 1200, phaseS: 0 },
    { stepS: 1200, phaseS: 0 },
    { stepS: 1200, phaseS: 0 },
    { stepS: 1200, phaseS: 0 },
    /unevenly in Australia\/Lord_Howe/,
  ],
  [
    "0 * * * *",
    { stepS: 3600, phaseS: 0 },
    { stepS: 3600, phaseS: 0 },
    { stepS: 3600, phaseS: 0 },
    { stepS: 3600, phaseS: 0 },
    /Lord_Howe/,
  ],
  [
    "15 * * * *",
    { stepS: 3600, phaseS: 900 },
    { stepS: 3600, phaseS: 900 },
    { stepS: 3600, phaseS: 900 },
    { stepS: 3600, phaseS: 900 },
    /Lord_Howe/,
  ],
  ["0 */2 * * *", { stepS: 7200, phaseS: 0 }, { stepS: 7200, phaseS: 0 }, /New_York/, /Berlin/, /Lord_Howe/],
  [
    "30 4 * * *",
    { stepS: 86_400, phaseS: 16_200 },
    { stepS: 86_400, phaseS: 73_800 },
    /New_York/,
    /Berlin/,
    /Lord_Howe/,
  ],
  [
    "0 0 * * 0-7",
    { stepS: 86_400, phaseS: 0 },
    { stepS: 86_400, phaseS: 57_600 },
    /New_York/,
    /Berlin/,
    /Lord_Howe/,
  ],
  ["*/7 * * * *", /unevenly/],
  ["*/5 9-18 * * *", /unevenly: 18:55:00, then|unevenly/],
  ["*/5 * * * 1-5", /some days only/],
  ["0 0 1 * *", /some days only/],
  ["*/5 * * 6 *", /some days only/],
  ["*/5 * * * * *", /at least 10 s/],
  ["* * * * * *", /at least 10 s/],
  ["60 * * * *", /takes 0 to 59/],
  ["*/0 * * * *", /takes 0 to 59/],
  ["9-3 * * * *", /takes 0 to 59/],
  ["@hourly", /1 fields/],
  ["* * * *", /4 fields/],
  ["a * * * *", /has "a" in the field minute/],
  ["1.5 * * * *", /in the field minute/],
  ["-1 * * * *", /in the field minute/],
  ["", /fields/],
];

test("the table of expressions holds in every zone", () => {
  let seen = 0;
  for (const [cron, ...wants] of CASES) {
    for (const [i, zone] of ZONES.entries()) {
      const want = wants[i] ?? wants[0];
      const name = `${JSON.stringify(cron)} in ${zone}`;
      seen += 1;
      if (want instanceof RegExp) {
        assert.throws(
          () => cadenceOf(cron, zone, NOW_S),
          (error) =>
            error instanceof InvalidInputError &&
            want.test(error.message) &&
            error.issues[0]?.path === "cron",
          name,
        );
      } else assert.deepEqual(cadenceOf(cron, zone, NOW_S), want, name);
    }
  }
  assert.equal(seen, CASES.length * ZONES.length);
});

test("what a refusal suggests is itself accepted in that zone", () => {
  let suggested = 0;
  for (const [cron] of CASES) {
    for (const zone of ZONES) {
      try {
        cadenceOf(cron, zone, NOW_S);
      } catch (error) {
        assert.ok(error instanceof InvalidInputError);
        const other = /((?:\*\/\d+|0|\*)(?: (?:\*\/\d+|\*)){4,5})$/.exec(error.hint ?? "")?.[1];
        if (!other) continue;
        suggested += 1;
        cadenceOf(other, zone, NOW_S);
      }
    }
  }
  assert.ok(suggested > 20, `${suggested} suggestions`);
});

test("a phase is a second within the step, and the tick it gives is the local time asked for", () => {
  for (const zone of ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Shanghai", "America/St_Johns"]) {
    const { stepS, phaseS } = cadenceOf("10 * * * *", zone, NOW_S);
    assert.ok(phaseS >= 0 && phaseS < stepS);
    const at = new Date((Math.floor(NOW_S / stepS) * stepS + phaseS) * 1000);
    const minute = new Intl.DateTimeFormat("en-US", { timeZone: zone, minute: "numeric" }).format(at);
    assert.equal(Number(minute), 10, zone);
  }
});

test("an unknown zone is refused by its name", () => {
  assert.throws(
    () => cadenceOf("*/5 * * * *", "Mars/Olympus", NOW_S),
    (error) => error instanceof InvalidInputError && error.issues[0]?.path === "timeZone",
  );
});
