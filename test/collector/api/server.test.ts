/** What holds for every path: headers, problems, pages, base path, limits on slow, large and malformed requests. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { addressLimit } from "../../../collector/api/listener.ts";
import { localPort } from "../../../collector/api/local-port.ts";
import { Problem } from "../../../collector/wire/problem.ts";
import { ask, joined, type Served, served, signedIn } from "./served.ts";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Bytes sent on a bare socket, and what came back until the server closed it. */
function raw(s: Served, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(s.origin).port), "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("utf8").on("data", (part) => {
      answer += part;
    });
    socket.once("close", () => resolve(answer)).once("error", reject);
  });
}

test("every answer carries the policy and its companions, found or not, page or API", async (t) => {
  const s = await served(t);
  for (const path of [
    "/",
    "/assets/main-1.js",
    "/api/v1/session",
    "/api/v1/nothing",
    "/healthz",
    "/nothing.txt",
    "/%ff",
  ]) {
    const { headers } = await ask(`${s.origin}${path}`);
    assert.equal(headers.get("content-security-policy"), POLICY, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("referrer-policy"), "same-origin", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    if (path !== "/%ff") assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{12}$/, path);
    assert.equal(headers.get("strict-transport-security"), null, path);
    assert.equal(headers.get("server"), null, path);
  }
});

test("an unknown path is a 404 problem", async (t) => {
  const s = await served(t);
  for (const [method, path] of [
    ["GET", "/api/v1/nothing"],
    ["POST", "/api/v1/nothing"],
    ["GET", "/api/v2/session"],
    ["GET", "/api"],
    ["GET", "/assets/none.js"],
    ["GET", "/assets/../secret.key"],
    ["GET", "/assets/%2e%2e/%2e%2e/secret.key"],
    ["GET", "/%ff"],
    ["DELETE", "/"],
  ] as const) {
    const answer = await ask(`${s.origin}${path}`, { method });
    if (answer.status === 200) assert.fail(`${method} ${path} was answered`);
    assert.ok([400, 404].includes(answer.status), `${method} ${path}: ${answer.status}`);
    assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8", path);
    const problem = Problem.parse(answer.body);
    assert.equal(problem.status, answer.status);
    assert.equal(problem.type, `about:blank#${problem.code}`);
  }
});

test("invalid input names every field; a 500 says its request id and nothing else", async (t) => {
  const s = await served(t, {
    storage: async () => {
      throw new Error("secret path /var/lib");
    },
  });
  const headers = await signedIn(s);
  const invalid = await ask(`${s.api}/users`, {
    headers,
    body: { username: "", password: "short", extra: 1 },
  });
  assert.equal(invalid.status, 400);
  const paths = (invalid.body["issues"] as { path: string }[]).map(({ path }) => path);
  for (const path of ["username", "password", "language", "timeZone"]) assert.ok(paths.includes(path), path);
  const broken = await ask(`${s.api}/storage`, { headers });
  assert.equal(broken.status, 500);
  const { requestId, ...rest } = broken.body;
  assert.deepEqual(rest, {
    type: "about:blank#internal",
    title: "Something went wrong here",
    status: 500,
    code: "internal",
  });
  const line = s.logged.find((each) => each.includes(String(requestId)) && each.includes("a request failed"));
  assert.ok(line?.includes("/storage"));
});

test("pages come from memory, packed for who can unpack, and every page path is the one page", async (t) => {
  const s = await served(t);
  for (const path of ["/", "/targets/abc", "/setup", "/settings?tab=mail"]) {
    const page = await fetch(`${s.origin}${path}`);
    assert.equal(page.status, 200, path);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(await page.text(), /main-1\.js/);
  }
  const file = await fetch(`${s.origin}/assets/main-1.js`, { headers: { "accept-encoding": "identity" } });
  assert.equal(file.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal((await file.text()).length, 4002);
  const answer = await raw(
    s,
    "GET /assets/main-1.js HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n",
  );
  assert.match(answer, /content-encoding: gzip/);
  const unpacked = await fetch(`${s.origin}/assets/main-1.js`, { headers: { "accept-encoding": "gzip" } });
  assert.equal((await unpacked.text()).length, 4002);
  assert.equal((await ask(`${s.origin}/`, { method: "HEAD" })).status, 200);
});

test("under a base path everything lives there, and the root leads to it", async (t) => {
  const s = await served(t, { http: { basePath: "/watch" } });
  assert.equal((await ask(`${s.origin}/watch/api/v1/session`)).status, 200);
  assert.equal((await ask(`${s.origin}/api/v1/session`)).status, 404);
  const page = await fetch(`${s.origin}/watch/targets`);
  assert.match(await page.text(), /src="\/watch\/assets\/main-1\.js"/);
  assert.equal((await ask(`${s.origin}/watch/assets/main-1.js`)).status, 200);
  for (const path of ["/", "/watch"]) {
    const moved = await ask(`${s.origin}${path}`);
    assert.equal(moved.status, 302, path);
    assert.equal(moved.headers.get("location"), "/watch/");
  }
  for (const path of ["/healthz", "/watch/healthz", "/watch/join/probe.mjs"]) {
    assert.equal((await ask(`${s.origin}${path}`)).status, 200, path);
  }
});

test("the probe program is served as it is", async (t) => {
  const s = await served(t);
  const program = await fetch(`${s.origin}/join/probe.mjs`);
  assert.match(program.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.deepEqual(Buffer.from(await program.arrayBuffer()), s.probeProgram.bytes);
});

test("readiness follows the store and says no more than yes or no; liveness does not ask it", async (t) => {
  let ready = { ok: true, reasons: [] as string[] };
  const { memoryStore } = await import("../../../collector/store/memory/memory-store.ts");
  const store = memoryStore();
  const s = await served(t, { store: { ...store, ops: { ...store.ops, ready: async () => ready } } });
  assert.deepEqual((await ask(`${s.origin}/readyz`)).body, { ok: true });
  ready = { ok: false, reasons: ["no space on /data"] };
  const not = await ask(`${s.origin}/readyz`);
  assert.equal(not.status, 503);
  assert.deepEqual(not.body, { ok: false });
  assert.ok(s.logged.some((line) => line.includes("no space on /data")));
  assert.equal((await ask(`${s.origin}/healthz`)).status, 200);
});

test("headers and bodies that come too slowly are cut off", async (t) => {
  const limits = { headersTimeoutMs: 200, requestTimeoutMs: 400, connectionsCheckingIntervalMs: 50 };
  const s = await served(t, { http: { limits } });
  const [headers, body] = await Promise.all([
    raw(s, "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "),
    raw(
      s,
      "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{",
    ),
  ]);
  assert.match(headers, /^HTTP\/1\.1 408 /);
  assert.match(body, /408 |^$/);
  assert.equal((await ask(`${s.origin}/healthz`)).status, 200);
});

test("malformed and oversized requests get a problem and a closed connection", async (t) => {
  const s = await served(t);
  const big = `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${"x".repeat(20_000)}\r\n\r\n`;
  const chunk = `${(60_000).toString(16)}\r\n${" ".repeat(60_000)}\r\n`;
  const json = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
  const endless = `${json}transfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}`;
  const both =
    "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
  for (const [text, status] of [
    [big, 431],
    ["NONSENSE\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nhost: x\r\nbad header: 1\r\n\r\n", 400],
    [both, 400],
    [endless, 413],
  ] as const) {
    const answer = await raw(s, text);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), text.slice(0, 40));
  }
});

test("one address holds its share of connections and no more; this machine is not counted", () => {
  const admit = addressLimit(2);
  const first = admit("192.0.2.1");
  assert.ok(first && admit("192.0.2.1"));
  assert.equal(admit("192.0.2.1"), null);
  assert.ok(admit("192.0.2.2"));
  first();
  assert.ok(admit("192.0.2.1"));
  for (const near of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"]) {
    for (let i = 0; i < 5; i += 1) assert.ok(admit(near), near);
  }
});

test("the port for this machine has the same routes, and is gone when closed", async (t) => {
  const s = await served(t, { http: { basePath: "/watch" } });
  const local = await localPort(s.app);
  const url = `http://127.0.0.1:${local.port}/watch`;
  const headers = { authorization: `Bearer ${s.accounts.localToken()}` };
  assert.equal((await ask(`${url}/api/v1/users`, { headers })).status, 200);
  assert.equal((await ask(`${url}/api/v1/users`)).status, 401);
  await local.close();
  await assert.rejects(fetch(`${url}/healthz`));
});

test("metrics are open to this machine, and to others with a token", async (t) => {
  const s = await served(t);
  await signedIn(s);
  await joined(s);
  const open = await fetch(`${s.origin}/metrics`);
  assert.equal(open.status, 200);
  assert.match(await open.text(), /^carrierwatch_build_info\{version="1\.2\.3"\} 1$/m);
  const port = Number(new URL(s.origin).port);
  assert.match(
    await raw(s, "GET /metrics HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n"),
    /^HTTP\/1\.1 401 /,
  );
  const named = `GET /metrics HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`;
  assert.match(await raw(s, named), /^HTTP\/1\.1 200 /);
  const forwarded = { "x-forwarded-for": "192.0.2.9" };
  assert.equal((await ask(`${s.origin}/metrics`, { headers: forwarded })).status, 401);
  const { token } = await s.accounts.tokens.create({ name: "prometheus", scope: "read" });
  const headers = { ...forwarded, authorization: `Bearer ${token}` };
  assert.equal((await ask(`${s.origin}/metrics`, { headers })).status, 200);
});
