/**
 * One machine, two carriers: a collector, one real probe process with two vantages, a real name with three addresses.
 * Every address has its series at each vantage, the target's own says how many are up, and secrets reach the request.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Collector, startCollector } from "../../collector/collector.ts";
import type { TargetAddresses } from "../../collector/wire/api-addresses.ts";
import type { SamplesPage } from "../../collector/wire/api-overview.ts";
import { systemClock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import type { Target } from "../../collector/wire/target.ts";
import type { Probe } from "../../probe/run.ts";
import { carrierwatch } from "../collector/cli/command-line.ts";
import { type ApiClient, setUp } from "../support/api.ts";
import { type DnsServer, dnsServer } from "../support/dns-server.ts";
import { type Site, siteAt } from "../support/many-addresses.ts";
import { scratch } from "../support/product.ts";
import { severalVantages } from "../support/several-vantages.ts";

/** A new target is measured at once; the next tick must not fall between that and what is asserted of it. */
const RARELY = "0 */12 * * *";
const [A, B, C] = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;
const VANTAGES = [
  { id: "sh-ct", carrier: "ct", localAddress: "127.0.0.5" },
  { id: "sh-cnc", carrier: "cnc", localAddress: "127.0.0.6" },
] as const;

const data = scratch("several-carriers");
const folder = scratch("several-carriers-probe");
const undo: (() => unknown)[] = [];
const undoing: Parameters<typeof siteAt>[0] = {
  after(act) {
    if (act) undo.push(() => Reflect.apply(act, undefined, []));
  },
};
let collector: Collector;
let client: ApiClient;
let dns: DnsServer;
let site: Site;
let probe: Probe;
const seen: { from: string | undefined; authorization: string | undefined }[] = [];

before(async () => {
  site = await siteAt(undoing, [A, B, C], {
    handle(request, response) {
      seen.push({ from: request.socket.remoteAddress, authorization: request.headers.authorization });
      response.end("ok");
    },
  });
  await site.close(C);
  dns = await dnsServer({ "web.test": { a: [A, B, C] }, "all.test": { a: [A, B] } });
  const clock = systemClock();
  const http = { host: "127.0.0.1", port: 0, publicUrl: null, basePath: "", tls: null, trustedProxies: [] };
  const options = { ...http, dir: data.dir, allow: [] };
  collector = await startCollector({ options, clock, log: silentLog, version: "0.0.0" });
  client = await setUp(collector.setupUrl ?? "", { language: "en" });
  mkdirSync(join(folder.dir, "probe"), { recursive: true });
  writeFileSync(join(folder.dir, "probe", "token.txt"), "of the probe's own file\n");
  probe = await severalVantages(collector, VANTAGES, folder.dir, clock, {
    resolvers: [dns.address],
    secrets: { token: "token.txt" },
  });
});
after(async () => {
  await probe?.stop();
  await collector?.close();
  await dns?.close();
  for (const act of undo) await act();
  data.remove();
  folder.remove();
});

type Kept = Sample & { readonly vantage: string };

/** Its samples once there are that many, its own and those of its addresses. */
async function samplesOf(id: string, count: number): Promise<Kept[]> {
  const endMs = performance.now() + 120_000;
  for (;;) {
    const pages = await Promise.all(
      ["", ...[A, B, C].map((address) => `?address=${address}`)].map((query) =>
        client.call<SamplesPage>("GET", `/targets/${id}/samples${query}`),
      ),
    );
    const found = pages.flatMap(({ samples }) => samples);
    if (found.length >= count) return found.map(({ vantage, sample }) => ({ ...sample, vantage }));
    if (performance.now() > endMs) throw new Error(`only ${found.length} samples of ${count} came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("every address is a series at each vantage, and the target says how many are up", async () => {
  const { id } = await client.call<Target>("POST", "/targets", {
    name: "web",
    url: `http://web.test:${site.port}/`,
    cron: RARELY,
    addresses: { measure: "every" },
  });
  const samples = await samplesOf(id, 8);
  assert.equal(samples.length, 8);
  for (const { id: vantage } of VANTAGES) {
    const mine = samples.filter((sample) => sample.vantage === vantage);
    const said = mine.map(({ address, state }) => `${address ?? "web"} ${state}`).sort();
    assert.deepEqual(said, [`${A} up`, `${B} up`, `${C} down`, "web up"]);
    const own = mine.find(({ address }) => address === undefined);
    assert.deepEqual(own?.detail.addresses, { up: 2, of: 3 });
  }
  const { vantages } = await client.call<TargetAddresses>("GET", `/targets/${id}/addresses`);
  assert.deepEqual(
    vantages.map(({ vantage, addresses }) => [vantage, addresses.map(({ address }) => address).sort()]),
    VANTAGES.map(({ id: vantage }) => [vantage, [A, B, C]]),
  );
  assert.deepEqual(
    [...new Set(seen.map(({ from }) => from))].sort(),
    VANTAGES.map(({ localAddress }) => localAddress).sort(),
  );
});

test("measuring it now asks each vantage for all of its addresses and keeps nothing", async () => {
  const url = `http://all.test:${site.port}/`;
  const ran = await carrierwatch(["check", "--data", data.dir, "--from", "ct,cnc", "--json", url]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.out.trim().split("\n").length, 2);
});

test("a secret in the probe's own file reaches the request of a target that names it, and no sample", async () => {
  await client.call("POST", "/secrets", { name: "token", value: "of the collector" });
  seen.length = 0;
  const { id } = await client.call<Target>("POST", "/targets", {
    name: "secret",
    url: `http://all.test:${site.port}/`,
    cron: RARELY,
    addresses: { measure: "every" },
    request: { auth: { kind: "bearer", secret: "token" } },
  });
  const samples = await samplesOf(id, 6);
  assert.deepEqual([...new Set(samples.map(({ state }) => state))], ["up"]);
  assert.deepEqual(
    [...new Set(seen.map(({ authorization }) => authorization))],
    ["Bearer of the probe's own file"],
  );
  assert.ok(!JSON.stringify(samples).includes("of the probe"));
});
