/**
 * What a site answers right now, beside the measurement: the certificates it sends and the head of its answer.
 *
 * A connection of its own to an address the guard has allowed; the certificate is looked at, not judged. No credential
 * is sent and none is kept: values of Set-Cookie are left out. Whatever fails leaves its part empty.
 */
import net from "node:net";
import tls from "node:tls";
import type { PathEvidence } from "../../collector/wire/path-evidence.ts";
import { oneLine } from "../measure/text.ts";

export type Site = {
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
  /** For SNI; undefined = an address, which has none. */
  readonly serverName: string | undefined;
  readonly localAddress: string | undefined;
  /** Request line and headers, up to the empty line; undefined = nothing is asked. */
  readonly request: string | undefined;
};

export type Shown = Pick<PathEvidence, "chain" | "head">;

const HEAD_MAX = 4096;
const CHAIN_MAX = 8;

/** Never rejects. @param timeoutMs For all of it. */
export function lookAt(site: Site, timeoutMs: number, signal?: AbortSignal): Promise<Shown> {
  return new Promise((resolve) => {
    const { address: host, port, localAddress, serverName } = site;
    const way = { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
    const socket = site.secure
      ? tls.connect({
          ...way,
          rejectUnauthorized: false,
          ALPNProtocols: ["http/1.1"],
          ...(serverName === undefined ? {} : { servername: serverName }),
        })
      : net.connect(way);
    let chain: Shown["chain"] = [];
    let text = "";
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      socket.destroy();
      const head = headOf(text);
      resolve({ chain, ...(head === null ? {} : { head }) });
    };
    const timer = setTimeout(end, timeoutMs);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    socket.once("error", end);
    socket.once("close", end);
    socket.once(site.secure ? "secureConnect" : "connect", () => {
      if (socket instanceof tls.TLSSocket) chain = chainOf(socket);
      if (site.request === undefined) end();
      else socket.write(site.request);
    });
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (text.length > HEAD_MAX || text.includes("\r\n\r\n")) end();
    });
  });
}

/** Leaf first, as they were sent. */
function chainOf(socket: tls.TLSSocket): Shown["chain"] {
  const chain: Shown["chain"] = [];
  let one: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.fingerprint256 && chain.length < CHAIN_MAX) {
    const notAfterS = Math.floor(Date.parse(one.valid_to) / 1000);
    chain.push({
      subject: oneLine(nameOf(one.subject), 256),
      issuer: oneLine(nameOf(one.issuer), 256),
      notAfterS: Number.isFinite(notAfterS) ? Math.max(0, Math.min(notAfterS, 253_402_300_799)) : 0,
    });
    // A root points at itself.
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return chain;
}

/** The common name, else the organisation; Node gives an array where a field is repeated, null where there is none. */
function nameOf(name: unknown): string {
  if (typeof name !== "object" || name === null) return "";
  const fields: Readonly<Record<string, unknown>> = { ...name };
  const value = fields["CN"] ?? fields["O"] ?? "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Status line and headers, a line each, cut; null = nothing came. Pure. */
export function headOf(text: string): string | null {
  const [head = ""] = text.slice(0, HEAD_MAX).split("\r\n\r\n");
  const lines = head
    .split("\n")
    .map((line) => oneLine(line, 1024).replace(/^(set-cookie:\s*[^=;]*)=.*$/i, "$1=..."))
    .filter((line) => line !== "");
  return lines.length === 0 ? null : lines.join("\n").slice(0, HEAD_MAX);
}
