/**
 * What an error in a phase means: its cause and whose fault the evidence says it is. Tables only.
 *
 * Codes are those of Node 24 (system calls, OpenSSL), c-ares and nghttp2, and our own. The phase comes from the
 * measurement's marks, never from the code: most can happen in several.
 */
import type { FailureCause, FailurePhase, FailureSource } from "../../collector/wire/sample.ts";
import type { Trouble } from "../measure/trouble.ts";

type ByPhase = Readonly<Partial<Record<FailurePhase, FailureCause>>>;

/** Errors of this machine, whatever the phase: no port, no file descriptor, no memory. */
const PROBE_CODES = new Set(["EADDRNOTAVAIL", "EADDRINUSE", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

const DEADLINE: ByPhase = {
  dns: "dns-timeout",
  connect: "connect-timeout",
  tls: "tls-timeout",
  wait: "first-byte-timeout",
  transfer: "body-timeout",
};

/** The connection ended without the next step: a reset (RST) or an end (FIN). */
const RESET: ByPhase = {
  connect: "connection-reset",
  tls: "tls-reset",
  wait: "reset-before-answer",
  transfer: "body-reset",
};

/** STREAM_RESET is HTTP/2's own reset, of one request. */
const RESET_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "STREAM_RESET"]);

const DNS: Readonly<Record<string, FailureCause>> = {
  ENOTFOUND: "nxdomain",
  ENODATA: "no-address",
  NO_FAMILY: "no-address",
  ESERVFAIL: "servfail",
  EREFUSED: "dns-refused",
  ECONNREFUSED: "dns-refused",
  ENOTIMP: "dns-refused",
  ETIMEOUT: "dns-timeout",
  EBADRESP: "dns-malformed",
  EFORMERR: "dns-malformed",
  // Too long or with an empty label: no name that could exist.
  EBADNAME: "nxdomain",
};

const CONNECT: Readonly<Record<string, FailureCause>> = {
  ECONNREFUSED: "connection-refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  ETIMEDOUT: "connect-timeout",
};

const TLS: Readonly<Record<string, FailureCause>> = {
  CERT_HAS_EXPIRED: "certificate-expired",
  CERT_NOT_YET_VALID: "certificate-not-yet-valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate-name",
  ERR_TLS_CERT_ALTNAME_FORMAT: "certificate-name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate-untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate-untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate-untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "certificate-untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate-untrusted",
  CERT_UNTRUSTED: "certificate-untrusted",
  CERT_SIGNATURE_FAILURE: "certificate-invalid",
  CERT_REVOKED: "certificate-invalid",
  CERT_REJECTED: "certificate-invalid",
  CERT_CHAIN_TOO_LONG: "certificate-invalid",
  INVALID_CA: "certificate-invalid",
  INVALID_PURPOSE: "certificate-invalid",
  PATH_LENGTH_EXCEEDED: "certificate-invalid",
  HOSTNAME_MISMATCH: "certificate-name",
  ERR_SSL_WRONG_VERSION_NUMBER: "tls-not-tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "tls-not-tls",
  ERR_SSL_HTTP_REQUEST: "tls-not-tls",
  ERR_SSL_RECORD_LAYER_FAILURE: "tls-not-tls",
  ETIMEDOUT: "tls-timeout",
};

const HTTP: Readonly<Record<string, FailureCause>> = {
  NOT_HTTP: "not-http",
  EMPTY_ANSWER: "empty-answer",
  HEAD_TOO_LARGE: "headers-too-large",
  BAD_CHUNK: "bad-chunk",
  TOO_LARGE: "too-large",
  BAD_ENCODING: "bad-encoding",
  BAD_HEAD: "bad-headers",
  BODY_CUT: "body-truncated",
};

const OWN: Readonly<Record<string, FailureCause>> = {
  BAD_REDIRECT: "bad-redirect",
  TOO_MANY_REDIRECTS: "too-many-redirects",
  REDIRECT_LOOP: "redirect-loop",
  REDIRECT_REFUSED: "redirect-refused",
  LOSS: "loss",
  RECORD: "record",
  HIJACKED: "hijacked",
};

/** Whose fault; everything else is the target's. One vantage cannot tell a target from the way to it: compare carriers. */
const SOURCES: Readonly<Partial<Record<FailureCause, FailureSource>>> = {
  servfail: "resolver",
  "dns-refused": "resolver",
  "dns-timeout": "resolver",
  "dns-malformed": "resolver",
  hijacked: "resolver",
  loss: "network",
  unreachable: "network",
  "connect-timeout": "network",
  "connection-reset": "network",
  "no-local-port": "probe",
  internal: "probe",
};

/** Cause and source of a trouble; `internal` for what no table knows. */
export function causeOf(trouble: Trouble): { cause: FailureCause; source: FailureSource } {
  const cause = lookUp(trouble);
  return { cause, source: SOURCES[cause] ?? "target" };
}

function lookUp({ phase, code }: Trouble): FailureCause {
  if (OWN[code]) return OWN[code];
  if (PROBE_CODES.has(code)) return "no-local-port";
  if (code === "DEADLINE") return DEADLINE[phase] ?? "internal";
  if (phase === "dns") return DNS[code] ?? "internal";
  if (phase === "connect") return CONNECT[code] ?? resetIn(phase, code) ?? "internal";
  if (phase === "tls") return tlsCause(code);
  return httpCause(phase, code);
}

function resetIn(phase: FailurePhase, code: string): FailureCause | null {
  return RESET_CODES.has(code) ? (RESET[phase] ?? null) : null;
}

function tlsCause(code: string): FailureCause {
  const known = TLS[code] ?? resetIn("tls", code);
  if (known) return known;
  if (code.includes("ALERT")) return "tls-alert";
  if (/^ERROR_IN_CERT|^UNABLE_TO_DECODE|^CERT_|^CRL_|_CRL|^CA_|^EE_/.test(code)) return "certificate-invalid";
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "tls-protocol";
  return "internal";
}

function httpCause(phase: FailurePhase, code: string): FailureCause {
  const known = HTTP[code] ?? resetIn(phase, code);
  if (known) return known;
  return code === "ETIMEDOUT" ? (DEADLINE[phase] ?? "internal") : "internal";
}
