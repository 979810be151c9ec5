/** The storage page has a word for every part that a real database says it holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFor } from "../../../dashboard/i18n/format.ts";
import { partText } from "../../../dashboard/i18n/storage-text.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";
import { folder, openIn } from "../../collector/store/folder.ts";

test("every part of the database has a name in both languages, those a target asks for too", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const { parts } = await store.ops.estimate(300, null, { last: true, percentiles: ["ttfb"] });
  await store.close();
  assert.ok(parts.length > 9, `${parts.length} parts seen`);
  for (const { part } of parts) {
    assert.match(partText(part, translate("zh"), formatFor("zh", "UTC")), /^[^a-z]*$/, part);
    const english = partText(part, translate("en"), formatFor("en", "UTC"));
    assert.doesNotMatch(english, /\{|\p{Script=Han}|\d{4,} s|strip|pdps/u);
  }
  const texts = parts.map(({ part }) => partText(part, translate("zh"), formatFor("zh", "UTC")));
  assert.ok(texts.includes("30 分一行的末值（LAST）") && texts.includes("每轮的首字节"), texts.join());
  assert.equal(new Set(texts).size, texts.length);
});
