/** `carrierwatch probe` as people and the collector run it: a process that measures, delivers, survives and stops. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";
import { fakeCollector, until } from "../../support/fake-collector.ts";
import { BIN, joinedFolder, runs, says, site, started } from "../../support/probe-process.ts";
import { scratchFolder } from "../../support/spool.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

test("a probe loads no native module, and of the collector only wire", async (t) => {
  const hook = `
    import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) { process.stdout.write(url + "\\n"); return next(url, context); } });`;
  const entry = `
    const { verb } = await import(${JSON.stringify(`${ROOT}probe/main.ts`)});
    process.exitCode = await verb({ argv: ["--help"], env: {}, log: {} });`;
  const child = started(t, [
    ...["--import", `data:text/javascript,${encodeURIComponent(hook)}`],
    ...["--input-type=module", "-e", entry],
  ]);
  assert.equal(await child.ended, 0);
  const urls = child.output().match(/^file:.*$/gm) ?? [];
  const own = urls.filter((url) => url.startsWith(`file://${ROOT}`)).map((url) => url.slice(7 + ROOT.length));
  assert.ok(own.length > 40, `${own.length} modules seen`);
  assert.ok(own.includes("probe/spool/spool.ts") && own.includes("probe/measure/measure.ts"));
  const strange = own.filter((path) => !/^(?:probe\/|collector\/wire\/|node_modules\/)/.test(path));
  assert.deepEqual(strange, []);
  assert.deepEqual(
    own.filter((path) => /\.node$|better-sqlite3|fastify|chart\.js|nodemailer/.test(path)),
    [],
  );
});

test("a new target is measured, shown phase by phase, and delivered; SIGTERM ends the probe well", async (t) => {
  const collector = await fakeCollector(t);
  const url = await site(t);
  collector.setConfig(probeConfigOf([]));
  const folder = joinedFolder(scratchFolder(t));
  const flags = ["--data", folder, "--url", collector.url, "--allow", "127.0.0.1/32"];
  const probe = started(t, [BIN, "probe", ...flags]);
  await until(() => collector.requests.length >= 2, "a held poll");
  await says(probe, "the probe measures");
  const savedS = Date.now() / 1000;
  collector.setConfig(probeConfigOf([assignmentOf({ url })]));
  await until(() => collector.stored.size === 1, "the first sample");
  const storedS = Date.now() / 1000;
  const [first] = [...collector.stored.values()];
  // On a machine as busy as one that runs tests the probe may rightly call itself disturbed.
  assert.match(first?.sample.state ?? "", /^(?:up|suspect)$/);
  const { tick = 0, stepS = 1 } = first?.sample ?? {};
  const tickOf = (atS: number) => Math.floor(atS / stepS) * stepS;
  assert.ok([tickOf(savedS), tickOf(storedS)].includes(tick), "it fills the tick that was under way");
  await until(() => collector.progress.length > 0, "progress");
  probe.child.kill("SIGTERM");
  assert.equal(await probe.ended, 0);
});

test("a probe whose collector is away measures on what it kept, and delivers it later", async (t) => {
  const url = await site(t);
  const folder = joinedFolder(scratchFolder(t));
  const first = await fakeCollector(t);
  const port = Number(new URL(first.url).port);
  first.setConfig(probeConfigOf([assignmentOf({ url, stepS: 10 })]));
  const flags = ["--data", folder, "--url", first.url, "--allow", "127.0.0.1/32"];
  const before = started(t, [BIN, "probe", ...flags]);
  await until(() => first.stored.size >= 1);
  before.child.kill("SIGKILL");
  await before.ended;
  await first.close();
  const probe = started(t, [BIN, "probe", ...flags]);
  await says(probe, "the collector cannot be reached");
  await says(probe, "samples could not be delivered");
  const back = await fakeCollector(t, { port });
  const old = [...first.stored.values()].map(({ sample }) => sample);
  const fresh = () =>
    [...back.stored.values()].filter(({ sample }) => !old.some(({ tick }) => tick === sample.tick));
  await until(() => fresh().length > 0, "what was measured meanwhile");
  const highest = Math.max(...old.map(({ seq }) => seq));
  for (const { sample } of fresh()) assert.ok(sample.seq > highest, "no number twice");
});

test("a refused address is data, with the line that would allow it", async (t) => {
  const collector = await fakeCollector(t);
  collector.setConfig(probeConfigOf([assignmentOf({ url: await site(t) })]));
  const folder = joinedFolder(scratchFolder(t));
  started(t, [BIN, "probe", "--data", folder, "--url", collector.url]);
  await until(() => collector.stored.size === 1);
  const [only] = [...collector.stored.values()];
  assert.equal(only?.sample.state, "unknown");
  assert.equal(only?.sample.unknownReason, "guard");
  assert.match(only?.sample.detail.note ?? "", /127\.0\.0\.1.*config\.yaml/);
});

test("a forked probe ends with its parent, even one that was killed", async (t) => {
  const collector = await fakeCollector(t);
  collector.setConfig(probeConfigOf([]));
  const folder = joinedFolder(scratchFolder(t));
  const parent = started(t, [
    ...["--input-type=module", "-e"],
    `import { fork } from "node:child_process";
     const child = fork(${JSON.stringify(BIN)}, ["probe", "--data", ${JSON.stringify(folder)}, "--url", "${collector.url}"], { execArgv: [] });
     child.on("message", () => console.log("child " + child.pid));`,
  ]);
  await says(parent, "child ");
  const pid = Number(/child (\d+)/.exec(parent.output())?.[1]);
  assert.ok(runs(pid));
  parent.child.kill("SIGKILL");
  await parent.ended;
  await until(() => !runs(pid), "the end of the orphan");
});

test("what a probe cannot start with is one sentence and the right exit code", async (t) => {
  const bare = scratchFolder(t);
  const joined = joinedFolder(scratchFolder(t));
  const broken = joinedFolder(
    scratchFolder(t),
    "collector: {url: http://x.test}\nalow: [10.0.0.0/8]\nlimits: {concurrent: 0}\n",
  );
  const yaml = joinedFolder(scratchFolder(t), "collector: [\n");
  const noKey = scratchFolder(t);
  const file = join(scratchFolder(t), "file");
  writeFileSync(file, "");
  const cases: [args: string[], code: number, ...says: RegExp[]][] = [
    [["--data", bare], 78, /no collector/, /config\.yaml/, /--url/],
    [["--data", noKey, "--url", "http://127.0.0.1:1"], 78, /no key/, /probe\/key/],
    [["--data", joined, "--url", "ftp://x"], 78, /collector\.url/],
    [["--data", joined, "--url", "http://127.0.0.1:1", "--allow", "10.0.0.0/99"], 78, /allow\.0/],
    [["--data", broken], 78, /alow/, /limits\.concurrent/, /config\.yaml/],
    [["--data", yaml], 78, /config\.yaml is not valid: line \d/],
    [["--data", joined, "--nonsense"], 64, /nonsense/],
    [["extra", "--data", joined], 64, /extra/],
  ];
  for (const [args, code, ...wanted] of cases) {
    const probe = started(t, [BIN, "probe", ...args]);
    assert.equal(await probe.ended, code, `${args.join(" ")}: ${probe.output()}`);
    for (const want of wanted) assert.match(probe.output(), want);
    assert.ok(probe.output().split("\n").length <= 4, "no stack");
  }
});

test("a second probe in the same folder is refused, and may start when the first was killed", async (t) => {
  const collector = await fakeCollector(t);
  collector.setConfig(probeConfigOf([]));
  const flags = ["--data", joinedFolder(scratchFolder(t)), "--url", collector.url];
  const first = started(t, [BIN, "probe", ...flags]);
  await says(first, "the probe measures");
  const second = started(t, [BIN, "probe", ...flags]);
  assert.equal(await second.ended, 75);
  assert.match(second.output(), /another probe runs in/);
  first.child.kill("SIGKILL");
  await first.ended;
  await says(started(t, [BIN, "probe", ...flags]), "the probe measures");
});

test("a new key in the file is used at once, and a probe that is refused measures on", async (t) => {
  const collector = await fakeCollector(t);
  collector.setConfig(probeConfigOf([assignmentOf({ url: await site(t), stepS: 10 })]));
  const keys = new Set<string>();
  collector.intercept = (path) => {
    keys.add(collector.requests.at(-1)?.headers.authorization ?? "");
    const isOld = collector.requests.at(-1)?.headers.authorization?.includes("0123456789") === true;
    return isOld && path.endsWith("/samples") ? { status: 429, headers: { "retry-after": "1" } } : null;
  };
  const folder = joinedFolder(scratchFolder(t));
  const probe = started(t, [BIN, "probe", "--data", folder, "--url", collector.url]);
  await says(probe, "did not take a batch");
  writeFileSync(join(folder, "probe", "key"), "cwp_sh-ct-1_another-key-altogether\n");
  await until(() => collector.stored.size >= 1, "samples under the new key");
  assert.equal(keys.size, 2);
});

test("SIGTERM ends a probe although target and collector say nothing", async (t) => {
  const collector = await fakeCollector(t);
  const silent = createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const timeouts = { connectMs: 60_000, totalMs: 120_000 };
  collector.setConfig(probeConfigOf([assignmentOf({ url, timeouts })]));
  collector.intercept = (path) => (path.endsWith("/samples") ? "hang" : null);
  const folder = joinedFolder(scratchFolder(t));
  const flags = ["--data", folder, "--url", collector.url, "--allow", "127.0.0.1/32"];
  const probe = started(t, [BIN, "probe", ...flags]);
  await Promise.all([once(silent, "request"), says(probe, "the probe measures")]);
  const askedMs = performance.now();
  probe.child.kill("SIGTERM");
  assert.equal(await probe.ended, 0);
  assert.ok(performance.now() - askedMs < timeouts.connectMs, "it waited for what it measured");
});
