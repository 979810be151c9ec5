/**
 * The dashboard's files from memory: a path that is no key does not exist, so none can lead out of the folder.
 *
 * Names carry a hash and are cached for ever; every other page path answers the one page, which is never cached.
 */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { NotFoundError } from "../wire/errors.ts";
import type { App } from "./app.ts";
import { indexAt } from "./assets.ts";
import type { ApiDeps } from "./deps.ts";
import type { MethodsOf } from "./methods.ts";
import { noRoute } from "./problems.ts";

type Packed = { readonly type: string; readonly cache: string; readonly forms: ReadonlyMap<string, Buffer> };

const FOR_EVER = "public, max-age=31536000, immutable";
const SMALL_BYTES = 1024;

/** Registers the pages under the base path, and a redirect to them from the root. */
export function pages(app: App, deps: Pick<ApiDeps, "assets" | "http">, methodsOf: MethodsOf): void {
  const { basePath } = deps.http;
  const index = packed(indexAt(deps.assets.index, basePath), "text/html; charset=utf-8", "no-cache");
  const files = new Map(
    [...deps.assets.files].map(([path, file]) => [path, packed(file.bytes, file.type, FOR_EVER)]),
  );
  app.get(`${basePath}/*`, { schema: { hide: true } }, async (request, reply) => {
    const path = decoded(request.url).slice(basePath.length);
    const file = files.get(path);
    if (file) return await send(file, request, reply);
    if (/^\/(?:api|assets|join)(?:\/|$)|\.[^/]*$/.test(path)) {
      throw noRoute(request.method, basePath + path, methodsOf(basePath + path));
    }
    return await send(index, request, reply);
  });
  if (basePath === "") return;
  for (const path of ["/", basePath]) {
    app.get(
      path,
      { schema: { hide: true } },
      async (_request, reply) => await reply.redirect(`${basePath}/`, 302),
    );
  }
}

function packed(bytes: Buffer, type: string, cache: string): Packed {
  const forms = new Map([["identity", bytes]]);
  if (bytes.length > SMALL_BYTES) {
    forms.set("gzip", gzipSync(bytes));
    forms.set("br", brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
  return { type, cache, forms };
}

function send({ type, cache, forms }: Packed, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const encoding = ["br", "gzip"].find(
    (name) => forms.has(name) && new RegExp(`\\b${name}\\b`).test(accepted),
  );
  if (encoding !== undefined) void reply.header("content-encoding", encoding);
  return reply
    .headers({ "content-type": type, "cache-control": cache, vary: "accept-encoding" })
    .send(forms.get(encoding ?? "identity"));
}

function decoded(url: string): string {
  const path = url.split("?")[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    throw new NotFoundError("page", path);
  }
}
