/** The verdict: every code of Node 24, c-ares, OpenSSL and undici 8 has a cause, and what the probe lacks is UNKNOWN. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILURE_CAUSES, type FailurePhase } from "../../../collector/wire/sample.ts";
import { causeOf } from "../../../probe/judge/cause.ts";
import { type Evidence, judge } from "../../../probe/judge/judge.ts";

const CODES: readonly (readonly [phase: FailurePhase, code: string, want: string, message?: string])[] = [
  ["dns", "ENOTFOUND", "nxdomain target"],
  ["dns", "EBADNAME", "nxdomain target"],
  ["dns", "ENODATA", "no-address target"],
  ["dns", "NO_FAMILY", "no-address target"],
  ["dns", "ESERVFAIL", "servfail resolver"],
  ["dns", "EREFUSED", "dns-refused resolver"],
  ["dns", "ECONNREFUSED", "dns-refused resolver"],
  ["dns", "ENOTIMP", "dns-refused resolver"],
  ["dns", "ETIMEOUT", "dns-timeout resolver"],
  ["dns", "DEADLINE", "dns-timeout resolver"],
  ["dns", "EBADRESP", "dns-malformed resolver"],
  ["dns", "EFORMERR", "dns-malformed resolver"],
  ["connect", "ECONNREFUSED", "connection-refused target"],
  ["connect", "EHOSTUNREACH", "unreachable network"],
  ["connect", "ENETUNREACH", "unreachable network"],
  ["connect", "EACCES", "unreachable network"],
  ["connect", "ETIMEDOUT", "connect-timeout network"],
  ["connect", "DEADLINE", "connect-timeout network"],
  ["connect", "ECONNRESET", "connection-reset network"],
  ["connect", "EADDRNOTAVAIL", "no-local-port probe"],
  ["connect", "EMFILE", "no-local-port probe"],
  ["tls", "ECONNRESET", "tls-reset target"],
  ["tls", "DEADLINE", "tls-timeout target"],
  ["tls", "ERR_SSL_WRONG_VERSION_NUMBER", "tls-not-tls target"],
  ["tls", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "tls-not-tls target"],
  ["tls", "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "tls-alert target"],
  ["tls", "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "tls-alert target"],
  ["tls", "ERR_SSL_TLSV1_UNRECOGNIZED_NAME_ALERT", "tls-alert target"],
  ["tls", "ERR_SSL_UNSUPPORTED_PROTOCOL", "tls-protocol target"],
  ["tls", "EPROTO", "tls-protocol target"],
  ["tls", "CERT_HAS_EXPIRED", "certificate-expired target"],
  ["tls", "CERT_NOT_YET_VALID", "certificate-not-yet-valid target"],
  ["tls", "ERR_TLS_CERT_ALTNAME_INVALID", "certificate-name target"],
  ["tls", "DEPTH_ZERO_SELF_SIGNED_CERT", "certificate-untrusted target"],
  ["tls", "SELF_SIGNED_CERT_IN_CHAIN", "certificate-untrusted target"],
  ["tls", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate-untrusted target"],
  ["tls", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate-untrusted target"],
  ["tls", "CERT_SIGNATURE_FAILURE", "certificate-invalid target"],
  ["tls", "INVALID_PURPOSE", "certificate-invalid target"],
  ["tls", "ERROR_IN_CERT_NOT_AFTER_FIELD", "certificate-invalid target"],
  ["tls", "EE_KEY_TOO_SMALL", "certificate-invalid target"],
  ["wait", "DEADLINE", "first-byte-timeout target"],
  ["wait", "ECONNRESET", "reset-before-answer target"],
  ["wait", "EPIPE", "reset-before-answer target"],
  ["wait", "EMPTY_ANSWER", "empty-answer target"],
  ["wait", "STREAM_RESET", "reset-before-answer target"],
  ["transfer", "HEAD_TOO_LARGE", "headers-too-large target"],
  ["transfer", "BODY_CUT", "body-truncated target"],
  ["transfer", "BAD_HEAD", "bad-headers target"],
  ["transfer", "NOT_HTTP", "not-http target"],
  ["transfer", "BAD_CHUNK", "bad-chunk target"],
  ["transfer", "STREAM_RESET", "body-reset target"],
  ["transfer", "ECONNRESET", "body-reset target"],
  ["transfer", "DEADLINE", "body-timeout target"],
  ["transfer", "TOO_LARGE", "too-large target"],
  ["content", "BAD_ENCODING", "bad-encoding target"],
  ["status", "BAD_REDIRECT", "bad-redirect target"],
  ["status", "REDIRECT_LOOP", "redirect-loop target"],
  ["status", "TOO_MANY_REDIRECTS", "too-many-redirects target"],
  ["status", "REDIRECT_REFUSED", "redirect-refused target"],
  ["connect", "WHAT_IS_THIS", "internal probe"],
  ["transfer", "ERR_INVALID_ARG_TYPE", "internal probe"],
];

for (const [phase, code, want, message = "said"] of CODES) {
  test(`${code || message} in ${phase} is ${want}`, () => {
    const { cause, source } = causeOf({ phase, code, message, elapsedMs: 1 });
    assert.equal(`${cause} ${source}`, want);
  });
}

test("every cause of the wire that is not the judge's own is reached by some code", () => {
  const reached = new Set(CODES.map(([, , want]) => want.split(" ")[0]));
  const missing = FAILURE_CAUSES.filter((cause) => !reached.has(cause));
  const judged = ["status", "content", "header", "json", "too-small", "certificate-expiring", "record"];
  assert.deepEqual(missing, [...judged, "loss", "addresses", "hijacked"]);
});

const EVIDENCE: Evidence = {
  trouble: null,
  status: 200,
  totalMs: 12,
  loopDelayMs: 0,
  lateMs: 0,
  hasNetwork: true,
};
const EXPECT = { status: ["200-299", "304"] };

test("a complete answer is up at both ends of an expected range, and down beside it", () => {
  for (const status of [200, 299, 304]) assert.equal(judge({ ...EVIDENCE, status }, EXPECT).state, "up");
  for (const status of [199, 300, 303, 305, 999]) {
    const { state, failure } = judge({ ...EVIDENCE, status }, EXPECT);
    assert.deepEqual([state, failure?.phase, failure?.cause], ["down", "status", "status"]);
    assert.equal(failure?.elapsedUs, 12_000);
  }
});

test("an expected text that was not found is down, and one nobody looked for is never green", () => {
  const expect = { ...EXPECT, bodyContains: "needle" };
  const findings = (contains: boolean | null) => ({ bytes: 3, contains, matches: null, json: null });
  assert.equal(judge({ ...EVIDENCE, findings: findings(true) }, expect).state, "up");
  for (const contains of [false, null])
    assert.equal(judge({ ...EVIDENCE, findings: findings(contains) }, expect).failure?.cause, "content");
  assert.equal(judge(EVIDENCE, expect).failure?.cause, "content");
});

test("the status is judged before the text", () => {
  const verdict = judge({ ...EVIDENCE, status: 500 }, { ...EXPECT, bodyContains: "x" });
  assert.equal(verdict.failure?.cause, "status");
});

test("exactly the limit is still undisturbed, beyond it the sample is suspect", () => {
  assert.equal(judge({ ...EVIDENCE, loopDelayMs: 5 }, EXPECT).state, "up");
  assert.equal(judge({ ...EVIDENCE, loopDelayMs: 5.001 }, EXPECT).state, "suspect");
  assert.equal(judge({ ...EVIDENCE, lateMs: 5_000 }, EXPECT).state, "up");
  assert.equal(judge({ ...EVIDENCE, lateMs: 5_001 }, EXPECT).state, "suspect");
});

const trouble = (phase: FailurePhase, code: string, elapsedMs = 400) => ({
  phase,
  code,
  message: "said",
  elapsedMs,
});

test("a disturbed probe does not excuse a target that refused", () => {
  const verdict = judge(
    { ...EVIDENCE, trouble: trouble("connect", "ECONNREFUSED"), loopDelayMs: 300 },
    EXPECT,
  );
  assert.equal(verdict.state, "down");
});

test("a deadline is doubted when the loop was late by more than a quarter of it", () => {
  const at = (loopDelayMs: number) =>
    judge({ ...EVIDENCE, trouble: trouble("wait", "DEADLINE"), loopDelayMs }, EXPECT);
  assert.equal(at(100).state, "down");
  assert.deepEqual([at(100.1).state, at(100.1).unknownReason], ["unknown", "overload"]);
});

test("what this machine lacks is UNKNOWN with its reason, and a note in words", () => {
  const reasonOf = (phase: FailurePhase, code: string, hasNetwork = true) => {
    const verdict = judge({ ...EVIDENCE, trouble: trouble(phase, code), hasNetwork }, EXPECT);
    assert.equal(verdict.failure === undefined, verdict.state === "unknown");
    return verdict.unknownReason ?? verdict.state;
  };
  assert.equal(reasonOf("connect", "EADDRNOTAVAIL"), "overload");
  assert.equal(reasonOf("connect", "EMFILE"), "overload");
  assert.equal(reasonOf("connect", "SURPRISE"), "internal");
  assert.equal(reasonOf("dns", "GUARD"), "guard");
  assert.equal(reasonOf("connect", "ENETUNREACH"), "down");
  assert.equal(reasonOf("connect", "ENETUNREACH", false), "probe-network");
  assert.equal(reasonOf("dns", "ETIMEOUT"), "down");
  assert.equal(reasonOf("dns", "ETIMEOUT", false), "probe-network");
  assert.equal(reasonOf("connect", "ECONNREFUSED", false), "down");
});

test("hostile text is one short line", () => {
  const message = `a\r\nb\u202e\u0000${"x".repeat(500)}`;
  const verdict = judge({ ...EVIDENCE, trouble: { ...trouble("transfer", "BAD_HEAD"), message } }, EXPECT);
  assert.equal(verdict.failure?.detail?.length, 200);
  assert.match(verdict.failure?.detail ?? "", /^a b x+$/);
});
