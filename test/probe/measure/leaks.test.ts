/** What hundreds of measurements, good and bad, leave behind: no socket, no timer, no file descriptor. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { dnsServer } from "../../support/dns-server.ts";
import { hostileServer, neverEnds, saysAndResets } from "../../support/hostile-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

const ROUNDS = 40;

/** Open descriptors, once those that are being closed are gone. */
async function descriptors(atMost: number): Promise<number> {
  const count = () => readdirSync("/proc/self/fd").length;
  for (let turn = 0; turn < 200 && count() > atMost; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return count();
}

test("measurements leave no descriptor and no timer behind", async () => {
  const dns = await dnsServer({ "a.test": { a: ["127.0.0.1"] } });
  const secure = await httpTarget({ tls: true });
  const plain = await httpTarget();
  const resets = await hostileServer(saysAndResets(""));
  const endless = await hostileServer(neverEnds("HTTP/1.1 200 OK\r\n\r\n", Buffer.alloc(16_384)));
  const measurer = testMeasurer({ resolvers: [dns.address] });
  const urls = [
    `https://localhost:${secure.port}/`,
    `http://a.test:${plain.port}/`,
    `http://127.0.0.1:${resets.port}/`,
    `http://127.0.0.1:${endless.port}/`,
    `https://127.0.0.1:${plain.port}/`,
    "http://nobody.test/",
    "http://10.0.0.1/",
  ];
  const round = () => Promise.all(urls.map((url) => measurer.measure(assignmentFor(url))));
  try {
    await round();
    const before = await descriptors(0);
    for (let index = 0; index < ROUNDS; index += 1) await round();
    const after = await descriptors(before);
    assert.ok(after <= before + 4, `${before} descriptors before ${ROUNDS} rounds, ${after} after`);
    const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap");
    assert.ok(sockets.length <= urls.length, `${sockets.length} sockets are still open`);
  } finally {
    measurer.close();
    await Promise.all([dns.close(), secure.close(), plain.close(), resets.close(), endless.close()]);
  }
});
