/**
 * Refuses what a foreign page made a browser send: by Sec-Fetch-Site and Origin, by the session's own token, and
 * by content type, because a form can send neither JSON nor a header.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { CarrierwatchError } from "../wire/errors.ts";

/**
 * @param csrf What x-csrf-token must say; null = there is no session yet (login, set-up), only the origin counts.
 * @throws CarrierwatchError csrf
 */
export function refuseCrossSite(request: FastifyRequest, csrf: string | null): void {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new CarrierwatchError(
      "csrf",
      `a page of another site (${String(site).slice(0, 16)}) may not do this`,
    );
  }
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== `${request.protocol}://${request.host}`) {
    throw new CarrierwatchError("csrf", "the Origin header names another site than the one asked", {
      hint: "behind a proxy, pass Host and X-Forwarded-Proto on and name the proxy as trusted",
    });
  }
  if (csrf === null) return;
  const sent = request.headers["x-csrf-token"];
  if (typeof sent !== "string" || !sameText(sent, csrf)) {
    throw new CarrierwatchError("csrf", "the header x-csrf-token does not belong to this session", {
      hint: "read GET session again and repeat",
    });
  }
}

/** Equality in a time that does not tell where they differ. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
