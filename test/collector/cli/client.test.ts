/** What a verb makes of a collector's refusal: whether it is worth trying again later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf } from "../../../collector/api/problems.ts";
import { read } from "../../../collector/cli/client.ts";
import { diskFull } from "../../../collector/store/sqlite/disk-guard.ts";
import { CarrierwatchError, NotFoundError, UnavailableError } from "../../../collector/wire/errors.ts";
import { exitCodeOf } from "../../../main.ts";

/** The exit code of a verb whose call the collector refuses with this error. */
function exitAfter(refusal: CarrierwatchError): number {
  const problem = problemOf(refusal, "r1");
  try {
    read(problem.status, JSON.stringify(problem), "http://127.0.0.1:1");
  } catch (error) {
    assert.ok(error instanceof CarrierwatchError);
    assert.equal(error.code, refusal.code);
    return exitCodeOf(error);
  }
  throw new Error("a refusal was taken for an answer");
}

test("a full disk, a busy collector and too many calls are exit 75 through the API too", () => {
  assert.equal(exitAfter(diskFull("/data", 1_000_000)), 75);
  assert.equal(exitAfter(new UnavailableError("busy", "not now")), 75);
  assert.equal(exitAfter(new UnavailableError("too_many_attempts", "five a minute")), 75);
});

test("what stays refused is not", () => {
  assert.equal(exitAfter(new NotFoundError("target", "shop")), 1);
  assert.equal(exitAfter(new CarrierwatchError("usage", "no such thing")), 64);
});
