/** The range in the address, and local times in date fields. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  drawnIn,
  fieldTime,
  pageQuery,
  queryOf,
  rangeIn,
  timeOfField,
} from "../../../dashboard/pages/target/range.ts";

test("an address names its range; what makes no sense is three hours", () => {
  const table: [string, string][] = [
    ["range=week", "range=week"],
    ["range=custom&from=100&to=200", "range=custom&from=100&to=200"],
    ["range=custom&from=200&to=100", "range=3h"],
    ["range=custom&from=-1&to=100", "range=3h"],
    ["range=century", "range=3h"],
    ["", "range=3h"],
  ];
  for (const [query, want] of table) assert.equal(queryOf(rangeIn(new URLSearchParams(query))), want, query);
});

test("an address names what each chart draws; what none can draw is left out", () => {
  const table: [string, string][] = [
    ["range=week&total=p95&speed=MIN", "range=week&total=p95&speed=MIN"],
    ["range=week&total=median&wait=MAX&ttfb=LAST", "range=week&ttfb=LAST"],
    ["range=day&total=AVERAGE", "range=day"],
  ];
  for (const [text, want] of table) {
    const query = new URLSearchParams(text);
    assert.equal(pageQuery(rangeIn(query), null, drawnIn(query)), want, text);
  }
  const one = new URLSearchParams("range=day&total=MAX");
  assert.equal(pageQuery(rangeIn(one), "ipv6", drawnIn(one)), "range=day&address=ipv6&total=MAX");
  assert.equal(pageQuery(rangeIn(one), null, { total: undefined }), "range=day");
});

test("a field's local time and the instant it means are each other's inverse, in every season", () => {
  for (const zone of ["UTC", "Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns"]) {
    for (let atS = 1_767_225_600; atS < 1_767_225_600 + 366 * 86_400; atS += 7 * 86_400 + 3660) {
      const minute = atS - (atS % 60);
      assert.equal(timeOfField(fieldTime(minute, zone), zone), minute, `${zone} ${minute}`);
    }
  }
});

test("what is not a time is null", () => {
  assert.equal(timeOfField("", "UTC"), null);
  assert.equal(timeOfField("yesterday", "UTC"), null);
});
