/**
 * The way of one measurement, whole: the command as a user starts it, a real target, and what the API then shows.
 * The pages' side of the same story is test/browser.
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { Overview, SamplesPage } from "../../collector/wire/api-overview.ts";
import type { VantageView } from "../../collector/wire/api-settings.ts";
import type { Target } from "../../collector/wire/target.ts";
import { type ApiClient, apiClient, setUp } from "../support/api.ts";
import { busyMachine, type Product, product, scratch } from "../support/product.ts";

const folder = scratch("first-minutes");
/** A new target is measured at once; the next tick must not fall between that and what is asserted of it. */
const RARELY = "0 */12 * * *";
let target: Server;
let url = "";
let running: Product;
let client: ApiClient;

before(async () => {
  busyMachine(folder.dir);
  target = createServer((_request, response) => response.end("hello from the target"));
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
});
after(async () => {
  await running?.stop();
  target.close();
  folder.remove();
});

const start = async (...args: string[]) => {
  running = product("start", ["--listen", "127.0.0.1:0", ...args], { dir: folder.dir });
  await running.says(/dashboard\s+(http\S+)/);
};
const setupUrl = async () => (await running.says(/set up\s+(http\S+)/))[1] ?? "";

test("without --allow a loopback address is refused with the line that would allow it", async () => {
  await start();
  client = await setUp(await setupUrl(), { carrier: "ct" });
  const { status, body } = await client.ask("POST", "/targets", { name: "local", url });
  assert.equal(status, 400);
  assert.match(JSON.stringify(body), /127\.0\.0\.1/);
  assert.match(JSON.stringify(body), /--allow 127\.0\.0\.1\/32/);
  assert.equal(await running.stop(), 0);
});

test("with it, the first sample is on the page as soon as it is measured", async () => {
  await start("--allow", "127.0.0.1/32");
  assert.doesNotMatch(running.output(), /set up/);
  const at = (await running.says(/dashboard\s+(http\S+)/))[1] ?? "";
  client = apiClient(at);
  await client.call("POST", "/session", { username: "admin", password: "a long enough password" });
  let created: Target | null = null;
  const sample = await client.live(
    (event) =>
      (event.type === "sample" ? event["sample"] : null) as {
        sample: { target: string; state: string };
      } | null,
    () => {
      void client.call<Target>("POST", "/targets", { name: "local", url, cron: RARELY }).then((made) => {
        created = made;
      });
    },
  );
  assert.equal(sample.sample.state, "up");
  const { targets } = await client.call<{ targets: Target[] }>("GET", "/targets");
  assert.equal(targets.length, 1);
  assert.equal(targets[0]?.id, sample.sample.target);
  assert.ok(created === null || (created as Target).id === sample.sample.target);
});

test("the sample is in the log, the chart of every range, and the overview, under its carrier", async () => {
  const { targets } = await client.call<{ targets: Target[] }>("GET", "/targets");
  const id = targets[0]?.id ?? "";
  const page = await client.call<SamplesPage>("GET", `/targets/${id}/samples`);
  assert.equal(page.samples.length, 1);
  const first = page.samples[0];
  assert.equal(first?.sample.detail.status, 200);
  assert.equal(first?.sample.detail.bodyBytes, "hello from the target".length);
  assert.equal(first?.carrier, "ct");
  assert.equal(first?.live, true);
  for (const range of ["3h", "day", "week", "month", "year"]) {
    const chart = await client.call<ChartData>("GET", `/targets/${id}/chart?range=${range}`);
    assert.deepEqual(
      chart.series.map((series) => series.carrier),
      ["ct"],
      range,
    );
    const current = chart.series[0]?.summary.total?.current;
    // Twice a day: the tick may be longer ago than the shortest range.
    const isInside: boolean = (first?.sample.tick ?? 0) > chart.fromS;
    assert.ok(isInside || range === "3h", range);
    assert.equal(current, isInside ? (first?.sample.timings.total ?? 0) / 1000 : null, range);
  }
  const overview = await client.call<Overview>("GET", "/overview");
  assert.equal(overview.rows[0]?.status, "up");
  assert.equal(overview.untold, "no-smtp");
  const { vantages } = await client.call<{ vantages: VantageView[] }>("GET", "/vantages");
  assert.equal(vantages[0]?.status, "ok");
});

test("after kill -9 of everything the history is there and measuring goes on", async () => {
  const { targets } = await client.call<{ targets: Target[] }>("GET", "/targets");
  await running.stop("SIGKILL");
  await start("--allow", "127.0.0.1/32");
  client = apiClient((await running.says(/dashboard\s+(http\S+)/))[1] ?? "");
  await client.call("POST", "/session", { username: "admin", password: "a long enough password" });
  const page = await client.call<SamplesPage>("GET", `/targets/${targets[0]?.id}/samples`);
  assert.ok(page.samples.length >= 1);
});
