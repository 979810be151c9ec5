/** HTTP/2 where the target asks for it: agreed by ALPN, phases true, and broken servers told apart. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { after, test } from "node:test";
import tls from "node:tls";
import zlib from "node:zlib";
import { Detail } from "../../../collector/wire/sample.ts";
import type { MeasureOptions } from "../../../probe/measure/measure.ts";
import type { Measurable, Measured } from "../../../probe/measure/measured.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, GRACE_MS, testMeasurer, timed } from "../../support/probe-bench.ts";
import { testCa } from "../../support/test-ca.ts";

const measurer = testMeasurer({ secrets: () => "sesame-sesame" });
after(() => measurer.close());

type Handler = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** Measures a server that speaks HTTP/2. */
async function measureH2(
  handle: Handler,
  extra: Partial<Measurable> = {},
  settings: http2.Settings = {},
  options: MeasureOptions = {},
): Promise<Measured> {
  const server = http2.createSecureServer({ ...testCa().leaf(), settings });
  const sockets = new Set<Socket>();
  server.on("secureConnection", (socket: Socket) => sockets.add(socket));
  server.on("sessionError", () => undefined);
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    handle(stream, headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = { http: "2" as const, ...extra.request };
  const {
    result: sample,
    tookMs,
    lateMs,
  } = await timed(() =>
    measurer.measure(assignmentFor(`https://127.0.0.1:${port}/a?b=c`, { ...extra, request }), options),
  );
  const overrunMs = tookMs - (extra.timeouts?.totalMs ?? 10_000);
  assert.ok(overrunMs <= GRACE_MS + lateMs, `${overrunMs} ms beyond its timeout, late ${lateMs} ms`);
  for (const socket of sockets) socket.destroy();
  server.close();
  Detail.parse(sample.detail);
  return sample;
}

const what = ({ state, failure }: Measured) =>
  failure ? `${failure.phase} ${failure.cause} ${failure.source}` : state;

test("what was agreed stands in the sample, and each delay in its own phase", async () => {
  const delayMs = { wait: 80, transfer: 100 };
  const begun = Promise.withResolvers<void>();
  const sample = await measureH2(
    (stream) => {
      setTimeout(() => {
        stream.respond({ ":status": 200, server: "two", age: "7", "content-length": "2000" });
        stream.write("x".repeat(1_000));
        void begun.promise.then(() => setTimeout(() => stream.end("y".repeat(1_000)), delayMs.transfer));
      }, delayMs.wait);
    },
    {},
    {},
    { onProgress: (known) => known.some(({ metric }) => metric === "ttfb") && begun.resolve() },
  );
  assert.equal(sample.state, "up", JSON.stringify(sample));
  const { timings, detail } = sample;
  assert.deepEqual(
    [detail.protocol, detail.status, detail.wireBytes, detail.bodyBytes, detail.headerBytes],
    ["http/2", 200, 2_000, 2_000, undefined],
  );
  assert.deepEqual(detail.head, { server: "two", ageS: 7, contentLength: 2_000 });
  // Each of the server's delays begins inside its phase; its timer may be early, what was waited for is taken off.
  for (const phase of ["wait", "transfer"] as const) {
    assert.ok((timings[phase] ?? 0) >= 500 * delayMs[phase], `${phase} ${timings[phase]}`);
  }
  assert.equal(detail.certificate?.issuer, "carrierwatch test authority");
});

test("a server that knows only HTTP/1.1 is measured with that; one that was not asked for more, too", async () => {
  const target = await httpTarget({ tls: true });
  const old = await measurer.measure(assignmentFor(target.url, { request: { http: "2" } }));
  await target.close();
  assert.deepEqual([old.state, old.detail.protocol], ["up", "http/1.1"]);
});

test("method, headers, credentials and body are the same as over HTTP/1.1", async () => {
  let asked: http2.IncomingHttpHeaders = {};
  const body: Buffer[] = [];
  const sample = await measureH2(
    (stream, headers) => {
      asked = headers;
      stream.on("data", (piece: Buffer) => body.push(piece));
      stream.on("end", () => {
        stream.respond({ ":status": 200, "content-encoding": "gzip" });
        stream.end(zlib.gzipSync("a needle"));
      });
    },
    {
      method: "POST",
      expect: { status: ["200"], bodyContains: "needle" },
      request: {
        body: "hello",
        auth: { kind: "bearer", secret: "s" },
        headers: [
          { name: "X-Key", value: "k" },
          { name: "Keep-Alive", value: "1" },
        ],
      },
    },
  );
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.equal(Buffer.concat(body).toString(), "hello");
  assert.deepEqual(
    [asked[":method"], asked[":path"], asked["x-key"], asked["keep-alive"], asked.authorization],
    ["POST", "/a?b=c", "k", undefined, "Bearer sesame-sesame"],
  );
  assert.deepEqual([asked["content-length"], asked["user-agent"]], ["5", "carrierwatch/0"]);
});

test("a redirect is followed on a connection of its own", async () => {
  const sample = await measureH2((stream, headers) => {
    if (headers[":path"] === "/end") stream.respond({ ":status": 200 }, { endStream: true });
    else stream.respond({ ":status": 301, location: "/end" }, { endStream: true });
  });
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual(
    sample.detail.hops?.map(({ status }) => status),
    [301, 200],
  );
});

const TIMEOUTS = { timeouts: { connectMs: 400, totalMs: 400 } };
const H2: readonly (readonly [name: string, handle: Handler, want: string, extra?: Partial<Measurable>])[] = [
  ["says nothing", () => undefined, "wait first-byte-timeout target", TIMEOUTS],
  [
    "stops inside the body",
    (stream) => {
      stream.respond();
      stream.write("x");
    },
    "transfer body-timeout target",
    TIMEOUTS,
  ],
  ["resets the stream at once", (stream) => stream.close(2), "wait reset-before-answer target"],
  ["refuses the stream", (stream) => stream.close(7), "wait reset-before-answer target"],
  [
    "resets the stream inside the body",
    (stream) => {
      stream.respond();
      stream.write("x", () => setTimeout(() => stream.destroy(new Error("lost it")), 20));
    },
    "transfer body-reset target",
  ],
  [
    "closes the connection inside the body",
    (stream) => {
      stream.respond();
      stream.write("x", () => setTimeout(() => stream.session?.socket.destroySoon(), 20));
    },
    "transfer body-truncated target",
  ],
  [
    "closes the connection without an answer",
    (stream) => stream.session?.destroy(),
    "wait empty-answer target",
  ],
  [
    "goes away with an error",
    (stream) => stream.session?.goaway(2),
    "wait reset-before-answer target",
    TIMEOUTS,
  ],
  [
    "sends less than it promised",
    (stream) => {
      stream.respond({ ":status": 200, "content-length": "100" });
      stream.end("short");
    },
    "transfer body-truncated target",
  ],
  [
    "sends a body without end",
    (stream) => {
      stream.respond();
      const pump = () => void (!stream.destroyed && stream.write(Buffer.alloc(16_384), pump));
      pump();
    },
    "transfer too-large target",
    { bodyCapBytes: 100_000 },
  ],
  [
    "answers 503",
    (stream) => stream.respond({ ":status": 503 }, { endStream: true }),
    "status status target",
  ],
  [
    "sends early hints first",
    (stream) => {
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      stream.respond({ ":status": 200 }, { endStream: true });
    },
    "up",
  ],
  [
    "sends 100 Continue unasked",
    (stream) => {
      stream.additionalHeaders({ ":status": 100 });
      stream.respond({ ":status": 200 }, { endStream: true });
    },
    "up",
  ],
  [
    "answers HEAD",
    (stream) => stream.respond({ ":status": 200, "content-length": "5" }, { endStream: true }),
    "up",
    { method: "HEAD" },
  ],
];

for (const [name, handle, want, extra] of H2) {
  test(`a server that ${name} over HTTP/2 gives ${want}`, async () => {
    const sample = await measureH2(handle, extra);
    assert.equal(what(sample), want, JSON.stringify(sample));
  });
}

test("a server that agrees on HTTP/2 and speaks something else is not HTTP", async () => {
  const server = tls.createServer({ ...testCa().leaf(), ALPNProtocols: ["h2"] }, (socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sample = await measurer.measure(assignmentFor(url, { request: { http: "2" }, ...TIMEOUTS }));
  server.close();
  assert.equal(sample.failure?.cause, "not-http", JSON.stringify(sample));
});

test("ten measurements in a row leave no session behind", async () => {
  for (let round = 0; round < 10; round += 1) {
    const sample = await measureH2((stream) => stream.respond({ ":status": 200 }, { endStream: true }));
    assert.equal(sample.state, "up");
  }
});
