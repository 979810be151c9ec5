/** Assignments: pulled at once when they change, kept over a restart, garbage refused. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Once } from "../../../collector/wire/on-demand.ts";
import type { ProbeConfig } from "../../../collector/wire/probe-protocol.ts";
import { pullerOf, readKept } from "../../../probe/ship/assignments.ts";
import { clientOf } from "../../../probe/ship/client.ts";
import { nodeFiles } from "../../../probe/spool/files.ts";
import { assignmentOf, onceOf, probeConfigOf } from "../../support/assignments.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { fakeCollector, until } from "../../support/fake-collector.ts";
import { keptLog, scratchFolder } from "../../support/spool.ts";

const KEY = () => "cwp_ct-sh_key";

async function pulling(t: TestContext) {
  const folder = scratchFolder(t);
  const collector = await fakeCollector(t, { basePath: "/watch" });
  const clock = fakeClock();
  const log = keptLog();
  const applied: ProbeConfig[] = [];
  const asked: Once[] = [];
  const lent: Readonly<Record<string, string>>[] = [];
  let contacts = 0;
  const client = clientOf({ url: collector.url, certificateSha256: null, key: KEY, userAgent: "x" });
  t.after(() => client.close());
  const begin = async () => {
    const kept = await readKept(nodeFiles(), folder, log.log, KEY);
    const puller = pullerOf(
      {
        client,
        files: nodeFiles(),
        folder,
        key: KEY,
        clock,
        log: log.log,
        random: () => 0.5,
        apply: (config) => applied.push(config),
        once: (list, secrets) => {
          asked.push(...list);
          lent.push(secrets);
        },
        contact: () => {
          contacts += 1;
        },
      },
      kept,
    );
    t.after(() => puller.stop());
    puller.start();
    return puller;
  };
  return { folder, collector, clock, log, applied, asked, lent, begin, contacts: () => contacts };
}

const ONCE = onceOf("00000000000000aa");
const ONE = probeConfigOf([assignmentOf()]);
const TWO = probeConfigOf([assignmentOf(), assignmentOf({ id: "blog" })]);

test("a change reaches a probe that holds a poll, without the clock moving", async (t) => {
  const p = await pulling(t);
  p.collector.setConfig(ONE);
  await p.begin();
  await until(() => p.applied.length === 1);
  p.collector.setConfig(TWO);
  await until(() => p.applied.length === 2);
  assert.deepEqual(p.applied, [ONE, TWO]);
  assert.match(p.collector.requests[0]?.path ?? "", /^\/api\/v1\/probe\/config\?wait=\d+$/);
});

test("assignments outlive the probe and the collector", async (t) => {
  const p = await pulling(t);
  p.collector.setConfig(TWO, '"v2"');
  const puller = await p.begin();
  await until(() => p.applied.length === 1);
  await until(() => p.collector.requests.length === 2);
  await puller.stop();
  const kept = await readKept(nodeFiles(), p.folder, p.log.log, KEY);
  assert.deepEqual(kept, { etag: '"v2"', config: TWO });
  const before = p.collector.requests.length;
  await p.begin();
  await until(() => p.collector.requests.length > before);
  assert.equal(p.collector.requests.at(-1)?.headers["if-none-match"], '"v2"');
  assert.equal(p.applied.length, 1);
});

test("secrets are kept for a start without the collector, but only sealed, and for this key alone", async (t) => {
  const p = await pulling(t);
  const config = { ...ONE, secrets: { shop: "plainly secret" } };
  p.collector.setConfig(config, '"v3"');
  const puller = await p.begin();
  await until(() => p.collector.requests.length === 2);
  await puller.stop();
  const file = join(p.folder, "assignments.json");
  assert.equal(readFileSync(file, "utf8").includes("plainly"), false);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const read = (key: () => string) => readKept(nodeFiles(), p.folder, p.log.log, key);
  assert.deepEqual(await read(KEY), { etag: '"v3"', config });
  // Without the values the ETag would keep the collector from giving them again.
  assert.deepEqual(await read(() => "cwp_ct-sh_other"), { etag: null, config: ONE });
  assert.match(p.log.lines.at(-1) ?? "", /another key/);
});

test("what is measured once brings the secrets it names", async (t) => {
  const p = await pulling(t);
  p.collector.setConfig({ ...ONE, secrets: { shop: "of once" }, once: [ONCE] }, '"v4"');
  await p.begin();
  await until(() => p.lent.length > 0);
  assert.deepEqual(p.lent[0], { shop: "of once" });
});

test("garbage is refused and said; the old assignments stand", async (t) => {
  for (const garbage of [
    "<html>welcome</html>",
    "",
    "null",
    JSON.stringify({ ...ONE, wire: 2 }),
    JSON.stringify({ ...ONE, assignments: [{ ...assignmentOf(), exec: "rm -rf /" }] }),
    JSON.stringify({ ...ONE, assignments: "all" }),
  ]) {
    const p = await pulling(t);
    p.collector.setConfig(ONE);
    await p.begin();
    await until(() => p.applied.length === 1);
    p.collector.setConfig(garbage);
    await until(() => p.log.lines.some((line) => line.includes("the old ones stand")));
    assert.equal(p.applied.length, 1, garbage);
    p.collector.setConfig(TWO);
    await p.clock.advance(60_000);
    await until(() => p.applied.length === 2);
  }
});

test("a broken file of kept assignments is as good as none", async (t) => {
  for (const content of ["", "{", "[]", '{"etag":null}', "\u0000"]) {
    const folder = scratchFolder(t);
    const log = keptLog();
    writeFileSync(join(folder, "assignments.json"), content);
    assert.equal(await readKept(nodeFiles(), folder, log.log, KEY), null);
    assert.equal(log.lines.length, 1, content);
  }
});

test("a collector that fails is asked ever more rarely; the first answer afterwards is told", async (t) => {
  const p = await pulling(t);
  p.collector.intercept = () => ({ status: 503 });
  await p.begin();
  for (let s = 0; s < 600; s += 5) await p.clock.advance(5_000);
  assert.ok(p.collector.requests.length < 40, `${p.collector.requests.length} polls in ten minutes`);
  assert.equal(p.contacts(), 0);
  p.collector.intercept = () => null;
  p.collector.setConfig(ONE);
  await p.clock.advance(60_000);
  await until(() => p.applied.length === 1 && p.contacts() === 1);
});

test("a collector that answers a held poll at once does not make the probe spin", async (t) => {
  const p = await pulling(t);
  p.collector.intercept = () => ({ status: 304 });
  await p.begin();
  await until(() => p.collector.requests.length === 1);
  await p.clock.advance(20_000);
  assert.ok(p.collector.requests.length <= 12, `${p.collector.requests.length} polls in 20 s`);
  p.collector.intercept = () => ({ status: 200, body: ONE });
  const before = p.collector.requests.length;
  await p.clock.advance(20_000);
  assert.ok(p.collector.requests.length - before <= 12, "answers without an ETag");
});

test("what is to be measured now is handed on at once, is no new assignment, and is not kept on disk", async (t) => {
  const p = await pulling(t);
  p.collector.setConfig(ONE, '"1"');
  let polls = 0;
  p.collector.intercept = () => {
    polls += 1;
    return polls === 2 ? { status: 200, body: { ...ONE, once: [ONCE] }, headers: { etag: '"1"' } } : null;
  };
  const puller = await p.begin();
  await until(() => p.asked.length === 1);
  assert.deepEqual(p.asked[0], ONCE);
  assert.equal(p.collector.requests[0]?.headers["x-carrierwatch-understands"], "once");
  await puller.stop();
  assert.deepEqual(p.applied, [ONE]);
  const kept = await readKept(nodeFiles(), p.folder, p.log.log, KEY);
  assert.deepEqual(kept?.config, ONE);
});
