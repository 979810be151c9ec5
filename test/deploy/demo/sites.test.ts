/** The demo's own servers: its certificate, its name servers and its pages, asked over real sockets. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { request } from "node:https";
import { test } from "node:test";
import { selfSigned } from "../../../deploy/demo/certificate.ts";
import type { Conditions } from "../../../deploy/demo/conditions.ts";
import { startPages } from "../../../deploy/demo/pages.ts";
import { replyUnder, startResolver } from "../../../deploy/demo/resolver.ts";
import { CARRIERS, TARGETS } from "../../../deploy/demo/scene.ts";

const hosts = TARGETS.map((target) => target.host);

test("the certificate names every demo host, verifies with its own key and runs out when told", () => {
  const { cert } = selfSigned(hosts, Date.UTC(2026, 10, 21), 90);
  const read = new X509Certificate(cert);
  for (const host of hosts) assert.equal(read.checkHost(host), host);
  assert.ok(read.verify(read.publicKey));
  assert.equal(Date.parse(read.validTo), Date.UTC(2027, 1, 19));
  assert.equal(read.checkHost("elsewhere.example"), undefined);
});

test("a name server answers the demo's hosts with its carrier's node, and asks on for others", async (t) => {
  const asked: string[] = [];
  const server = await startResolver(
    "127.77.0.2",
    (host) => {
      if (!hosts.includes(host)) return null;
      return replyUnder(host.startsWith("api") ? { kind: "dns", cause: "servfail" } : null, 5);
    },
    async (host, family) => {
      asked.push(`${host} ${family}`);
      if (host === "mine.example") return family === 4 ? ["192.0.2.1", "192.0.2.2"] : ["2001:db8::7"];
      throw Object.assign(new Error(host), { code: host === "gone.example" ? "ENOTFOUND" : "ETIMEOUT" });
    },
  );
  t.after(() => server.close());
  const resolver = new Resolver({ tries: 1, timeout: 60_000 });
  resolver.setServers([server.address]);
  assert.deepEqual(await resolver.resolve4("www.shop.example"), ["127.77.0.2"]);
  await assert.rejects(resolver.resolve6("www.shop.example"), { code: "ENODATA" });
  await assert.rejects(resolver.resolve4("api.news.example"), { code: "ESERVFAIL" });
  assert.deepEqual(asked, []);
  assert.deepEqual((await resolver.resolve4("mine.example")).sort(), ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(await resolver.resolve6("mine.example"), ["2001:db8::7"]);
  await assert.rejects(resolver.resolve4("gone.example"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve4("slow.example"), { code: "ESERVFAIL" });
  assert.equal(asked.length, 4);
});

test("each carrier's node answers with that carrier's delays and faults", async (t) => {
  const certificate = selfSigned(hosts, Date.now(), 30);
  const quick: Conditions = { dnsMs: 0, connectMs: 1, tlsMs: 1, waitMs: 1, transferMs: 4, fault: null };
  const pages = await startPages({
    carriers: CARRIERS,
    targets: TARGETS,
    certificate,
    ports: { https: 0, http: 0 },
    conditions: (target, carrier) => ({
      ...quick,
      waitMs: carrier.id === "cmcc" ? 120 : 1,
      fault: carrier.id === "cnc" && target.id === "shop-pay" ? { kind: "status", status: 502 } : null,
    }),
  });
  t.after(() => pages.close());
  const get = (address: string) =>
    new Promise<{ status: number; bytes: number; tookMs: number }>((resolve, reject) => {
      const startMs = performance.now();
      const asked = request(
        {
          ...{ host: address, port: pages.ports.https, path: "/checkout", servername: "pay.shop.example" },
          ...{ headers: { host: "pay.shop.example" }, ca: certificate.cert, agent: false },
        },
        (response) => {
          let bytes = 0;
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
          });
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, bytes, tookMs: performance.now() - startMs }),
          );
        },
      );
      asked.on("error", reject);
      asked.end();
    });
  const [ct, cnc, cmcc] = await Promise.all(CARRIERS.map((carrier) => get(carrier.address)));
  assert.equal(ct?.status, 200);
  assert.equal(ct?.bytes, 24_000);
  assert.equal(cnc?.status, 502);
  assert.ok((cmcc?.tookMs ?? 0) >= 119, `${cmcc?.tookMs}`);
});
