/**
 * What passes between the HTTP thread and the threads that hold a database connection: a call, and its one answer.
 *
 * Error classes do not survive a thread boundary, so they travel as plain fields and are made anew on the other side.
 */
import {
  CarrierwatchError,
  ConfigError,
  type FieldIssue,
  InvalidInputError,
  UnavailableError,
  VersionConflictError,
} from "../../wire/errors.ts";

/** What a worker offers: synchronous or not, arguments and answers that can be cloned. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of unlike functions have no common type but this one
export type Operations = Record<string, (...args: any[]) => unknown>;

export type Call = { readonly id: number; readonly op: string; readonly args: readonly unknown[] };

export type Answer =
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: PlainError }
  /** Those of a group that was committed together. */
  | { readonly kind: "several"; readonly answers: readonly Answer[] }
  | { readonly kind: "opened" }
  | { readonly kind: "failed"; readonly error: PlainError }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

export type PlainError = {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly stack?: string;
  readonly issues?: readonly FieldIssue[];
};

export function plainErrorOf(error: unknown): PlainError {
  if (error instanceof CarrierwatchError)
    return {
      name: error.name,
      message: error.message,
      code: error.code,
      retryable: error.retryable,
      issues: error.issues,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const code = codeOf(error);
  return {
    name: error.name,
    message: error.message,
    ...(code ? { code } : {}),
    ...(error.stack ? { stack: error.stack } : {}),
  };
}

export function errorOf(plain: PlainError): Error {
  const options = {
    ...(plain.hint === undefined ? {} : { hint: plain.hint }),
    ...(plain.retryable === undefined ? {} : { retryable: plain.retryable }),
  };
  if (plain.name === "ConfigError") return new ConfigError(plain.message, options);
  if (plain.name === "UnavailableError")
    return new UnavailableError(plain.code ?? "unavailable", plain.message, options);
  if (plain.name === "VersionConflictError")
    return withWords(new VersionConflictError("document", "", 0, 0), plain);
  if (plain.name === "InvalidInputError")
    return withWords(new InvalidInputError("", plain.issues ?? [], plain.hint), plain);
  if (plain.retryable !== undefined)
    return new CarrierwatchError(plain.code ?? "store", plain.message, options);
  const error = new Error(plain.message);
  error.name = plain.name;
  if (plain.stack !== undefined) error.stack = plain.stack;
  return plain.code === undefined ? error : Object.assign(error, { code: plain.code });
}

/** The class with the words it already has: its parts were put into them on the other side. */
function withWords(error: CarrierwatchError, plain: PlainError): CarrierwatchError {
  error.message = plain.message;
  return error;
}

/** The same as the system says it: SQLite has a code of its own for a full disk. */
export function systemCause(cause: unknown): unknown {
  if (codeOf(cause) !== "SQLITE_FULL") return cause;
  return Object.assign(new Error("the disk is full", { cause }), { code: "ENOSPC" });
}

/** The `code` of a system or SQLite error; null when it has none. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
