/**
 * Three carriers, one machine: a collector, one real probe process with three vantages, and servers that answer 联通
 * otherwise, as a box on its way would: sent to a portal, out of an old cache, with another certificate. The collector
 * says so, keeps it over a restart, and ends it.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import tls from "node:tls";
import { type Collector, startCollector } from "../../collector/collector.ts";
import type { TargetView } from "../../collector/wire/api-overview.ts";
import { systemClock } from "../../collector/wire/clock.ts";
import type { AlteredEvent } from "../../collector/wire/event.ts";
import type { IncidentView } from "../../collector/wire/incident.ts";
import { silentLog } from "../../collector/wire/log.ts";
import type { Target } from "../../collector/wire/target.ts";
import type { Probe } from "../../probe/run.ts";
import { type ApiClient, apiClient, setUp } from "../support/api.ts";
import { type DnsServer, dnsServer } from "../support/dns-server.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { scratch } from "../support/product.ts";
import { severalVantages } from "../support/several-vantages.ts";
import { injectsRedirect, staleCache } from "../support/tampering.ts";
import { testCa } from "../support/test-ca.ts";

const VANTAGES = [
  { id: "sh-ct", carrier: "ct", localAddress: "127.0.0.5" },
  { id: "sh-cnc", carrier: "cnc", localAddress: "127.0.0.6" },
  { id: "sh-cmcc", carrier: "cmcc", localAddress: "127.0.0.7" },
] as const;
const OF_CNC = "127.0.0.6";
const PAGE = "the real page";

const clock = systemClock();
const data = scratch("altered");
const folder = scratch("altered-probe");
const closers: (() => Promise<unknown>)[] = [];
let port = 0;
let collector: Collector;
let client: ApiClient;
let dns: DnsServer;
let probe: Probe;
let portal: HttpTarget;
let altering = true;
const ports = { redirect: 0, cache: 0, tls: 0 };

/** A box on the way: connections of 联通 are answered by it while it alters, all others by the server. */
async function box(
  altered: (socket: net.Socket) => void,
  real: (socket: net.Socket) => void,
): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    (altering && socket.remoteAddress === OF_CNC ? altered : real)(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

const asked = (act: (socket: net.Socket) => void) => (socket: net.Socket) =>
  void socket.once("data", () => act(socket));
const says = (socket: net.Socket) =>
  void socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${PAGE.length}\r\nConnection: close\r\n\r\n${PAGE}`);

function withTls(leaf: { key: string; cert: string }): (socket: net.Socket) => void {
  const inner = tls.createServer(leaf, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => says(socket));
  });
  inner.on("tlsClientError", () => undefined);
  return (socket) => void inner.emit("connection", socket);
}

async function startOver(): Promise<void> {
  const http = { host: "127.0.0.1", port, publicUrl: null, basePath: "", tls: null, trustedProxies: [] };
  collector = await startCollector({
    options: { ...http, dir: data.dir, allow: [] },
    clock,
    log: silentLog,
    version: "0.0.0",
  });
  port = Number(new URL(collector.localUrl).port);
}

before(async () => {
  portal = await httpTarget({ body: "this page has been blocked" });
  const startedMs = Date.now();
  ports.redirect = await box(
    asked((socket) => injectsRedirect(`http://portal.test:${portal.port}/`)(socket)),
    asked(says),
  );
  ports.cache = await box(
    asked((socket) => {
      const ageS = 86_400 + Math.floor((Date.now() - startedMs) / 1000);
      staleCache(PAGE, ageS)(socket);
    }),
    asked(says),
  );
  const ca = testCa();
  ports.tls = await box(
    withTls(ca.leaf({ names: ["shop.test"], selfSigned: true })),
    withTls(ca.leaf({ names: ["shop.test"] })),
  );
  dns = await dnsServer({ "shop.test": { a: ["127.0.0.1"] }, "portal.test": { a: ["127.0.0.1"] } });
  await startOver();
  client = await setUp(collector.setupUrl ?? "", { language: "en" });
  probe = await severalVantages(collector, VANTAGES, folder.dir, clock, { resolvers: [dns.address] });
});
after(async () => {
  await probe?.stop();
  await collector?.close();
  await dns?.close();
  await portal?.close();
  for (const close of closers) await close();
  data.remove();
  folder.remove();
});

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const endMs = performance.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function alteredOf(id: string): Promise<AlteredEvent[]> {
  const path = `/event-log?target=${id}&kinds=altered`;
  return (await client.call<{ events: AlteredEvent[] }>("GET", path)).events;
}

const ids = { redirect: "", cache: "", tls: "" };
const seen = (event: AlteredEvent | undefined) => event?.differs.map(({ what }) => what).sort();

test("what one carrier is answered otherwise becomes an event that names carrier and difference", async () => {
  const every = { cron: "*/10 * * * * *", alarm: { ticks: 1 } };
  const create = async (name: string, url: string, extra: object = {}) =>
    (await client.call<Target>("POST", "/targets", { name, url, ...every, ...extra })).id;
  ids.redirect = await create("redirected", `http://shop.test:${ports.redirect}/`);
  ids.cache = await create("cached", `http://shop.test:${ports.cache}/`);
  ids.tls = await create("foreign", `https://shop.test:${ports.tls}/`, { tls: { ca: testCa().cert } });

  const [redirect] = await until("the redirect", async () => nonEmpty(await alteredOf(ids.redirect)));
  assert.deepEqual([redirect?.carrier, redirect?.toS], ["cnc", null]);
  assert.deepEqual(redirect?.differs, [{ what: "redirect", here: "portal.test", elsewhere: "shop.test" }]);

  await until("the cache", async () => {
    const [event] = await alteredOf(ids.cache);
    return event && seen(event)?.join() === "age,via" ? event : null;
  });

  const [foreign] = await until("the certificate", async () => nonEmpty(await alteredOf(ids.tls)));
  assert.deepEqual(seen(foreign), ["certificate"]);
  const incident = await until("the incident", async () => {
    const path = `/incidents?target=${ids.tls}&open=true`;
    const { incidents } = await client.call<{ incidents: IncidentView[] }>("GET", path);
    return incidents[0] ?? null;
  });
  const evidence = incident.transitions[0]?.evidence.find(({ carrier }) => carrier === "cnc");
  assert.equal(evidence?.failure?.source, "network");
  assert.deepEqual(evidence?.altered, foreign?.differs);
});

test("a cell says so, a restart forgets nothing, and it ends when the answers are alike again", async () => {
  const cell = async () => {
    const { row } = await client.call<TargetView>("GET", `/targets/${ids.redirect}`);
    return row.cells.map(({ carrier, altered }) => [carrier, altered?.differs.map(({ what }) => what)]);
  };
  assert.deepEqual(await cell(), [
    ["ct", undefined],
    ["cnc", ["redirect"]],
    ["cmcc", undefined],
  ]);
  const before = await alteredOf(ids.redirect);
  await collector.close();
  await startOver();
  client = apiClient(collector.localUrl);
  await client.call("POST", "/session", { username: "admin", password: "a long enough password" });
  assert.deepEqual(await alteredOf(ids.redirect), before);

  altering = false;
  for (const id of Object.values(ids)) {
    const [event, ...others] = await until("the end", async () => {
      const events = await alteredOf(id);
      return events.every(({ toS }) => toS !== null) ? events : null;
    });
    assert.equal(others.length, 0);
    assert.ok(event && event.toS !== null && event.toS > event.atS);
  }
  assert.deepEqual((await alteredOf(ids.redirect))[0]?.atS, before[0]?.atS);
});

function nonEmpty<T>(list: T[]): T[] | null {
  return list.length === 0 ? null : list;
}
