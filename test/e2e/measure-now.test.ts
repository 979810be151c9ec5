/**
 * Measure now, whole: a collector, two real probes with their own guards, a real target, the command and the live stream.
 * One probe may reach loopback, the other may not; nothing of it is in the log of samples or the strip afterwards.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Collector, startCollector } from "../../collector/collector.ts";
import { writeProbeKey } from "../../collector/local-probe.ts";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { SamplesPage } from "../../collector/wire/api-overview.ts";
import { systemClock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import type { MeasurementView, OnceLane } from "../../collector/wire/on-demand.ts";
import type { Target } from "../../collector/wire/target.ts";
import { probeSettings } from "../../probe/config.ts";
import { type Probe, startProbe } from "../../probe/run.ts";
import { carrierwatch } from "../collector/cli/command-line.ts";
import { type ApiClient, setUp } from "../support/api.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { busyMachine, scratch } from "../support/product.ts";

const data = scratch("measure-now");
const folders = { sh: scratch("measure-now-sh"), gz: scratch("measure-now-gz") };
const probes: Probe[] = [];
let collector: Collector;
let client: ApiClient;
let target: HttpTarget;

const probeAt = async (id: "sh" | "gz", carrier: string, allow: readonly string[]) => {
  const { dir } = folders[id];
  await collector.registry.vantages.create({ id, name: id === "sh" ? "Shanghai" : "Guangzhou", carrier });
  await writeProbeKey(dir, await collector.vantageKeys.issue(id));
  busyMachine(dir);
  const settings = probeSettings(dir, { url: collector.localUrl, allow });
  const probe = await startProbe({ settings, clock: systemClock(), log: silentLog, random: () => 0.5 });
  probes.push(probe);
};
const check = (...args: string[]) => carrierwatch(["check", "--data", data.dir, "--lang", "en", ...args]);

before(async () => {
  target = await httpTarget({ body: "ok" });
  collector = await startCollector({
    options: {
      dir: data.dir,
      host: "127.0.0.1",
      port: 0,
      publicUrl: null,
      basePath: "",
      tls: null,
      trustedProxies: [],
      allow: [],
    },
    clock: systemClock(),
    log: silentLog,
    version: "0.0.0",
  });
  client = await setUp(collector.setupUrl ?? "", { language: "en" });
  await probeAt("sh", "ct", ["127.0.0.1/32"]);
  await probeAt("gz", "cnc", []);
});
after(async () => {
  await Promise.all(probes.map((probe) => probe.stop()));
  await collector?.close();
  await target?.close();
  for (const folder of [data, folders.sh, folders.gz]) folder.remove();
});

test("the command prints one waterfall for each vantage; a guard's refusal says what would allow it", async () => {
  const ran = await check("--from", "ct,cnc", `${target.url}/`);
  assert.equal(ran.code, 75, ran.err);
  assert.match(ran.out, /^Shanghai \(ct\) {2}http:\S+\n {2}up {2}200 /m);
  assert.match(ran.out, /^ {2}total +[\d.]+ ms$/m);
  assert.match(ran.out, /^Guangzhou \(cnc\) {2}http:\S+\n {2}not measured/m);
  assert.match(ran.out, /127\.0\.0\.1[\s\S]*config\.yaml/);
});

test("from the one that may it exits 0, 1 when it is down; --json is one line for each vantage", async () => {
  const up = await check("--from", "sh", "--json", `${target.url}/`);
  assert.equal(up.code, 0, up.err);
  const lines = up.out
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  assert.equal(lines.length, 1);
  const { vantage, state } = lines[0] as { vantage: string; state: string };
  assert.deepEqual([vantage, state], ["sh", "up"]);
  target.script = { status: 503, body: "busy" };
  const down = await check("--from", "ct,cnc", `${target.url}/`);
  target.script = { body: "ok" };
  assert.equal(down.code, 1, down.err);
  assert.match(down.out, /DOWN {2}503/);
});

test("a vantage asks as the flags say, and judges by them", async () => {
  const asked = [
    "-X",
    "put",
    "-H",
    "x-asked: yes",
    "-d",
    "a=1",
    "-d",
    "b=2",
    "--status",
    "200",
    "--contains",
    "ok",
  ];
  const up = await check("--from", "sh", ...asked, `${target.url}/`);
  assert.equal(up.code, 0, up.err + up.out);
  const request = target.seen.requests.at(-1);
  assert.deepEqual([request?.method, request?.headers["x-asked"]], ["PUT", "yes"]);
  assert.equal(request?.headers["content-length"], String("a=1&b=2".length));
  const missing = await check("--from", "sh", "--contains", "something else", `${target.url}/`);
  assert.equal(missing.code, 1, missing.err);
  assert.match(missing.out, /does not contain "something else"/);
  const { port } = new URL(target.url);
  const named = await check(
    "--from",
    "sh",
    "--resolve",
    `a.example:${port}:127.0.0.1`,
    `http://a.example:${port}/`,
  );
  assert.equal(named.code, 0, named.err + named.out);
  assert.equal(target.seen.requests.at(-1)?.headers.host, `a.example:${port}`);
});

test("what the command cannot do is said: unknown names, what is the vantage's own, credentials", async () => {
  const unknown = await check("--from", "telia", `${target.url}/`);
  assert.equal(unknown.code, 64);
  assert.match(unknown.err, /no carrier or vantage "telia"/);
  const own = await check("--from", "ct", "--resolver", "223.5.5.5", `${target.url}/`);
  assert.equal(own.code, 64);
  assert.match(own.err, /--resolver is set in each vantage's own file/);
  const secret = await check("--from", "ct", "-u", "me", `${target.url}/`);
  assert.equal(secret.code, 64);
  assert.match(secret.err, /credentials of this machine are not sent/);
  const never = await check("--from", "ct", "-I", "--contains", "x", `${target.url}/`);
  assert.equal(never.code, 64);
  assert.match(never.err, /expect\.bodyContains: the answer to HEAD has no body/);
});

test("a target's page hears each phase and the result, and no sample, cell or log of it remains", async () => {
  const { id } = await client.call<Target>("POST", "/targets", {
    name: "shop",
    url: `${target.url}/`,
    cron: "0 */12 * * *",
    from: { carriers: ["ct"] },
  });
  const read = async () => ({
    samples: (await client.call<SamplesPage>("GET", `/targets/${id}/samples`)).samples,
    series: (await client.call<ChartData>("GET", `/targets/${id}/chart?range=3h`)).series.map(
      ({ availability }) => availability,
    ),
    counted: await collector.store.ops.counters(),
  });
  // A new target is measured at once; what is compared is what stands after that.
  const first = (samples: SamplesPage["samples"]) => samples.length === 1;
  while (!first((await read()).samples)) await new Promise((resolve) => setImmediate(resolve));
  const stands = await read();
  const seen = target.seen.requests.length;
  const asked = Promise.withResolvers<MeasurementView>();
  const states: string[] = [];
  const lane = await client.live(
    (event) => {
      if (event.type !== "once") return null;
      const news = event["lane"] as OnceLane;
      states.push(news.state);
      return news.state === "measured" ? news : null;
    },
    () => {
      client.call<MeasurementView>("POST", "/measurements", { target: id }).then(asked.resolve, asked.reject);
    },
  );
  assert.equal(lane.result?.state, "up");
  assert.equal(states[0], "measuring");
  const view = await asked.promise;
  const now = await client.call<MeasurementView>("GET", `/measurements/${view.id}`);
  assert.deepEqual([now.over, now.lanes.map(({ vantage }) => vantage)], [true, ["sh"]]);
  assert.equal(target.seen.requests.length, seen + 1);
  assert.deepEqual(await read(), stands);
});

test("on a folder where no collector runs nobody can be asked, and that is said", async () => {
  await Promise.all(probes.splice(0).map((probe) => probe.stop()));
  await collector.close();
  const ran = await check("--from", "ct", `${target.url}/`);
  assert.equal(ran.code, 75);
  assert.match(ran.err, /no collector runs on this data folder/);
});
