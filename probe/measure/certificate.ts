/** What a sample keeps of the server's certificate. Hostile text, cut to the wire's limits. */
import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Certificate } from "../../collector/wire/sample.ts";
import { oneLine } from "./text.ts";

/**
 * Reads the certificate of a connection; costs CPU, so it is called after the last mark.
 *
 * @returns null once the socket is destroyed, or when the server sent none.
 */
export function certificateOf(socket: TLSSocket): Certificate | null {
  const peer: Partial<PeerCertificate> | null = socket.getPeerCertificate();
  if (!peer?.fingerprint256) return null;
  const problem = problemOf(socket);
  const notAfterS = Math.floor(Date.parse(peer.valid_to ?? "") / 1000);
  return {
    subject: oneLine(nameOf(peer.subject) || (peer.subjectaltname ?? ""), 256),
    issuer: oneLine(nameOf(peer.issuer), 256),
    notAfterS: Number.isFinite(notAfterS) ? Math.max(0, Math.min(notAfterS, 253_402_300_799)) : 0,
    fingerprint256: peer.fingerprint256.slice(0, 95),
    ...(problem === null ? {} : { problem }),
  };
}

/** Code of what is wrong with the certificate; null = it holds. */
export function problemOf(socket: TLSSocket): string | null {
  if (socket.authorized) return null;
  const error: unknown = socket.authorizationError;
  if (error instanceof Error) return oneLine("code" in error ? String(error.code) : error.message, 64);
  return oneLine(String(error ?? "UNVERIFIED"), 64);
}

/** The common name, else the organisation. Node gives an array where a field is repeated. */
function nameOf(name: unknown): string {
  if (typeof name !== "object" || name === null) return "";
  const fields: Readonly<Record<string, unknown>> = { ...name };
  const value = fields["CN"] ?? fields["O"] ?? "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
