/**
 * The collector's API as the pages call it: JSON in and out, the session's CSRF token on every change.
 *
 * Answers are trusted to have the shape of collector/wire: same origin, same version. Whatever is not a success
 * becomes an `ApiError` with the code, the sentence and the field problems of its problem document.
 */
import type { Problem } from "../../collector/wire/problem.ts";

export type Issue = { readonly path: string; readonly message: string };

type ApiErrorDetails = {
  readonly hint?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly retryAfterS?: number | null;
};

/** A refused or failed call. `code` is stable; "offline" means that no answer came. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly issues: readonly Issue[];
  /** Seconds until another try makes sense; null = the answer named none. */
  readonly retryAfterS: number | null;

  constructor(code: string, status: number, message: string, more: ApiErrorDetails = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.hint = more.hint;
    this.issues = more.issues ?? [];
    this.retryAfterS = more.retryAfterS ?? null;
  }
}

export type Client = {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  remove(path: string): Promise<void>;
  /** Sent with every change from now on. */
  useCsrf(token: string | null): void;
};

/**
 * A client for one collector.
 *
 * @param api Where the API stands, e.g. `/watch/api/v1`.
 * @param onSessionLost Called when an answer says that nobody is logged in any more.
 */
export function apiClient(api: string, onSessionLost: () => void): Client {
  let csrf: string | null = null;
  const call = async <T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
    const init = initOf(method, csrf, body, signal);
    const response = await fetch(api + path, init).catch((cause: unknown) => {
      if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
      throw new ApiError("offline", 0, "no answer");
    });
    if (!response.ok) {
      const error = await errorOf(response);
      if (response.status === 401 && path !== "/session") onSessionLost();
      throw error;
    }
    // A changed password begins a new session, whose cookie the browser has already.
    csrf = response.headers.get("x-csrf-token") ?? csrf;
    const text = response.status === 204 ? "" : await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  return {
    get: (path, signal) => call("GET", path, undefined, signal),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    patch: (path, body) => call("PATCH", path, body),
    remove: (path) => call<void>("DELETE", path),
    useCsrf(token) {
      csrf = token;
    },
  };
}

function initOf(method: string, csrf: string | null, body: unknown, signal?: AbortSignal): RequestInit {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrf) headers["x-csrf-token"] = csrf;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  return init;
}

async function errorOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  return new ApiError(
    problem?.code ?? `http_${response.status}`,
    response.status,
    problem?.detail ?? problem?.title ?? response.statusText,
    { hint: problem?.hint, issues: problem?.issues, retryAfterS: retryAfterOf(response) },
  );
}

function retryAfterOf(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
