/** Routes of addresses, events and history over a real port, fed by a probe's own batches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventsAnswer, SeriesList, TargetAddresses } from "../../../collector/wire/api-addresses.ts";
import { ChartData } from "../../../collector/wire/api-chart.ts";
import { VantageView } from "../../../collector/wire/api-settings.ts";
import type { Event } from "../../../collector/wire/event.ts";
import { Target } from "../../../collector/wire/target.ts";
import { batchOf, sampleOf } from "../ingest/batches.ts";
import { ask, joined, type Served, served } from "./served.ts";

const FIRST = "2001:db8::1";
const SECOND = "192.0.2.2";

async function measured(t: Parameters<typeof served>[0]) {
  const s: Served = await served(t, { http: { trustedProxies: ["127.0.0.1/32"] } });
  const headers = { authorization: `Bearer ${s.accounts.localToken()}` };
  const call = (method: string, path: string, body?: unknown) =>
    ask(`${s.api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const made = await call("POST", "/targets", {
    name: "site",
    url: "https://www.example.com/",
    addresses: { measure: "every", max: 1 },
  });
  const target = Target.parse(made.body);
  const key = await joined(s, "v1");
  const send = async (from: string, ...addresses: string[]) => {
    const samples = addresses.map((address, i) => ({
      ...sampleOf(target.id, s.clock.nowMs()),
      seq: i + 2,
      address,
    }));
    const own = sampleOf(target.id, s.clock.nowMs());
    const body = batchOf([own, ...samples], s.clock.nowMs());
    return await ask(`${s.api}/probe/samples`, { headers: { ...key, "x-forwarded-for": from }, body });
  };
  return { s, call, target, send };
}

test("a batch with addresses: series of their own, the rest counted, charts and rows by address", async (t) => {
  const { call, target, send } = await measured(t);
  const { body } = await send("198.51.100.7", FIRST, SECOND);
  const { outcomes } = body as { outcomes: { outcome: string }[] };
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["stored", "stored", "rejected"],
  );
  const found = TargetAddresses.parse((await call("GET", `/targets/${target.id}/addresses`)).body);
  assert.deepEqual(
    found.vantages.map(({ addresses, other }) => [addresses.map(({ address }) => address), other.count]),
    [[[FIRST], 1]],
  );
  const at = `address=${encodeURIComponent(FIRST)}`;
  const chart = await call("GET", `/targets/${target.id}/chart?range=3h&${at}`);
  assert.equal(ChartData.parse(chart.body).address, FIRST);
  assert.equal((await call("GET", `/targets/${target.id}/samples?${at}`)).status, 200);
  assert.equal((await call("GET", `/fetch?target=${target.id}&vantage=v1&${at}`)).status, 200);
  assert.equal((await call("GET", `/targets/${target.id}/chart?address=192.0.2.99`)).status, 404);
  assert.equal((await call("GET", `/targets/${target.id}/chart?address=nonsense`)).status, 400);
  assert.equal((await call("GET", "/targets/none/addresses")).status, 404);
});

test("the egress of a vantage is the address its proxy vouches for, and its change an event", async (t) => {
  const { s, call, send } = await measured(t);
  const egress = async () => {
    const { vantages } = (await call("GET", "/vantages")).body as { vantages: unknown[] };
    return VantageView.parse(vantages[0]).egress.map(({ address }) => address);
  };
  await send("198.51.100.7");
  assert.deepEqual(await egress(), ["198.51.100.7"]);
  s.clock.jump(300_000);
  await send("203.0.113.9");
  s.clock.jump(61_000);
  await send("203.0.113.9");
  assert.deepEqual(await egress(), ["203.0.113.9"]);
  const answer = await call("GET", "/event-log?vantage=v1&kinds=egress,path");
  const { events } = EventsAnswer.parse(answer.body);
  assert.deepEqual(
    events.map((event) => event.kind === "egress" && [event.from, event.to]),
    [["198.51.100.7", "203.0.113.9"]],
  );
});

test("the event log is asked by target, kind, time and number, and says what it does not understand", async (t) => {
  const { s, call, target } = await measured(t);
  const event = (atS: number): Event => ({
    id: `a-${atS}`,
    atS,
    kind: "addresses",
    target: target.id,
    vantage: "v1",
    added: [SECOND],
    gone: [],
  });
  await s.store.events.put([100, 200, 300].map(event));
  const ids = async (search: string) =>
    EventsAnswer.parse((await call("GET", `/event-log?${search}`)).body).events.map(({ id }) => id);
  assert.deepEqual(await ids(`target=${target.id}`), ["a-300", "a-200", "a-100"]);
  assert.deepEqual(await ids("from=150&to=250"), ["a-200"]);
  assert.deepEqual(await ids("limit=1"), ["a-300"]);
  assert.deepEqual(await ids("kinds=altered"), []);
  for (const bad of ["kinds=nonsense", "kinds=", "limit=0", "limit=501", "from=now", "what=x"])
    assert.equal((await call("GET", `/event-log?${bad}`)).status, 400, bad);
  assert.equal((await call("GET", "/incidents/none/events")).status, 404);
});

test("a purge needs to be told of what, and frees the place of an address", async (t) => {
  const { call, target, send, s } = await measured(t);
  await send("198.51.100.7", FIRST);
  const held = async () =>
    SeriesList.parse((await call("GET", `/history?target=${target.id}`)).body).series.map(
      (one) => one.address,
    );
  assert.deepEqual(await held(), [undefined, FIRST]);
  assert.equal((await call("POST", "/history/purge", {})).status, 400);
  assert.equal((await call("POST", "/history/purge", { address: FIRST })).status, 400);
  const gone = await call("POST", "/history/purge", { target: target.id, address: FIRST });
  assert.equal(SeriesList.parse(gone.body).series.length, 1);
  assert.deepEqual(await held(), [undefined]);
  s.clock.jump(300_000);
  await send("198.51.100.7", SECOND);
  assert.deepEqual(await held(), [undefined, SECOND]);
});
