/**
 * What version 1 of the wire looked like when it was released must parse for ever, and mean the same.
 *
 * A fixture is never edited. A new field gets a new fixture beside the old ones; an old one that no longer parses is a
 * break with every probe in the field.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type * as z from "zod";
import { Carrier } from "../../../collector/wire/carrier.ts";
import { OnceNews } from "../../../collector/wire/on-demand.ts";
import {
  JoinAnswer,
  JoinRequest,
  JoinToken,
  ProbeConfig,
  Progress,
} from "../../../collector/wire/probe-protocol.ts";
import { Problem } from "../../../collector/wire/problem.ts";
import { BatchAnswer, BatchEnvelope, Sample } from "../../../collector/wire/sample.ts";
import { Target } from "../../../collector/wire/target.ts";
import { Vantage } from "../../../collector/wire/vantage.ts";

const FOLDER = new URL("../../fixtures/wire/v1/", import.meta.url);

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  answer: BatchAnswer,
  batch: BatchEnvelope,
  carrier: Carrier,
  "join-answer": JoinAnswer,
  "join-request": JoinRequest,
  "join-token": JoinToken,
  "once-busy": OnceNews,
  "once-measured": OnceNews,
  "once-progress": OnceNews,
  "probe-config": ProbeConfig,
  "probe-config-addresses": ProbeConfig,
  "probe-config-once": ProbeConfig,
  problem: Problem,
  progress: Progress,
  "sample-address": Sample,
  "sample-addresses": Sample,
  "sample-addresses-down": Sample,
  "sample-down": Sample,
  "sample-family-down": Sample,
  "sample-suspect": Sample,
  "sample-unknown": Sample,
  "sample-up": Sample,
  target: Target,
  vantage: Vantage,
};

const names = readdirSync(FOLDER)
  .map((name) => name.replace(/\.json$/, ""))
  .sort();
const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));

test("there are 24 fixtures and each has its schema", () => {
  assert.equal(names.length, 24);
  assert.deepEqual(names, Object.keys(SCHEMAS).sort());
});

for (const name of names) {
  test(`the fixture ${name} parses, and nothing of it is lost or added`, () => {
    assert.deepEqual(SCHEMAS[name]?.parse(fixture(name)), fixture(name));
  });
}

test("every sample in the batch parses by itself", () => {
  const { samples } = BatchEnvelope.parse(fixture("batch"));
  assert.deepEqual(
    samples.map((sample) => Sample.parse(sample).state),
    ["up", "down", "suspect", "unknown"],
  );
});
