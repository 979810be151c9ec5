/** Evidence over a real port: kept as an event with hints, once; and what comes that must not be kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ingestPart } from "../../../collector/ingest/ingest.ts";
import { networksOf } from "../../../collector/networks/networks.ts";
import type { LiveEvent } from "../../../collector/wire/api-overview.ts";
import type { Event } from "../../../collector/wire/event.ts";
import { reportOf } from "../../support/evidence.ts";
import { ask, joined, type Served, served } from "./served.ts";

const SITE = { name: "site", url: "https://www.example.com/" };

async function ready(t: Parameters<typeof served>[0]) {
  const s = await served(t);
  const headers = await joined(s);
  const { id } = await s.registry.targets.create(SITE);
  const post = (body: unknown) => ask(`${s.api}/probe/evidence`, { headers, body });
  return { s, headers, target: id, post };
}

const eventsOf = async (s: Served): Promise<Extract<Event, { kind: "path" }>[]> =>
  (await s.store.events.list({ kinds: ["path"], limit: 500 })).filter((event) => event.kind === "path");

test("a report becomes an event of its target, with news on the live bus; sent twice it is one", async (t) => {
  const { s, target, post } = await ready(t);
  const news: LiveEvent[] = [];
  s.live.subscribe((event) => news.push(event));
  const report = reportOf(target, s.clock.nowMs());
  assert.equal((await post(report)).status, 204);
  assert.equal((await post(report)).status, 204);
  const [event, ...more] = await eventsOf(s);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [event?.id, event?.atS, event?.target, event?.vantage],
    ["path/sh-ct-1/0123456789abcdef", report.tick, target, "sh-ct-1"],
  );
  assert.deepEqual(event?.evidence.hops, report.evidence.hops);
  assert.deepEqual(news[0], { type: "event", kind: "path", target, vantage: "sh-ct-1" });
});

test("hops get the hints of our own table; what a probe says of networks is not believed", async (t) => {
  const { s, target } = await ready(t);
  const ingest = ingestPart({ ...s, networkOf: networksOf() });
  const hint = { asn: 64512, name: "<b>mine</b>", carrier: "cmcc" };
  const hops = [
    { ttl: 1, address: "192.168.1.1", timesMs: [1], hint },
    { ttl: 2, address: "202.97.33.1", timesMs: [3] },
  ];
  await ingest.paths.take("sh-ct-1", reportOf(target, s.clock.nowMs(), { evidence: { hops } }));
  const [event] = await eventsOf(s);
  assert.deepEqual(
    event?.evidence.hops.map((hop) => hop.hint),
    [undefined, { asn: 4134, name: "China Telecom", carrier: "ct" }],
  );
});

test("text is kept without control and direction characters", async (t) => {
  const { s, target, post } = await ready(t);
  const evidence = {
    head: "HTTP/1.1 200 OK\nx-evil: \u001b[31m\u202egnp.exe\u0000",
    note: "a\nb\u2066",
    chain: [{ subject: "\u200bshop\u0007", issuer: "<script>", notAfterS: 4_000_000_000 }],
    hops: [{ ttl: 1, address: "1.2.3.4\u001b", timesMs: [] }],
  };
  assert.equal((await post(reportOf(target, s.clock.nowMs(), { evidence }))).status, 204);
  const [event] = await eventsOf(s);
  assert.equal(event?.evidence.head, "HTTP/1.1 200 OK\nx-evil:  [31m gnp.exe ");
  assert.equal(event?.evidence.note, "a b ");
  assert.deepEqual(event?.evidence.chain[0]?.subject, " shop ");
  assert.equal(event?.evidence.hops[0]?.address, "1.2.3.4 ");
});

test("a vantage reports on its own targets, with its own key, at a time that can be", async (t) => {
  const { s, target, post } = await ready(t);
  const nowMs = s.clock.nowMs();
  await joined(s, "bj-cnc-1", "cnc");
  const foreign = await s.registry.targets.create({
    ...SITE,
    name: "other",
    from: { vantages: ["bj-cnc-1"] },
  });
  assert.equal((await post(reportOf(foreign.id, nowMs))).status, 400);
  assert.equal((await post(reportOf("nobody", nowMs))).status, 400);
  assert.equal((await post(reportOf(target, nowMs, { tick: Math.floor(nowMs / 1000) + 3_600 }))).status, 400);
  assert.equal(
    (await post(reportOf(target, nowMs, { tick: Math.floor(nowMs / 1000) - 16 * 86_400 }))).status,
    400,
  );
  const report = reportOf(target, nowMs);
  assert.equal((await ask(`${s.api}/probe/evidence`, { body: report })).status, 401);
  const other = await joined(s, "bj-ct-2");
  assert.equal((await ask(`${s.api}/probe/evidence`, { headers: other, body: report })).status, 204);
  assert.equal((await post(report)).status, 204);
  const ids = (await eventsOf(s)).map(({ id }) => id).sort();
  assert.deepEqual(
    ids,
    ["path/bj-ct-2/0123456789abcdef", "path/sh-ct-1/0123456789abcdef"],
    "nobody writes over another's",
  );
});

test("what is no report is refused, and nothing of it is kept", async (t) => {
  const { s, target, headers, post } = await ready(t);
  const good = reportOf(target, s.clock.nowMs());
  const { evidence } = good;
  const hop = { ttl: 1, address: "1.1.1.1", timesMs: [1] };
  const bad: readonly unknown[] = [
    null,
    [],
    "x",
    {},
    { ...good, id: "../../etc/passwd" },
    { ...good, id: 5 },
    { ...good, tick: -1 },
    { ...good, tick: 1e300 },
    { ...good, extra: true },
    { ...good, evidence: null },
    { ...good, evidence: { ...evidence, tool: "rm -rf" } },
    { ...good, evidence: { ...evidence, port: 0 } },
    { ...good, evidence: { ...evidence, port: 65_536 } },
    { ...good, evidence: { ...evidence, hops: Array(65).fill(hop) } },
    { ...good, evidence: { ...evidence, hops: [{ ...hop, ttl: 0 }] } },
    { ...good, evidence: { ...evidence, hops: [{ ...hop, timesMs: [-1] }] } },
    { ...good, evidence: { ...evidence, hops: [{ ...hop, timesMs: Array(6).fill(1) }] } },
    { ...good, evidence: { ...evidence, head: "x".repeat(4_097) } },
    { ...good, evidence: { ...evidence, answers: Array(17).fill("1.1.1.1") } },
    { ...good, evidence: { ...evidence, takenMs: "now" } },
  ];
  for (const body of bad) assert.equal((await post(body)).status, 400, JSON.stringify(body)?.slice(0, 80));
  const huge = await post({ ...good, evidence: { ...evidence, note: "x".repeat(70_000) } });
  assert.equal(huge.status, 413);
  const raw = await fetch(`${s.api}/probe/evidence`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(good).replace("{", '{"__proto__":{"a":1},'),
  });
  assert.equal(raw.status, 400);
  assert.deepEqual(await eventsOf(s), []);
});

test("a vantage that reports without end is told when to come back", async (t) => {
  const { s, target, post } = await ready(t);
  const report = (n: number) => reportOf(target, s.clock.nowMs(), { id: n.toString(16).padStart(16, "0") });
  for (let n = 0; n < 100; n += 1) assert.equal((await post(report(n))).status, 204);
  const refused = await post(report(100));
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "3600");
  await s.clock.advance(3_600_000);
  assert.equal((await post(report(101))).status, 204);
});
