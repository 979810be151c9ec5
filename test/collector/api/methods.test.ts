/** A wrong method on a right path is told apart from a wrong path. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, served } from "./served.ts";

test("a path that knows the method not says which it knows; a path that is none is not found", async (t) => {
  for (const basePath of ["", "/watch"]) {
    const s = await served(t, { http: { basePath } });
    for (const [method, path, allow] of [
      ["PATCH", "/api/v1/targets", "GET, HEAD, POST"],
      ["POST", "/api/v1/targets/shop-1", "DELETE, GET, HEAD, PUT"],
      ["GET", "/api/v1/setup", "POST"],
      ["GET", "/api/v1/probe/samples?x=1", "POST"],
      ["DELETE", "/api/v1/openapi.json", "GET, HEAD"],
      ["OPTIONS", "/api/v1/session", "DELETE, GET, HEAD, POST"],
      ["POST", "/healthz", "GET, HEAD"],
    ] as const) {
      const answer = await ask(`${s.origin}${basePath}${path}`, { method });
      const told = [answer.status, answer.body["code"], answer.headers.get("allow")];
      assert.deepEqual(told, [405, "method_not_allowed", allow], `${method} ${path}`);
    }
    for (const path of ["/api/v1/nothing", "/api/v1/targets/a/b/c", "/api/v1/setup/more"]) {
      for (const method of ["GET", "POST"]) {
        const answer = await ask(`${s.origin}${basePath}${path}`, { method });
        assert.equal(answer.status, 404, `${method} ${path}`);
      }
    }
  }
});
