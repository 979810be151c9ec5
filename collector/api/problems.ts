/**
 * Errors -> RFC 9457 problem documents. The one table from a code to its HTTP status.
 *
 * An error that is none of ours is a 500 that says a request id and nothing else; the log has the rest.
 */
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from "fastify-type-provider-zod";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import type { Log } from "../wire/log.ts";
import type { Problem } from "../wire/problem.ts";

/** A code that is not listed: 503 when the thrower says it may succeed later, else 400. */
const STATUS: Readonly<Record<string, number>> = {
  invalid_input: 400,
  bad_request: 400,
  wire_version: 400,
  unauthenticated: 401,
  bad_login: 401,
  forbidden: 403,
  csrf: 403,
  scope: 403,
  setup_token: 403,
  join_secret: 403,
  not_found: 404,
  method_not_allowed: 405,
  version_conflict: 409,
  already_exists: 409,
  setup_done: 409,
  last_user: 409,
  in_use: 409,
  unknown_texts: 409,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_attempts: 429,
  too_many_measurements: 429,
  too_many_reports: 429,
  headers_too_large: 431,
  internal: 500,
  config: 500,
  corrupt_document: 500,
  damaged: 500,
  unavailable: 503,
  busy: 503,
  data_in_use: 503,
  disk_full: 507,
};

const TITLE: Readonly<Record<number, string>> = {
  400: "The request is not valid",
  401: "Who are you?",
  403: "Not allowed",
  404: "Not found",
  405: "Not this way",
  409: "Conflict",
  408: "Too slow",
  413: "Too large",
  415: "Not a type this accepts",
  429: "Too many attempts",
  431: "Headers too large",
  500: "Something went wrong here",
  503: "Not now",
  507: "No space left",
};

/** Fastify's own refusals, as our codes. */
const FASTIFY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_NOT_FOUND: "not_found",
};

/** Fastify's words where they do not say what to do. */
const SENTENCE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "a body must be JSON, with the header content-type: application/json",
  FST_ERR_CTP_INVALID_JSON_BODY: "the body is not JSON, or has a key __proto__ or constructor.prototype",
};

/** The path exists, and knows other methods. */
class MethodNotAllowedError extends CarrierwatchError {
  override readonly name = "MethodNotAllowedError";
  readonly allow: readonly string[];
  constructor(method: string, path: string, allow: readonly string[]) {
    super("method_not_allowed", `${path} knows ${allow.join(", ")}, not ${method}`);
    this.allow = allow;
  }
}

/** @param allow Methods the path has; none = there is no such path. */
export function noRoute(method: string, path: string, allow: readonly string[]): CarrierwatchError {
  return allow.length > 0
    ? new MethodNotAllowedError(method, path, allow)
    : new NotFoundError(`${method} path`, path);
}

/** HTTP status of an error's code. */
export function statusOf(error: Pick<CarrierwatchError, "code" | "retryable">): number {
  return STATUS[error.code] ?? (error.retryable ? 503 : 400);
}

/** Any error as a problem document; `requestId` lets an operator find it in the log. */
export function problemOf(error: unknown, requestId: string): Problem {
  const ours = asOurs(error);
  if (!ours) return documentOf("internal", 500, undefined, requestId);
  const status = statusOf(ours);
  return {
    ...documentOf(ours.code, status, ours.message, requestId),
    ...(ours.hint === undefined ? {} : { hint: ours.hint }),
    ...(ours.issues.length === 0 ? {} : { issues: [...ours.issues] }),
  };
}

/** Answers with a problem document, and logs what the caller could not have caused. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) {
    log.error(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? null,
        code: problem.code,
        error,
        stack: error instanceof Error ? error.stack : undefined,
      },
      "a request failed",
    );
  }
  const retryAfterS = retryAfterOf(error) ?? (problem.status === 503 ? 5 : null);
  if (retryAfterS !== null) void reply.header("retry-after", String(retryAfterS));
  if (error instanceof MethodNotAllowedError) void reply.header("allow", error.allow.join(", "));
  if (problem.status === 401) void reply.header("www-authenticate", "Bearer");
  return reply
    .status(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .header("cache-control", "no-store")
    .serializer(JSON.stringify)
    .send(problem);
}

/** Answers what is not even a request (bad syntax, too large or too slow headers) on the bare socket, and closes it. */
export function refuseRaw(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, code, reason] = RAW[error.code ?? ""] ?? ([400, "bad_request", "Bad Request"] as const);
  const body = JSON.stringify(documentOf(code, status, undefined, "none"));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const RAW: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "headers_too_large", "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request_timeout", "Request Timeout"],
};

function documentOf(code: string, status: number, detail: string | undefined, requestId: string): Problem {
  return {
    type: `about:blank#${code}`,
    title: TITLE[status] ?? "Not answered",
    status,
    code,
    requestId,
    ...(detail === undefined ? {} : { detail }),
  };
}

function asOurs(error: unknown): CarrierwatchError | null {
  if (error instanceof CarrierwatchError) return error;
  if (!(error instanceof Error)) return null;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map((issue) => ({
      path: issue.instancePath.replace(/^\//, "").replaceAll("/", "."),
      message: issue.message ?? "is not valid",
    }));
    const where = error.validationContext ?? "request";
    return new CarrierwatchError("invalid_input", `the ${where} is not valid: ${listOf(issues)}`, { issues });
  }
  if (isResponseSerializationError(error) || !isFastifyError(error)) return null;
  const status = error.statusCode ?? 500;
  if (status >= 500) return null;
  return new CarrierwatchError(
    FASTIFY_CODE[error.code] ?? "bad_request",
    SENTENCE[error.code] ?? error.message,
  );
}

function listOf(issues: readonly { path: string; message: string }[]): string {
  return issues
    .slice(0, 10)
    .map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message))
    .join("; ");
}

function isFastifyError(error: Error): error is FastifyError {
  return "statusCode" in error && typeof error.statusCode === "number";
}

function retryAfterOf(error: unknown): number | null {
  return error instanceof Error && "retryAfterS" in error && typeof error.retryAfterS === "number"
    ? Math.max(1, Math.ceil(error.retryAfterS))
    : null;
}
