/** ping:// targets: the median of the connects, refusals are answers, silence is loss, and the timeout holds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, test } from "node:test";
import { Detail } from "../../../../collector/wire/sample.ts";
import { medianOf } from "../../../../probe/measure/kinds/ping.ts";
import { hostileServer } from "../../../support/hostile-server.ts";
import { assignmentFor, GRACE_MS, testMeasurer, timed } from "../../../support/probe-bench.ts";
import { silentPort } from "../../../support/silent-port.ts";

const measurer = testMeasurer();
after(() => measurer.close());

test("the connect is the median of the answers, the total that and the lookup, not the spacing", async () => {
  const server = await hostileServer(() => undefined);
  const { result, tookMs, lateMs } = await timed(() =>
    measurer.measure(assignmentFor(`ping://127.0.0.1:${server.port}?count=3`)),
  );
  const { state, timings, detail } = result;
  assert.equal(server.connections, 3);
  await server.close();
  assert.equal(state, "up");
  assert.equal(detail.ping?.sent, 3);
  assert.equal(detail.ping?.received, 3);
  const { minUs, maxUs } = detail.ping ?? {};
  assert.ok((minUs ?? 0) <= (timings.connect ?? 0) && (timings.connect ?? 0) <= (maxUs ?? 0));
  const spacedMs = 390;
  assert.ok(tookMs + lateMs >= spacedMs, "they are spaced");
  assert.ok((timings.total ?? 1e9) / 1000 <= tookMs - spacedMs + lateMs, "the spacing is in no number");
  assert.deepEqual([timings.dns, timings.tls, timings.ttfb, timings.speed], [null, null, null, null]);
  assert.equal(detail.note, undefined);
  Detail.parse(detail);
});

test("a refused connect is an answer: the host is there, and the sample says that the port is closed", async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  const { state, timings, detail } = await measurer.measure(
    assignmentFor(`ping://127.0.0.1:${port}?count=2`),
  );
  assert.equal(state, "up");
  // Refused on this very machine it came at once; what the process waited before that may be all there is to take off.
  assert.notEqual(timings.connect, null);
  assert.match(detail.note ?? "", /^2 of 2 answers refused the connection/);
});

test("silence is loss: down, with what was sent, within the timeout", async () => {
  const silent = await silentPort();
  const timeouts = { connectMs: 300, totalMs: 1_000 };
  const { result, tookMs, lateMs } = await timed(() =>
    measurer.measure(assignmentFor(`ping://127.0.0.1:${silent.port}?count=4`, { timeouts })),
  );
  const { failure, timings, detail } = result;
  await silent.close();
  assert.equal(`${failure?.phase} ${failure?.cause} ${failure?.source}`, "connect loss network");
  assert.match(failure?.detail ?? "", /^4 of 4 connects got no answer$/);
  assert.deepEqual(detail.ping, { sent: 4, received: 0, minUs: null, maxUs: null });
  assert.equal(timings.connect, null);
  assert.equal(timings.total, null);
  assert.ok(tookMs <= timeouts.totalMs + GRACE_MS + lateMs, `${tookMs} ms, late ${lateMs} ms`);
});

test("twenty connects fit into a short timeout", async () => {
  const server = await hostileServer(() => undefined);
  const timeouts = { connectMs: 500, totalMs: 500 };
  const { state, detail } = await measurer.measure(
    assignmentFor(`ping://127.0.0.1:${server.port}?count=20`, { timeouts }),
  );
  await server.close();
  assert.equal(state, "up");
  assert.equal(detail.ping?.received, 20);
});

test("whoever stops the measurement gets no sample", async () => {
  const server = await hostileServer(() => undefined);
  const stop = new AbortController();
  const running = measurer.measure(assignmentFor(`ping://127.0.0.1:${server.port}`), {
    signal: stop.signal,
  });
  stop.abort(new Error("enough"));
  await assert.rejects(running, /enough/);
  await server.close();
});

test("the median of an even count is the mean of the middle two", () => {
  assert.deepEqual([[7], [1, 3], [1, 2, 9], [1, 2, 4, 9]].map(medianOf), [7, 2, 2, 3]);
});
