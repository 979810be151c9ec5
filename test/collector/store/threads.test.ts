/** What the store's threads load: each has a heap of its own, so that a package they do not need is paid for twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reference, referencesOf, sourceFiles } from "../../support/source-tree.ts";

const files = new Map(sourceFiles(["collector"], [".ts"]).map((file) => [file.path, file]));

/** All that a file names, and what that names, types left out. */
function loadedBy(path: string): Reference[] {
  const seen = new Set<string>();
  const found: Reference[] = [];
  const visit = (from: string): void => {
    const file = files.get(from);
    if (!file || seen.has(from)) return;
    seen.add(from);
    for (const reference of referencesOf(file)) {
      if (reference.typeOnly || reference.kind === "url") continue;
      found.push(reference);
      visit(reference.to);
    }
  };
  visit(path);
  return found;
}

for (const thread of ["writer", "reader", "checkpointer"])
  test(`the ${thread} thread loads no package but the database's`, () => {
    const loaded = loadedBy(`collector/store/sqlite/${thread}.ts`);
    assert.ok(loaded.length > (thread === "checkpointer" ? 1 : 100), `only ${loaded.length} were seen`);
    const packages = new Set(
      loaded.filter(({ relative, to }) => !relative && !to.startsWith("node:")).map(({ to }) => to),
    );
    assert.deepEqual([...packages], ["better-sqlite3"]);
  });
