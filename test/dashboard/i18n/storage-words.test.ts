/** The storage page has a word for every part that a real database says it holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isKey } from "../../../dashboard/i18n/translate.ts";
import { folder, openIn } from "../../collector/store/folder.ts";

test("every part of the database has a name in both languages", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const { parts } = await store.ops.estimate(300);
  await store.close();
  assert.ok(parts.length > 5, `${parts.length} parts seen`);
  for (const { part } of parts)
    assert.ok(/^rows \d+ s$/.test(part) || isKey(`settings.storage.part.${part}`), part);
});
