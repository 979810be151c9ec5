/** `carrierwatch check` of every kind: what the terminal shows, --resolve, and what a waterfall says beside its bars. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { waterfall } from "../../../probe/check/waterfall.ts";
import { WORDS } from "../../../probe/check/words.ts";
import type { Measured } from "../../../probe/measure/measured.ts";
import { dnsServer } from "../../support/dns-server.ts";
import { hostileServer } from "../../support/hostile-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { testCa } from "../../support/test-ca.ts";

const BIN = new URL("../../../deploy/bin.js", import.meta.url).pathname;

function check(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, "check", ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

test("tcp, ping and dns are drawn with what they have; a missing record exits 1", async () => {
  const server = await hostileServer(() => undefined);
  const dns = await dnsServer({ "web.test": { a: ["192.0.2.1"], ttlS: 30 } });
  const [tcp, ping, record, missing] = await Promise.all([
    check(`tcp://127.0.0.1:${server.port}`, "--allow", "127.0.0.1"),
    check(`ping://127.0.0.1:${server.port}?count=2`, "--allow", "127.0.0.1", "--json"),
    check("dns://web.test", "--resolver", dns.address),
    check("dns://web.test", "--resolver", dns.address, "--record", "192.0.2.2", "--lang", "zh"),
  ]);
  await Promise.all([server.close(), dns.close()]);
  assert.equal(tcp.code, 0, tcp.err);
  assert.match(tcp.out, /\n {2}connect +[\d.]+ ms/);
  assert.doesNotMatch(tcp.out, /wait|received/);
  assert.deepEqual([JSON.parse(ping.out).detail.ping.sent, ping.code], [2, 0]);
  assert.equal(record.code, 0, record.err);
  assert.match(record.out, new RegExp(`1 record from ${dns.address}\n +192\\.0\\.2\\.1\n`));
  assert.equal(missing.code, 1);
  assert.match(missing.out, /缺少预期的 DNS 记录/);
});

test("--resolve is used for its host and port alone, redirects included, and asks nobody", async () => {
  const end = await httpTarget({ tls: testCa().leaf({ names: ["end.test"] }) });
  const first = await httpTarget({ status: 302, headers: { location: `https://end.test:${end.port}/` } });
  const ran = await check(
    `http://first.test:${first.port}/`,
    ...["--allow", "127.0.0.0/8", "-k", "--json"],
    ...["--resolve", `first.test:${first.port}:127.0.0.1`, "--resolve", `end.test:${end.port}:127.0.0.1`],
  );
  await Promise.all([first.close(), end.close()]);
  assert.equal(ran.code, 0, ran.out + ran.err);
  const { detail, timings } = JSON.parse(ran.out);
  assert.equal(timings.dns, null);
  assert.equal(detail.unverified, true);
  assert.equal(detail.hops.length, 2);
  assert.equal(end.seen.requests[0]?.headers.host, `end.test:${end.port}`);
});

test("a password comes by standard input and stands nowhere in what is printed", async () => {
  const target = await httpTarget();
  const ran = await new Promise<string>((resolve) => {
    const args = [BIN, "check", target.url, "--allow", "127.0.0.1", "-u", "me", "--json"];
    const child = execFile(process.execPath, args, (_error, out, err) => resolve(out + err));
    child.stdin?.end("s3cret\n");
  });
  await target.close();
  const sent = target.seen.requests[0]?.headers.authorization;
  assert.equal(sent, `Basic ${Buffer.from("me:s3cret").toString("base64")}`);
  assert.ok(!ran.includes("s3cret"));
});

const FULL: Measured = {
  startedMs: 0,
  state: "up",
  timings: { ...NO_TIMINGS, dns: 5_000, connect: 5_000, tls: 20_000, wait: 10_000, total: 40_000 },
  detail: {
    status: 200,
    protocol: "h2",
    tlsNetUs: 10_000,
    headerBytes: 312,
    wireBytes: 2_000,
    resolver: "223.5.5.5",
    answers: [{ address: "192.0.2.1", ttlS: 60 }, { address: "192.0.2.2" }],
    redirects: 1,
    redirectUs: 9_000,
    finalUrl: "https://b.test/",
    hops: [
      { ...NO_TIMINGS, url: "http://a.test/", status: 301, address: "192.0.2.1", connect: 2_000 },
      { ...NO_TIMINGS, url: "https://b.test/", status: 200, address: "192.0.2.2", connect: 3_000 },
    ].map(({ ttfb: _ttfb, total: _total, speed: _speed, ...hop }) => hop),
    certificate: {
      subject: "b.test",
      issuer: "R3",
      notAfterS: 86_400 * 20,
      fingerprint256: "",
      chain: ["R3", "Root"],
      problem: "SELF_SIGNED_CERT_IN_CHAIN",
    },
    unverified: true,
    ping: { sent: 5, received: 4, minUs: 1_000, maxUs: 2_000 },
  },
};

test("everything that is known stands under the bars, in both languages", () => {
  const look = { words: WORDS.en, say: (text: string) => text, colour: false, nowMs: 0 };
  const said = waterfall("https://a.test/", FULL, look);
  for (const line of [
    "answered 192.0.2.1 (TTL 60 s), 192.0.2.2 by 223.5.5.5",
    "4 of 5 connects answered, 1.00 ms .. 2.00 ms",
    "10.0 ms of TLS on the network (█), the rest arithmetic (░)",
    "received 2.00 kB, headers 312 B",
    "1 redirect in 9.00 ms, to https://b.test/",
    "  1. 301  http://a.test/  192.0.2.1  connect 2.00 ms",
    "certificate b.test, from R3, 20 days left",
    "chain: b.test < R3 < Root",
    "the certificate was NOT verified; it does not hold: SELF_SIGNED_CERT_IN_CHAIN",
  ]) {
    assert.ok(said.includes(`\n  ${line}`), `${line}\n\n${said}`);
  }
  const bar = said.split("\n").find((line) => line.trimStart().startsWith("TLS ")) ?? "";
  const network = bar.split("█").length - 1;
  const arithmetic = bar.split("░").length - 1;
  assert.ok(network > 5 && Math.abs(network - arithmetic) <= 1, bar);
  const silent = { ...FULL, detail: { resolver: "223.5.5.5" } };
  assert.match(waterfall("https://a.test/", silent, look), /\n {2}asked 223\.5\.5\.5/);
  const chinese = waterfall("https://a.test/", FULL, { ...look, words: WORDS.zh });
  for (const word of ["解析结果", "有应答", "网络", "响应头", "证书链", "未经验证"]) {
    assert.ok(chinese.includes(word), word);
  }
});
