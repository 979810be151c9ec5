/** What a network on the way does to answers: each way has one phase, cause and source, and leaves its traces. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Measured } from "../../../probe/measure/measured.ts";
import { dnsServer } from "../../support/dns-server.ts";
import { type Behaviour, hostileServer, saysAndEnds, saysAndResets } from "../../support/hostile-server.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";
import { injectsRedirect, sniResetter, staleCache } from "../../support/tampering.ts";
import { testCa } from "../../support/test-ca.ts";

const ca = testCa();
const dns = await dnsServer({
  "web.test": { a: ["127.0.0.1"] },
  "blocked.test": { a: ["127.0.0.1"] },
  "forged.test": { a: ["192.0.2.66"] },
});
const measurer = testMeasurer({ resolvers: [dns.address] });
after(async () => {
  measurer.close();
  await dns.close();
});

const real = { status: ["200-299"], bodyContains: "the real page" };
const portal = await httpTarget({ body: "this page has been blocked" });
after(() => portal.close());

type Case = { readonly name: string; readonly want: string; readonly run: () => Promise<Measured> };

async function behind(behaviour: Behaviour, extra: Parameters<typeof assignmentFor>[1]): Promise<Measured> {
  const server = await hostileServer(behaviour);
  try {
    return await measurer.measure(assignmentFor(`http://web.test:${server.port}/`, extra));
  } finally {
    await server.close();
  }
}

async function overTls(leaf: Parameters<typeof ca.leaf>[0], scheme: string): Promise<Measured> {
  const server = await httpTarget({ tls: ca.leaf(leaf) });
  try {
    return await measurer.measure(assignmentFor(`${scheme}://web.test:${server.port}`));
  } finally {
    await server.close();
  }
}

async function blockedName(host: string, scheme: string): Promise<Measured> {
  const box = await sniResetter("blocked.test", ca.leaf({ names: ["blocked.test", "web.test"] }));
  try {
    return await measurer.measure(assignmentFor(`${scheme}://${host}:${box.port}`));
  } finally {
    await box.close();
  }
}

async function madeUp(): Promise<Measured> {
  const lying = await dnsServer({ "*": { a: ["127.0.0.1"] } });
  const own = testMeasurer({ resolvers: [lying.address] });
  try {
    return await own.measure(assignmentFor(`http://expired.test:${portal.port}/`));
  } finally {
    own.close();
    await lying.close();
  }
}

const cases: Case[] = [
  { name: "a resolver that answers names that do not exist", want: "dns hijacked resolver", run: madeUp },
  {
    name: "a forged A record",
    want: "content record target",
    run: () =>
      measurer.measure(
        assignmentFor("dns://forged.test", { expect: { status: ["200-299"], records: ["192.0.2.1"] } }),
      ),
  },
  {
    name: "an injected redirect to a page of the carrier",
    want: "content content target",
    run: () => behind(injectsRedirect(portal.url), { expect: real }),
  },
  {
    name: "an injected redirect where none is followed",
    want: "status status target",
    run: () => behind(injectsRedirect(portal.url), { redirects: 0 }),
  },
  {
    name: "an injected page",
    want: "content content target",
    run: () => behind(saysAndEnds("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nad"), { expect: real }),
  },
  {
    name: "a stale answer of a transparent cache",
    want: "content header target",
    run: () =>
      behind(staleCache("the real page"), {
        expect: { ...real, headers: [{ name: "age", matches: "^[0-9]{1,3}$" }] },
      }),
  },
  {
    name: "a reset of the request",
    want: "wait reset-before-answer target",
    run: () => behind(saysAndResets(""), {}),
  },
  {
    name: "a reset by the name in the ClientHello",
    want: "tls tls-reset target",
    run: () => blockedName("blocked.test", "https"),
  },
  {
    name: "a reset by the name, of a tls target",
    want: "tls tls-reset target",
    run: () => blockedName("blocked.test", "tls"),
  },
  {
    name: "a certificate of another authority in the middle",
    want: "tls certificate-untrusted target",
    run: () => overTls({ names: ["web.test"], selfSigned: true }, "https"),
  },
  {
    name: "the certificate of a portal",
    want: "tls certificate-name target",
    run: () => overTls({ names: ["portal.carrier"] }, "tls"),
  },
];

for (const { name, want, run } of cases) {
  test(`${name} is ${want}`, async () => {
    const { state, failure, detail } = await run();
    const got = failure ? `${failure.phase} ${failure.cause} ${failure.source}` : state;
    assert.equal(got, want, JSON.stringify({ failure, detail }));
  });
}

test("the box that resets one name lets another one through", async () => {
  const { state, failure } = await blockedName("web.test", "tls");
  assert.equal(state, "up", JSON.stringify(failure));
});

test("tampering leaves its traces in the sample: hops, cache headers, the other certificate", async () => {
  const redirected = await behind(injectsRedirect(portal.url), { expect: real });
  assert.deepEqual(
    redirected.detail.hops?.map(({ status }) => status),
    [302, 200],
  );
  const stale = await behind(staleCache("the real page"), {});
  assert.equal(stale.state, "up", "without a rule nobody can say that it is stale");
  assert.equal(stale.detail.head?.via, "1.1 cache.carrier");
  assert.equal(stale.detail.head?.ageS, 86_400);
  const foreign = await overTls({ names: ["portal.carrier"] }, "https");
  assert.equal(foreign.detail.certificate?.subject, "portal.carrier");
});
