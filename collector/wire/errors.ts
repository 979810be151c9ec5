/**
 * The errors an operator or a caller can cause, in every part of the product.
 *
 * A failed measurement is data (`sample.failure`), never one of these. A message names object, value and limit;
 * `code` is stable and is what the HTTP status table (api) and the exit codes (main) are keyed by.
 */

export type ErrorOptions = {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The same call may succeed later; set by the thrower, who knows. Default false. */
  readonly retryable?: boolean;
  /** Where in the input the problem is, e.g. `timeouts.totalMs`; one entry per problem. */
  readonly issues?: readonly FieldIssue[];
};

export type FieldIssue = { readonly path: string; readonly message: string };

/** Base of all operator and input errors. */
export class CarrierwatchError extends Error {
  override readonly name: string = "CarrierwatchError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly issues: readonly FieldIssue[];

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.issues = options.issues ?? [];
  }
}

/** Input that a schema or a rule refuses; `issues` lists every problem of one run. */
export class InvalidInputError extends CarrierwatchError {
  override readonly name = "InvalidInputError";
  constructor(what: string, issues: readonly FieldIssue[], hint?: string) {
    const list = issues
      .map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message))
      .join("; ");
    super("invalid_input", `${what} is not valid: ${list}`, { issues, ...(hint ? { hint } : {}) });
  }
}

/** A configuration file, flag or environment variable the program cannot start with; exit 78. */
export class ConfigError extends CarrierwatchError {
  override readonly name = "ConfigError";
  constructor(message: string, options: ErrorOptions = {}) {
    super("config", message, options);
  }
}

/** The object named does not exist, or the caller may not see it. */
export class NotFoundError extends CarrierwatchError {
  override readonly name = "NotFoundError";
  constructor(kind: string, id: string) {
    // The quotes stand in the sentence: a kind of several words is told from the name by them.
    super("not_found", `there is no ${kind} "${JSON.stringify(id).slice(1, -1)}"`);
  }
}

/** Somebody changed the object between the caller's read and write. */
export class VersionConflictError extends CarrierwatchError {
  override readonly name = "VersionConflictError";
  constructor(kind: string, id: string, expected: number, found: number) {
    super(
      "version_conflict",
      `${kind} ${JSON.stringify(id)} is at version ${found}, the change was made to ${expected}`,
      {
        hint: "read it again and repeat the change",
      },
    );
  }
}

/** The part asked for cannot answer now: starting, stopping, disk full, another process holds the data. */
export class UnavailableError extends CarrierwatchError {
  override readonly name = "UnavailableError";
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(code, message, { retryable: true, ...options });
  }
}
