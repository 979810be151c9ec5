/** A probe as people run it, whose target turns bad: the evidence is at the collector, and none is left on disk. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { PathReport } from "../../../collector/wire/path-evidence.ts";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";
import { fakeCollector, until } from "../../support/fake-collector.ts";
import { BIN, joinedFolder, started } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";

test("a target that turns bad is looked at, and the report is delivered", async (t) => {
  let status = 200;
  const server = createServer((_request, response) =>
    response.writeHead(status, { "x-shop": "1" }).end("hello"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const collector = await fakeCollector(t);
  // A tick has one sample: what is changed within it is measured with the next one.
  const often = { url, stepS: 10 };
  collector.setConfig(probeConfigOf([assignmentOf(often)]));
  // A busy machine must not make a good sample a suspect one.
  const folder = joinedFolder(scratchFolder(t), "allow: [127.0.0.1]\nlimits: { loopDelayMs: 1000 }\n");
  const probe = started(t, [BIN, "probe", "--data", folder, "--url", collector.url]);
  await until(() => collector.stored.size > 0, "a good sample");
  assert.equal([...collector.stored.values()][0]?.sample.state, "up");
  status = 500;
  await until(() => collector.evidence.length === 1, `evidence; the probe says ${probe.output()}`);
  const report = PathReport.parse(collector.evidence[0]);
  const { evidence } = report;
  assert.equal(report.target, "shop");
  assert.deepEqual(
    [evidence.address, evidence.port, evidence.reached],
    ["127.0.0.1", port, true],
    JSON.stringify(report),
  );
  assert.match(evidence.head ?? "", /^HTTP\/1\.1 500 Internal Server Error\nx-shop: 1\n/);
  await until(() => readdirSync(join(folder, "probe", "evidence")).length === 0, "an empty folder");
  probe.child.kill("SIGTERM");
  assert.equal(await probe.ended, 0);
});
