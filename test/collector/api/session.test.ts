/** Set-up, login and logout over a real port: what a browser gets, and what it is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, browserHeaders, PASSWORD, served, signedIn } from "./served.ts";

const ACCOUNT = { username: "admin", password: PASSWORD, language: "zh", timeZone: "Asia/Shanghai" };

test("a fresh collector says that it wants to be set up, and nothing else without a session", async (t) => {
  const s = await served(t);
  const session = await ask(`${s.api}/session`);
  assert.equal(session.status, 200);
  assert.deepEqual(session.body, {
    user: null,
    setupNeeded: true,
    csrf: null,
    version: "1.2.3",
    demo: false,
    publicUrl: s.origin,
  });
  for (const path of ["/overview", "/targets", "/vantages", "/users", "/tokens", "/storage", "/events"]) {
    const answer = await ask(`${s.api}${path}`);
    assert.equal(answer.status, 401, path);
    assert.equal(answer.body["code"], "unauthenticated", path);
  }
});

test("the one-time token makes the first account, signs in, and works no second time", async (t) => {
  const s = await served(t);
  const token = await s.accounts.setupToken();
  const wrong = await ask(`${s.api}/setup`, { body: { ...ACCOUNT, token: "guess" } });
  assert.equal(wrong.status, 403);
  assert.equal(wrong.body["code"], "setup_token");
  const made = await ask(`${s.api}/setup`, { body: { ...ACCOUNT, token } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const headers = browserHeaders(made);
  assert.equal((await ask(`${s.api}/overview`, { headers })).status, 200);
  const again = await ask(`${s.api}/setup`, { body: { ...ACCOUNT, username: "second", token } });
  assert.equal(again.status, 409);
  assert.equal(again.body["code"], "setup_done");
  assert.equal(await s.accounts.setupToken(), null);
});

test("two browsers with the same set-up link make one account", async (t) => {
  const s = await served(t);
  const token = await s.accounts.setupToken();
  const both = await Promise.all(
    ["one", "two"].map((username) => ask(`${s.api}/setup`, { body: { ...ACCOUNT, username, token } })),
  );
  assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 409]);
  assert.equal((await s.accounts.users.list()).length, 1);
});

test("set-up says where this machine stands, also in a carrier of the user's own", async (t) => {
  const s = await served(t);
  await s.registry.vantages.create({ id: "here", name: "here", carrier: "local", tags: [] }, { local: true });
  const token = await s.accounts.setupToken();
  const unknown = await ask(`${s.api}/setup`, { body: { ...ACCOUNT, token, carrier: "cernet" } });
  assert.equal(unknown.status, 400);
  assert.match(JSON.stringify(unknown.body["issues"]), /no carrier/);
  const made = await ask(`${s.api}/setup`, {
    body: { ...ACCOUNT, token, carrier: "cernet", carrierName: "教育网", vantageName: "Peking" },
  });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const here = await s.registry.vantages.get("here");
  assert.deepEqual([here.carrier, here.name], ["cernet", "Peking"]);
  assert.equal((await s.registry.carriers.find("cernet"))?.name.zh, "教育网");
});

test("login gives a new session each time; logout ends it on the server", async (t) => {
  const s = await served(t);
  const first = await signedIn(s);
  const login = await ask(`${s.api}/session`, { body: { username: "admin", password: PASSWORD } });
  assert.equal(login.status, 200);
  const second = browserHeaders(login);
  assert.notEqual(first["cookie"], second["cookie"]);
  const out = await ask(`${s.api}/session`, { method: "DELETE", headers: second });
  assert.equal(out.status, 204);
  assert.match(out.headers.getSetCookie()[0] ?? "", /^cw-\d+=;/);
  assert.equal((await ask(`${s.api}/overview`, { headers: second })).status, 401);
  assert.equal((await ask(`${s.api}/overview`, { headers: first })).status, 200);
});

test("a wrong password and an unknown user get the same answer", async (t) => {
  const s = await served(t);
  await signedIn(s);
  const wrong = await ask(`${s.api}/session`, { body: { username: "admin", password: "wrong wrong" } });
  const unknown = await ask(`${s.api}/session`, { body: { username: "nobody", password: "wrong wrong" } });
  assert.equal(wrong.status, 401);
  const bare = ({ requestId: _, ...body }: Record<string, unknown>) => body;
  assert.deepEqual(bare(wrong.body), bare(unknown.body));
});

test("the sixth wrong password in a minute waits, also with the right one, and also a hundred at once", async (t) => {
  const s = await served(t);
  await signedIn(s);
  const login = (password: string) => ask(`${s.api}/session`, { body: { username: "admin", password } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => login("wrong wrong")));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(5).fill(401), ...Array(15).fill(429)]);
  const refused = await login(PASSWORD);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "60");
  await s.clock.advance(60_000);
  assert.equal((await login(PASSWORD)).status, 200);
});
