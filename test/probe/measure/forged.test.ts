/** A resolver that answers names which cannot exist is found out, and what it says of a target is called hijacked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { dnsServer } from "../../support/dns-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, testMeasurer, timed } from "../../support/probe-bench.ts";

test("a name that the resolver made up is hijacked, even where its page answers 200", async () => {
  const portal = await httpTarget({ body: "this domain is for sale" });
  const dns = await dnsServer({ "*": { a: ["127.0.0.1"] }, "real.test": { a: ["127.0.0.2"] } });
  const real = await httpTarget({ host: "127.0.0.2" });
  const measurer = testMeasurer({ resolvers: [dns.address] });
  const lost = await measurer.measure(assignmentFor(`http://expired.test:${portal.port}/`));
  const kept = await measurer.measure(assignmentFor(`http://real.test:${real.port}/`));
  const query = await measurer.measure(assignmentFor("dns://expired.test"));
  const literal = await measurer.measure(assignmentFor(`http://127.0.0.1:${portal.port}/`));
  measurer.close();
  await Promise.all([portal.close(), real.close(), dns.close()]);
  const { phase, cause, source, detail, elapsedUs } = lost.failure ?? {};
  assert.equal(`${phase} ${cause} ${source}`, "dns hijacked resolver");
  assert.equal(detail, "the resolver answers names that cannot exist with 127.0.0.1 too");
  assert.ok((elapsedUs ?? 0) > 0);
  assert.deepEqual(lost.timings, NO_TIMINGS);
  assert.equal(lost.detail.status, 200, "what was seen stands in the sample");
  assert.equal(kept.state, "up");
  assert.equal(query.failure?.cause, "hijacked");
  assert.equal(literal.state, "up", "nobody was asked for an address");
  // Of one impossible name A and AAAA, once for all of them.
  assert.equal(dns.impossible.length, 2);
  assert.match(dns.impossible[0] ?? "", /^carrierwatch-[0-9a-f]{16}\.invalid$/);
});

test("a redirect off a made-up address is hijacked too", async () => {
  const end = await httpTarget({ host: "127.0.0.2" });
  const portal = await httpTarget({ status: 302, headers: { location: `http://127.0.0.2:${end.port}/` } });
  const dns = await dnsServer({ "*": { a: ["127.0.0.1"] } });
  const measurer = testMeasurer({ resolvers: [dns.address] });
  const { failure } = await measurer.measure(assignmentFor(`http://expired.test:${portal.port}/`));
  measurer.close();
  await Promise.all([portal.close(), end.close(), dns.close()]);
  assert.equal(failure?.cause, "hijacked");
});

test("an honest resolver changes nothing, and one that keeps silent holds nothing up", async () => {
  const target = await httpTarget();
  const honest = await dnsServer({ "web.test": { a: ["127.0.0.1"] } });
  const silent = await dnsServer({ "web.test": { a: ["127.0.0.1"] }, "*": { fault: "silent" } });
  for (const dns of [honest, silent]) {
    const measurer = testMeasurer({ resolvers: [dns.address] });
    const assignment = assignmentFor(`http://web.test:${target.port}/`);
    const { result, tookMs, lateMs } = await timed(() => measurer.measure(assignment));
    measurer.close();
    assert.equal(result.state, "up");
    assert.ok(tookMs < assignment.timeouts.connectMs + lateMs, `${tookMs} ms, late ${lateMs} ms`);
    assert.equal(dns.impossible.length, 2);
  }
  await Promise.all([target.close(), honest.close(), silent.close()]);
});
