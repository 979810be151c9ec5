/** One exchange: whose certificate is trusted, what is never sent to anyone else, and that none waits for ever. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import { clientOf } from "../../../probe/ship/client.ts";
import { fakeCollector } from "../../support/fake-collector.ts";
import { testCa } from "../../support/test-ca.ts";

const KEY = "cwp_sh-ct-1_0123456789abcdef";
const leaf = testCa().leaf({ selfSigned: true });
const other = testCa().leaf({ selfSigned: true });
const sha256 = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();

function client(t: TestContext, url: string, certificateSha256: string | null) {
  const made = clientOf({ url, certificateSha256, key: () => KEY, userAgent: "carrierwatch/test" });
  t.after(() => made.close());
  return made;
}

const GET = { method: "GET", path: "/api/v1/probe/config", timeoutMs: 5_000 } as const;

test("a self-signed collector is trusted by its certificate's SHA-256, on new and kept connections", async (t) => {
  const collector = await fakeCollector(t, { tls: leaf });
  collector.setConfig({ hello: "probe" });
  const c = client(t, collector.url, sha256(leaf.cert));
  for (let i = 0; i < 3; i += 1) assert.equal((await c.exchange(GET)).status, 200);
  assert.equal(collector.requests[0]?.headers.authorization, `Bearer ${KEY}`);
});

test("another certificate gets neither the key nor the request", async (t) => {
  const collector = await fakeCollector(t, { tls: other });
  for (const [pinned, why] of [
    [
      sha256(leaf.cert),
      new RegExp(`has SHA-256 ${sha256(other.cert)}, .* if it was renewed, put .* config\\.yaml`),
    ],
    [null, /certificate/],
  ] as const) {
    const c = client(t, collector.url, pinned);
    await assert.rejects(c.exchange({ ...GET, method: "POST", body: Buffer.from("secret") }), why);
  }
  assert.equal(collector.requests.length, 0);
});

test("a base path comes before every path, with or without a slash at its end", async (t) => {
  const collector = await fakeCollector(t, { basePath: "/watch" });
  collector.setConfig({});
  for (const url of [collector.url, `${collector.url}/`])
    assert.equal((await client(t, url, null).exchange(GET)).status, 200);
});

test("a silent collector, a giver-up and an endless answer end the exchange with a code", async (t) => {
  const collector = await fakeCollector(t);
  const c = client(t, collector.url, null);
  collector.intercept = () => "hang";
  await assert.rejects(c.exchange({ ...GET, timeoutMs: 50 }), { code: "timeout" });
  const stop = new AbortController();
  const given = c.exchange({ ...GET, signal: stop.signal });
  stop.abort();
  await assert.rejects(given, { code: "aborted" });
  collector.intercept = () => ({ status: 200, body: "x".repeat(2_000_000) });
  await assert.rejects(c.exchange(GET), { code: "too-large" });
  collector.intercept = () => "reset";
  await assert.rejects(c.exchange(GET), { code: "ECONNRESET" });
});

test("a redirect is an answer, not followed: the key goes to one place", async (t) => {
  const elsewhere = await fakeCollector(t);
  const collector = await fakeCollector(t);
  collector.intercept = () => ({ status: 307, headers: { location: elsewhere.url } });
  assert.equal((await client(t, collector.url, null).exchange(GET)).status, 307);
  assert.equal(elsewhere.requests.length, 0);
});
