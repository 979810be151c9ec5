/**
 * tcp:// and tls://: one connection, opened and closed. Nothing is sent beyond the handshakes, nothing is read.
 *
 * total is the end of the connect, or of the handshake. TCP and TLS together have the connect timeout, as in http.
 */
import { certificateOf } from "../certificate.ts";
import { tlsWishOf } from "../hop.ts";
import { connectTcp, connectTls, findAddress, knownAddresses, within } from "../reach.ts";
import type { KindTask } from "./task.ts";

type Place = { readonly kind: "tcp" | "tls"; readonly host: string; readonly port: number };

/** Measures a TCP connect and, for tls, the handshake over it; rejects with what stopped it. */
export async function connectOnce(
  { tools, assignment, way, reaching }: KindTask,
  place: Place,
): Promise<void> {
  const { marks, at, facts } = reaching;
  const there = { ...way, host: place.host, port: place.port };
  const wish = place.kind === "tls" ? tlsWishOf(tools, assignment.tls) : null;
  const known = knownAddresses(tools, there);
  marks.startMs = tools.clock.monoMs();
  const chosen = await findAddress(tools, there, reaching, known);
  at.phase = "connect";
  await within(tools, there, async () => {
    const socket = await connectTcp(tools, there, reaching, chosen);
    if (wish === null) return;
    at.phase = "tls";
    const secure = await connectTls(tools, there, reaching, socket, wish);
    facts.certificate = certificateOf(secure);
  });
  marks.endMs = marks.tlsMs ?? marks.connectMs;
  way.marked(marks);
}
