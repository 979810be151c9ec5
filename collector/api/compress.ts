/**
 * Large JSON answers go gzipped to who can unpack them: a year's chart is half a megabyte of digits.
 *
 * Small ones stay as they are, the session with its token among them: what is secret is never packed with what a
 * caller chose.
 */
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

const pack = promisify(gzip);
const WORTH_BYTES = 8 * 1024;

/** An onSend hook. */
export async function compressed(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== "string" || payload.length < WORTH_BYTES) return payload;
  void reply.header("vary", "accept-encoding");
  if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) return payload;
  void reply.header("content-encoding", "gzip").removeHeader("content-length");
  return await pack(payload, { level: constants.Z_BEST_SPEED });
}
