/** What ends a measurement early: deadlines, the caller, a refused or silent connect, a machine without a way out. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { after, test } from "node:test";
import { dnsServer } from "../../support/dns-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, EARLY_MS, GRACE_MS, testMeasurer, timed } from "../../support/probe-bench.ts";

const measurer = testMeasurer();
after(() => measurer.close());

test("the total deadline counts over all hops and ends a measurement in whichever phase it is", async () => {
  const target = await httpTarget({ delayMs: 120, status: 302, headers: { location: "/next" } });
  target.paths["/next"] = { handle: () => undefined };
  // Long enough for the first hop on a machine that is busy with other things for most of a second.
  const timeouts = { connectMs: 1_000, totalMs: 1_000 };
  const {
    result: sample,
    tookMs,
    lateMs,
  } = await timed(() => measurer.measure(assignmentFor(target.url, { timeouts })));
  await target.close();
  assert.equal(sample.failure?.cause, "first-byte-timeout");
  assert.ok(tookMs <= timeouts.totalMs + GRACE_MS + lateMs, `${tookMs} ms, late ${lateMs} ms`);
  const before = (tookMs - 120 + EARLY_MS + lateMs) * 1000;
  assert.ok((sample.failure?.elapsedUs ?? 0) <= before, "the elapsed time is that of the phase");
  assert.equal(sample.timings.wait, null);
  assert.notEqual(sample.timings.connect, null);
});

test("the caller's signal rejects with its reason, before and during, and leaves no connection", async () => {
  const closed = Promise.withResolvers<void>();
  const server = http.createServer(() => undefined);
  server.on("connection", (socket) => socket.on("close", () => closed.resolve()));
  const asked = once(server, "request");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reason = new Error("shutting down");
  const controller = new AbortController();
  const running = measurer.measure(assignmentFor(url), { signal: controller.signal });
  await asked;
  controller.abort(reason);
  await assert.rejects(running, reason);
  await closed.promise;
  await assert.rejects(measurer.measure(assignmentFor(url), { signal: controller.signal }), reason);
  server.close();
});

test("a source address this machine does not have is the probe's trouble, for a name and for an address", async () => {
  const target = await httpTarget();
  const dns = await dnsServer({ "web.test": { a: ["127.0.0.1"] } });
  const lost = testMeasurer({ localAddress: "198.51.100.77", resolvers: [dns.address] });
  for (const host of ["127.0.0.1", "web.test"]) {
    const timeouts = { connectMs: 300, totalMs: 1_000 };
    const sample = await lost.measure(assignmentFor(`http://${host}:${target.port}/`, { timeouts }));
    assert.deepEqual(
      [sample.state, sample.unknownReason],
      ["unknown", "probe-network"],
      JSON.stringify(sample),
    );
  }
  lost.close();
  await dns.close();
  await target.close();
});

test("a server whose queue is full never answers the connect: connect-timeout, by the network", async () => {
  // A listener that is stopped accepts nothing; once its queue is full the kernel drops every further SYN.
  const listen =
    'require("net").createServer().listen({port:0,host:"127.0.0.1",backlog:1},function(){console.log(this.address().port)})';
  const child = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  child.kill("SIGSTOP");
  const queue = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1").on("error", () => undefined));
  try {
    await Promise.all(queue.slice(0, 2).map((socket) => once(socket, "connect")));
    const timeouts = { connectMs: 300, totalMs: 5_000 };
    const { result, lateMs } = await timed(() =>
      measurer.measure(assignmentFor(`http://127.0.0.1:${port}/`, { timeouts })),
    );
    const { failure } = result;
    assert.deepEqual(
      [failure?.phase, failure?.cause, failure?.source],
      ["connect", "connect-timeout", "network"],
    );
    assert.ok((failure?.elapsedUs ?? 0) >= (300 - EARLY_MS - lateMs) * 1000);
  } finally {
    for (const socket of queue) socket.destroy();
    child.kill("SIGKILL");
  }
});

test("a port nobody listens on is refused by the target", async () => {
  const target = await httpTarget();
  await target.close();
  const { failure, timings, detail } = await measurer.measure(assignmentFor(target.url));
  assert.deepEqual(
    [failure?.phase, failure?.cause, failure?.source],
    ["connect", "connection-refused", "target"],
  );
  assert.deepEqual(timings.connect, null);
  assert.equal(detail.address, "127.0.0.1");
});

test("the source address is the one that was set, and a target of the other family is not measured from it", async () => {
  const target = await httpTarget({
    handle: (request, response) => response.end(request.socket.remoteAddress),
  });
  const bound = testMeasurer({ localAddress: "127.0.0.9" });
  const expect = { status: ["200"], bodyContains: "127.0.0.9" };
  const sample = await bound.measure(assignmentFor(target.url, { expect }));
  const other = await bound.measure(assignmentFor(`http://[::1]:${target.port}/`));
  const wanted = await bound.measure(assignmentFor("http://six.test/", { family: "ipv6" }));
  bound.close();
  await target.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual([other.unknownReason, wanted.unknownReason], ["probe-network", "probe-network"]);
  assert.equal(wanted.detail.note, "six.test cannot be reached from 127.0.0.9");
});

test("a machine without any network cannot say that a resolver is silent", async () => {
  const dns = await dnsServer({ "silent.test": { fault: "silent" }, "broken.test": { fault: "servfail" } });
  const lonely = testMeasurer({ resolvers: [dns.address], interfaces: () => ({}) });
  const timeouts = { connectMs: 300, totalMs: 1_000 };
  for (const name of ["silent.test", "broken.test"]) {
    const sample = await lonely.measure(assignmentFor(`http://${name}/`, { timeouts }));
    assert.deepEqual(
      [sample.state, sample.unknownReason],
      ["unknown", "probe-network"],
      JSON.stringify(sample),
    );
    assert.match(sample.detail.note ?? "", /^this machine has no network: /);
  }
  lonely.close();
  await dns.close();
});

test("an answer that came while the loop was blocked beyond the deadline is read, not timed out", async () => {
  const target = await httpTarget({
    handle: (_request, response) => {
      response.end("ok");
      const untilMs = performance.now() + 600;
      while (performance.now() < untilMs);
    },
  });
  const timeouts = { connectMs: 400, totalMs: 400 };
  const sample = await measurer.measure(assignmentFor(target.url, { timeouts }));
  await target.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.ok((sample.timings.total ?? 0) > 400_000);
});

test("a connect that stood while the loop was blocked beyond its timeout is not timed out, nor is what follows", async () => {
  const target = await httpTarget({ delayMs: 30 });
  const timeouts = { connectMs: 100, totalMs: 5_000 };
  const running = measurer.measure(assignmentFor(target.url, { timeouts }));
  setImmediate(() => {
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
  });
  const sample = await running;
  await target.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
});
