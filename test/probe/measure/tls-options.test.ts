/** TLS as a target asks for it: own authorities, no verification, client certificates, another server name, tlsNet. */
import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { TLSSocket } from "node:tls";
import type { TlsOptions } from "../../../collector/wire/request.ts";
import type { Measured } from "../../../probe/measure/measured.ts";
import { trustOf } from "../../../probe/measure/trust.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, EARLY_MS, testMeasurer, timed } from "../../support/probe-bench.ts";
import { testCa } from "../../support/test-ca.ts";

const ca = testCa();
const client = ca.leaf({ names: ["client"] });
const other = ca.leaf({ names: ["other"] });
const SECRETS: Record<string, string> = { key: client.key, wrong: other.key };
const secrets = (name: string) => SECRETS[name] ?? null;

/** Trusts nothing but Mozilla's authorities. */
const plain = testMeasurer({ ca: [], secrets });
const trusting = testMeasurer({ secrets });
after(() => {
  plain.close();
  trusting.close();
});

const what = ({ state, failure, unknownReason }: Measured) =>
  failure ? `${failure.phase} ${failure.cause} ${failure.source}` : (unknownReason ?? state);

test("a target's own authority is trusted by that target alone", async () => {
  const target = await httpTarget({ tls: true });
  const without = await plain.measure(assignmentFor(target.url));
  const own = await plain.measure(assignmentFor(target.url, { tls: { ca: ca.cert } }));
  const again = await plain.measure(assignmentFor(target.url));
  await target.close();
  assert.equal(what(without), "tls certificate-untrusted target");
  assert.equal(own.state, "up", JSON.stringify(own));
  assert.equal(own.detail.unverified, undefined);
  assert.equal(what(again), "tls certificate-untrusted target");
});

test("a certificate that is not verified is up, marked, and its problem is kept", async () => {
  const target = await httpTarget({ tls: ca.leaf({ names: ["other.test"] }) });
  const sample = await trusting.measure(assignmentFor(target.url, { tls: { verify: false } }));
  const good = await httpTarget({ tls: true });
  const holds = await trusting.measure(assignmentFor(good.url, { tls: { verify: false } }));
  await Promise.all([target.close(), good.close()]);
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.equal(sample.detail.unverified, true);
  assert.equal(sample.detail.certificate?.problem, "ERR_TLS_CERT_ALTNAME_INVALID");
  assert.equal(holds.detail.unverified, true, "whoever reads it knows that nobody looked");
});

test("another server name is asked for and expected in the certificate; the Host stays the URL's", async () => {
  const names: (string | false)[] = [];
  const hosts: (string | undefined)[] = [];
  const server = https.createServer(ca.leaf({ names: ["inner.test"] }), (request, response) => {
    if ("servername" in request.socket) names.push(request.socket.servername as string);
    hosts.push(request.headers.host);
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}/`;
  const sample = await trusting.measure(assignmentFor(url, { tls: { serverName: "inner.test" } }));
  const wrong = await trusting.measure(assignmentFor(url, { tls: { serverName: "outer.test" } }));
  server.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual(names, ["inner.test"]);
  assert.deepEqual(hosts, [`127.0.0.1:${port}`]);
  assert.equal(what(wrong), "tls certificate-name target");
});

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`a server that wants a client's certificate gets it over ${version}, and refuses who has none`, async () => {
    const server = https.createServer(
      { ...ca.leaf(), ca: ca.cert, requestCert: true, rejectUnauthorized: true, maxVersion: version },
      (_request, response) => response.end("ok"),
    );
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const with_ = (clientCertificate: TlsOptions["clientCertificate"]) =>
      trusting.measure(assignmentFor(url, clientCertificate ? { tls: { clientCertificate } } : {}));
    const good = await with_({ certificate: client.cert, key: "key" });
    const none = await with_(undefined);
    const lost = await with_({ certificate: client.cert, key: "lost" });
    const unfit = await with_({ certificate: client.cert, key: "wrong" });
    server.close();
    assert.equal(good.state, "up", JSON.stringify(good));
    assert.equal(good.detail.tlsProtocol, version);
    assert.equal(what(none), "tls tls-alert target", JSON.stringify(none));
    assert.equal(none.timings.tls, null);
    assert.match(
      none.failure?.detail ?? "",
      /^[\w/ ]+ alert [\w ]+ \(ERR_SSL_[\w/]+\)$/,
      "a reason, no file of OpenSSL's",
    );
    assert.equal(lost.detail.note, "this probe has no secret named lost, which the target asks for");
    assert.equal(
      unfit.detail.note,
      "the key in the secret wrong does not belong to the target's certificate",
    );
    assert.deepEqual([what(lost), what(unfit)], ["internal", "internal"]);
  });
}

test("after a redirect to another origin its own name is asked for, and no client certificate is shown", async () => {
  const seen: { name: string; client: string }[] = [];
  const serve = async (names: readonly string[], location: () => string | undefined) => {
    const options = {
      ...ca.leaf({ names: [...names] }),
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = https.createServer(options, (request, response) => {
      const socket = request.socket as TLSSocket;
      seen.push({ name: String(socket.servername), client: String(socket.getPeerCertificate().subject?.CN) });
      const to = location();
      if (to === undefined) response.end("ok");
      else response.writeHead(302, { location: to }).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  };
  const other = await serve(["127.0.0.1"], () => undefined);
  let asked = 0;
  const first = await serve(["inner.test"], () => (++asked === 1 ? "/again" : other.url));
  const clientCertificate = { certificate: client.cert, key: "key" };
  const sample = await trusting.measure(
    assignmentFor(first.url, { tls: { serverName: "inner.test", clientCertificate } }),
  );
  first.server.close();
  other.server.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual(seen, [
    { name: "inner.test", client: "client" },
    { name: "inner.test", client: "client" },
    { name: "false", client: "undefined" },
  ]);
});

test("contexts are kept per authorities and client certificate, sixty-four of them, no key in sight", () => {
  const trust = trustOf([], secrets);
  const own = { ca: ca.cert };
  assert.equal(trust.of(undefined), trust.common);
  assert.equal(trust.of({ verify: false, serverName: "x" }), trust.common);
  const first = trust.of(own);
  assert.equal(trust.of({ ...own }), first);
  const paired = trust.of({ ...own, clientCertificate: { certificate: client.cert, key: "key" } });
  assert.notEqual(paired, first);
  for (let index = 0; index < 62; index += 1) trust.of({ ca: `${ca.cert}\n# ${index}` });
  assert.equal(trust.of(own), first, "used again, so kept");
  trust.of({ ca: `${ca.cert}\n# one more` });
  assert.equal(trust.of(own), first);
  const again = trust.of({ ...own, clientCertificate: { certificate: client.cert, key: "key" } });
  assert.notEqual(again, paired, "the least recently used went");
});

test("tlsNet is the network's part of the handshake over TLS 1.3, and not told from the rest over 1.2", async () => {
  const target = await httpTarget({ tls: true, tlsDelayMs: 60 });
  const { result, lateMs } = await timed(() => trusting.measure(assignmentFor(target.url)));
  const { timings, detail } = result;
  await target.close();
  assert.ok((detail.tlsNetUs ?? 0) >= (60 - EARLY_MS - lateMs) * 1000, JSON.stringify(detail));
  assert.ok((detail.tlsNetUs ?? 0) < (timings.tls ?? 0));
  const old = https.createServer({ ...ca.leaf(), maxVersion: "TLSv1.2" }, (_request, response) =>
    response.end(),
  );
  old.listen(0, "127.0.0.1");
  await once(old, "listening");
  const sample = await trusting.measure(
    assignmentFor(`https://127.0.0.1:${(old.address() as AddressInfo).port}/`),
  );
  old.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual([sample.detail.tlsProtocol, sample.detail.tlsNetUs], ["TLSv1.2", undefined]);
});
