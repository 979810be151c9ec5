/** Servers that break the rules: each is down (never an exception) with its own phase, cause and source, in time. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import zlib from "node:zlib";
import { Detail, Failure } from "../../../collector/wire/sample.ts";
import type { Measurable } from "../../../probe/measure/measured.ts";
import {
  type Behaviour,
  type HostileOptions,
  hostileServer,
  neverEnds,
  says,
  saysAndEnds,
  saysAndResets,
} from "../../support/hostile-server.ts";
import { assignmentFor, GRACE_MS, testMeasurer, timed } from "../../support/probe-bench.ts";
import { testCa } from "../../support/test-ca.ts";

const TIMEOUT_MS = 400;
const CAP = 100_000;
const OK = "HTTP/1.1 200 OK\r\n";
const zeros = Buffer.alloc(20_000_000);

type Case = {
  readonly name: string;
  readonly server: Behaviour;
  readonly options?: HostileOptions;
  readonly want: string;
  readonly ask?: Partial<Measurable>;
  /** The measurement has to run into its deadline. */
  readonly timesOut?: boolean;
};

const ca = testCa();

const cases: Case[] = [
  { name: "says nothing", server: () => undefined, want: "wait first-byte-timeout target", timesOut: true },
  {
    name: "never answers the ClientHello",
    server: () => undefined,
    ask: { url: "https:" },
    want: "tls tls-timeout target",
    timesOut: true,
  },
  { name: "closes without an answer", server: saysAndEnds(""), want: "wait empty-answer target" },
  { name: "resets without an answer", server: saysAndResets(""), want: "wait reset-before-answer target" },
  {
    name: "closes inside the head",
    server: saysAndEnds(`${OK}Content-Le`),
    want: "transfer bad-headers target",
  },
  {
    name: "resets inside the head",
    server: saysAndResets(`${OK}Content-Le`),
    want: "transfer body-reset target",
  },
  { name: "stops inside the head", server: says(OK), want: "transfer body-timeout target", timesOut: true },
  {
    name: "speaks another protocol",
    server: says("SSH-2.0-OpenSSH_9.2\r\n"),
    options: { atOnce: true },
    want: "transfer not-http target",
  },
  { name: "answers HTTP/0.9", server: saysAndEnds("<html>hello</html>"), want: "transfer not-http target" },
  {
    name: "sends a 40 KB header",
    server: says(`${OK}X: ${"a".repeat(40_000)}\r\n\r\n`),
    want: "transfer headers-too-large target",
  },
  {
    name: "sends header lines without end",
    server: neverEnds(OK, "X-Flood: 1\r\n".repeat(500)),
    want: "transfer headers-too-large target",
  },
  {
    name: "sends a header without a colon",
    server: says(`${OK}no colon here\r\n\r\n`),
    want: "transfer bad-headers target",
  },
  {
    name: "sends two lengths",
    server: says(`${OK}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`),
    want: "transfer bad-headers target",
  },
  {
    name: "sends a length that is no number",
    server: says(`${OK}Content-Length: 1e3\r\n\r\n`),
    want: "transfer bad-headers target",
  },
  {
    name: "sends a body without end",
    server: neverEnds(`${OK}\r\n`, Buffer.alloc(16_384, 120)),
    want: "transfer too-large target",
  },
  {
    name: "sends chunks without end",
    server: neverEnds(`${OK}Transfer-Encoding: chunked\r\n\r\n`, `4000\r\n${"x".repeat(16_384)}\r\n`),
    want: "transfer too-large target",
  },
  {
    name: "drips one byte at a time",
    server: neverEnds(`${OK}Content-Length: 99999\r\n\r\n`, "x", 20),
    want: "transfer body-timeout target",
    timesOut: true,
  },
  {
    name: "streams server-sent events",
    server: neverEnds(`${OK}Content-Type: text/event-stream\r\n\r\n`, "data: x\n\n", 30),
    want: "transfer body-timeout target",
    timesOut: true,
  },
  {
    name: "closes inside the body",
    server: saysAndEnds(`${OK}Content-Length: 100\r\n\r\nshort`),
    want: "transfer body-truncated target",
  },
  {
    name: "resets inside the body",
    server: saysAndResets(`${OK}Content-Length: 100\r\n\r\nshort`),
    want: "transfer body-reset target",
  },
  {
    name: "resets a body without a length",
    server: saysAndResets(`${OK}\r\nshort`),
    want: "transfer body-reset target",
  },
  {
    name: "closes inside a chunk",
    server: saysAndEnds(`${OK}Transfer-Encoding: chunked\r\n\r\n10\r\nshort`),
    want: "transfer body-truncated target",
  },
  {
    name: "sends a bad chunk size",
    server: says(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n`),
    want: "transfer bad-chunk target",
  },
  {
    name: "sends interim answers without end",
    server: neverEnds("", "HTTP/1.1 103 Early Hints\r\n\r\n", 10),
    want: "transfer body-timeout target",
    timesOut: true,
  },
  {
    name: "sends 100 Continue without end",
    server: neverEnds("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(500)),
    want: "transfer headers-too-large target",
  },
  {
    name: "switches protocols unasked",
    server: says("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    want: "transfer bad-headers target",
  },
  {
    name: "sends a gzip bomb",
    server: encoded("gzip", zlib.gzipSync(zeros)),
    want: "transfer too-large target",
  },
  {
    name: "sends a brotli bomb",
    server: encoded("br", zlib.brotliCompressSync(zeros)),
    want: "transfer too-large target",
  },
  {
    name: "sends a zstd bomb",
    server: encoded("zstd", zlib.zstdCompressSync(zeros)),
    want: "transfer too-large target",
  },
  {
    name: "sends ten encodings on one another",
    server: encoded(Array(10).fill("gzip").join(", "), Buffer.from("x")),
    want: "content bad-encoding target",
  },
  {
    name: "sends gzip that is none",
    server: encoded("gzip", Buffer.from("plain text")),
    want: "content bad-encoding target",
  },
  {
    name: "sends gzip cut short",
    server: encoded("gzip", zlib.gzipSync("a needle in it").subarray(0, 20)),
    want: "content bad-encoding target",
  },
  {
    name: "sends an encoding nobody knows",
    server: encoded("rot13", Buffer.from("arrqyr")),
    ask: { expect: { status: ["200-299"], bodyContains: "needle" } },
    want: "content bad-encoding target",
  },
  {
    name: "redirects to nowhere",
    server: says("HTTP/1.1 302 Found\r\nLocation: http://\r\nContent-Length: 0\r\n\r\n"),
    want: "status bad-redirect target",
  },
  {
    name: "redirects to another scheme",
    server: says("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"),
    want: "status bad-redirect target",
  },
  {
    name: "redirects with credentials",
    server: says("HTTP/1.1 302 Found\r\nLocation: http://a:b@127.0.0.1/\r\n\r\n"),
    want: "status bad-redirect target",
  },
  {
    name: "redirects to itself",
    server: says("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"),
    want: "status redirect-loop target",
  },
  {
    name: "redirects to metadata",
    server: says("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n\r\n"),
    want: "status redirect-refused target",
  },
  { name: "redirects without end", server: deeper(), want: "status too-many-redirects target" },
  {
    name: "answers 500",
    server: says("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
    want: "status status target",
  },
  {
    name: "answers 999",
    server: says("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
    want: "status status target",
  },
  {
    name: "speaks plain HTTP on a TLS port",
    server: says(`${OK}\r\n`),
    ask: { url: "https:" },
    want: "tls tls-not-tls target",
  },
  {
    name: "resets the handshake",
    server: saysAndResets(""),
    ask: { url: "https:" },
    want: "tls tls-reset target",
  },
  {
    name: "closes the handshake",
    server: saysAndEnds(""),
    ask: { url: "https:" },
    want: "tls tls-reset target",
  },
  {
    name: "answers with a TLS alert",
    server: says(Buffer.from("15030100020228", "hex")),
    ask: { url: "https:" },
    want: "tls tls-alert target",
  },
  {
    name: "has an expired certificate",
    server: says(OK),
    options: { leaf: ca.leaf({ notBefore: "20200101000000Z", notAfter: "20210101000000Z" }) },
    want: "tls certificate-expired target",
  },
  {
    name: "has a certificate of tomorrow",
    server: says(OK),
    options: { leaf: ca.leaf({ notBefore: "20900101000000Z", notAfter: "20910101000000Z" }) },
    want: "tls certificate-not-yet-valid target",
  },
  {
    name: "has a certificate of another name",
    server: says(OK),
    options: { leaf: ca.leaf({ names: ["other.test"] }) },
    want: "tls certificate-name target",
  },
  {
    name: "has a certificate it signed itself",
    server: says(OK),
    options: { leaf: ca.leaf({ selfSigned: true }) },
    want: "tls certificate-untrusted target",
  },
  {
    name: "has a certificate of 60 KB",
    server: says(`${OK}Content-Length: 0\r\n\r\n`),
    options: { leaf: ca.leaf({ padding: 60_000 }) },
    want: "up",
  },
  {
    name: "sends bare line feeds",
    server: saysAndEnds("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    want: "transfer bad-headers target",
  },
  {
    name: "sends early hints first",
    server: saysAndEnds("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", `${OK}Content-Length: 2\r\n\r\nok`),
    want: "up",
  },
  {
    name: "sends more than it promised",
    server: saysAndEnds(`${OK}Content-Length: 2\r\n\r\nok and much more`),
    want: "up",
  },
];

function encoded(encoding: string, body: Buffer): Behaviour {
  return saysAndEnds(`${OK}Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`, body);
}

function deeper(): Behaviour {
  let depth = 0;
  return (socket) => {
    depth += 1;
    socket.write(`HTTP/1.1 302 Found\r\nLocation: /${depth}\r\n\r\n`);
  };
}

const measurer = testMeasurer();
after(() => measurer.close());

test("the first measurement of a process is warmed up", async () => {
  await measurer.warmUp();
});

for (const { name, server: behaviour, options, want, ask, timesOut } of cases) {
  test(`a server that ${name} gives ${want}`, async () => {
    const server = await hostileServer(behaviour, options);
    const scheme = options?.leaf || ask?.url ? "https" : "http";
    const timeouts = { connectMs: TIMEOUT_MS, totalMs: timesOut ? TIMEOUT_MS : 8_000 };
    const bare = { ...ask };
    delete bare.url;
    try {
      const assignment = assignmentFor(`${scheme}://127.0.0.1:${server.port}/`, {
        timeouts,
        bodyCapBytes: CAP,
        ...bare,
      });
      const heapBefore = process.memoryUsage().rss;
      const { result: sample, tookMs, lateMs } = await timed(() => measurer.measure(assignment));
      const got = sample.failure
        ? `${sample.failure.phase} ${sample.failure.cause} ${sample.failure.source}`
        : sample.state;
      assert.equal(got, want, JSON.stringify(sample));
      Detail.parse(sample.detail);
      if (sample.failure) Failure.parse(sample.failure);
      if (timesOut) {
        const allowedMs = TIMEOUT_MS + GRACE_MS + lateMs;
        assert.ok(tookMs <= allowedMs, `${tookMs} ms, late ${lateMs}, timeout ${TIMEOUT_MS} ms`);
        assert.ok((sample.failure?.elapsedUs ?? 0) > 0);
      }
      assert.ok((sample.detail.wireBytes ?? 0) <= CAP);
      assert.ok(process.memoryUsage().rss - heapBefore < 64 * 1024 * 1024, "memory grew by more than 64 MiB");
    } finally {
      await server.close();
    }
  });
}

test("at least 50 ways to misbehave were tried", () => {
  assert.ok(cases.length >= 50, String(cases.length));
});
