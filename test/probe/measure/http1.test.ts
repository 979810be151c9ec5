/** The HTTP/1.1 reader: what it takes, what it refuses, however the bytes are split; and that llhttp reads the same. */
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { answerReader } from "../../../probe/measure/http1/answer.ts";
import type { Head } from "../../../probe/measure/http1/head.ts";
import { describe } from "../../../probe/measure/trouble.ts";
import { hostileServer, saysAndEnds } from "../../support/hostile-server.ts";
import { fc } from "../../support/property.ts";

const MAX = 2_048;
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What came of an answer: its status, body and end, or the code that refused it. */
type Outcome = { status: number; body: string; ended: boolean; code: string; headBytes: number };

function read(pieces: readonly Buffer[], end: boolean, method = "GET"): Outcome & { head: Head | null } {
  const body: Buffer[] = [];
  const state: { head: Head | null; ended: boolean } = { head: null, ended: false };
  const reader = answerReader(method, MAX, {
    head(head) {
      state.head = head;
      return false;
    },
    data: (piece) => void body.push(Buffer.from(piece)),
    end() {
      assert.equal(state.ended, false, "an answer ends once");
      state.ended = true;
    },
  });
  let code = "";
  try {
    for (const piece of pieces) {
      // As with a socket: the next read writes over the bytes of this one.
      const lent = Buffer.from(piece);
      reader.take(lent);
      lent.fill(0);
    }
    if (end) reader.ended();
  } catch (error) {
    code = describe(error).code;
    assert.ok(reader.done);
  }
  const { head, ended } = state;
  const text = Buffer.concat(body).toString("latin1");
  return { head, status: head?.status ?? 0, body: text, ended, code, headBytes: reader.headBytes };
}

const whole = (text: string, end = true, method = "GET") => read([Buffer.from(text, "latin1")], end, method);

const READ: readonly (readonly [name: string, text: string, want: string, method?: string])[] = [
  ["a length", `${OK}Content-Length: 5\r\n\r\nhello`, "200 hello"],
  ["a length of nothing", `${OK}Content-Length: 0\r\n\r\n`, "200 "],
  ["more than was promised", `${OK}Content-Length: 2\r\n\r\nok and more`, "200 ok"],
  ["less than was promised", `${OK}Content-Length: 20\r\n\r\nok`, "BODY_CUT"],
  ["a body until the end", `${OK}\r\nuntil the end`, "200 until the end"],
  ["chunks", `${CHUNKED}5\r\nhello\r\n6;a=b;c="d;e\\""\r\n world\r\n0\r\n\r\n`, "200 hello world"],
  ["trailers", `${CHUNKED}1\r\nx\r\n0\r\nEtag: 1\r\nX: y\r\n\r\n`, "200 x"],
  [
    "upper and lower case sizes",
    `${CHUNKED}0a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n`,
    `200 ${"0123456789".repeat(2)}`,
  ],
  [
    "chunks after another coding",
    `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    "200 x",
  ],
  [
    "a coding that is not chunked at the end",
    `${OK}Transfer-Encoding: chunked, gzip\r\n\r\n1\r\nx`,
    "200 1\r\nx",
  ],
  ["no body for HEAD", `${OK}Content-Length: 5\r\n\r\n`, "200 ", "HEAD"],
  ["no body for HEAD with chunks", CHUNKED, "200 ", "HEAD"],
  ["no body with 204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 "],
  ["no body with 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 "],
  ["a reason that is empty", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 "],
  ["no reason at all", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 "],
  ["a reason in Latin-1", "HTTP/1.1 200 Caf\xe9\r\nContent-Length: 0\r\n\r\n", "200 "],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nold", "200 old"],
  [
    "interim answers before the last",
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 1\r\n\r\nx`,
    "200 x",
  ],
  ["100 unasked", `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 1\r\n\r\nx`, "200 x"],
  ["an empty line before the status", `\r\n${OK}Content-Length: 1\r\n\r\nx`, "200 x"],
  ["blanks around a value", `${OK}Content-Length: \t 1 \t\r\n\r\nx`, "200 x"],
  ["HTTP/0.9", "<html>", "NOT_HTTP"],
  ["another protocol", "SSH-2.0-x\r\n", "NOT_HTTP"],
  ["HTTP/2 over a line", "HTTP/2.0 200 OK\r\n\r\n", "NOT_HTTP"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "NOT_HTTP"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "NOT_HTTP"],
  ["a status below 100", "HTTP/1.1 099 No\r\n\r\n", "NOT_HTTP"],
  ["two blanks in the status line", "HTTP/1.1  200 OK\r\n\r\n", "NOT_HTTP"],
  ["bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "BAD_HEAD"],
  ["a bare line feed in the head", `${OK}A: b\nC: d\r\n\r\n`, "BAD_HEAD"],
  ["a bare carriage return in a value", `${OK}A: b\rc\r\n\r\n`, "BAD_HEAD"],
  ["a NUL in a value", `${OK}A: b\0c\r\n\r\n`, "BAD_HEAD"],
  ["no colon", `${OK}no colon\r\n\r\n`, "BAD_HEAD"],
  ["an empty name", `${OK}: x\r\n\r\n`, "BAD_HEAD"],
  ["a blank before the colon", `${OK}Content-Length : 1\r\n\r\nx`, "BAD_HEAD"],
  ["a folded line", `${OK}A: b\r\n c\r\n\r\n`, "BAD_HEAD"],
  ["a blank before the first header", `${OK} A: b\r\n\r\n`, "BAD_HEAD"],
  ["two lengths", `${OK}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`, "BAD_HEAD"],
  ["two equal lengths", `${OK}Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc`, "BAD_HEAD"],
  ["lengths in a list", `${OK}Content-Length: 3, 3\r\n\r\nabc`, "BAD_HEAD"],
  ["a length with a sign", `${OK}Content-Length: +3\r\n\r\nabc`, "BAD_HEAD"],
  ["a negative length", `${OK}Content-Length: -1\r\n\r\n`, "BAD_HEAD"],
  ["an empty length", `${OK}Content-Length: \r\n\r\n`, "BAD_HEAD"],
  ["a length no number holds", `${OK}Content-Length: 99999999999999999999\r\n\r\n`, "BAD_HEAD"],
  [
    "a length and chunks",
    `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "BAD_HEAD",
  ],
  [
    "chunks and a length",
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    "BAD_HEAD",
  ],
  ["101 unasked", "HTTP/1.1 101 Switching\r\n\r\n", "BAD_HEAD"],
  ["an end inside the head", `${OK}Content-Le`, "BAD_HEAD"],
  ["nothing", "", "EMPTY_ANSWER"],
  ["a head that is too large", `${OK}X: ${"a".repeat(MAX)}\r\n\r\n`, "HEAD_TOO_LARGE"],
  ["many small headers", `${OK}${"X: 1\r\n".repeat(MAX)}\r\n`, "HEAD_TOO_LARGE"],
  ["trailers that are too large", `${CHUNKED}0\r\n${"X: 1\r\n".repeat(MAX)}\r\n`, "HEAD_TOO_LARGE"],
  ["a trailer that is none", `${CHUNKED}0\r\nno colon\r\n\r\n`, "BAD_HEAD"],
  ["a size that is no number", `${CHUNKED}zz\r\n`, "BAD_CHUNK"],
  ["an empty size", `${CHUNKED}\r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a size with a sign", `${CHUNKED}+1\r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a size in C", `${CHUNKED}0x1\r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a blank after the size", `${CHUNKED}1 \r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a size no number holds", `${CHUNKED}fffffffffffffffff\r\n`, "BAD_CHUNK"],
  ["zeros without end", `${CHUNKED}${"0".repeat(40)}`, "BAD_CHUNK"],
  ["a size line that ends bare", `${CHUNKED}1\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a chunk longer than its size", `${CHUNKED}1\r\nxy\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["a chunk that ends bare", `${CHUNKED}1\r\nx\n0\r\n\r\n`, "BAD_CHUNK"],
  ["an extension that is none", `${CHUNKED}1;=\r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["an extension that hides a line", `${CHUNKED}1;a\nb\r\nx\r\n0\r\n\r\n`, "BAD_CHUNK"],
  ["an end inside the chunks", `${CHUNKED}5\r\nhel`, "BODY_CUT"],
  ["an end inside the trailers", `${CHUNKED}0\r\nA: b\r\n`, "BODY_CUT"],
];

const said = ({ status, body, ended, code }: Outcome) => (code === "" && ended ? `${status} ${body}` : code);

for (const [name, text, want, method] of READ) {
  test(`${name} gives ${want.slice(0, 30)}, split at every byte and byte by byte`, () => {
    const bytes = Buffer.from(text, "latin1");
    const outcome = read([bytes], true, method);
    assert.equal(said(outcome), want);
    for (let at = 1; at < bytes.length; at += 1) {
      const split = read([bytes.subarray(0, at), bytes.subarray(at)], true, method);
      assert.equal(said(split), want, `split at ${at}`);
    }
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    assert.equal(said(read(single, true, method)), want, "byte by byte");
  });
}

test("what stops in the middle is neither an end nor an error", () => {
  for (const text of [
    OK,
    `${OK}Content-Length: 5\r\n\r\nhel`,
    `${CHUNKED}5\r\nhel`,
    `${OK}\r\nbody`,
    "HTT",
  ]) {
    const { ended, code } = whole(text, false);
    assert.deepEqual([ended, code], [false, ""], text);
  }
});

test("headers have lower-case names, and repeated ones are joined", () => {
  const { head, headBytes } = whole(
    `${OK}Via: a\r\nSet-Cookie: x=1\r\nVIA:  b\t\r\nContent-Length: 0\r\n\r\n`,
  );
  assert.deepEqual(
    [...(head?.headers ?? [])],
    [
      ["via", "a, b"],
      ["set-cookie", "x=1"],
      ["content-length", "0"],
    ],
  );
  assert.equal(headBytes, `${OK}Via: a\r\nSet-Cookie: x=1\r\nVIA:  b\t\r\nContent-Length: 0\r\n\r\n`.length);
});

test("the version of an answer is that of its own status line", () => {
  const length = "Content-Length: 0\r\n\r\n";
  assert.equal(whole(`HTTP/1.0 200 OK\r\n${length}`).head?.old, true);
  assert.equal(whole(`${OK}${length}`).head?.old, undefined);
  assert.equal(whole(`HTTP/1.0 103 Hints\r\n\r\n${OK}${length}`).head?.old, undefined);
});

test("trailers are header bytes, the end of chunks without any is not", () => {
  assert.equal(whole(`${CHUNKED}1\r\nx\r\n0\r\n\r\n`).headBytes, CHUNKED.length);
  const trailers = "X: y\r\n\r\n";
  assert.equal(whole(`${CHUNKED}1\r\nx\r\n0\r\n${trailers}`).headBytes, CHUNKED.length + trailers.length);
});

test("of two places to go on to the first is taken", () => {
  const { head } = whole(`${OK}Location: /a\r\nlocation: /b\r\nContent-Length: 0\r\n\r\n`);
  assert.equal(head?.headers.get("location"), "/a");
});

test("a head of exactly the limit is read, one byte more is not", () => {
  const pad = MAX - `${OK}X: \r\n\r\n`.length;
  assert.equal(whole(`${OK}X: ${"a".repeat(pad)}\r\n\r\n`).code, "");
  assert.equal(whole(`${OK}X: ${"a".repeat(pad + 1)}\r\n\r\n`).code, "HEAD_TOO_LARGE");
});

test("interim answers and the head after them share the limit: a server may send the former without end", () => {
  const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  const room = Math.floor((MAX - `${OK}\r\n`.length) / hint.length);
  assert.equal(whole(`${hint.repeat(room)}${OK}\r\n`).code, "");
  assert.equal(whole(`${hint.repeat(room + 1)}${OK}\r\n`).code, "HEAD_TOO_LARGE");
});

test("blanks without end in a value cost no more than reading them", () => {
  const readMs = (fill: string): number => {
    const bytes = Buffer.from(`${OK}X: ${fill.repeat(60_000)}x${fill.repeat(3_000)}\r\n\r\n`);
    const reader = answerReader("GET", 64 * 1024, {
      head: () => false,
      data: () => undefined,
      end: () => undefined,
    });
    const startMs = performance.now();
    reader.take(bytes);
    return performance.now() - startMs;
  };
  const least = (fill: string) => Math.min(...Array.from({ length: 9 }, () => readMs(fill)));
  // What looks back at every blank takes some ten thousand times as long.
  const [blanks, letters] = [least(" "), least("x")];
  assert.ok(blanks < 500 * letters, `${blanks} ms, letters ${letters} ms`);
});

/** Answers near the truth: pieces of heads and bodies, put together well or badly. */
const PIECES = [
  ...[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 404 \r\n",
    "HTTP/1.1 103 Hint\r\n",
    "HTTP/1.1 204 X\r\n",
    "HTTP/1.1 500\r\n",
  ],
  ...[
    "Content-Length: 3\r\n",
    "Content-Length: 0\r\n",
    "content-length: 10\r\n",
    "Transfer-Encoding: chunked\r\n",
  ],
  ...[
    "Transfer-Encoding: gzip\r\n",
    "transfer-encoding:chunked \r\n",
    "A: b\r\n",
    "Server: x y\r\n",
    "X:\r\n",
  ],
  ...[
    "\r\n",
    "\r\n",
    "\r\n\r\n",
    "abc",
    "3\r\nabc\r\n",
    "0\r\n",
    "0\r\n\r\n",
    "a\r\n0123456789\r\n",
    "1;x=y\r\nz\r\n",
  ],
  ...[
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "\0",
    "\x7f",
    "\xff",
    "HTTP/",
    "q",
    "5;\r\n",
    " folded\r\n",
    "Connection: close\r\n",
  ],
];
const nearTruth = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(""));
const likely = fc
  .tuple(
    fc.constantFrom(...PIECES.slice(0, 5)),
    fc.array(fc.constantFrom(...PIECES.slice(5, 14)), { maxLength: 3 }),
    fc.array(fc.constantFrom(...PIECES.slice(14)), { maxLength: 5 }),
  )
  .map(([status, headers, rest]) => `${status}${headers.join("")}\r\n${rest.join("")}`);
const anything = fc.oneof(likely, nearTruth, fc.string({ unit: "binary-ascii", maxLength: 80 }));

test("any bytes, however split, come to the same outcome and never throw past it", () => {
  fc.assert(
    fc.property(
      anything,
      fc.array(fc.nat(200), { maxLength: 6 }),
      fc.constantFrom("GET", "HEAD"),
      (text, cuts, method) => {
        const bytes = Buffer.from(text, "latin1");
        const places = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        const { head: _head, ...outcome } = read(pieces, true, method);
        const { head: _other, ...reference } = read([bytes], true, method);
        // How much of a broken head had been counted when it was refused may differ by what came with it.
        assert.deepEqual({ ...outcome, headBytes: 0 }, { ...reference, headBytes: 0 });
        assert.ok(outcome.code !== "" || outcome.ended, "whoever closed is told");
      },
    ),
    { numRuns: 3_000 },
  );
});

/** How many bytes the answer has; all of them where it does not end before the connection does. */
function lengthOf(text: string): number {
  const end = Array.from(text).findIndex((_, at) => whole(text.slice(0, at + 1), false).ended);
  return end === -1 ? text.length : end + 1;
}

/** The same bytes, sent by a server, read by Node's own llhttp. Null = refused. */
async function llhttp(text: string): Promise<{ status: number; body: string } | null> {
  const server = await hostileServer(saysAndEnds(Buffer.from(text, "latin1")));
  const { promise, resolve } = Promise.withResolvers<{ status: number; body: string } | null>();
  const request = http.get({ host: "127.0.0.1", port: server.port, maxHeaderSize: MAX, agent: false });
  request.on("error", () => resolve(null));
  request.on("upgrade", () => resolve(null));
  request.on("response", (response) => {
    const body: Buffer[] = [];
    response.on("data", (piece: Buffer) => body.push(piece));
    response.on("error", () => resolve(null));
    response.on("end", () => {
      const read = { status: response.statusCode ?? 0, body: Buffer.concat(body).toString("latin1") };
      resolve(response.complete ? read : null);
    });
  });
  const outcome = await promise;
  request.destroy();
  await server.close();
  return outcome;
}

test("what llhttp reads, this reads the same; what it refuses, this refuses", async () => {
  let read = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      const ours = whole(text);
      // What follows a complete answer is another matter: llhttp would take it for the next one.
      const theirs = await llhttp(text.slice(0, lengthOf(text)));
      const mine = ours.code === "" && ours.ended ? { status: ours.status, body: ours.body } : null;
      if (theirs === null) refused += 1;
      else read += 1;
      assert.deepEqual(mine, theirs, JSON.stringify({ text, code: ours.code }));
    }),
    { numRuns: 1_000 },
  );
  assert.ok(read > 100 && refused > 100, `${read} read, ${refused} refused`);
});
