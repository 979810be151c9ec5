/** When evidence is taken, how often, and how many at once; and its way to the collector over restarts and refusals. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../collector/wire/log.ts";
import { PathReport } from "../../../collector/wire/path-evidence.ts";
import { whereOf } from "../../../probe/path/capture.ts";
import { headOf } from "../../../probe/path/handshake.ts";
import { runTool } from "../../../probe/path/run-tool.ts";
import { pathWatchOf, turnsOf } from "../../../probe/path/watch.ts";
import { clientOf } from "../../../probe/ship/client.ts";
import { evidenceShipperOf } from "../../../probe/ship/evidence.ts";
import { EVIDENCE_MAX } from "../../../probe/ship/evidence-folder.ts";
import { nodeFiles } from "../../../probe/spool/files.ts";
import type { Unnumbered } from "../../../probe/spool/record.ts";
import { assignmentOf } from "../../support/assignments.ts";
import { reportOf } from "../../support/evidence.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { fakeCollector, until } from "../../support/fake-collector.ts";
import { keptLog, sampleOf, scratchFolder } from "../../support/spool.ts";

const up = (n: number, target = "shop"): Unnumbered => sampleOf(n, target);
const down = (n: number, target = "shop"): Unnumbered => ({
  ...sampleOf(n, target),
  state: "down",
  failure: { phase: "connect", cause: "connect-timeout", source: "network", elapsedUs: 5_000_000 },
  detail: { address: "203.0.113.7" },
});
const { state: _state, ...rest } = up(0);
const unknown = (n: number): Unnumbered => ({
  ...rest,
  tick: up(n).tick,
  state: "unknown",
  unknownReason: "overload",
});

function watching() {
  const clock = fakeClock();
  const reports: PathReport[] = [];
  const begun: string[] = [];
  const open: (() => void)[] = [];
  let held = false;
  const watch = pathWatchOf({
    clock,
    log: silentLog,
    turns: turnsOf(clock),
    capture: async (watched) => {
      begun.push(watched.url);
      if (held) await new Promise<void>((resolve) => open.push(resolve));
      return reportOf("shop", clock.nowMs()).evidence;
    },
    keep: async (report) => void reports.push(report),
  });
  const see = (sample: Unnumbered) =>
    watch.kept(sample, assignmentOf({ id: sample.target, url: `http://${sample.target}/` }));
  return { clock, watch, reports, begun, open, see, hold: () => (held = true) };
}

test("evidence is taken when a target turns from up to down, whatever was unknown between", async () => {
  const { clock, reports, see } = watching();
  see(up(3));
  see(unknown(4));
  see({ ...down(5), address: "203.0.113.7" });
  await clock.advance(0);
  assert.equal(reports.length, 0, "one address of several is not the target");
  see(down(5));
  await clock.advance(0);
  assert.deepEqual(
    reports.map(({ target, tick }) => [target, tick]),
    [["shop", up(5).tick]],
  );
  PathReport.parse(reports[0]);
});

test("evidence is taken of a target that is down when it is first seen, once", async () => {
  const { clock, reports, see } = watching();
  see(unknown(0));
  see(down(1));
  see(unknown(2));
  see(down(3));
  await clock.advance(700_000);
  see(down(4));
  await clock.advance(0);
  assert.deepEqual(
    reports.map(({ tick }) => tick),
    [up(1).tick],
  );
});

test("targets that are down at first sight leave half of an hour's evidence to those that turn", async () => {
  const { clock, reports, see } = watching();
  for (let n = 0; n < 30; n += 1) {
    see(down(0, `dead${n}`));
    await clock.advance(0);
  }
  assert.equal(reports.length, 10);
  for (let n = 0; n < 30; n += 1) {
    see(up(0, `t${n}`));
    see(down(1, `t${n}`));
    await clock.advance(0);
  }
  assert.equal(reports.length, 20);
});

test("once in ten minutes for a target, twenty in an hour for a vantage", async () => {
  const { clock, reports, see } = watching();
  const flap = async (target: string) => {
    see(up(0, target));
    see(down(1, target));
    await clock.advance(0);
  };
  await flap("shop");
  await flap("shop");
  assert.equal(reports.length, 1);
  await clock.advance(600_000);
  await flap("shop");
  assert.equal(reports.length, 2);
  for (let n = 0; n < 30; n += 1) await flap(`t${n}`);
  assert.equal(reports.length, 20);
  await clock.advance(3_600_000);
  await flap("shop");
  assert.equal(reports.length, 21);
});

test("two run at once in the whole process; what waits longer than a minute is left out", async () => {
  const { clock, begun, open, see, hold } = watching();
  hold();
  for (const target of ["a", "b", "c", "d"]) {
    see(up(0, target));
    see(down(1, target));
  }
  await clock.advance(0);
  assert.deepEqual(begun, ["http://a/", "http://b/"]);
  open[0]?.();
  await clock.advance(1_000);
  assert.deepEqual(begun, ["http://a/", "http://b/", "http://c/"]);
  await clock.advance(60_000);
  open[1]?.();
  await clock.advance(0);
  assert.equal(begun.length, 3, "d waited too long");
});

test("a probe that stops keeps nothing of what ran, and a target that is gone is forgotten", async () => {
  const { clock, watch, reports, open, see, hold } = watching();
  see(up(0));
  watch.assigned([]);
  see(down(1));
  hold();
  see(up(2));
  see(down(3));
  await clock.advance(0);
  watch.stop();
  open[0]?.();
  await clock.advance(0);
  assert.deepEqual(reports, []);
});

test("where a route leads is read from every kind of URL", () => {
  const want: readonly [string, ReturnType<typeof whereOf>][] = [
    ["https://shop.example/a?b=1", { host: "shop.example", port: 443, speaks: "https", path: "/a?b=1" }],
    ["http://[2001:db8::1]:8080/", { host: "2001:db8::1", port: 8080, speaks: "http", path: "/" }],
    ["tcp://mail.example:25", { host: "mail.example", port: 25, speaks: "tcp", path: "" }],
    ["tls://shop.example", { host: "shop.example", port: 443, speaks: "tls", path: "" }],
    ["dns://shop.example?resolver=8.8.8.8", { host: "8.8.8.8", port: 53, speaks: "tcp", path: "" }],
    ["dns://shop.example", null],
    ["ftp://shop.example/", null],
    ["nonsense", null],
  ];
  for (const [url, where] of want) assert.deepEqual(whereOf(url), where, url);
});

test("the head of an answer is cut at its end, without control characters and cookie values", () => {
  assert.equal(headOf(""), null);
  assert.equal(
    headOf("HTTP/1.1 200 OK\r\nSet-Cookie: a=secret; Path=/\r\nx: \u001b[31m\r\n\r\nbody"),
    "HTTP/1.1 200 OK\nSet-Cookie: a=...\nx:  [31m",
  );
  assert.equal(headOf("x".repeat(100_000))?.length, 1_024);
  assert.ok((headOf("a: b\r\n".repeat(10_000)) ?? "").length <= 4_096);
});

test("a tool is bounded in time and bytes, never rejects, and sees nothing of our environment", async () => {
  process.env["CARRIERWATCH_TEST_SECRET"] = "secret";
  const said = await runTool("env", [], { timeoutMs: 5_000 });
  assert.doesNotMatch(said.stdout, /SECRET/);
  assert.equal((await runTool("no-such-tool-at-all", [], { timeoutMs: 1_000 })).missing, true);
  const endless = await runTool("yes", [], { timeoutMs: 300, maxBytes: 1_000 });
  assert.deepEqual([endless.status, endless.stdout.length], [null, 1_000]);
  const end = new AbortController();
  const sleeping = runTool("sleep", ["60"], { timeoutMs: 60_000, signal: end.signal });
  end.abort();
  assert.equal((await sleeping).status, null);
  const quoted = await runTool("printf", ["%s", "$(id); `id` && id"], { timeoutMs: 5_000 });
  assert.equal(quoted.stdout, "$(id); `id` && id");
});

async function shipping(t: TestContext, folder = scratchFolder(t)) {
  const collector = await fakeCollector(t);
  const clock = fakeClock();
  const { log, lines } = keptLog();
  const client = clientOf({
    url: collector.url,
    certificateSha256: null,
    key: () => "cwp_x",
    userAgent: "t",
  });
  const shipper = evidenceShipperOf({ client, files: nodeFiles(), folder, clock, log, random: () => 0.5 });
  t.after(async () => {
    await shipper.stop();
    client.close();
  });
  const waiting = () => readdirSync(join(folder, "evidence")).filter((name) => name.endsWith(".json"));
  const arrived = () => collector.requests.filter(({ path }) => path === "/api/v1/probe/evidence").length;
  return { collector, clock, shipper, folder, waiting, arrived, lines };
}

const numbered = (n: number) =>
  reportOf("shop", 1_795_248_000_000 + n, { id: n.toString(16).padStart(16, "0") });

test("a report is on disk until the collector has it, over a restart and an outage", async (t) => {
  const first = await shipping(t);
  first.collector.intercept = () => ({ status: 503 });
  await first.shipper.keep(numbered(1));
  first.shipper.start();
  await until(() => first.arrived() === 1);
  await first.shipper.stop();
  assert.equal(first.waiting().length, 1);
  const second = await shipping(t, first.folder);
  second.collector.intercept = (path) => (path.endsWith("/evidence") ? { status: 204 } : null);
  second.shipper.start();
  await until(() => second.waiting().length === 0);
  assert.equal(second.arrived(), 1);
  await second.shipper.keep(numbered(2));
  await until(() => second.arrived() === 2 && second.waiting().length === 0);
});

test("what the collector refuses for what it is is given up; a refused key and an old collector wait", async (t) => {
  const { collector, clock, shipper, waiting, arrived } = await shipping(t);
  let status = 404;
  collector.intercept = () => ({ status });
  await shipper.keep(numbered(1));
  shipper.start();
  for (const next of [403, 429, 400]) {
    const before = arrived();
    await until(() => clock.pending() > 0 && arrived() > before - 1);
    assert.equal(waiting().length, 1);
    status = next;
    await clock.advance(60_000);
    await until(() => arrived() > before || waiting().length === 0);
  }
  await until(() => waiting().length === 0);
});

test("a bounded number waits, the oldest gives way, and a damaged file stops nothing", async (t) => {
  const { collector, shipper, folder, waiting, lines } = await shipping(t);
  collector.intercept = () => ({ status: 204 });
  for (let n = 0; n < EVIDENCE_MAX + 3; n += 1) await shipper.keep(numbered(n));
  assert.equal(waiting().length, EVIDENCE_MAX);
  assert.ok(waiting().every((name) => !/-000000000000000[012]\.json$/.test(name)));
  writeFileSync(join(folder, "evidence", "0000000000001-00000000000000ff.json"), "{");
  writeFileSync(join(folder, "evidence", "notes.txt"), "not ours");
  shipper.start();
  await until(() => waiting().length === 0);
  assert.ok(
    lines.some((line) => JSON.stringify(line).includes("damaged")),
    JSON.stringify(lines),
  );
  assert.deepEqual(readdirSync(join(folder, "evidence")), ["notes.txt"]);
});
