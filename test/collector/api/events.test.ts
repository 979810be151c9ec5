/** The live stream over a real port: delivery, the sign of life, and each of its ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, type Served, served, signedIn } from "./served.ts";

/** An open stream, read line block by line block. */
async function stream(s: Served, headers: Record<string, string>) {
  const answer = await fetch(`${s.api}/events`, { headers });
  assert.equal(answer.status, 200);
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  let text = "";
  const next = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return block;
      }
      const { value, done } = await reader.read();
      if (done) return null;
      text += new TextDecoder().decode(value);
    }
  };
  return { answer, next, cancel: () => reader.cancel() };
}

test("what is published arrives as one event with its type, also a change of the registry", async (t) => {
  const s = await served(t);
  const { answer, next, cancel } = await stream(s, await signedIn(s));
  assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  assert.equal(answer.headers.get("x-accel-buffering"), "no");
  assert.ok(answer.headers.get("content-security-policy"));
  assert.equal(await next(), "retry: 2000");
  s.live.publish({ type: "vantage", vantage: "v1" });
  assert.equal(await next(), 'event: vantage\ndata: {"type":"vantage","vantage":"v1"}');
  const { id } = await s.registry.targets.create({ name: "site", url: "https://www.example.com/" });
  assert.equal(await next(), `event: target\ndata: {"type":"target","target":"${id}"}`);
  await cancel();
});

test("a quiet stream shows life every 15 s", async (t) => {
  const s = await served(t);
  const { next, cancel } = await stream(s, await signedIn(s));
  await next();
  await s.clock.advance(15_000);
  assert.equal(await next(), ": alive");
  await s.clock.advance(15_000);
  assert.equal(await next(), ": alive");
  await cancel();
});

test("the stream ends with its session at once", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const first = await stream(s, headers);
  await first.next();
  assert.equal((await ask(`${s.api}/session`, { method: "DELETE", headers })).status, 204);
  assert.equal(await first.next(), null);
});

test("a session that ends elsewhere or by age ends its stream", async (t) => {
  const s = await served(t);
  const { next } = await stream(s, await signedIn(s));
  await next();
  s.clock.jump(12 * 3_600_000);
  await s.clock.advance(15_000);
  assert.equal(await next(), null);
});

test("a reader that does not read is cut off instead of filling memory", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const { connect } = await import("node:net");
  const socket = connect(Number(new URL(s.origin).port), "127.0.0.1");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: ${new URL(s.origin).host}\r\n${lines.join("")}\r\n`);
  await new Promise((resolve) => socket.once("readable", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  assert.equal(s.clock.pending(), 1, "the stream is open");
  const name = "x".repeat(40);
  for (let i = 0; i < 200_000 && s.clock.pending() > 0; i += 1) {
    s.live.publish({ type: "vantage", vantage: name });
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(s.clock.pending(), 0, "its timer is gone");
  socket.resume();
  await closed;
});

test("a closing server ends every stream", async (t) => {
  const s = await served(t);
  const { next } = await stream(s, await signedIn(s));
  await next();
  await s.app.close();
  assert.equal(await next(), null);
});
