/** The pages' client over real HTTP: which token goes with a change. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { apiClient } from "../../../dashboard/api/client.ts";

test("an answer that begins a new session renews the token that goes with every change", async (t) => {
  const sent: unknown[] = [];
  const server = createServer((request, response) => {
    sent.push(request.headers["x-csrf-token"]);
    const renewed = request.method === "PATCH" ? { "x-csrf-token": "second" } : {};
    response.writeHead(200, { "content-type": "application/json", ...renewed }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const client = apiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {});
  client.useCsrf("first");
  await client.patch("/users/u-1", {});
  await client.get("/overview");
  await client.post("/targets", {});
  assert.deepEqual(sent, ["first", undefined, "second"]);
});
