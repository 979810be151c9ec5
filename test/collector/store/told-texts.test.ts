/** Shared texts by number: the same for a sample in columns and as an object, told once, and told anew when the list begins anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedTextOf } from "../../../collector/store/sqlite/shared-text.ts";
import { type ToldTexts, toldTexts } from "../../../collector/store/sqlite/told-texts.ts";
import { saidAt } from "../../../collector/wire/columns.ts";
import type { Detail, Sample } from "../../../collector/wire/sample.ts";
import { FIRST_TICK } from "../../bench/archive/samples.ts";
import { shippedColumns } from "../../bench/archive/shipped-columns.ts";

const VANTAGE = "v-0";
const SITES = 8;
const { columns } = shippedColumns(true)(0, FIRST_TICK, SITES);
const places = Array.from({ length: SITES }, (_, i) => i);

/** As JSON brings it. */
function sampleAt(i: number, more: Detail = {}): Sample {
  return { detail: JSON.parse(JSON.stringify({ ...saidAt(columns, i), ...more })) } as Sample;
}

function asColumns(told: ToldTexts): number[] {
  const numbers = new Uint32Array(SITES);
  told.said(told.names(columns.targets), VANTAGE, columns, numbers);
  return [...numbers];
}

function asObjects(told: ToldTexts, more: Detail = {}): number[] {
  return places.map((i) => {
    const name = told.name(columns.targets[columns.target[i] ?? 0] ?? "");
    return told.text(name, VANTAGE, sampleAt(i, more), 0);
  });
}

test("a text has one number, whether samples come in columns or as objects, in any order", () => {
  for (const ways of [
    [asColumns, asObjects, asColumns],
    [asObjects, asColumns, asObjects],
  ]) {
    const told = toldTexts();
    told.begin();
    const [first, ...others] = ways.map((way) => way(told));
    for (const other of others) assert.deepEqual(other, first);
    const { texts } = told.taken().shared;
    assert.equal(texts.length, new Set(first).size, "each is told once");
    assert.equal(texts.length, SITES);
    assert.deepEqual(
      first?.map((number) => texts[number]),
      places.map((i) => sharedTextOf(sampleAt(i))),
    );
  }
});

test("a series that says something else and then the same as before has the old number again", () => {
  const told = toldTexts();
  told.begin();
  const before = asObjects(told);
  const between = asObjects(told, { note: "altered" });
  assert.equal(new Set([...before, ...between]).size, SITES * 2);
  assert.deepEqual(asObjects(told), before);
  assert.deepEqual(asColumns(told), before);
  assert.equal(told.taken().shared.texts.length, SITES * 2);
});

test("texts that differ in half a character have two numbers", () => {
  const told = toldTexts();
  told.begin();
  const [one, other] = ["\ud83c", "\ud83d"].map((note) => asObjects(told, { note })[0]);
  assert.notEqual(one, other);
});

test("when the list begins anew every text is told again under its new number", () => {
  const told = toldTexts();
  told.begin();
  asColumns(told);
  const name = told.name("full");
  for (let i = 0; i < 32_768; i += 1) told.text(name, VANTAGE, sampleAt(0, { note: `${i}` }), 0);
  told.taken();
  told.begin();
  const anew = asColumns(told);
  const { from, texts } = told.taken().shared;
  assert.equal(from, 0);
  assert.deepEqual(
    anew.map((number) => texts[number]),
    places.map((i) => sharedTextOf(sampleAt(i))),
  );
});
