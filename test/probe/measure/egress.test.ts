/** The guard at work: what it refuses never gets a TCP connection, whichever way the address comes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dnsServer, type Zone } from "../../support/dns-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { LOOPBACK_SPELLINGS } from "../../support/loopback-spellings.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

test("no spelling of loopback reaches a server that listens on all addresses", async () => {
  const target = await httpTarget({ host: "::" }).catch(() => httpTarget({ host: "0.0.0.0" }));
  const dns = await dnsServer();
  const measurer = testMeasurer({ allow: [], resolvers: [dns.address] });
  try {
    for (const spelling of [
      ...LOOPBACK_SPELLINGS,
      "http://localhost/",
      "http://a.localhost/",
      "http://LOCALHOST./",
    ]) {
      const url = new URL(spelling);
      url.port = String(target.port);
      const sample = await measurer.measure(assignmentFor(url.href));
      assert.equal(sample.state, "unknown", spelling);
      assert.equal(sample.unknownReason, "guard", spelling);
      assert.match(
        sample.detail.note ?? "",
        /To allow it, put allow: \[".*"\] in \/data\/probe\/config\.yaml/,
      );
      assert.equal(sample.failure, undefined);
    }
    assert.equal(target.seen.connections, 0);
  } finally {
    measurer.close();
    await dns.close();
    await target.close();
  }
});

test("a name that resolves to a refused address, alone or among others, gets no connection", async () => {
  const target = await httpTarget();
  const dns = await dnsServer({
    "inside.test": { a: ["10.0.0.1"] },
    "mixed.test": { a: ["127.0.0.1", "10.0.0.1"] },
    "meta.test": { a: ["169.254.169.254"] },
    "mapped.test": { aaaa: ["::ffff:7f00:1"] },
  });
  const measurer = testMeasurer({ allow: [], resolvers: [dns.address] });
  try {
    for (const name of ["inside.test", "mixed.test", "meta.test", "mapped.test"]) {
      const sample = await measurer.measure(assignmentFor(`http://${name}:${target.port}/`));
      assert.equal(sample.unknownReason, "guard", name);
      assert.match(sample.detail.note ?? "", new RegExp(`^${name} resolves to `));
      assert.equal(sample.timings.connect, null);
    }
    assert.equal(target.seen.connections, 0);
  } finally {
    measurer.close();
    await dns.close();
    await target.close();
  }
});

test("a name that changes its address between hops is judged by each answer (rebinding)", async () => {
  const inner = await httpTarget({ body: "secret" });
  const outer = await httpTarget({ host: "127.0.0.2" });
  let asked = 0;
  const rebinding = (): Zone => {
    asked += 1;
    return { a: [asked <= 2 ? "127.0.0.2" : "127.0.0.1"], ttlS: 0 };
  };
  const dns = await dnsServer({ "rebind.test": rebinding });
  // Asked for A and AAAA at once: the first hop is answered 127.0.0.2, the second 127.0.0.1.
  outer.script = { status: 302, headers: { location: `http://rebind.test:${inner.port}/` } };
  const measurer = testMeasurer({ allow: ["127.0.0.2/32"], resolvers: [dns.address] });
  try {
    const sample = await measurer.measure(assignmentFor(`http://rebind.test:${outer.port}/`));
    assert.equal(sample.failure?.cause, "redirect-refused");
    assert.match(
      sample.detail.note ?? "",
      /rebind\.test resolves to 127\.0\.0\.1.*--allow 127\.0\.0\.1\/32$/,
    );
    assert.equal(outer.seen.connections, 1);
    assert.equal(inner.seen.connections, 0);
  } finally {
    measurer.close();
    await Promise.all([dns.close(), inner.close(), outer.close()]);
  }
});

test("a redirect to a refused address is the target's fault, says the line to add, and is not followed", async () => {
  const inner = await httpTarget();
  const outer = await httpTarget({
    host: "127.0.0.2",
    status: 301,
    headers: { location: `http://2130706433:${inner.port}/admin` },
  });
  const measurer = testMeasurer({ allow: ["127.0.0.2/32"] });
  try {
    const sample = await measurer.measure(assignmentFor(outer.url));
    assert.deepEqual(
      [sample.state, sample.failure?.phase, sample.failure?.cause, sample.failure?.source],
      ["down", "status", "redirect-refused", "target"],
    );
    assert.match(sample.detail.note ?? "", /allow: \["127\.0\.0\.1\/32"\] in \/data\/probe\/config\.yaml/);
    assert.equal(sample.detail.status, 301);
    assert.equal(inner.seen.connections, 0);
  } finally {
    measurer.close();
    await Promise.all([inner.close(), outer.close()]);
  }
});
