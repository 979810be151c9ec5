/** Several vantages in one process: each with its own identity and way out, all at one pace, none in the way of another. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../../collector/wire/clock.ts";
import { type LogFields, logTo } from "../../../collector/wire/log.ts";
import { Addresses } from "../../../collector/wire/request.ts";
import { probeSettings } from "../../../probe/config.ts";
import { startProbe } from "../../../probe/run.ts";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";
import { dnsServer } from "../../support/dns-server.ts";
import { type FakeCollector, fakeCollector, until } from "../../support/fake-collector.ts";
import { siteAt } from "../../support/many-addresses.ts";
import { scratchFolder } from "../../support/spool.ts";

const CT = { id: "sh-ct-1", address: "127.0.0.5" };
const CNC = { id: "sh-cnc-1", address: "127.0.0.6" };
/** Assignments are measured at once; no second tick may fall into a test that counts samples. */
const RARELY = { stepS: 43_200 };
const keyOf = (id: string) => `cwp_${id}_0123456789abcdefghijkl`;
const bearerOf = (id: string) => `Bearer ${keyOf(id)}`;

/** A folder with both vantages, each by its own loopback address. */
function folderFor(t: TestContext, collector: FakeCollector, resolver: string): string {
  const dir = scratchFolder(t);
  for (const [folder, { id }] of [
    ["ct", CT],
    ["cnc", CNC],
  ] as const) {
    mkdirSync(join(dir, "probe", folder), { recursive: true });
    writeFileSync(join(dir, "probe", folder, "key"), keyOf(id));
  }
  const config = {
    collector: { url: collector.url },
    allow: ["127.0.0.0/8"],
    limits: { loopDelayMs: 1_000 },
    vantages: [
      { folder: "ct", localAddress: CT.address, resolvers: [resolver] },
      { folder: "cnc", localAddress: CNC.address, resolvers: [resolver] },
    ],
  };
  writeFileSync(join(dir, "probe", "config.yaml"), JSON.stringify(config));
  return dir;
}

async function running(t: TestContext, dir: string) {
  const lines: { level: string; fields: LogFields; message: string }[] = [];
  const log = logTo((level, fields, message) => lines.push({ level, fields, message }));
  const settings = probeSettings(dir, {});
  const probe = await startProbe({ settings, clock: systemClock(), log, random: () => 0.5 });
  t.after(() => probe.stop());
  return { probe, lines };
}

/** Delivered samples by the key they came with. */
function delivered(collector: FakeCollector) {
  const of = new Map<string, { target: string; address: string | undefined; state: string }[]>();
  const usual = collector.intercept;
  collector.intercept = (path, batch, headers) => {
    const said = usual(path, batch, headers);
    if (batch && said === null) {
      const known = of.get(headers.authorization ?? "") ?? [];
      for (const sample of batch.samples as { target: string; address?: string; state: string }[])
        known.push({ target: sample.target, address: sample.address, state: sample.state });
      of.set(headers.authorization ?? "", known);
    }
    return said;
  };
  return (id: string) => of.get(bearerOf(id)) ?? [];
}

test("sockets, resolver and delivery of each vantage leave by its local address", async (t) => {
  const from: (string | undefined)[] = [];
  const site = await siteAt(t, ["127.0.0.2", "127.0.0.3"], {
    handle(request, response) {
      from.push(request.socket.remoteAddress);
      response.end("ok");
    },
  });
  const dns = await dnsServer({ "web.test": { a: ["127.0.0.2", "127.0.0.3"] } });
  t.after(() => dns.close());
  const collector = await fakeCollector(t);
  const samplesOf = delivered(collector);
  const url = `http://web.test:${site.port}/`;
  collector.setConfig(
    probeConfigOf([
      assignmentOf({ ...RARELY, id: "one", url }),
      assignmentOf({ ...RARELY, id: "each", url, addresses: Addresses.parse({ measure: "every" }) }),
    ]),
  );
  const dir = folderFor(t, collector, dns.address);
  await running(t, dir);
  await until(() => [CT, CNC].every(({ id }) => samplesOf(id).length === 4), "four samples of each vantage");
  for (const { id, address } of [CT, CNC]) {
    const mine = samplesOf(id);
    assert.deepEqual(mine.map((one) => `${one.target} ${one.address ?? "itself"} ${one.state}`).sort(), [
      "each 127.0.0.2 up",
      "each 127.0.0.3 up",
      "each itself up",
      "one itself up",
    ]);
    assert.equal(from.filter((one) => one === address).length, 3);
    // An IPv4 way out is asked for no AAAA.
    assert.equal(dns.questions.filter((question) => question.from === address).length, 2);
    const calls = collector.requests.filter(({ headers }) => headers.authorization === bearerOf(id));
    assert.ok(calls.length >= 2);
    assert.deepEqual([...new Set(calls.map((call) => call.from))], [address]);
  }
  assert.equal(from.length, 6);
  assert.ok(existsSync(join(dir, "probe", "ct", "spool")) && existsSync(join(dir, "probe", "cnc", "spool")));
  assert.equal(existsSync(join(dir, "probe", "spool")), false);
});

test("a vantage whose key is revoked says so, and the other goes on", async (t) => {
  const site = await siteAt(t, ["127.0.0.2"]);
  const dns = await dnsServer({ "web.test": { a: ["127.0.0.2"] } });
  t.after(() => dns.close());
  const collector = await fakeCollector(t);
  let revoked = false;
  collector.intercept = (_path, _batch, headers) =>
    revoked && headers.authorization === bearerOf(CT.id) ? { status: 401 } : null;
  const samplesOf = delivered(collector);
  const assignment = (revision: number, id: string) =>
    assignmentOf({ ...RARELY, id, url: `http://web.test:${site.port}/`, revision });
  collector.setConfig(probeConfigOf([assignment(1, "a")]));
  const { lines } = await running(t, folderFor(t, collector, dns.address));
  await until(() => samplesOf(CT.id).length === 1 && samplesOf(CNC.id).length === 1, "a sample of each");
  revoked = true;
  // Both held polls end: one with new assignments, one with a refusal.
  collector.setConfig(probeConfigOf([assignment(1, "a"), assignment(1, "b")]));
  await until(() => samplesOf(CNC.id).some(({ target }) => target === "b"), "the other's next sample");
  await until(
    () => lines.some(({ fields, message }) => fields["vantage"] === CT.id && /refuses.*key/.test(message)),
    "a line that says whose key it is",
  );
  collector.setConfig(probeConfigOf([assignment(1, "a"), assignment(1, "c")]));
  await until(() => samplesOf(CNC.id).some(({ target }) => target === "c"), "and the one after");
  assert.equal(samplesOf(CT.id).filter(({ target }) => target === "c").length, 0);
});

test("one process holds the folder of all vantages; stopping delivers what each has", async (t) => {
  const site = await siteAt(t, ["127.0.0.2"]);
  const dns = await dnsServer({ "web.test": { a: ["127.0.0.2"] } });
  t.after(() => dns.close());
  const collector = await fakeCollector(t);
  const samplesOf = delivered(collector);
  collector.setConfig(probeConfigOf([assignmentOf({ ...RARELY, url: `http://web.test:${site.port}/` })]));
  const dir = folderFor(t, collector, dns.address);
  const { probe } = await running(t, dir);
  await assert.rejects(running(t, dir), /another probe runs in/);
  await until(() => site.at.get("127.0.0.2")?.seen.requests.length === 2, "both have measured");
  await probe.stop();
  for (const { id } of [CT, CNC]) assert.equal(samplesOf(id).length, 1);
  await running(t, dir);
});
