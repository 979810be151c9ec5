/** The probe's side over a real port: held polls, batches as they come and as they must not, joining, keys. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { COLUMNS_TYPE } from "../../../collector/wire/columns.ts";
import { UnavailableError } from "../../../collector/wire/errors.ts";
import { ProbeConfig, parseJoinToken } from "../../../collector/wire/probe-protocol.ts";
import { BatchAnswer } from "../../../collector/wire/sample.ts";
import { columnsOf, ToldCertificates } from "../../../probe/ship/columns.ts";
import { until } from "../../support/fake-collector.ts";
import { batchOf, sampleOf } from "../ingest/batches.ts";
import { ask, joined, type Served, served, signedIn } from "./served.ts";

const SITE = { name: "site", url: "https://www.example.com/" };

test("a probe gets its assignments with an ETag, and 304 while they stand", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const target = await s.registry.targets.create(SITE);
  const first = await ask(`${s.api}/probe/config`, { headers });
  assert.equal(first.status, 200);
  assert.deepEqual(
    ProbeConfig.parse(first.body).assignments.map(({ id }) => id),
    [target.id],
  );
  const etag = first.headers.get("etag") ?? "";
  const second = await ask(`${s.api}/probe/config`, { headers: { ...headers, "if-none-match": etag } });
  assert.equal(second.status, 304);
  const [contact] = await s.store.registry.list("contact");
  assert.equal(contact?.id, "sh-ct-1", "a poll is a contact");
});

test("a held poll answers when something it is about changes, and 304 when its time is up", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const etag = (await ask(`${s.api}/probe/config`, { headers })).headers.get("etag") ?? "";
  const hold = () => ask(`${s.api}/probe/config?wait=30`, { headers: { ...headers, "if-none-match": etag } });
  const held = hold();
  await until(() => s.clock.pending() > 0);
  await s.registry.targets.create(SITE);
  // The clock stands: only the change can have ended the hold.
  const changed = await held;
  assert.equal(changed.status, 200);
  const known = { ...headers, "if-none-match": changed.headers.get("etag") ?? "" };
  const quiet = ask(`${s.api}/probe/config?wait=30`, { headers: known });
  await until(() => s.clock.pending() > 0);
  await s.registry.carriers.put({ id: "cernet", name: { zh: "教育网", en: "CERNET" }, color: "#123456" });
  await s.clock.advance(30_000);
  assert.equal((await quiet).status, 304, "a change that does not concern it does not end it");
  assert.equal(s.clock.pending(), 0);
});

test("a poll whose probe has gone is let go, and a closing server lets all go", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const etag = (await ask(`${s.api}/probe/config`, { headers })).headers.get("etag") ?? "";
  const url = `${s.api}/probe/config?wait=50`;
  const known = { ...headers, "if-none-match": etag };
  const gone = new AbortController();
  const left = fetch(url, { headers: known, signal: gone.signal }).catch(() => null);
  await until(() => s.clock.pending() > 0);
  gone.abort();
  await left;
  await until(() => s.clock.pending() === 0);
  const kept = ask(url, { headers: known });
  await until(() => s.clock.pending() > 0);
  await s.app.close();
  assert.equal((await kept).status, 304);
});

test("samples are stored, plain or gzipped, for the vantage of the key", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const { id } = await s.registry.targets.create(SITE);
  const plain = await ask(`${s.api}/probe/samples`, {
    headers,
    body: batchOf([sampleOf(id, s.clock.nowMs())], s.clock.nowMs()),
  });
  assert.equal(plain.status, 200, JSON.stringify(plain.body));
  assert.deepEqual(BatchAnswer.parse(plain.body).outcomes, [{ outcome: "stored" }]);
  const body = gzipSync(
    JSON.stringify(batchOf([sampleOf(id, s.clock.nowMs(), { back: 1 })], s.clock.nowMs())),
  );
  const packed = await post(s, headers, body, {
    "content-type": "application/json",
    "content-encoding": "gzip",
  });
  assert.equal(packed.status, 200);
  const stored = await s.store.samples.latest([{ target: id, vantage: "sh-ct-1" }]);
  assert.equal(stored.length, 1);
  assert.equal((await s.store.ops.counters()).find(({ vantage }) => vantage === "sh-ct-1")?.stored, 2);
});

test("a batch without samples is taken in either form, and its answer is one that any probe reads", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const head = { ...batchOf([], s.clock.nowMs()), samples: undefined };
  const { bytes } = columnsOf([], head, new ToldCertificates());
  for (const [type, body] of [
    ["application/json", JSON.stringify(batchOf([], s.clock.nowMs()))],
    [COLUMNS_TYPE, Buffer.from(bytes)],
  ] as const) {
    const answer = await post(s, headers, body, { "content-type": type });
    assert.equal(answer.status, 200, type);
    assert.deepEqual(BatchAnswer.parse(await answer.json()).outcomes, [], type);
  }
});

test("garbage gets a 4xx problem and leaves no row", async (t) => {
  const s = await served(t, { http: { limits: { bodyLimitBytes: 200_000, decodedLimitBytes: 400_000 } } });
  const headers = await joined(s);
  const { id } = await s.registry.targets.create(SITE);
  const good = JSON.stringify(batchOf([sampleOf(id, s.clock.nowMs())], s.clock.nowMs()));
  const json = { "content-type": "application/json" };
  const gzip = { ...json, "content-encoding": "gzip" };
  const cases: [string, Buffer | string, Record<string, string>, number][] = [
    ["cut JSON", good.slice(0, -3), json, 400],
    ["empty", "", json, 400],
    ["NaN", good.replace("300", "NaN"), json, 400],
    ["__proto__", good.replace("{", '{"__proto__":{"x":1},'), json, 400],
    ["constructor.prototype", good.replace("{", '{"constructor":{"prototype":{"x":1}},'), json, 400],
    [
      "invalid UTF-8",
      Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
      json,
      400,
    ],
    ["deep nesting", "[".repeat(100_000) + "]".repeat(90_000), json, 400],
    ["huge number", good.replace(/"sentMs":\d+/, '"sentMs":1e400'), json, 400],
    ["wrong type", '"text"', json, 400],
    ["null", "null", json, 400],
    ["oversized", Buffer.alloc(200_001, 0x20), json, 413],
    ["gzip bomb", gzipSync(Buffer.alloc(20_000_000)), gzip, 413],
    ["not gzip", good, gzip, 400],
    ["cut gzip", gzipSync(good).subarray(0, -9), gzip, 400],
    ["brotli", brotliCompressSync(good), { ...json, "content-encoding": "br" }, 415],
    ["twice packed", gzipSync(gzipSync(good)), { ...json, "content-encoding": "gzip, gzip" }, 415],
    ["text/plain", good, { "content-type": "text/plain" }, 415],
    ["a form", "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["no type", good, { "content-type": "" }, 415],
  ];
  for (const [name, body, more, status] of cases) {
    const answer = await post(s, headers, body, more);
    assert.equal(answer.status, status, name);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/, name);
  }
  assert.deepEqual(await s.store.samples.generations(), []);
  assert.equal((await post(s, headers, good, json)).status, 200, "and the good one still goes in");
});

test("a store without space answers 507 and acknowledges nothing; with space again the batch goes in", async (t) => {
  const store = memoryStore();
  let full = true;
  const put: typeof store.samples.put = async (records, nowMs) => {
    if (full) throw new UnavailableError("disk_full", "no space left on /data");
    return await store.samples.put(records, nowMs);
  };
  const s = await served(t, { store: { ...store, samples: { ...store.samples, put } } });
  const headers = await joined(s);
  const { id } = await s.registry.targets.create(SITE);
  const body = batchOf([sampleOf(id, s.clock.nowMs())], s.clock.nowMs());
  const refused = await ask(`${s.api}/probe/samples`, { headers, body });
  assert.equal(refused.status, 507);
  assert.equal(refused.body["code"], "disk_full");
  assert.equal("outcomes" in refused.body, false);
  full = false;
  const taken = await ask(`${s.api}/probe/samples`, { headers, body });
  assert.deepEqual(taken.body["outcomes"], [{ outcome: "stored" }]);
  assert.deepEqual(s.ingest.batches(), { taken: 1, refused: 0, failed: 1 });
});

test("without its key, with another kind of token or after revocation a probe gets 401", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  const headers = await joined(s);
  const [, key = ""] = (headers["authorization"] ?? "").split(" ");
  const wrong = [
    {},
    browser,
    { authorization: `Bearer ${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}` },
    { authorization: `Bearer ${key.replace("sh-ct-1", "sh-ct-2")}` },
    { authorization: `Bearer ${s.accounts.localToken()}` },
    { authorization: "Bearer " },
  ];
  for (const headers of wrong) assert.equal((await ask(`${s.api}/probe/config`, { headers })).status, 401);
  assert.equal((await ask(`${s.api}/overview`, { headers })).status, 401, "a key is no user");
  const revoked = await ask(`${s.api}/vantages/sh-ct-1`, { method: "DELETE", headers: browser });
  assert.equal(revoked.status, 204);
  assert.equal((await ask(`${s.api}/probe/config`, { headers })).status, 401);
  assert.equal((await s.registry.vantages.get("sh-ct-1")).revokedS, Math.floor(s.clock.nowMs() / 1000));
});

test("a rotated key and the one before work until the new one is used", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  const before = await joined(s);
  const rotated = await ask(`${s.api}/vantages/sh-ct-1/rotate`, { method: "POST", headers: browser });
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
  const after = { authorization: `Bearer ${rotated.body["key"]}` };
  const status = async (headers: Record<string, string>) =>
    (await ask(`${s.api}/probe/config`, { headers })).status;
  assert.equal(await status(before), 200);
  assert.equal(await status(after), 200);
  assert.equal(await status(before), 401);
});

test("a join command works once, for an hour, and its text is in no argument of a process", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  const made = await ask(`${s.api}/vantages`, {
    headers: browser,
    body: { name: "上海电信", carrier: "ct", tags: [] },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const id = String(made.body["vantage"]);
  const command = String(made.body["command"]);
  const token = parseJoinToken(command);
  assert.equal(token?.url, s.origin);
  assert.equal(token?.certificateSha256, null);
  assert.equal(token?.programSha256, s.probeProgram.sha256);
  assert.equal(command.lastIndexOf("cwj1_") > command.indexOf("<<"), true);
  const redeem = (secret = token?.secret) =>
    ask(`${s.api}/probe/join`, { body: { secret, hostname: "host", probeVersion: "1" } });
  assert.equal((await redeem("x".repeat(43))).body["code"], "join_secret");
  const answers = await Promise.all([redeem(), redeem()]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403]);
  const key = answers.find(({ status }) => status === 200)?.body["key"];
  const headers = { authorization: `Bearer ${key}` };
  assert.equal((await ask(`${s.api}/probe/config`, { headers })).status, 200);
  const again = await ask(`${s.api}/vantages/${id}/join`, { method: "POST", headers: browser });
  await s.clock.advance(3_600_000);
  assert.equal((await redeem(parseJoinToken(String(again.body["command"]))?.secret)).status, 403);
});

test("a newer join command ends the older, and the machine beside the collector has none", async (t) => {
  const s = await served(t);
  const browser = await signedIn(s);
  await s.registry.vantages.create({ id: "here", name: "here", carrier: "local", tags: [] }, { local: true });
  const local = await ask(`${s.api}/vantages/here/join`, { method: "POST", headers: browser });
  assert.equal(local.status, 409);
  await joined(s);
  const join = async () => {
    const made = await ask(`${s.api}/vantages/sh-ct-1/join`, { method: "POST", headers: browser });
    return parseJoinToken(String(made.body["command"]))?.secret;
  };
  const [older, newer] = [await join(), await join()];
  const redeem = (secret: unknown) =>
    ask(`${s.api}/probe/join`, { body: { secret, hostname: "host", probeVersion: "1" } });
  assert.equal((await redeem(older)).status, 403);
  assert.equal((await redeem(newer)).status, 200);
});

test("the vantage of a running local probe is neither revoked nor rotated; without the probe it is", async (t) => {
  for (const localProbe of [true, false]) {
    const s = await served(t, { localProbe });
    const headers = await signedIn(s);
    await s.registry.vantages.create({ id: "here", name: "here", carrier: "local" }, { local: true });
    const key = await s.vantageKeys.issue("here");
    const rotated = await ask(`${s.api}/vantages/here/rotate`, { method: "POST", headers });
    const revoked = await ask(`${s.api}/vantages/here`, { method: "DELETE", headers });
    assert.deepEqual([rotated.status, revoked.status], localProbe ? [409, 409] : [200, 204]);
    assert.equal(await s.vantageKeys.verify(key), localProbe ? "here" : null);
    if (localProbe) assert.match(String(revoked.body["hint"]), /carrierwatch collector/);
  }
});

test("the pasted command fetches the program, compares it and hands it the token on stdin", async (t) => {
  const program = Buffer.from(
    'const chunks=[];process.stdin.on("data",(c)=>chunks.push(c)).on("end",()=>console.log(JSON.stringify({args:process.argv.slice(2),stdin:Buffer.concat(chunks).toString()})));\n',
  );
  const { createHash } = await import("node:crypto");
  const probeProgram = { bytes: program, sha256: createHash("sha256").update(program).digest("hex") };
  const s = await served(t, { probeProgram, http: { basePath: "/watch" } });
  const browser = await signedIn(s);
  const made = await ask(`${s.api}/vantages`, {
    headers: browser,
    body: { name: "far", carrier: "ct", tags: [] },
  });
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-join-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const run = async (command: string) => {
    const child = spawn("sh", ["-c", command.replace(/^node /, `${process.execPath} `)], {
      cwd: dir,
      env: { HOME: dir },
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { out, err };
  };
  const { out, err } = await run(String(made.body["command"]));
  assert.equal(err, "");
  const said = JSON.parse(out);
  assert.deepEqual(said.args, ["join", "--run"]);
  assert.equal(said.stdin.trim(), made.body["token"]);
  assert.deepEqual(readFileSync(join(dir, ".carrierwatch/probe.mjs")), program);
  probeProgram.bytes = Buffer.from("something else");
  assert.match((await run(String(made.body["command"]))).err, /another checksum/);
});

test("progress reaches the live bus for an assigned target only", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const { id } = await s.registry.targets.create(SITE);
  const seen: unknown[] = [];
  s.live.subscribe((event) => seen.push(event));
  const progress = { target: id, startedMs: s.clock.nowMs(), done: [{ metric: "dns", us: 900 }] };
  assert.equal((await ask(`${s.api}/probe/progress`, { headers, body: progress })).status, 204);
  assert.deepEqual(seen, [{ type: "progress", vantage: "sh-ct-1", carrier: "ct", progress }]);
  await ask(`${s.api}/probe/progress`, { headers, body: { ...progress, target: "other" } });
  assert.equal(seen.length, 1);
});

async function post(
  s: Served,
  headers: Record<string, string>,
  body: Buffer | string,
  more: Record<string, string>,
) {
  const answer = await fetch(`${s.api}/probe/samples`, {
    method: "POST",
    headers: { ...headers, ...more },
    body: typeof body === "string" ? Buffer.from(body) : new Uint8Array(body),
  });
  await answer.clone().arrayBuffer();
  return answer;
}
