/**
 * How verbs speak to a collector: one call of its HTTP API in, its JSON or a problem as an error out.
 *
 * Whether the collector runs elsewhere, runs here, or does not run at all is `door.ts`'s business.
 */
import { Agent, fetch } from "undici";
import { CarrierwatchError, UnavailableError } from "../wire/errors.ts";
import { Problem } from "../wire/problem.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Client = {
  /**
   * @param path Below /api/v1, with its query.
   * @returns The parsed body; null when there is none.
   * @throws CarrierwatchError with the problem's code, sentence and hint.
   */
  call(method: Method, path: string, body?: unknown): Promise<unknown>;
  /** Whether a collector runs behind it; false = the store was opened for this one verb. */
  readonly running: boolean;
  close(): Promise<void>;
};

/** Longest a call may take: verifying a large store is the slowest thing a verb asks for. */
const TIMEOUT_MS = 600_000;

/** Too many, not now, no space left: the same call may succeed later. */
const LATER = [429, 503, 507];

/**
 * A client of a collector that listens.
 *
 * @param url Base path included, no slash at the end.
 * @param trusted The collector of this machine, known by its 0600 file: its certificate need not name the loopback address.
 */
export function httpClient(url: string, token: string, trusted = false): Client {
  const dispatcher = new Agent({
    bodyTimeout: TIMEOUT_MS,
    headersTimeout: TIMEOUT_MS,
    ...(trusted ? { connect: { rejectUnauthorized: false } } : {}),
  });
  return {
    running: true,
    async call(method, path, body) {
      const headers = {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      };
      let answer: Awaited<ReturnType<typeof fetch>>;
      try {
        answer = await fetch(`${url}/api/v1${path}`, {
          method,
          headers,
          dispatcher,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (cause) {
        throw unreachable(url, cause);
      }
      const text = await answer.text();
      if (answer.status === 401 && !trusted) throw notTaken(url);
      return read(answer.status, text, url);
    },
    close: () => dispatcher.close(),
  };
}

/** Status and text of an answer as a value. @throws CarrierwatchError */
export function read(status: number, text: string, from: string): unknown {
  const body = parse(text);
  if (status < 400 && body !== undefined) return body;
  const problem = Problem.safeParse(body).data;
  if (!problem) {
    const hint = "is this the address of a carrierwatch collector, base path included?";
    throw new CarrierwatchError(
      "not_a_collector",
      `${from} answered with status ${status}, not as a collector`,
      {
        hint,
      },
    );
  }
  const { code, detail, title, hint, issues, requestId } = problem;
  const message =
    detail ?? `${title} (request ${requestId ?? "unknown"}; the collector's log has the reason)`;
  throw new CarrierwatchError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(issues === undefined ? {} : { issues }),
    retryable: LATER.includes(status),
  });
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notTaken(url: string): CarrierwatchError {
  return new CarrierwatchError("unauthenticated", `${url} does not take this API token`, {
    hint: "it has ended, or is of another collector; make one there: carrierwatch token add NAME",
  });
}

function unreachable(url: string, cause: unknown): UnavailableError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = inner instanceof Error ? ("code" in inner ? String(inner.code) : inner.message) : "no answer";
  return new UnavailableError("unreachable", `no collector answers at ${url} (${why})`, {
    cause,
    hint: "is it running, and is this its address?",
  });
}
