/** A configuration's text says what the configuration says, however often it is made and with one assignment exchanged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configTexts } from "../../../collector/api/config-text.ts";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";

test("the text of a configuration is its JSON: of none, one or many assignments, again, and with one exchanged", () => {
  const text = configTexts();
  const all = Array.from({ length: 5 }, (_, i) => assignmentOf({ id: `shop-${i}`, url: `http://h/"${i}` }));
  const other = assignmentOf({ id: "shop-2", revision: 2 });
  for (const assignments of [[], all.slice(0, 1), all, all, all.with(2, other), all]) {
    const config = { ...probeConfigOf([]), assignments };
    assert.deepEqual(JSON.parse(text(config)), config);
  }
});
