/** The OpenAPI document: whole, of one piece, and the same as the committed copy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { COPY, openapiText } from "../../../deploy/openapi.ts";
import { ask, served } from "./served.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Calls `visit` for every object in a JSON value. */
function walk(value: Json, visit: (object: { [key: string]: Json }) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value);
  for (const part of Object.values(value)) walk(part, visit);
}

test("the committed docs/openapi.json is what this source makes", async () => {
  assert.deepEqual(
    JSON.parse(readFileSync(COPY, "utf8")),
    JSON.parse(await openapiText()),
    "run: node deploy/openapi.ts",
  );
});

test("anybody may read it; every reference resolves and every path parameter is declared", async (t) => {
  const s = await served(t);
  const { status, body } = await ask(`${s.api}/openapi.json`);
  assert.equal(status, 200);
  const document = body as { [key: string]: Json };
  assert.match(String(document["openapi"]), /^3\.1\./);
  let references = 0;
  walk(document, (object) => {
    const reference = object["$ref"];
    if (typeof reference !== "string") return;
    references += 1;
    const found = reference
      .slice(2)
      .split("/")
      .reduce<Json | undefined>((at, key) => (at as { [key: string]: Json } | undefined)?.[key], document);
    assert.ok(found, `${reference} leads nowhere`);
  });
  assert.ok(references > 40, `${references} references seen`);
  let operations = 0;
  for (const [path, item] of Object.entries(
    document["paths"] as { [path: string]: { [method: string]: Json } },
  )) {
    assert.match(path, /^\/api\/v1\//);
    for (const [method, operation] of Object.entries(item)) {
      operations += 1;
      const {
        parameters = [],
        responses,
        summary,
      } = operation as {
        parameters?: { name: string; in: string }[];
        responses: { [status: string]: Json };
        summary?: string;
      };
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((each) => each.in === "path").map(({ name }) => name);
      assert.deepEqual(declared, wanted, `${method} ${path}`);
      assert.ok(summary, `${method} ${path} has no summary`);
      assert.ok(
        Object.keys(responses).some((status) => /^2/.test(status)),
        `${method} ${path} has no success`,
      );
      assert.ok(responses["default"], `${method} ${path} has no problem`);
    }
  }
  assert.ok(operations > 35, `${operations} operations seen`);
});

test("no schema of an answer has a field for a password, a hash or a stored secret", async () => {
  const document = JSON.parse(await openapiText());
  const shown = new Set<string>();
  for (const item of Object.values<{ [method: string]: { responses: Json } }>(document.paths)) {
    for (const { responses } of Object.values(item)) {
      walk(responses, (object) => {
        for (const key of Object.keys(object)) shown.add(key);
      });
    }
  }
  for (const name of ["password", "hash", "currentPassword"]) assert.equal(shown.has(name), false, name);
});
