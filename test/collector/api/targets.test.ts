/** The routes of targets, overview, fetch and carriers over a real port: what they accept, refuse and answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ChartData } from "../../../collector/wire/api-chart.ts";
import {
  FetchedRows,
  Overview,
  SamplesPage,
  TargetPreview,
  TargetView,
} from "../../../collector/wire/api-overview.ts";
import { Target } from "../../../collector/wire/target.ts";
import { up } from "../world.ts";
import { ask, served } from "./served.ts";

const INPUT = { name: "site", url: "https://www.example.com/" };

async function asked(t: Parameters<typeof served>[0]) {
  const s = await served(t);
  const headers = { authorization: `Bearer ${s.accounts.localToken()}` };
  const call = (method: string, path: string, body?: unknown) =>
    ask(`${s.api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  return { s, call };
}

test("a target is made, read, changed, paused and removed", async (t) => {
  const { call } = await asked(t);
  const made = await call("POST", "/targets", INPUT);
  assert.equal(made.status, 201);
  const { id, version } = Target.parse(made.body);
  assert.deepEqual((await call("GET", "/targets")).body, { targets: [made.body] });
  assert.deepEqual((await call("GET", `/targets/${id}/definition`)).body, made.body);
  const changed = await call("PUT", `/targets/${id}`, { version, target: { ...INPUT, name: "shop" } });
  assert.deepEqual([changed.status, changed.body["name"], changed.body["version"]], [200, "shop", 2]);
  assert.equal((await call("PUT", `/targets/${id}`, { version, target: INPUT })).status, 409);
  const paused = await call("POST", `/targets/${id}/pause`);
  assert.equal((paused.body["pauses"] as unknown[]).length, 1);
  assert.equal((await call("POST", `/targets/${id}/resume`)).status, 200);
  assert.equal((await call("DELETE", `/targets/${id}?version=1`)).status, 409);
  assert.equal((await call("DELETE", `/targets/${id}`)).status, 400, "which version?");
  const current = Target.parse((await call("GET", `/targets/${id}/definition`)).body).version;
  assert.equal((await call("DELETE", `/targets/${id}?version=${current}`)).status, 204);
  assert.equal((await call("GET", `/targets/${id}`)).status, 404);
});

test("what cannot be measured is a problem document with one issue per mistake, from create, edit and preview alike", async (t) => {
  const { call } = await asked(t);
  const bad = { name: "", url: "ftp://a.cn/", cron: "*/7 * * * *", nonsense: true };
  const paths = ["cron", "name", "nonsense", "url"];
  const pathsOf = (body: Record<string, unknown>) =>
    (body["issues"] as { path: string }[]).map((one) => one.path).sort();
  const created = await call("POST", "/targets", bad);
  assert.deepEqual(
    [created.status, created.body["code"], pathsOf(created.body)],
    [400, "invalid_input", paths],
  );
  assert.match(String(created.headers.get("content-type")), /^application\/problem\+json/);
  assert.equal(typeof created.body["hint"], "string");
  const { id } = (await call("POST", "/targets", INPUT)).body;
  assert.deepEqual(pathsOf((await call("PUT", `/targets/${id}`, { version: 1, target: bad })).body), paths);
  const preview = await call("POST", "/targets/preview", bad);
  assert.equal(preview.status, 200);
  assert.deepEqual(pathsOf(TargetPreview.parse(preview.body)), paths);
  for (const body of [[], "text", 5, { ...INPUT, timeouts: null }]) {
    assert.equal((await call("POST", "/targets", body)).status, 400, JSON.stringify(body));
  }
  assert.equal(TargetPreview.parse((await call("POST", `/targets/preview?id=${id}`, INPUT)).body).ok, true);
});

test("a token that may only read previews, and changes nothing", async (t) => {
  const { s } = await asked(t);
  const { token } = await s.accounts.tokens.create({ name: "reader", scope: "read" });
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await ask(`${s.api}/targets/preview`, { headers, body: INPUT })).status, 200);
  assert.equal((await ask(`${s.api}/overview`, { headers })).status, 200);
  assert.equal((await ask(`${s.api}/targets`, { headers, body: INPUT })).status, 403);
  assert.equal((await ask(`${s.api}/carriers/ct`, { headers, method: "DELETE" })).status, 403);
  assert.equal((await ask(`${s.api}/overview`)).status, 401);
});

test("a measured target is answered in every form the pages ask for", async (t) => {
  const { s, call } = await asked(t);
  await s.registry.vantages.create({ id: "ct-1", name: "one", carrier: "ct" });
  const target = Target.parse((await call("POST", "/targets", INPUT)).body);
  const tick = Math.floor(s.clock.nowMs() / 300_000) * 300;
  await s.store.samples.put([up(target, "ct-1", tick, 1234)], s.clock.nowMs());
  const overview = Overview.parse((await call("GET", "/overview")).body);
  assert.equal(overview.rows[0]?.cells["ct"]?.totalMs, 1.234);
  assert.equal(TargetView.parse((await call("GET", `/targets/${target.id}`)).body).row.status, "up");
  for (const range of ["3h", "day", "week", "month", "year"]) {
    const chart = ChartData.parse((await call("GET", `/targets/${target.id}/chart?range=${range}`)).body);
    assert.equal(chart.series[0]?.summary.total?.max, 1.234, range);
  }
  const custom = await call(
    "GET",
    `/targets/${target.id}/chart?range=custom&from=${tick - 3600}&to=${tick + 1}&points=5`,
  );
  assert.equal(ChartData.parse(custom.body).labels.length <= 6, true);
  const page = SamplesPage.parse((await call("GET", `/targets/${target.id}/samples?limit=1`)).body);
  assert.deepEqual([page.samples.length, page.cursor], [1, null]);
  const fetched = await call(
    "GET",
    `/fetch?target=${target.id}&vantage=ct-1&metric=total&cf=MAX&steps=1&from=${tick - 1}`,
  );
  assert.deepEqual(FetchedRows.parse(fetched.body).rows[0], { t: tick, value: 1.234 });
});

test("what was never a target is 404 with its name; one that was removed still has its history", async (t) => {
  const { s, call } = await asked(t);
  await s.registry.vantages.create({ id: "ct-1", name: "one", carrier: "ct" });
  const target = Target.parse((await call("POST", "/targets", INPUT)).body);
  const tick = Math.floor(s.clock.nowMs() / 300_000) * 300;
  await s.store.samples.put([up(target, "ct-1", tick, 1234)], s.clock.nowMs());
  const asking = (id: string) => [
    `/query?target=${id}&cf=AVERAGE&states=true&from=${tick - 900}&to=${tick + 300}`,
    `/event-log?target=${id}`,
  ];
  const whole = await Promise.all(asking(target.id).map((path) => call("GET", path)));
  assert.deepEqual(
    whole.map(({ status }) => status),
    [200, 200],
  );
  assert.equal((await call("DELETE", `/targets/${target.id}?version=1`)).status, 204);
  const [removed, events] = await Promise.all(asking(target.id).map((path) => call("GET", path)));
  assert.deepEqual([removed?.status, events?.status], [200, 200]);
  assert.match(JSON.stringify(removed?.body), /1\.234/);
  for (const path of asking("nobody")) {
    const { status, body } = await call("GET", path);
    assert.deepEqual([status, body["detail"]], [404, 'there is no target "nobody"'], path);
  }
});

test("a query that cannot be answered is a 400 that names the field", async (t) => {
  const { call } = await asked(t);
  const { id } = (await call("POST", "/targets", INPUT)).body;
  for (const path of [
    `/targets/${id}/chart?range=decade`,
    `/targets/${id}/chart?range=custom`,
    `/targets/${id}/chart?range=custom&from=5&to=4`,
    `/targets/${id}/chart?points=1`,
    `/targets/${id}/chart?form=1`,
    `/targets/${id}/samples?limit=0`,
    `/targets/${id}/samples?limit=1001`,
    `/targets/${id}/samples?from=yesterday`,
    `/fetch?target=${id}&vantage=v&metric=ping`,
    `/fetch?target=${id}&vantage=v&cf=MEDIAN`,
    "/fetch?vantage=v",
    "/targets/UPPER",
  ]) {
    const answer = await call("GET", path);
    assert.deepEqual([answer.status, answer.body["code"]], [400, "invalid_input"], path);
  }
});

test("a carrier is put under its own id, and stays while it is used", async (t) => {
  const { call } = await asked(t);
  const own = { id: "own", name: { zh: "自有", en: "Own" }, color: "#123456", order: 5 };
  assert.deepEqual((await call("PUT", "/carriers/own", own)).body, own);
  assert.equal((await call("PUT", "/carriers/other", own)).status, 400);
  assert.equal((await call("PUT", "/carriers/own", { ...own, color: "red" })).status, 400);
  const { carriers } = (await call("GET", "/carriers")).body as { carriers: { id: string }[] };
  assert.equal(carriers[0]?.id, "own", "lowest order first");
  await call("POST", "/targets", { ...INPUT, from: { carriers: ["own"] } });
  const used = await call("DELETE", "/carriers/own");
  assert.deepEqual([used.status, used.body["code"]], [409, "in_use"]);
  assert.equal((await call("DELETE", "/carriers/cmcc")).status, 204);
  assert.equal((await call("DELETE", "/carriers/cmcc")).status, 404);
});

test("only a verb of this machine names a file to be written", async (t) => {
  const { s, call } = await asked(t);
  const { token } = await s.accounts.tokens.create({ name: "w", scope: "write" });
  const byToken = await ask(`${s.api}/storage/backup`, {
    headers: { authorization: `Bearer ${token}` },
    body: { path: "/tmp/x" },
  });
  assert.equal(byToken.status, 403);
  assert.equal((await call("POST", "/storage/backup", { path: "relative.db" })).status, 400);
  assert.deepEqual((await call("POST", "/storage/verify")).body, { ok: true, problems: [] });
});
