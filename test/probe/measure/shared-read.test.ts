/** Plain connections read into one buffer: what a rule or a decoder still needs after a read is its own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Measurer } from "../../../probe/measure/measure.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

const TOGETHER = 8;
let server: Server;
let measurer: Measurer;
let port = 0;
/** Sends the next piece of every answer. */
let waiting: (() => void)[] = [];

before(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => serve(socket, request.toString("latin1")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  measurer = testMeasurer();
});

after(() => {
  measurer.close();
  server.close();
});

/** The answer goes out in pieces, and no piece before every other answer's piece before it. */
function serve(socket: Socket, request: string): void {
  const id = /^GET \/(\w+)/.exec(request)?.[1] ?? "";
  const text = JSON.stringify({ id, filler: id.repeat(400) });
  const body = id.startsWith("z") ? gzipSync(text, { level: 0 }) : Buffer.from(text);
  const encoding = id.startsWith("z") ? "Content-Encoding: gzip\r\n" : "";
  const whole = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${encoding}X-Id: ${id}\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);
  // The first cut lies inside a header's line.
  const cuts = [0, 30, Math.floor(whole.length / 2), whole.length - 3, whole.length];
  const next = (at: number) => {
    socket.write(whole.subarray(cuts[at], cuts[at + 1]));
    if (at + 2 < cuts.length) turn(() => next(at + 1));
  };
  turn(() => next(0));
}

function turn(act: () => void): void {
  waiting.push(act);
  if (waiting.length < TOGETHER) return;
  const all = waiting;
  waiting = [];
  // The pieces before are read first: the loop hands them on between two turns.
  setTimeout(() => {
    for (const one of all) one();
  }, 5);
}

test("answers that come piece by piece at once are each judged by their own text", async () => {
  const ids = Array.from({ length: TOGETHER }, (_none, at) => `${at % 2 === 0 ? "z" : "p"}${at}answer`);
  const samples = await Promise.all(
    ids.map((id) =>
      measurer.measure(
        assignmentFor(`http://127.0.0.1:${port}/${id}`, {
          expect: {
            status: ["200"],
            bodyContains: `"id":"${id}"`,
            bodyMatches: `"filler":"(${id}){400}"`,
            json: [{ path: "$.id", equals: id }],
            headers: [{ name: "x-id", matches: `^${id}$` }],
          },
        }),
      ),
    ),
  );
  for (const [at, sample] of samples.entries()) {
    assert.equal(sample.state, "up", `${ids[at]} ${JSON.stringify(sample)}`);
  }
});
