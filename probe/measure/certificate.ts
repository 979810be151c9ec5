/** What a sample keeps of the server's certificate. Hostile text, cut to the wire's limits. */
import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from "node:tls";
import type { Certificate } from "../../collector/wire/sample.ts";
import { oneLine } from "./text.ts";

/** Issuers that the wire takes. */
const MAX_CHAIN = 6;

/** Chains of leaves that were seen: reading one costs as much as all the rest of an answer. */
export type Chains = { of(leaf: string, read: () => Certificate["chain"]): Certificate["chain"] };

/** Leaves whose chains are remembered, and how long: a server's new chain is seen within that. */
const LEAVES = 1_024;
const CHAIN_MS = 600_000;

export function chainsOf(monoMs: () => number): Chains {
  const seen = new Map<string, { readonly chain: Certificate["chain"]; readonly untilMs: number }>();
  return {
    of(leaf, read) {
      const before = seen.get(leaf);
      if (before && monoMs() < before.untilMs) return before.chain;
      const chain = read();
      if (seen.size >= LEAVES) seen.clear();
      seen.set(leaf, { chain, untilMs: monoMs() + CHAIN_MS });
      return chain;
    },
  };
}

/**
 * Reads the certificate of a connection; costs CPU, so it is called after the last mark.
 *
 * @param chains Where its chain may be known from; absent = it is read.
 * @returns null once the socket is destroyed, or when the server sent none.
 */
export function certificateOf(socket: TLSSocket, chains?: Chains): Certificate | null {
  const peer: Partial<PeerCertificate> | null = socket.getPeerCertificate();
  if (!peer?.fingerprint256) return null;
  const problem = problemOf(socket);
  const read = () => chainOf(socket.getPeerCertificate(true));
  // The same leaf with another problem came with another chain.
  const leaf = `${peer.fingerprint256} ${problem ?? ""} ${socket.remoteAddress ?? ""}`;
  const chain = chains ? chains.of(leaf, read) : read();
  const notAfterS = Math.floor(Date.parse(peer.valid_to ?? "") / 1000);
  return {
    subject: oneLine(nameOf(peer.subject) || (peer.subjectaltname ?? ""), 256),
    issuer: oneLine(nameOf(peer.issuer), 256),
    notAfterS: Number.isFinite(notAfterS) ? Math.max(0, Math.min(notAfterS, 253_402_300_799)) : 0,
    fingerprint256: peer.fingerprint256.slice(0, 95),
    ...(problem === null ? {} : { problem }),
    ...(chain === undefined ? {} : { chain }),
  };
}

/**
 * The issuers between the leaf and its root, by name. The root is left out, whether it was sent or is our own: Node puts
 * it there in either case.
 */
function chainOf(leaf: Partial<DetailedPeerCertificate>): Certificate["chain"] {
  const chain: string[] = [];
  let issuer = leaf.issuerCertificate;
  while (issuer !== undefined && issuer !== issuer.issuerCertificate && chain.length < MAX_CHAIN) {
    chain.push(oneLine(nameOf(issuer.subject), 128));
    issuer = issuer.issuerCertificate;
  }
  return chain.length === 0 ? undefined : chain;
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
