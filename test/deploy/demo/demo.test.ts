/** `carrierwatch demo` as a user runs it: a year is there, three carriers measure for real, a second start goes on. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { Overview, SampleView } from "../../../collector/wire/api-overview.ts";
import type { VantageView } from "../../../collector/wire/api-settings.ts";
import { TARGETS } from "../../../deploy/demo/scene.ts";
import { type ApiClient, apiClient } from "../../support/api.ts";
import { type Product, product, scratch } from "../../support/product.ts";

const folder = scratch("demo");
let running: Product;
let client: ApiClient;
let login = "";

before(async () => {
  await start();
});
after(async () => {
  await running.stop();
  folder.remove();
});

async function start(): Promise<void> {
  running = product("demo", ["--listen", "127.0.0.1:0"], { dir: folder.dir });
  const said = await running.says(/dashboard\s+(http\S+)\n\s+sign in\s+(\S+) \/ (\S+)/);
  login = said[3] ?? "";
  client = apiClient(said[1] ?? "");
  await client.call("POST", "/session", { username: said[2], password: login });
}

test("it says how far the history is, and every page is told that it is a demo", async () => {
  assert.match(running.output(), /writing a year of history: \d+ %/);
  assert.match(running.output(), /the carriers are simulated/);
  const session = await client.call<{ demo: boolean }>("GET", "/session");
  assert.equal(session.demo, true);
  const { vantages } = await client.call<{ vantages: VantageView[] }>("GET", "/vantages");
  assert.deepEqual(vantages.map(({ vantage }) => vantage.carrier).sort(), ["cmcc", "cnc", "ct"]);
  assert.ok(vantages.every(({ vantage }) => vantage.simulated));
});

for (const target of ["shop-home", "shop-pay"]) {
  test(`a year of three carriers is in the chart of ${target}`, async () => {
    const chart = await client.call<ChartData>("GET", `/targets/${target}/chart?range=year`);
    assert.equal(chart.series.length, 3);
    for (const { carrier, metrics, availability } of chart.series) {
      const known = (metrics.total?.AVERAGE ?? []).filter((value) => value !== null);
      assert.ok(known.length > 340, `${carrier}: ${known.length} days`);
      assert.ok(availability.share !== null && availability.share > 0.99 && availability.share < 1, carrier);
      assert.ok(availability.coverage > 0.98 && availability.coverage < 1, carrier);
    }
    assert.ok(chart.incidents.length >= 3, `${chart.incidents.length} incidents`);
  });
}

test("each carrier measures the local pages for real, through its own node", async () => {
  const nodes = new Map<string, string>();
  await client.live((event) => {
    if (event.type !== "sample") return null;
    const { vantage, sample } = event["sample"] as SampleView;
    // One page has two nodes of its own in each carrier's network.
    if (sample.detail.address && !sample.detail.addresses) nodes.set(vantage, sample.detail.address);
    assert.equal(sample.detail.status ?? 200, 200, JSON.stringify(sample));
    return nodes.size === 3 ? true : null;
  });
  assert.deepEqual(Object.fromEntries(nodes), {
    "demo-ct": "127.77.0.1",
    "demo-cnc": "127.77.0.2",
    "demo-cmcc": "127.77.0.3",
  });
});

test("a second start goes on with the same history, login and targets", async () => {
  assert.equal(await running.stop(), 0, running.output());
  const before = login;
  await start();
  assert.equal(login, before);
  assert.doesNotMatch(running.output(), /writing a year/);
  const overview = await client.call<Overview>("GET", "/overview");
  assert.equal(overview.rows.length, TARGETS.length);
});
