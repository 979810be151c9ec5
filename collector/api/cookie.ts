/**
 * The session cookie: `__Host-cw-PORT` with Secure over TLS, a plain `cw-PORT` on http, where browsers drop a Secure one.
 *
 * HttpOnly and SameSite=Lax always. Whether the request came over TLS is the socket's word, or a trusted proxy's.
 */
import type { FastifyReply, FastifyRequest } from "fastify";

const SECURE_NAME = "__Host-cw";
const PLAIN_NAME = "cw";
const MAX_AGE_S = 30 * 86_400;

/** What the session cookie holds; null = none was sent. */
export function cookieOf(request: FastifyRequest): string | null {
  return request.cookies[nameFor(request)] ?? null;
}

/** Hands the session out. */
export function setCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  void reply.setCookie(nameFor(request), value, { ...attributes(request), maxAge: MAX_AGE_S });
}

/** Makes the browser forget it. */
export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameFor(request), attributes(request));
}

/** With the port, because browsers keep cookies by host alone: two collectors on one machine would sign each other out. */
function nameFor(request: FastifyRequest): string {
  const [port = ""] = /:\d{1,5}$/.exec(request.host) ?? [];
  return `${request.protocol === "https" ? SECURE_NAME : PLAIN_NAME}${port.replace(":", "-")}`;
}

function attributes(request: FastifyRequest): {
  path: "/";
  httpOnly: true;
  sameSite: "lax";
  secure: boolean;
} {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: request.protocol === "https" };
}
