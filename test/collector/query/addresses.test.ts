/** Series of single addresses in what pages read: apart where they are asked for, and nowhere else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { queryPart } from "../../../collector/query/query.ts";
import type { SampleRecord } from "../../../collector/store/store.ts";
import { TargetAddresses } from "../../../collector/wire/api-addresses.ts";
import { ChartData } from "../../../collector/wire/api-chart.ts";
import { NotFoundError } from "../../../collector/wire/errors.ts";
import type { Event } from "../../../collector/wire/event.ts";
import type { Incident } from "../../../collector/wire/incident.ts";
import { down, MIDNIGHT_S, ticksOf, up, type World, world } from "../world.ts";

const DAY_S = 86_400;
const GOOD = "192.0.2.1";
const BAD = "2001:db8::2";
const OLD = "192.0.2.3";

const of = (address: string, record: SampleRecord): SampleRecord => ({
  ...record,
  sample: { ...record.sample, address },
});

/** Two days of a target that is up, one address that is slow and up, one that is down, one that went half a day ago. */
async function behindOne() {
  const at = await world({ startS: MIDNIGHT_S - 2 * DAY_S });
  await at.vantage("ct-1", "ct");
  await at.vantage("cnc-1", "cnc");
  const target = await at.target({ addresses: { measure: "every" } });
  at.clock.jump((2 * DAY_S + 700) * 1000);
  const ticks = ticksOf(300, MIDNIGHT_S - 2 * DAY_S, MIDNIGHT_S + 600);
  const goneS = MIDNIGHT_S - DAY_S / 2;
  await at.history(
    ticks.flatMap((tick) => [
      up(target, "ct-1", tick, 50_000),
      up(target, "cnc-1", tick, 60_000),
      of(GOOD, up(target, "ct-1", tick, 9_000_000)),
      of(BAD, down(target, "ct-1", tick)),
      ...(tick <= goneS ? [of(OLD, up(target, "ct-1", tick, 1_000))] : []),
    ]),
  );
  const live = (address: string, gone: boolean, lastS = MIDNIGHT_S + 600) => ({
    address,
    firstS: ticks[0],
    lastS,
    mostMissed: 0,
    gone,
  });
  const other = { count: 7, addresses: [{ address: "192.0.2.9", lastS: MIDNIGHT_S, count: 7 }] };
  const book = { live: [live(GOOD, false), live(BAD, false), live(OLD, true, goneS)], leaving: [], other };
  await at.store.registry.put("addresses", `${target.id}/ct-1`, 0, book);
  return { at, target, goneS };
}

async function withoutAddresses(at: World, id: string) {
  const generations = await at.store.samples.generations(id);
  for (const { series } of generations)
    if (series.address !== undefined) await at.store.samples.purge(series);
}

test("overview, head, chart and samples of a target are the same with and without its addresses' series", async () => {
  const { at, target } = await behindOne();
  const read = async () => ({
    overview: await at.query.overview(),
    head: await at.query.targetView(target.id),
    chart: await at.query.chart(target.id, { range: "day" }),
    samples: await at.query.samples(target.id, { limit: 5 }),
    rows: await at.query.fetch({ target: target.id, vantage: "ct-1", metric: "total", cf: "MAX" }),
  });
  const mixed = await read();
  await withoutAddresses(at, target.id);
  assert.deepEqual(mixed, await read());
  assert.equal(mixed.head.row.status, "up");
  assert.equal(mixed.chart.series[0]?.summary.total?.max, 50);
});

test("the addresses of a target: state, availability and times of each, and what was left out", async () => {
  const { at, target, goneS } = await behindOne();
  const networkOf = (address: string) => (address === GOOD ? { asn: 4134, carrier: "ct" } : null);
  const query = queryPart({ store: at.store, registry: at.registry, clock: at.clock, networkOf });
  const found = TargetAddresses.parse(await query.addresses(target.id));
  assert.equal(found.vantages.length, 1, "the other vantage measures none apart");
  const [here] = found.vantages;
  assert.deepEqual([here?.vantage, here?.carrier, here?.other.count], ["ct-1", "ct", 7]);
  assert.deepEqual(
    here?.addresses.map((one) => [one.address, one.live, one.state, one.availability24h.share]),
    [
      [GOOD, true, "up", 1],
      [BAD, true, "down", 0],
      [OLD, false, "unknown", 1],
    ],
  );
  const [good, bad, old] = here?.addresses ?? [];
  assert.deepEqual(good?.hint, { asn: 4134, carrier: "ct" });
  assert.equal(bad?.latest?.sample.failure?.cause, "connection-refused");
  assert.equal(good?.availability24h.coverage, 1);
  assert.equal(old?.availability24h.counts.unknown, 0, "nothing is expected of one that is gone");
  assert.equal(old?.lastS, goneS);
  assert.equal(good?.firstS, MIDNIGHT_S - 2 * DAY_S + 300);
});

test("an address that stopped without being gone lacks its ticks; a family has no place to lose", async () => {
  const at = await world({ startS: MIDNIGHT_S });
  await at.vantage("ct-1", "ct");
  const target = await at.target();
  at.clock.jump(7_200_000);
  const ticks = ticksOf(300, MIDNIGHT_S, MIDNIGHT_S + 3_600);
  await at.history(ticks.map((tick) => of("ipv6", up(target, "ct-1", tick, 1_000))));
  const [here] = (await at.query.addresses(target.id)).vantages;
  const [family] = here?.addresses ?? [];
  assert.deepEqual([family?.address, family?.live, family?.state], ["ipv6", true, "unknown"]);
  assert.equal(family?.availability24h.counts.up, 12);
  assert.ok((family?.availability24h.counts.unknown ?? 0) >= 11);
});

test("the chart of one address draws its own numbers, at the vantages that have them", async () => {
  const { at, target } = await behindOne();
  const chart = ChartData.parse(await at.query.chart(target.id, { range: "day", address: GOOD }));
  assert.equal(chart.address, GOOD);
  assert.deepEqual(
    chart.series.map(({ carrier, vantages }) => [carrier, vantages]),
    [["ct", ["ct-1"]]],
  );
  assert.equal(chart.series[0]?.summary.total?.min, 9_000);
  const bad = await at.query.chart(target.id, { range: "3h", address: BAD });
  assert.equal(bad.series[0]?.availability.share, 0);
  const old = await at.query.chart(target.id, { range: "3h", address: OLD });
  assert.equal(old.series[0]?.availability.counts.unknown, 0);
  await assert.rejects(at.query.chart(target.id, { range: "day", address: "192.0.2.77" }), NotFoundError);
});

test("samples and rows of one address are its own", async () => {
  const { at, target } = await behindOne();
  const page = await at.query.samples(target.id, { address: BAD, limit: 3 });
  assert.deepEqual(
    page.samples.map(({ sample }) => [sample.address, sample.state]),
    [BAD, BAD, BAD].map((address) => [address, "down"]),
  );
  const next = await at.query.samples(target.id, { address: BAD, limit: 3, cursor: page.cursor ?? "" });
  assert.equal(next.samples[0]?.sample.tick, (page.samples[2]?.sample.tick ?? 0) - 300);
  const wanted = { target: target.id, vantage: "ct-1", metric: "total", cf: "AVERAGE", steps: 1 } as const;
  const rows = await at.query.fetch({ ...wanted, address: GOOD });
  assert.deepEqual([rows.address, rows.rows.at(-1)?.value], [GOOD, 9_000]);
  await assert.rejects(at.query.fetch({ ...wanted, vantage: "cnc-1", address: GOOD }), NotFoundError);
});

test("what the store holds is listed series by series, of removed targets too", async () => {
  const { at, target, goneS } = await behindOne();
  await at.registry.targets.remove(target.id, null);
  const { series } = await at.query.series({ target: target.id, vantage: "ct-1" });
  assert.deepEqual(
    series.map(({ address }) => address),
    [undefined, GOOD, OLD, BAD],
  );
  assert.equal(series[2]?.lastS, goneS);
  assert.equal((await at.query.series({})).series.length, 5);
});

const evidence = {
  takenMs: MIDNIGHT_S * 1000,
  tool: "mtr" as const,
  address: GOOD,
  port: 443,
  hops: [{ ttl: 1, address: "10.0.0.1", timesMs: [1] }],
  reached: false,
  answers: [GOOD],
  chain: [],
  head: "HTTP/1.1 503\r\n",
};

function eventsOf(target: string): Event[] {
  const moved = { kind: "egress" as const, target: null, from: GOOD, to: OLD };
  return [
    { id: "e1", atS: MIDNIGHT_S - 3_600, vantage: "ct-1", ...moved },
    { id: "e2", atS: MIDNIGHT_S - 3_500, vantage: "hk-1", ...moved },
    {
      id: "a",
      atS: MIDNIGHT_S - 1_200,
      kind: "addresses",
      target,
      vantage: "ct-1",
      added: [BAD],
      gone: [OLD],
    },
    { id: "p", atS: MIDNIGHT_S, kind: "path", target, vantage: "ct-1", evidence },
    { id: "x", atS: MIDNIGHT_S, kind: "addresses", target: "other", vantage: "ct-1", added: [BAD], gone: [] },
    { id: "old", atS: MIDNIGHT_S - 2 * DAY_S, kind: "path", target, vantage: "ct-1", evidence },
  ];
}

test("a chart marks what happened in its range to its target and vantages; a route without its bulk", async () => {
  const { at, target } = await behindOne();
  await at.store.events.put(eventsOf(target.id));
  const { events } = ChartData.parse(await at.query.chart(target.id, { range: "3h" }));
  assert.deepEqual(
    events.map(({ id }) => id),
    ["p", "a", "e1"],
  );
  const [route] = events;
  assert.deepEqual(route, {
    id: "p",
    atS: MIDNIGHT_S,
    kind: "path",
    target: target.id,
    vantage: "ct-1",
    tool: "mtr",
    hops: 1,
    reached: false,
  });
});

test("an incident has the routes and changes from half an hour before it until its end, whole", async () => {
  const { at, target } = await behindOne();
  await at.store.events.put(eventsOf(target.id));
  const incident = (subject: "target" | "vantage", about: string, toS: number | null): Incident => ({
    id: `${subject}-${about}`,
    target: about,
    subject,
    class: subject === "target" ? "down" : "silent",
    fromS: MIDNIGHT_S,
    toS,
    transitions: [],
  });
  for (const one of [incident("target", target.id, null), incident("vantage", "ct-1", MIDNIGHT_S - 600)])
    await at.store.incidents.transition(one, 0, []);
  const events = await at.query.incidentEvents(`target-${target.id}`);
  assert.deepEqual(
    events.map(({ id }) => id),
    ["p", "a"],
  );
  assert.deepEqual(events[0]?.kind === "path" && events[0].evidence, evidence);
  const ofVantage = await at.query.incidentEvents("vantage-ct-1");
  assert.deepEqual(
    ofVantage.map(({ id }) => id),
    ["a"],
  );
  await assert.rejects(at.query.incidentEvents("none"), NotFoundError);
});
