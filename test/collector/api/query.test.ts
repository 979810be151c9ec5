/** GET /query in its three forms, and what it says of a question it cannot answer. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { QueryColumns, QueryObjects } from "../../../collector/wire/api-query.ts";
import { up } from "../world.ts";
import { ask, served } from "./served.ts";

async function measured(t: TestContext) {
  const s = await served(t);
  const { token } = await s.accounts.tokens.create({ name: "reader", scope: "read" });
  const headers = { authorization: `Bearer ${token}` };
  await s.registry.vantages.create({ id: "ct-1", name: "one", carrier: "ct" });
  const target = await s.registry.targets.create({ name: "site", url: "https://www.example.com/" });
  const tick = Math.floor(s.clock.nowMs() / 300_000) * 300;
  await s.store.samples.put([up(target, "ct-1", tick, 1234)], s.clock.nowMs());
  const search = `target=${target.id}&steps=1&from=${tick - 300}`;
  const url = (more: string) => `${s.api}/query?${search}&${more}`;
  return {
    tick,
    query: (more: string) => ask(url(more), { headers }),
    text: async (more: string) => await (await fetch(url(more), { headers })).text(),
  };
}

test("objects, columns and CSV say the same numbers", async (t) => {
  const { tick, query, text } = await measured(t);
  const asked = "metric=total,dns&cf=MAX,MIN&percentile=50,99.9&below=1,2&states=true";
  const objects = QueryObjects.parse((await query(asked)).body);
  const columns = QueryColumns.parse((await query(`${asked}&form=columns`)).body);
  const names = columns.columns.map(({ name }) => name);
  assert.deepEqual(names, [
    "ct total MAX",
    "ct total MIN",
    "ct dns MAX",
    "ct dns MIN",
    "ct total p50",
    "ct total p99.9",
    "ct total below 1",
    "ct total below 2",
    "ct up",
    "ct down",
    "ct suspect",
    "ct unknown",
    "ct availability",
  ]);
  assert.deepEqual(columns.t, [tick]);
  const values = [1.234, 1.234, null, null, 1.234, 1.234, 0, 1, 1, 0, 0, 0, 1];
  assert.deepEqual(
    columns.columns.map((column) => column.values[0]),
    values,
  );
  assert.deepEqual(
    objects.series.map(({ points }) => points),
    values.map((value) => [{ t: tick, value }]),
  );
  const csv = await text(`${asked}&form=csv`);
  assert.equal(csv, `t,${names.join(",")}\n${tick},${values.map((value) => value ?? "").join(",")}\n`);
});

test("without a metric or function only what was asked for is answered; with nothing, the average of total", async (t) => {
  const { query } = await measured(t);
  const names = async (more: string) =>
    QueryObjects.parse((await query(more)).body).series.map(({ name }) => name);
  assert.deepEqual(await names("percentile=95"), ["ct total p95"]);
  assert.deepEqual(await names("percentile=95&metric=dns"), ["ct dns AVERAGE", "ct total p95"]);
  assert.deepEqual(await names("points=5"), ["ct total AVERAGE"]);
  assert.deepEqual(await names("vantage=ct-1&carrier=ct"), ["ct total AVERAGE", "ct-1 total AVERAGE"]);
});

test("a question that makes no sense is a 400 that names the field", async (t) => {
  const { query } = await measured(t);
  for (const { more, path } of [
    { more: "percentile=0", path: "percentile" },
    { more: "percentile=101", path: "percentile" },
    { more: "percentile=p95", path: "percentile" },
    { more: "metric=total,ping", path: "metric" },
    { more: "exclude=20-10", path: "exclude" },
    { more: "exclude=20", path: "exclude" },
    { more: "points=0", path: "points" },
    { more: "reduce=average", path: "reduce" },
    { more: "below=-5", path: "below" },
  ]) {
    const { status, body } = await query(more);
    assert.equal(status, 400, more);
    assert.match(JSON.stringify(body), new RegExp(`"path":"/?${path}`), more);
  }
  assert.equal((await query("carrier=cmcc")).status, 404);
});
