/**
 * An hour without a collector, on one frozen clock: a real probe goes on measuring a real target into its spool, and
 * the collector that comes back gets the hour, draws it, records what failed, and wakes nobody for it.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SMTPServer } from "smtp-server";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { SamplesPage } from "../../collector/wire/api-overview.ts";
import type { IncidentView } from "../../collector/wire/incident.ts";
import type { Target } from "../../collector/wire/target.ts";
import type { Probe } from "../../probe/run.ts";
import type { ApiClient } from "../support/api.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { frozenCollector } from "../support/frozen-collector.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { scratch } from "../support/product.ts";

const STEP_S = 300;
const clock = fakeClock(Date.UTC(2026, 10, 21, 8, 0, 1));
const folder = scratch("hour-away");
const collector = frozenCollector(folder.dir, clock);
const { until } = collector;
const mails: string[] = [];
let smtp: SMTPServer;
let target: HttpTarget;
let probe: Probe;
let client: ApiClient;
let watched: Target;

const stored = async (): Promise<SamplesPage["samples"]> =>
  (await client.call<SamplesPage>("GET", `/targets/${watched.id}/samples?limit=100`)).samples;

before(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
      });
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  const smtpPort = await new Promise<number>((resolve) => {
    const server = smtp.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  target = await httpTarget({ body: "ok" });
  client = await collector.open();
  await client.call("PUT", "/settings/smtp", {
    host: "127.0.0.1",
    port: smtpPort,
    security: "none",
    fromAddress: "watch@example.com",
  });
  await client.call("POST", "/recipients", {
    name: "Ops",
    address: "ops@example.com",
    language: "en",
    timeZone: "UTC",
  });
  probe = await collector.probe();
  watched = await client.call<Target>("POST", "/targets", { name: "shop", url: `${target.url}/` });
  await until("the first sample", async () => (await stored()).length === 1, 10);
});
after(async () => {
  await probe?.stop();
  await collector.close();
  await target?.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  folder.remove();
});

/** Measurements that reached the target: evidence that is taken when it turns bad asks for no encoding. */
const measured = () =>
  target.seen.requests.filter(({ headers }) => headers["accept-encoding"] !== undefined).length;

test("an hour without a collector is in the charts afterwards, tick by tick, and pages nobody", async () => {
  await collector.close();
  for (let tick = 1; tick <= 12; tick += 1) {
    target.script = tick >= 4 && tick <= 6 ? { status: 503, body: "busy" } : { body: "ok" };
    const before = measured();
    await until("the next measurement", () => measured() > before, 10_000);
  }
  client = await collector.open();
  await until("the hour", async () => (await stored()).length === 13, 200);
  const samples = await stored();
  const ticks = samples.map(({ sample }) => sample.tick).sort((a, b) => a - b);
  assert.deepEqual(
    ticks,
    Array.from({ length: 13 }, (_, i) => (ticks[0] ?? 0) + i * STEP_S),
  );
  assert.equal(samples.filter(({ sample }) => sample.state === "down").length, 3);
  assert.ok(samples.filter(({ live }) => !live).length >= 10);

  const chart = await client.call<ChartData>("GET", `/targets/${watched.id}/chart?range=3h`);
  const carrier = chart.series.find((series) => series.carrier === "ct");
  assert.equal(carrier?.availability.counts.up, 10);
  assert.equal(carrier?.availability.counts.down, 3);
  const drawn = carrier?.metrics.total?.AVERAGE.filter((value) => value !== null).length;
  assert.equal(drawn, 10);

  const incidents = async () =>
    (await client.call<{ incidents: IncidentView[] }>("GET", `/incidents?target=${watched.id}`)).incidents;
  await until(
    "the incident in the record",
    async () => (await incidents()).some(({ toS }) => toS !== null),
    1_000,
  );
  const [incident] = await incidents();
  assert.equal((incident?.toS ?? 0) - (incident?.fromS ?? 0), 3 * STEP_S);
  assert.ok(incident?.transitions.every(({ told }) => !told));
  assert.deepEqual(mails, []);
});

test("what fails from now on is mailed, and so is its end", async () => {
  target.script = { status: 503, body: "busy" };
  // The frozen clock may outrun a real socket, and a vantage that seems silent for 90 s is told of too.
  const told = () => mails.filter((mail) => /^Subject: .*shop/m.test(mail));
  await until("the mail of the failure", () => told().length === 1, 200);
  target.script = { body: "ok" };
  await until("the mail of its end", () => told().length === 2, 200);
  assert.match(told()[0] ?? "", /^Subject: .*\[DOWN\]/m);
  assert.doesNotMatch(told()[1] ?? "", /^Subject: .*\[DOWN\]/m);
});
