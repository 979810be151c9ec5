/** The writer remembers which number a series has: never so long that a tick is stored twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutcomeKind } from "../../../collector/wire/sample.ts";
import { nowAfter, type RecordParts, record, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

test("a tick is judged by all generations of its series, also when one began with a new spool", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const put = async (parts: RecordParts): Promise<OutcomeKind | undefined> =>
    (await store.samples.put([record(parts)], nowAfter(T0 + 3_600)))[0];
  for (const tick of [T0, T0 + 300, T0 + 600]) assert.equal(await put({ tick }), "stored");
  assert.equal(await put({ tick: T0 + 900, stepS: 60, epoch: "fedcba9876543210" }), "stored");
  assert.equal(await put({ tick: T0 + 900 }), "conflict");
  await store.close();
});
