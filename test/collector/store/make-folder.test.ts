/** Folders that a user names: made with those around them, or refused; never an endless loop. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../../../collector/store/make-folder.ts";
import { systemCause } from "../../../collector/store/sqlite/messages.ts";
import { fileTrouble, isFull } from "../../../collector/wire/file-trouble.ts";
import { scratch } from "../../support/product.ts";

test("a folder is made with those it lies in, and the outermost new one is named", (t) => {
  const { dir, remove } = scratch("folder");
  t.after(remove);
  assert.equal(makeFolder(dir), null);
  assert.equal(makeFolder(join(dir, "a", "b", "c")), join(dir, "a"));
  assert.ok(existsSync(join(dir, "a", "b", "c")));
  assert.equal(makeFolder(join(dir, "a", "b", "c")), null);
  assert.equal(makeFolder(join(dir, "a", "d")), join(dir, "a", "d"));
});

test("what cannot be made is refused, below /proc as well, and said in words", (t) => {
  const { dir, remove } = scratch("folder");
  t.after(remove);
  const file = join(dir, "file");
  writeFileSync(file, "");
  const troubleOf = (path: string): string => {
    try {
      makeFolder(path);
      return "none";
    } catch (error) {
      return fileTrouble(error);
    }
  };
  assert.equal(troubleOf(file), "there is a file of that name");
  assert.equal(troubleOf(join(file, "below")), "a part of its path is no folder");
  assert.equal(troubleOf("/proc/there/is/none"), "there is no such file or folder");
});

test("a reason that nobody has words for keeps its code, or its own words", () => {
  assert.equal(fileTrouble(Object.assign(new Error("x"), { code: "EBADF" })), "EBADF");
  assert.equal(fileTrouble(new Error("in its own words")), "in its own words");
  assert.ok(isFull(Object.assign(new Error("x"), { code: "ENOSPC" })));
  const full = systemCause(Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" }));
  assert.deepEqual([isFull(full), fileTrouble(full)], [true, "the disk is full"]);
  assert.ok(!isFull(new Error("the disk is full")));
});
