/** Which status an error gets, and what of it is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf, statusOf } from "../../../collector/api/problems.ts";
import {
  CarrierwatchError,
  ConfigError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
  VersionConflictError,
} from "../../../collector/wire/errors.ts";
import { Problem } from "../../../collector/wire/problem.ts";

test("a code has one status; an unlisted one is 503 when it may succeed later, else 400", () => {
  const table: [Error & { code: string; retryable: boolean }, number][] = [
    [new InvalidInputError("x", []), 400],
    [new CarrierwatchError("unauthenticated", "x"), 401],
    [new CarrierwatchError("scope", "x"), 403],
    [new NotFoundError("target", "x"), 404],
    [new VersionConflictError("target", "x", 1, 2), 409],
    [new CarrierwatchError("too_large", "x"), 413],
    [new CarrierwatchError("too_many_attempts", "x", { retryable: true }), 429],
    [new ConfigError("x"), 500],
    [new UnavailableError("disk_full", "x"), 507],
    [new UnavailableError("store_stopped", "x"), 503],
    [new CarrierwatchError("something_new", "x"), 400],
  ];
  for (const [error, status] of table) assert.equal(statusOf(error), status, error.code);
});

test("a document has the sentence, the hint and every field of ours, and nothing of a stranger's", () => {
  const ours = problemOf(
    new InvalidInputError("target", [{ path: "url", message: "which URL?" }], "type one"),
    "abc",
  );
  assert.deepEqual(Problem.parse(ours), {
    type: "about:blank#invalid_input",
    title: "The request is not valid",
    status: 400,
    code: "invalid_input",
    detail: "target is not valid: url: which URL?",
    hint: "type one",
    issues: [{ path: "url", message: "which URL?" }],
    requestId: "abc",
  });
  for (const error of [
    new Error("password=1"),
    "text",
    null,
    { statusCode: 418 },
    Object.assign(new Error("x"), { statusCode: 500 }),
  ]) {
    assert.deepEqual(problemOf(error, "abc"), {
      type: "about:blank#internal",
      title: "Something went wrong here",
      status: 500,
      code: "internal",
      requestId: "abc",
    });
  }
});
