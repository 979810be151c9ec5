/** The warm-up goes the whole way of a measurement, on loopback only, and leaves nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { warmUpPeers } from "../../../probe/measure/warm-up-peers.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

test("its peers are measured like any target: a name, an address, a handshake, an answer", async () => {
  const peers = await warmUpPeers();
  const measurer = testMeasurer({ resolvers: [peers.dns] });
  const plain = await measurer.measure(assignmentFor(`http://warm-up.test:${peers.httpPort}/`));
  const url = `https://warm-up.test:${peers.httpsPort}/`;
  const secure = await measurer.measure(assignmentFor(url, { tls: { verify: false } }));
  const refused = await measurer.measure(assignmentFor(url));
  measurer.close();
  peers.close();
  assert.deepEqual([plain.state, secure.state], ["up", "up"], JSON.stringify([plain, secure]));
  for (const phase of ["dns", "connect", "tls", "wait", "transfer", "total"] as const) {
    assert.notEqual(secure.timings[phase], null, phase);
  }
  assert.equal(secure.detail.certificate?.subject, "warm-up");
  assert.equal(refused.failure?.cause, "certificate-untrusted");
});

test("it ends soon and leaves no socket and no timer", async () => {
  const before = process.getActiveResourcesInfo().length;
  const measurer = testMeasurer({ resolvers: ["127.0.0.1:1"] });
  await measurer.warmUp();
  measurer.close();
  for (let turn = 0; turn < 200 && process.getActiveResourcesInfo().length > before; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  assert.ok(process.getActiveResourcesInfo().length <= before, process.getActiveResourcesInfo().join());
});
