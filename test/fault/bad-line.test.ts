/**
 * A line between probe and collector that is cut after any byte, in either direction: what the spool held is delivered
 * whole, an answer that was lost on the way stores nothing twice, and no connection is left behind.
 */
import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type Clock, systemClock } from "../../collector/wire/clock.ts";
import { until } from "../support/fake-collector.ts";
import { fc } from "../support/property.ts";
import { assertWhole, delivery, place } from "./delivery.ts";

const LINES = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 25;
const TARGETS = 100;

/** What becomes of a connection: after so many bytes in one direction it ends in one way. */
type Fate = { readonly after: number; readonly on: "request" | "answer"; readonly end: "reset" | "close" };

const FATE = fc.record({
  after: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 4_000 })),
  on: fc.constantFrom("request" as const, "answer" as const),
  end: fc.constantFrom("reset" as const, "close" as const),
});

/** A line to a port; each connection has the next fate, and a good one when there is none left. */
async function badLine(t: TestContext, port: number, fates: Fate[]) {
  const open = new Set<Socket>();
  let cut = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const fate = fates.shift();
    const both = [near, far];
    for (const socket of both) {
      open.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        open.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    pass(near, far, fate?.on === "request" ? fate : null);
    pass(far, near, fate?.on === "answer" ? fate : null);
    function pass(from: Socket, to: Socket, doomed: Fate | null): void {
      let left = doomed?.after ?? Number.POSITIVE_INFINITY;
      from.on("data", (chunk: Buffer) => {
        to.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left > 0) return;
        cut += 1;
        for (const socket of both) doomed?.end === "reset" ? socket.resetAndDestroy() : socket.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return { url, open: () => open.size, cut: () => cut };
}

/** Real time, in which nobody waits. */
function hasty(): Clock {
  return {
    ...systemClock(),
    after(_ms, act) {
      const timer = setImmediate(act);
      return () => clearImmediate(timer);
    },
  };
}

test("whatever the line does, each sample is stored once and every connection ends", async (t) => {
  const there = await place(t, 1, TARGETS);
  const fates = fc.sample(FATE, LINES);
  const line = await badLine(t, Number(new URL(there.url).port), fates);
  const { spool, shipper, answers } = await delivery(t, there, {
    vantage: 0,
    url: line.url,
    clock: hasty(),
    random: () => 0.5,
  });
  const all = spool.figures().records;
  shipper.start();
  await until(() => spool.figures().records === 0, "the last delivery");
  await shipper.stop(0);
  t.diagnostic(`${line.cut()} of ${LINES} lines cut, ${answers.length} answers`);
  assert.ok(line.cut() > LINES / 2, `${line.cut()} lines were cut`);
  assert.equal(all, TARGETS * 12);
  assert.equal(spool.figures().dropped, 0);
  await there.process.stop();
  await until(() => line.open() === 0, "the end of every connection");
  assert.ok((await assertWhole(there)) > 0, "an answer was lost after its batch was stored");
});
