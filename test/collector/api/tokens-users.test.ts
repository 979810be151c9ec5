/** API tokens and users over a real port: what each may do, what ends what, and that no secret is shown twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, browserHeaders, PASSWORD, served, signedIn } from "./served.ts";

const SECOND = {
  username: "second",
  password: "another long one",
  language: "zh",
  timeZone: "Asia/Shanghai",
};

test("a read token reads, a write token writes, neither makes tokens or users", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  const make = async (scope: string) => {
    const made = await ask(`${s.api}/tokens`, { headers: browser, body: { name: scope, scope } });
    assert.equal(made.status, 201);
    assert.match(String(made.body["token"]), /^cwt_t-[0-9a-f]{16}_[\w-]{43}$/);
    return { authorization: `Bearer ${made.body["token"]}` };
  };
  const [read, write] = [await make("read"), await make("write")];
  const target = { name: "site", url: "https://www.example.com/" };
  assert.equal((await ask(`${s.api}/overview`, { headers: read })).status, 200);
  const refused = await ask(`${s.api}/targets`, { headers: read, body: target });
  assert.equal(refused.body["code"], "scope");
  assert.equal((await ask(`${s.api}/targets`, { headers: write, body: target })).status, 201);
  for (const [path, body] of [
    ["/tokens", { name: "more" }],
    ["/users", SECOND],
  ] as const) {
    assert.equal((await ask(`${s.api}${path}`, { headers: write, body })).status, 403, path);
  }
  assert.equal((await ask(`${s.api}/session`, { headers: write })).body["user"], null);
});

test("a token's secret is stored hashed and shown once; removed, it is dead", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const { token, id } = (await ask(`${s.api}/tokens`, { headers, body: { name: "ci" } })).body;
  const bearer = { authorization: `Bearer ${token}` };
  assert.equal((await ask(`${s.api}/overview`, { headers: bearer })).status, 200);
  const listed = await ask(`${s.api}/tokens`, { headers });
  const [view] = listed.body["tokens"] as Record<string, unknown>[];
  assert.deepEqual(Object.keys(view ?? {}).sort(), ["createdS", "id", "lastUsedMs", "name", "scope"]);
  assert.equal(view?.["lastUsedMs"], s.clock.nowMs());
  const kept = JSON.stringify(await s.store.registry.list("token"));
  assert.equal(kept.includes(String(token).slice(-43)), false);
  assert.equal((await ask(`${s.api}/tokens/${id}`, { method: "DELETE", headers })).status, 204);
  assert.equal((await ask(`${s.api}/overview`, { headers: bearer })).status, 401);
  assert.equal((await ask(`${s.api}/tokens/${id}`, { method: "DELETE", headers })).status, 404);
});

test("the token of run.json acts for the operator of this machine", async (t) => {
  const s = await served(t);
  const headers = { authorization: `Bearer ${s.accounts.localToken()}` };
  assert.equal((await ask(`${s.api}/users`, { headers, body: SECOND })).status, 201);
  assert.equal((await ask(`${s.api}/tokens`, { headers, body: { name: "x" } })).status, 201);
  const wrong = { authorization: `Bearer ${s.accounts.localToken().slice(0, -2)}aa` };
  assert.equal((await ask(`${s.api}/users`, { headers: wrong })).status, 401);
});

test("a user is made once whatever the case of the name, and no answer shows a password", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const made = await ask(`${s.api}/users`, { headers, body: SECOND });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(JSON.stringify(made.body).includes("scrypt"), false);
  for (const username of ["second", "SECOND", "ｓecond"]) {
    const again = await ask(`${s.api}/users`, { headers, body: { ...SECOND, username } });
    assert.equal(again.body["code"], "already_exists", username);
  }
  const zone = await ask(`${s.api}/users`, {
    headers,
    body: { ...SECOND, username: "third", timeZone: "Mars/Base" },
  });
  assert.equal(zone.status, 400);
  const listed = await ask(`${s.api}/users`, { headers });
  assert.equal((listed.body["users"] as unknown[]).length, 2);
  assert.equal(JSON.stringify(listed.body).includes("password"), false);
});

test("a new password needs the current one, ends every session of the user and begins one anew", async (t) => {
  const s = await served(t);
  const here = await signedIn(s);
  const there = browserHeaders(
    await ask(`${s.api}/session`, { body: { username: "admin", password: PASSWORD } }),
  );
  const id = (await s.accounts.users.list())[0]?.id;
  const patch = (body: unknown) => ask(`${s.api}/users/${id}`, { method: "PATCH", headers: here, body });
  assert.equal((await patch({ password: "a new long one" })).status, 403);
  assert.equal((await patch({ password: "a new long one", currentPassword: "not it at all" })).status, 403);
  assert.equal((await ask(`${s.api}/overview`, { headers: there })).status, 200);
  const changed = await patch({ password: "a new long one", currentPassword: PASSWORD, language: "zh" });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal(changed.body["language"], "zh");
  for (const headers of [here, there]) {
    assert.equal((await ask(`${s.api}/overview`, { headers })).status, 401);
  }
  const [cookie = ""] = (changed.headers.getSetCookie()[0] ?? "").split(";");
  const anew = { cookie, "x-csrf-token": changed.headers.get("x-csrf-token") ?? "" };
  assert.notEqual(cookie, here["cookie"]);
  assert.equal((await ask(`${s.api}/session`, { headers: anew })).body["csrf"], anew["x-csrf-token"]);
  assert.equal(
    (await ask(`${s.api}/users/${id}`, { method: "PATCH", headers: anew, body: { language: "en" } })).status,
    200,
  );
  assert.equal(
    (await ask(`${s.api}/session`, { body: { username: "admin", password: PASSWORD } })).status,
    401,
  );
});

test("the current password cannot be guessed without end from a session left open", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const id = (await s.accounts.users.list())[0]?.id;
  const guess = (currentPassword: string) =>
    ask(`${s.api}/users/${id}`, {
      method: "PATCH",
      headers,
      body: { password: "a new long one", currentPassword },
    });
  for (let i = 0; i < 5; i += 1) assert.equal((await guess(`guess number ${i}`)).status, 403);
  assert.equal((await guess(PASSWORD)).status, 429);
  const language = await ask(`${s.api}/users/${id}`, { method: "PATCH", headers, body: { language: "zh" } });
  assert.equal(language.status, 200, "what needs no password goes on");
});

test("removing a user ends the sessions; the last user stays", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const { id } = (await ask(`${s.api}/users`, { headers, body: SECOND })).body;
  const other = browserHeaders(
    await ask(`${s.api}/session`, { body: { username: SECOND.username, password: SECOND.password } }),
  );
  assert.equal((await ask(`${s.api}/overview`, { headers: other })).status, 200);
  assert.equal((await ask(`${s.api}/users/${id}`, { method: "DELETE", headers })).status, 204);
  assert.equal((await ask(`${s.api}/overview`, { headers: other })).status, 401);
  await ask(`${s.api}/users`, { headers, body: SECOND });
  const everybody = (await s.accounts.users.list()).map((user) => user.id);
  const operator = { authorization: `Bearer ${s.accounts.localToken()}` };
  const all = await Promise.all(
    everybody.map((one) => ask(`${s.api}/users/${one}`, { method: "DELETE", headers: operator })),
  );
  assert.deepEqual(all.map((answer) => answer.status).sort(), [204, 409], "also when all go at once");
  const last = (await s.accounts.users.list())[0]?.id;
  const kept = await ask(`${s.api}/users/${last}`, { method: "DELETE", headers: operator });
  assert.equal(kept.body["code"], "last_user");
});
