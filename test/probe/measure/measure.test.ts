/** One measurement against a real server: phases, redirects, bodies, certificates, deadlines, progress. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import tls from "node:tls";
import zlib from "node:zlib";
import { Sample } from "../../../collector/wire/sample.ts";
import { receiveBps } from "../../../probe/measure/detail.ts";
import { newMarks } from "../../../probe/measure/phases.ts";
import { hostileServer, saysAndEnds } from "../../support/hostile-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, EARLY_MS, testMeasurer, timed } from "../../support/probe-bench.ts";
import { testCa } from "../../support/test-ca.ts";

const measurer = testMeasurer();
after(() => measurer.close());

test("a delay of the target is in its own phase, and the phases add up to the total", async () => {
  // The body goes on once its first piece was read: from there the transfer counts.
  const begun = Promise.withResolvers<void>();
  const target = await httpTarget({
    tls: true,
    tlsDelayMs: 40,
    handle: (_request, response) => {
      setTimeout(() => {
        response.writeHead(200, { "content-length": "50000" });
        response.write("x".repeat(10_000));
        void begun.promise.then(() => setTimeout(() => response.end("x".repeat(40_000)), 80));
      }, 60);
    },
  });
  const { result: sample, lateMs } = await timed(() =>
    measurer.measure(assignmentFor(`${target.url}/`), {
      onProgress: (known) => known.some(({ metric }) => metric === "ttfb") && begun.resolve(),
    }),
  );
  const earlyUs = (EARLY_MS + lateMs) * 1000;
  await target.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  const { dns, connect, tls: tlsUs, wait, transfer, ttfb, total, speed } = sample.timings;
  assert.equal(dns, null);
  assert.ok((tlsUs ?? 0) >= 40_000 - earlyUs, `tls ${tlsUs}`);
  assert.ok((wait ?? 0) >= 60_000 - earlyUs, `wait ${wait}`);
  assert.ok((transfer ?? 0) >= 80_000 - earlyUs, `transfer ${transfer}`);
  const sum = (connect ?? 0) + (tlsUs ?? 0) + (wait ?? 0) + (transfer ?? 0);
  const gapUs = (total ?? 0) - sum;
  assert.ok(gapUs >= -4 && gapUs < 0.5 * (total ?? 0), `phases ${sum}, total ${total}`);
  assert.ok(Math.abs((total ?? 0) - (ttfb ?? 0) - (transfer ?? 0)) <= 2);
  assert.equal(speed, Math.round((50_000 * 1e6) / (total ?? 1)));
  assert.deepEqual(
    [sample.detail.wireBytes, sample.detail.bodyBytes, sample.detail.status, sample.detail.protocol],
    [50_000, 50_000, 200, "http/1.1"],
  );
  assert.equal(sample.detail.receiveBps, undefined);
  Sample.parse({ ...sample, target: "t", tick: 300, stepS: 300, seq: 1 });
});

test("the certificate of an https target is kept, with its last day", async () => {
  const target = await httpTarget({
    tls: testCa().leaf({ names: ["127.0.0.1"], notAfter: "20991231235959Z" }),
  });
  const { detail, state } = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.equal(state, "up");
  assert.equal(detail.tlsProtocol, "TLSv1.3");
  assert.equal(detail.certificate?.subject, "127.0.0.1");
  assert.equal(detail.certificate?.issuer, "carrierwatch test authority");
  assert.equal(detail.certificate?.notAfterS, Date.UTC(2099, 11, 31, 23, 59, 59) / 1000);
  assert.equal(detail.certificate?.problem, undefined);
});

test("a certificate that does not hold is kept with its problem, and no request is sent", async () => {
  const target = await httpTarget({ tls: testCa().leaf({ names: ["other.test"] }) });
  const sample = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.equal(sample.failure?.cause, "certificate-name");
  assert.equal(sample.detail.certificate?.problem, "ERR_TLS_CERT_ALTNAME_INVALID");
  assert.equal(sample.detail.certificate?.subject, "other.test");
  assert.equal(target.seen.requests.length, 0);
  assert.notEqual(sample.timings.connect, null);
  assert.equal(sample.timings.tls, null);
});

test("two hundred rejected certificates in a row leave the process alive", async () => {
  const target = await httpTarget({ tls: testCa().leaf({ names: ["other.test"] }) });
  for (let round = 0; round < 200; round += 1) {
    const sample = await measurer.measure(assignmentFor(target.url));
    assert.equal(sample.failure?.cause, "certificate-name");
  }
  await target.close();
});

test("no TLS session is resumed and no connection is used twice", async () => {
  const reused: boolean[] = [];
  const server = tls.createServer({ ...testCa().leaf() }, (socket) => {
    reused.push(socket.isSessionReused());
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await measurer.measure(assignmentFor(url, { family: "ipv4" }))).state, "up");
  }
  server.close();
  assert.deepEqual(reused, [false, false, false]);
});

test("redirects are followed on fresh connections; phases add up over hops, ttfb and total count from the start", async () => {
  const final = await httpTarget({ tls: true, delayMs: 30, body: "arrived" });
  const first = await httpTarget({
    delayMs: 20,
    status: 301,
    headers: { location: "/second#part" },
    body: "moved ".repeat(10_000),
    paths: { "/second": { delayMs: 20, status: 307, headers: { location: `${final.url}/end` } } },
  });
  const { result: sample, lateMs } = await timed(() => measurer.measure(assignmentFor(`${first.url}/`)));
  const earlyUs = (EARLY_MS + lateMs) * 1000;
  await Promise.all([final.close(), first.close()]);
  assert.equal(sample.state, "up", JSON.stringify(sample));
  const { timings, detail } = sample;
  assert.equal(first.seen.connections, 2);
  assert.equal(detail.redirects, 2);
  assert.equal(detail.finalUrl, `${final.url}/end`);
  assert.equal(detail.bodyBytes, 7);
  assert.ok((timings.wait ?? 0) >= 70_000 - 3 * earlyUs, `wait ${timings.wait}`);
  assert.ok((timings.ttfb ?? 0) >= (timings.wait ?? 0));
  assert.ok(
    (detail.redirectUs ?? 0) >= 40_000 - 2 * earlyUs && (detail.redirectUs ?? 0) < (timings.total ?? 0),
  );
  const sum = [timings.connect, timings.tls, timings.wait, timings.transfer].reduce<number>(
    (all, us) => all + (us ?? 0),
    0,
  );
  assert.ok(sum <= (timings.total ?? 0) + 10);
});

test("with no redirects allowed a redirect is the answer, judged by its status", async () => {
  const target = await httpTarget({ status: 302, headers: { location: "/x" } });
  const judged = await measurer.measure(assignmentFor(target.url, { redirects: 0 }));
  const wanted = await measurer.measure(
    assignmentFor(target.url, { redirects: 0, expect: { status: ["302"] } }),
  );
  await target.close();
  assert.equal(judged.failure?.detail, "status 302, expected 200-299");
  assert.equal(wanted.state, "up");
  assert.equal(target.seen.requests.length, 2);
});

test("exactly as many redirects as allowed are followed", async () => {
  const target = await httpTarget({
    paths: {
      "/0": { status: 302, headers: { location: "/1" } },
      "/1": { status: 302, headers: { location: "/2" } },
      "/2": { body: "end" },
    },
  });
  const enough = await measurer.measure(assignmentFor(`${target.url}/0`, { redirects: 2 }));
  const short = await measurer.measure(assignmentFor(`${target.url}/0`, { redirects: 1 }));
  await target.close();
  assert.equal(enough.state, "up");
  assert.equal(short.failure?.cause, "too-many-redirects");
  assert.equal(short.detail.status, 302);
});

test("the request is plain: a browser's encodings, our name, no cookies and no credentials after a redirect", async () => {
  const target = await httpTarget({
    status: 302,
    headers: { location: "/end?q=1", "set-cookie": "a=b" },
    paths: { "/end": {} },
  });
  await measurer.measure(assignmentFor(`${target.url}/start`));
  await target.close();
  assert.deepEqual(
    target.seen.requests.map(({ method, url }) => `${method} ${url}`),
    ["GET /start", "GET /end?q=1"],
  );
  for (const { headers } of target.seen.requests) {
    assert.deepEqual(headers, {
      host: `127.0.0.1:${target.port}`,
      connection: "close",
      "user-agent": "carrierwatch/0",
      accept: "*/*",
      "accept-encoding": "gzip, deflate, br, zstd",
    });
  }
});

const TEXT = `${"filler ".repeat(5_000)}die Nadel 针${" filler".repeat(5_000)}`;
const CODINGS: readonly (readonly [encoding: string, body: Buffer])[] = [
  ["", Buffer.from(TEXT)],
  ["identity", Buffer.from(TEXT)],
  ["gzip", zlib.gzipSync(TEXT)],
  ["x-gzip", zlib.gzipSync(TEXT)],
  ["deflate", zlib.deflateSync(TEXT)],
  ["deflate", zlib.deflateRawSync(TEXT)],
  ["br", zlib.brotliCompressSync(TEXT)],
  ["zstd", zlib.zstdCompressSync(TEXT)],
  ["gzip, br", zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
];

for (const [encoding, body] of CODINGS) {
  test(`a text is found in a body with encoding "${encoding}", across chunks, and missed where it is not`, async () => {
    const target = await httpTarget({
      body,
      chunks: 9,
      bodyMs: 9,
      headers: encoding === "" ? {} : { "content-encoding": encoding },
    });
    const expecting = (bodyContains: string) =>
      measurer.measure(assignmentFor(target.url, { expect: { status: ["200"], bodyContains } }));
    const found = await expecting("die Nadel 针");
    const missing = await expecting("die Nadel 針");
    const notAsked = await measurer.measure(assignmentFor(target.url));
    await target.close();
    assert.equal(found.state, "up", JSON.stringify(found));
    assert.equal(found.detail.bodyBytes, Buffer.byteLength(TEXT));
    assert.equal(found.detail.wireBytes, body.length);
    assert.deepEqual([missing.failure?.phase, missing.failure?.cause], ["content", "content"]);
    assert.notEqual(missing.timings.total, null);
    assert.equal(notAsked.detail.bodyBytes, Buffer.byteLength(TEXT), "known without a rule too");
    assert.equal(notAsked.detail.wireBytes, body.length);
  });
}

test("a piece of an encoded body, as a Range brings it, is not decoded", async () => {
  const body = zlib.gzipSync(TEXT).subarray(10, 40);
  const target = await httpTarget({ status: 206, body, headers: { "content-encoding": "gzip" } });
  const { state, detail } = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.notEqual(state, "down");
  assert.deepEqual([detail.status, detail.wireBytes, detail.bodyBytes], [206, 30, undefined]);
});

for (const encoding of ["rot13", "UTF-8", "gzip, none", "constructor", "__proto__"]) {
  test(`the coding "${encoding}", which no browser heeds, is down only where a rule looks into the body`, async () => {
    const target = await httpTarget({ body: TEXT, headers: { "content-encoding": encoding } });
    const { state, detail } = await measurer.measure(assignmentFor(target.url));
    const expect = { status: ["200"], bodyContains: "die Nadel" };
    const { failure } = await measurer.measure(assignmentFor(target.url, { expect }));
    await target.close();
    assert.notEqual(state, "down");
    assert.deepEqual([detail.wireBytes, detail.bodyBytes], [Buffer.byteLength(TEXT), undefined]);
    assert.deepEqual([failure?.phase, failure?.cause], ["content", "bad-encoding"]);
  });
}

test("what comes out between two codings has the cap, too, however little is left in the end", async () => {
  // Stored blocks of DEFLATE without a byte in them: 5 bytes each that decode to nothing.
  const nothing = Buffer.alloc(5_000_000, Buffer.from([0, 0, 0, 0xff, 0xff]));
  const headers = { "content-encoding": "deflate, gzip" };
  const target = await httpTarget({ body: zlib.gzipSync(nothing), headers });
  const { failure } = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.deepEqual([failure?.phase, failure?.cause], ["transfer", "too-large"], failure?.detail);
});

test("a body of exactly the cap is read, one byte more is too large", async () => {
  const target = await httpTarget({ body: "x".repeat(1_000) });
  const fits = await measurer.measure(assignmentFor(target.url, { bodyCapBytes: 1_000 }));
  const over = await measurer.measure(assignmentFor(target.url, { bodyCapBytes: 999 }));
  await target.close();
  assert.equal(fits.state, "up");
  assert.equal(over.failure?.cause, "too-large");
});

test("HEAD brings no body, so no speed, and no text is found in it", async () => {
  const target = await httpTarget({ body: "needle" });
  const head = await measurer.measure(assignmentFor(target.url, { method: "HEAD" }));
  const text = await measurer.measure(
    assignmentFor(target.url, { method: "HEAD", expect: { status: ["200"], bodyContains: "needle" } }),
  );
  await target.close();
  assert.equal(head.state, "up", JSON.stringify(head));
  assert.deepEqual([head.timings.speed, head.detail.wireBytes], [null, 0]);
  assert.notEqual(head.timings.total, null);
  assert.equal(text.failure?.cause, "content");
});

test("the receiving rate is known from 100 kB on", async () => {
  const target = await httpTarget({ body: "x".repeat(100_000), chunks: 4, bodyMs: 60 });
  const { detail, timings } = await measurer.measure(assignmentFor(target.url));
  target.script = { body: "x".repeat(99_999), chunks: 4, bodyMs: 60 };
  const small = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.ok((detail.receiveBps ?? 0) >= (timings.speed ?? 0), JSON.stringify(detail));
  assert.equal(small.detail.receiveBps, undefined);
});

test("a body that came within one round trip has no receiving rate", () => {
  const marks = { ...newMarks(0), connectStartMs: 0, connectMs: 30, firstByteMs: 100 };
  assert.equal(receiveBps(200_000, { ...marks, endMs: 129.999 }), null);
  assert.equal(receiveBps(200_000, { ...marks, endMs: 130 }), Math.round(200_000 / 0.03));
  assert.equal(receiveBps(99_999, { ...marks, endMs: 130 }), null);
  assert.equal(receiveBps(200_000, marks), null);
});

test("progress tells each metric once it is known, in order, and ends with the sample's own numbers", async () => {
  const target = await httpTarget({ tls: true, delayMs: 10, body: "x".repeat(1_000), chunks: 2, bodyMs: 10 });
  const told: { metric: string; us: number }[][] = [];
  const sample = await measurer.measure(assignmentFor(target.url), { onProgress: (done) => told.push(done) });
  await target.close();
  assert.deepEqual(
    told.map((done) => done.map(({ metric }) => metric).join(" ")),
    ["connect", "connect tls", "connect tls wait ttfb", "connect tls wait transfer ttfb total"],
  );
  for (const { metric, us } of told.at(-1) ?? []) {
    assert.equal(us, Reflect.get(sample.timings, metric), metric);
  }
});

test("fifty measurements at once keep their numbers apart", async () => {
  const target = await httpTarget({
    handle: (request, response) => {
      const size = Number((request.url ?? "").slice(1));
      response.end("x".repeat(size));
    },
  });
  const sizes = Array.from({ length: 50 }, (_, index) => 100 + index);
  const samples = await Promise.all(
    sizes.map((size) => measurer.measure(assignmentFor(`${target.url}/${size}`))),
  );
  await target.close();
  assert.deepEqual(
    samples.map(({ detail }) => detail.wireBytes),
    sizes,
  );
});

test("a loop that was blocked at a mark makes the sample suspect after one more try; a late start is kept with it", async () => {
  const strict = testMeasurer({ limits: { loopDelayMs: 5, lateMs: 1_000 } });
  // The test's own server blocks the loop both measure in, just before its answer can be read.
  const target = await httpTarget({
    handle: (_request, response) => {
      response.end("ok");
      const untilMs = performance.now() + 40;
      while (performance.now() < untilMs);
    },
  });
  const blocked = await strict.measure(assignmentFor(target.url));
  assert.equal(blocked.state, "suspect", JSON.stringify(blocked));
  assert.ok((blocked.detail.loopDelayMs ?? 0) > 5);
  assert.equal(target.seen.requests.length, 2);
  assert.notEqual(blocked.timings.total, null);
  for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
    const before: number = target.seen.requests.length;
    const once = await strict.measure(assignmentFor(target.url, { method, request: { body: "order" } }));
    assert.equal(once.state, "suspect", JSON.stringify(once));
    assert.equal(target.seen.requests.length - before, 1, `${method} is never asked twice`);
  }
  const late = await strict.measure(assignmentFor(target.url), { lateMs: 1_500.25 });
  assert.equal(late.state, "suspect");
  assert.equal(late.detail.lateMs, 1_500.25);
  strict.close();
  await target.close();
});

test("a redirect to a path in plain UTF-8 leads where browsers go", async () => {
  const target = await httpTarget({ body: "there" });
  const server = await hostileServer(
    saysAndEnds(`HTTP/1.1 302 Found\r\nLocation: ${target.url}/首页\r\nContent-Length: 0\r\n\r\n`),
  );
  const { state, detail } = await measurer.measure(assignmentFor(`http://127.0.0.1:${server.port}/`));
  await Promise.all([server.close(), target.close()]);
  assert.notEqual(state, "down", JSON.stringify(detail));
  assert.equal(detail.finalUrl, `${target.url}/%E9%A6%96%E9%A1%B5`);
  assert.equal(target.seen.requests[0]?.url, "/%E9%A6%96%E9%A1%B5");
});

test("an answer of HTTP/1.0 is told as one", async () => {
  const server = await hostileServer(saysAndEnds("HTTP/1.0 200 OK\r\n\r\nold"));
  const { state, detail } = await measurer.measure(assignmentFor(`http://127.0.0.1:${server.port}/`));
  await server.close();
  assert.notEqual(state, "down");
  assert.deepEqual([detail.status, detail.protocol, detail.wireBytes], [200, "http/1.0", 3]);
});

test("an answer that breaks off keeps its status and the bytes that came", async () => {
  const target = await httpTarget({
    handle: (_request, response) => {
      response.writeHead(206, { "content-length": "100" });
      response.write("half");
      setImmediate(() => response.destroy());
    },
  });
  const { failure, detail, timings } = await measurer.measure(assignmentFor(target.url));
  await target.close();
  assert.equal(failure?.phase, "transfer");
  assert.deepEqual([detail.status, detail.wireBytes, detail.bodyBytes], [206, 4, undefined]);
  assert.deepEqual([timings.transfer, timings.total, timings.speed], [null, null, null]);
});
