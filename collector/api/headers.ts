/** Headers on every answer: the pages load nothing foreign, run nothing inline, and sit in no foreign frame. */
import type { FastifyReply } from "fastify";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "x-frame-options": "DENY",
};

/** @param overTls Then browsers are told to come back by TLS only. */
export function secure(reply: FastifyReply, overTls: boolean): void {
  void reply.headers(HEADERS);
  if (overTls) void reply.header("strict-transport-security", "max-age=31536000");
}
