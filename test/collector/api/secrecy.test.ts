/** No secret leaves by a side door: neither the log nor an answer that did not make it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJoinToken } from "../../../collector/wire/probe-protocol.ts";
import { batchOf } from "../ingest/batches.ts";
import { ask, joined, PASSWORD, served, signedIn } from "./served.ts";

test("passwords, cookies, tokens, keys and join texts are in no line of the log, even when things fail", async (t) => {
  const s = await served(t, {
    storage: async () => {
      throw new Error("disk");
    },
  });
  const setupToken = await s.accounts.setupToken();
  const browser = await signedIn(s);
  const probe = await joined(s);
  const made = await ask(`${s.api}/tokens`, { headers: browser, body: { name: "ci" } });
  const vantage = await ask(`${s.api}/vantages`, {
    headers: browser,
    body: { name: "far", carrier: "ct", tags: [] },
  });
  const join = parseJoinToken(String(vantage.body["token"]));
  const redeemed = await ask(`${s.api}/probe/join`, {
    body: { secret: join?.secret, hostname: "host", probeVersion: "1" },
  });
  await ask(`${s.api}/storage?password=${PASSWORD}`, { headers: browser });
  await ask(`${s.api}/session`, { body: { username: "admin", password: `${PASSWORD}!` } });
  await ask(`${s.api}/probe/samples`, {
    headers: probe,
    body: batchOf([{ nonsense: PASSWORD }], s.clock.nowMs()),
  });
  await ask(`${s.api}/nothing?token=${made.body["token"]}`);
  const log = s.logged.join("\n");
  assert.ok(s.logged.length >= 8, `${s.logged.length} lines seen`);
  const secrets: Record<string, unknown> = {
    setupToken,
    password: PASSWORD,
    cookie: browser["cookie"]?.split("=")[1],
    csrf: browser["x-csrf-token"],
    apiToken: made.body["token"],
    probeKey: probe["authorization"]?.split(" ")[1],
    joinSecret: join?.secret,
    joinedKey: redeemed.body["key"],
    localToken: s.accounts.localToken(),
  };
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(typeof secret === "string" && secret.length > 10, name);
    assert.equal(log.includes(secret), false, name);
  }
});

test("what is shown once is in no later answer", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const made = await ask(`${s.api}/tokens`, { headers, body: { name: "ci" } });
  const vantage = await ask(`${s.api}/vantages`, { headers, body: { name: "far", carrier: "ct", tags: [] } });
  const rotated = await ask(`${s.api}/vantages/${vantage.body["vantage"]}/rotate`, {
    method: "POST",
    headers,
  });
  const secrets = [made.body["token"], vantage.body["token"], rotated.body["key"]].map(String);
  for (const path of ["/tokens", "/vantages", "/users", "/session", "/overview", "/storage"]) {
    const answer = JSON.stringify((await ask(`${s.api}${path}`, { headers })).body);
    for (const secret of secrets) assert.equal(answer.includes(secret.slice(-30)), false, path);
  }
});

test("the value of a named secret goes in and comes out at nobody but the vantage whose target names it", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const probe = await joined(s);
  const value = "a value to be kept";
  const send = (method: string, path: string, body?: unknown) =>
    ask(`${s.api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const answers = [
    await send("POST", "/secrets", { name: "shop", value }),
    await send("POST", "/secrets", { name: "shop", value }),
    await send("POST", "/secrets", { name: "Shop", value }),
    await send("PUT", "/secrets/shop", { value: `${value}!` }),
    await send("PUT", "/secrets/shop", { value: [value] }),
    await send("PUT", "/secrets/none", { value }),
    await send("GET", "/secrets"),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 409, 400, 200, 400, 404, 200],
  );
  const config = () => ask(`${s.api}/probe/config`, { headers: probe });
  assert.equal(JSON.stringify((await config()).body).includes(value), false);
  const request = { auth: { kind: "bearer", secret: "shop" } };
  const made = await send("POST", "/targets", { name: "shop", url: "https://shop.example.com/", request });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.deepEqual((await config()).body["secrets"], { shop: `${value}!` });
  answers.push(made, await send("GET", "/targets"), await send("DELETE", "/secrets/shop"));
  assert.equal(answers.at(-1)?.status, 409);
  for (const { body } of answers) assert.equal(JSON.stringify(body).includes(value), false);
  assert.equal(s.logged.join("\n").includes(value), false);
  // Neither a vantage's key nor nobody may ask.
  for (const others of [probe, {}]) {
    assert.equal((await ask(`${s.api}/secrets`, { headers: others })).status, 401);
  }
});
