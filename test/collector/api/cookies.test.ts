/** Cookies and cross-site requests: on plain http, over TLS, behind a proxy that is trusted and one that is not. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { testCa } from "../../support/test-ca.ts";
import { ask, browserHeaders, PASSWORD, served, signedIn } from "./served.ts";

const LOGIN = { username: "admin", password: PASSWORD };

test("on plain http the cookie is HttpOnly and Lax, and not Secure, so that a browser keeps it", async (t) => {
  const s = await served(t);
  await signedIn(s);
  const login = await ask(`${s.api}/session`, { body: LOGIN });
  const [cookie = ""] = login.headers.getSetCookie();
  assert.match(cookie, new RegExp(`^cw-${new URL(s.origin).port}=[\\w-]{43}; `));
  for (const attribute of ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"])
    assert.ok(cookie.includes(attribute));
  assert.equal(/secure|domain/i.test(cookie), false);
});

test("behind a trusted proxy with TLS the cookie is __Host- and Secure, and Origin is the outer one", async (t) => {
  const s = await served(t, { http: { trustedProxies: ["127.0.0.1/32"] } });
  await signedIn(s);
  const outer = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "watch.example",
    "x-forwarded-for": "192.0.2.4",
  };
  const login = await ask(`${s.api}/session`, {
    headers: { ...outer, origin: "https://watch.example" },
    body: LOGIN,
  });
  assert.equal(login.status, 200, JSON.stringify(login.body));
  const [cookie = ""] = login.headers.getSetCookie();
  assert.match(cookie, /^__Host-cw=/);
  assert.match(cookie, /Secure/);
  assert.ok(login.headers.get("strict-transport-security"));
  const headers = { ...outer, ...browserHeaders(login) };
  assert.equal((await ask(`${s.api}/overview`, { headers })).status, 200);
});

test("a proxy nobody named is not believed", async (t) => {
  const s = await served(t);
  await signedIn(s);
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "watch.example",
    origin: "https://watch.example",
  };
  const login = await ask(`${s.api}/session`, { headers, body: LOGIN });
  assert.equal(login.status, 403);
  assert.match(String(login.body["hint"]), /trusted/);
});

test("a foreign page can neither log in nor change anything", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  const cases: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const foreign of cases) {
    const login = await ask(`${s.api}/session`, { headers: foreign, body: LOGIN });
    assert.equal(login.body["code"], "csrf", JSON.stringify(foreign));
    const change = await ask(`${s.api}/tokens`, { headers: { ...browser, ...foreign }, body: { name: "x" } });
    assert.equal(change.body["code"], "csrf", JSON.stringify(foreign));
  }
  const { cookie = "", "x-csrf-token": token = "" } = browser;
  for (const headers of [
    { cookie },
    { cookie, "x-csrf-token": "" },
    { cookie, "x-csrf-token": `${token}0` },
  ]) {
    assert.equal((await ask(`${s.api}/tokens`, { headers, body: { name: "x" } })).body["code"], "csrf");
    assert.equal((await ask(`${s.api}/session`, { method: "DELETE", headers })).body["code"], "csrf");
  }
  const form = await fetch(`${s.api}/tokens`, {
    method: "POST",
    headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
    body: "name=x",
  });
  assert.equal(form.status, 415);
  const own = { ...browser, origin: s.origin, "sec-fetch-site": "same-origin" };
  assert.equal((await ask(`${s.api}/tokens`, { headers: own, body: { name: "x" } })).status, 201);
  assert.deepEqual((await s.accounts.tokens.list()).length, 1);
});

test("over TLS the cookie is Secure; a new certificate is taken up, a broken one is not", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-tls-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const files = { certFile: join(dir, "cert.pem"), keyFile: join(dir, "key.pem") };
  const put = () => {
    const { cert, key } = testCa().leaf();
    writeFileSync(files.certFile, cert);
    writeFileSync(files.keyFile, key);
  };
  put();
  const s = await served(t, { http: { tls: files } });
  const seen = async () =>
    await new Promise<{ status: number; print: string; cookie: string }>((resolve, reject) => {
      const body = JSON.stringify(LOGIN);
      const request = https.request(
        `${s.api}/session`,
        {
          method: "POST",
          rejectUnauthorized: false,
          agent: false,
          headers: { "content-type": "application/json", "content-length": body.length },
        },
        (answer) => {
          const socket = answer.socket as import("node:tls").TLSSocket;
          const print = socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
          answer.resume().once("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              print,
              cookie: answer.headers["set-cookie"]?.[0] ?? "",
            }),
          );
        },
      );
      request.once("error", reject).end(body);
    });
  const token = (await s.accounts.setupToken()) ?? "";
  await s.accounts.setup({ token, ...LOGIN, language: "en", timeZone: "UTC" });
  const first = await seen();
  assert.equal(first.status, 200);
  assert.match(first.cookie, /^__Host-cw-\d+=.*Secure/);
  assert.equal(s.app.certificate?.pin(), first.print);
  put();
  assert.equal(s.app.certificate?.reload(), true);
  const second = await seen();
  assert.notEqual(second.print, first.print);
  assert.equal(s.app.certificate?.pin(), second.print);
  copyFileSync(files.certFile, files.keyFile);
  assert.equal(s.app.certificate?.reload(), false);
  assert.equal((await seen()).print, second.print);
  assert.ok(s.logged.some((line) => line.includes("the old one stays")));
});
