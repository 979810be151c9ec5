/** Many bad requests and many slow ones at once: good probes go on, nothing is stored, nothing is left open. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { batchOf, sampleOf } from "../ingest/batches.ts";
import { ask, joined, served, signedIn } from "./served.ts";

const FLOOD = process.env["CARRIERWATCH_FULL"] === "1" ? 10_000 : 600;
const AT_ONCE = 20;
const SLOW = 200;

test("a flood of garbage is refused one by one while good batches are stored", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const { id } = await s.registry.targets.create({ name: "site", url: "https://www.example.com/" });
  const good = batchOf([sampleOf(id, s.clock.nowMs())], s.clock.nowMs());
  const text = JSON.stringify(good);
  const garbage = [
    text.slice(0, -5),
    text.replace("{", '{"__proto__":{},'),
    text.replace(/"sentMs":\d+/, '"sentMs":1e999'),
    "[".repeat(5_000),
    `{"wire":1,"samples":${"9".repeat(5_000)}}`,
    "\u0000\u0001",
    '"x"',
  ];
  let sent = 0;
  const worker = async () => {
    while (sent < FLOOD) {
      const body = garbage[sent % garbage.length] ?? "";
      sent += 1;
      const answer = await fetch(`${s.api}/probe/samples`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
      });
      await answer.arrayBuffer();
      assert.equal(answer.status, 400);
    }
  };
  const before = process.memoryUsage().rss;
  const workers = Array.from({ length: AT_ONCE }, worker);
  let served200 = 0;
  for (let back = 1; back <= 30; back += 1) {
    const body = batchOf([sampleOf(id, s.clock.nowMs(), { back })], s.clock.nowMs());
    const answer = await ask(`${s.api}/probe/samples`, { headers, body });
    assert.deepEqual(answer.body["outcomes"], [{ outcome: "stored" }]);
    served200 += 1;
  }
  await Promise.all(workers);
  assert.equal(served200, 30);
  const counted = (await s.store.ops.counters()).find(({ vantage }) => vantage === "sh-ct-1");
  assert.equal(counted?.stored, 30);
  const loud = s.logged.filter((line) => !line.includes('"message":"answered"'));
  assert.deepEqual(loud, [], "what a caller did wrong is not the operator's log");
  assert.ok(process.memoryUsage().rss - before < 150_000_000);
});

test(`${SLOW} connections that never finish their headers are closed, and others are served meanwhile`, async (t) => {
  // Long enough for the others' headers while this process takes two hundred connections.
  const limits = { headersTimeoutMs: 2_000, requestTimeoutMs: 4_000, connectionsCheckingIntervalMs: 50 };
  const s = await served(t, { http: { limits } });
  const port = Number(new URL(s.origin).port);
  const closed: Promise<void>[] = [];
  for (let i = 0; i < SLOW; i += 1) {
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nx-slow: "));
    socket.on("error", () => undefined).resume();
    closed.push(new Promise((resolve) => socket.once("close", () => resolve())));
  }
  for (let i = 0; i < 20; i += 1) assert.equal((await ask(`${s.origin}/healthz`)).status, 200);
  await Promise.all(closed);
});

test("a peer that asks for much and reads nothing is let go", async (t) => {
  const bytes = randomBytes(20_000_000);
  const s = await served(t, {
    assets: { index: Buffer.alloc(0), files: new Map([["/assets/big.bin", { bytes, type: "font/woff2" }]]) },
    http: { limits: { idleTimeoutMs: 300 } },
  });
  const ended = new Promise((resolve) =>
    s.app.server.once("connection", (socket: Socket) => socket.once("close", resolve)),
  );
  const socket = connect(Number(new URL(s.origin).port), "127.0.0.1");
  socket.on("error", () => undefined).pause();
  socket.write("GET /assets/big.bin HTTP/1.1\r\nhost: x\r\n\r\n");
  await ended;
  socket.destroy();
});

test("a HEAD opens no stream and holds no poll", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  assert.equal((await ask(`${s.api}/events`, { method: "HEAD", headers: browser })).status, 405);
  const probe = await joined(s);
  assert.equal((await ask(`${s.api}/probe/config?wait=30`, { method: "HEAD", headers: probe })).status, 405);
});

test("a large answer goes gzipped to who can unpack it, and plain to who cannot", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  for (let i = 0; i < 30; i += 1) {
    await s.registry.targets.create({ name: `site ${i}`, url: `https://www.example.com/${i}` });
  }
  const http = await import("node:http");
  const get = (accept: string) =>
    new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      http
        .get(`${s.api}/targets`, { headers: { ...headers, "accept-encoding": accept } }, (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.once("end", () =>
            resolve({ encoding: answer.headers["content-encoding"], body: Buffer.concat(parts) }),
          );
        })
        .once("error", reject);
    });
  const [packed, plain] = [await get("gzip, deflate"), await get("identity")];
  assert.equal(packed.encoding, "gzip");
  assert.equal(plain.encoding, undefined);
  assert.deepEqual(gunzipSync(packed.body), plain.body);
  assert.ok(packed.body.length < plain.body.length / 3);
});
