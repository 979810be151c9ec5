/** Measure now over a real port: asked, handed out, relayed to the asker alone, limited, forgotten, never stored. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MeasurementView } from "../../../collector/wire/on-demand.ts";
import { ProbeConfig } from "../../../collector/wire/probe-protocol.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { until } from "../../support/fake-collector.ts";
import { ask, joined, type Served, served, signedIn } from "./served.ts";

const SITE = { name: "site", url: "https://www.example.com/a?key=hidden" };
const KNOWS = { "x-carrierwatch-understands": "once" };
const UP = { startedMs: 1, state: "up", timings: NO_TIMINGS, detail: { status: 200 } };

const token = async (s: Served, scope: "read" | "write") => {
  const made = await s.accounts.tokens.create({ name: scope, scope });
  return { authorization: `Bearer ${made.token}` };
};
const measure = async (s: Served, headers: Record<string, string>, body: unknown) => {
  const answer = await ask(`${s.api}/measurements`, { headers, body });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return MeasurementView.parse(answer.body);
};
const look = async (s: Served, headers: Record<string, string>, id: string) =>
  MeasurementView.parse((await ask(`${s.api}/measurements/${id}`, { headers })).body);

test("a held poll is answered at once with what is to be measured, once, and its ETag stands", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const probe = { ...(await joined(s)), ...KNOWS };
  const target = await s.registry.targets.create(SITE);
  const etag = (await ask(`${s.api}/probe/config`, { headers: probe })).headers.get("etag") ?? "";
  const known = { ...probe, "if-none-match": etag };
  const held = ask(`${s.api}/probe/config?wait=30`, { headers: known });
  await until(() => s.clock.pending() > 0);
  const asked = await measure(s, user, { target: target.id });
  assert.deepEqual(
    asked.lanes.map(({ vantage, state }) => [vantage, state]),
    [["sh-ct-1", "waiting"]],
  );
  const given = await held;
  assert.equal(given.headers.get("etag"), etag);
  const { once } = ProbeConfig.parse(given.body);
  assert.deepEqual(
    once?.map(({ id, url, withinMs }) => [id, url, withinMs]),
    [[asked.id, SITE.url, 60_000]],
  );
  assert.equal((await ask(`${s.api}/probe/config`, { headers: known })).status, 304, "handed out once");
});

test("a URL is asked as the asker says; secrets and long waits are refused, a target says it itself", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const probe = { ...(await joined(s)), ...KNOWS };
  const asked = {
    method: "POST",
    request: { headers: [{ name: "x-a", value: "b" }], body: "c" },
    addresses: { pin: "192.0.2.1" },
    redirects: 0,
    timeouts: { connectMs: 1_000, totalMs: 2_000 },
    expect: { status: ["204"] },
  };
  await measure(s, user, { url: "https://a.example/", ...asked });
  const { once } = ProbeConfig.parse((await ask(`${s.api}/probe/config`, { headers: probe })).body);
  const { method, request, addresses, redirects, timeouts, expect } = once?.[0] ?? {};
  assert.deepEqual(
    { method, request, addresses: { pin: addresses?.pin }, redirects, timeouts, expect },
    asked,
  );
  const target = await s.registry.targets.create(SITE);
  const auth = { kind: "bearer", secret: "token" };
  for (const [body, want] of [
    [
      { url: "https://a.example/", request: { auth } },
      /request\.auth: a secret is measured with where a target names it/,
    ],
    [
      { url: "https://a.example/", timeouts: { totalMs: 60_000 } },
      /timeouts\.totalMs: somebody waits for it: at most 45000 ms/,
    ],
    [
      { url: "ping://a.example:80", request: { body: "x" } },
      /request\.body: only http and https targets have it, this is ping/,
    ],
    [{ target: target.id, expect: { status: ["204"] } }, /a target says itself how it is measured/],
  ] as const) {
    const answer = await ask(`${s.api}/measurements`, { headers: user, body });
    assert.equal(answer.status, 400);
    assert.match((answer.body as { detail: string }).detail, want);
  }
});

test("progress and result reach whoever waits for them, and nothing of it is stored", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const probe = { ...(await joined(s)), ...KNOWS };
  const target = await s.registry.targets.create(SITE);
  const { id } = await measure(s, user, { target: target.id, from: ["ct"] });
  const post = (news: object) => ask(`${s.api}/probe/once`, { headers: probe, body: { id, ...news } });
  const held = ask(`${s.api}/measurements/${id}?known=0&wait=30`, { headers: user });
  await until(() => s.clock.pending() > 1);
  assert.equal((await post({ kind: "progress", done: [{ metric: "dns", us: 900 }] })).status, 204);
  const first = MeasurementView.parse((await held).body);
  assert.deepEqual(
    first.lanes.map(({ state, done }) => [state, done]),
    [["measuring", [{ metric: "dns", us: 900 }]]],
  );
  assert.equal((await post({ kind: "measured", result: UP })).status, 204);
  assert.equal((await post({ kind: "busy" })).status, 204, "a lane that is over does not change");
  const last = await look(s, user, id);
  assert.equal(last.over, true);
  assert.equal(last.lanes[0]?.result?.detail.status, 200);
  const page = await s.query.samples(target.id, {});
  assert.equal(page.samples.length, 0);
  assert.deepEqual(await s.store.samples.latest([{ target: target.id, vantage: "sh-ct-1" }]), []);
});

test("the live stream tells the asker, and nobody else", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const other = await token(s, "write");
  const probe = { ...(await joined(s)), ...KNOWS };
  const read = async (headers: Record<string, string>) => {
    const answer = await fetch(`${s.api}/events`, { headers });
    return (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  };
  const [mine, theirs] = [await read(user), await read(other)];
  const { id } = await measure(s, user, { url: "https://www.example.com/" });
  await ask(`${s.api}/probe/once`, { headers: probe, body: { kind: "measured", id, result: UP } });
  s.live.publish({ type: "target", target: "end" });
  const heard = async (reader: typeof mine) => {
    let text = "";
    while (!text.includes('"end"')) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    return text;
  };
  assert.match(await heard(mine), new RegExp(`event: once\\ndata: .*"measurement":"${id}".*"measured"`));
  assert.doesNotMatch(await heard(theirs), /once/);
  assert.equal((await ask(`${s.api}/measurements/${id}`, { headers: other })).status, 404);
});

test("an older probe is never sent what it cannot parse, and the asker is told so", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const probe = await joined(s);
  const held = await measure(s, user, { url: "https://www.example.com/" });
  const given = await ask(`${s.api}/probe/config`, { headers: probe });
  assert.equal(given.status, 200);
  assert.equal("once" in given.body, false);
  assert.equal((await look(s, user, held.id)).lanes[0]?.state, "old");
  const next = await measure(s, user, { url: "https://www.example.com/" });
  assert.deepEqual([next.over, next.lanes[0]?.state], [true, "old"], "known from its last poll");
});

test("after a minute a vantage that said nothing gave no answer; minutes later all is forgotten", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  const probe = { ...(await joined(s)), ...KNOWS };
  const { id } = await measure(s, user, { url: "https://www.example.com/" });
  await s.clock.advance(60_000);
  const view = await look(s, user, id);
  assert.deepEqual([view.over, view.lanes[0]?.state], [true, "no-answer"]);
  const { once } = ProbeConfig.parse((await ask(`${s.api}/probe/config`, { headers: probe })).body);
  assert.equal(once, undefined, "what nobody waits for is not handed out");
  await ask(`${s.api}/probe/once`, { headers: probe, body: { kind: "measured", id, result: UP } });
  assert.equal((await look(s, user, id)).lanes[0]?.state, "no-answer");
  await s.clock.advance(300_000);
  assert.equal((await ask(`${s.api}/measurements/${id}`, { headers: user })).status, 404);
});

test("another vantage cannot answer for the one that was asked", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  await joined(s);
  const stranger = await joined(s, "gz-cmcc-1", "cmcc");
  const { id } = await measure(s, user, { url: "https://www.example.com/", from: ["ct"] });
  const news = { kind: "measured", id, result: UP };
  assert.equal((await ask(`${s.api}/probe/once`, { headers: stranger, body: news })).status, 204);
  assert.equal((await look(s, user, id)).lanes[0]?.state, "waiting");
});

test("a flood is refused for a while, per asker; a vantage with a full queue is busy", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  await joined(s);
  const body = { url: "https://www.example.com/" };
  for (let n = 0; n < 12; n += 1) await measure(s, user, body);
  const refused = await ask(`${s.api}/measurements`, { headers: user, body });
  assert.equal(refused.status, 429);
  assert.equal(refused.body["code"], "too_many_measurements");
  assert.equal(refused.headers.get("retry-after"), "60");
  const other = await token(s, "write");
  for (let n = 0; n < 4; n += 1) assert.equal((await measure(s, other, body)).lanes[0]?.state, "waiting");
  assert.equal((await measure(s, other, body)).lanes[0]?.state, "busy");
  await s.clock.advance(60_000);
  assert.equal((await measure(s, user, body)).lanes[0]?.state, "waiting");
});

test("what cannot be measured is refused in a sentence, and reading is not enough to ask", async (t) => {
  const s = await served(t);
  const user = await signedIn(s);
  await joined(s);
  const table: [unknown, number, RegExp][] = [
    [{}, 400, /name a target or give a URL/],
    [{ target: "a", url: "https://a.example/" }, 400, /one of them/],
    [{ url: "ftp://a.example/" }, 400, /only http, https, tcp, tls, ping and dns/],
    [{ url: "https://u:p@a.example/" }, 400, /user name or password/],
    [{ target: "nothing" }, 404, /there is no target/],
    [{ url: "https://a.example/", from: ["ct", "telia"] }, 400, /no carrier or vantage \\"telia\\"/],
    [{ url: "https://a.example/", from: ["cmcc"] }, 400, /no vantage belongs to it/],
  ];
  for (const [body, status, says] of table) {
    const answer = await ask(`${s.api}/measurements`, { headers: user, body });
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(JSON.stringify(answer.body), says);
  }
  const headers = await token(s, "read");
  const refused = await ask(`${s.api}/measurements`, { headers, body: { url: "https://a.example/" } });
  assert.equal(refused.status, 403);
});
