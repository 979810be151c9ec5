/**
 * Why a measurement stopped: the stage it was in and what was seen there. Judged by `judge/`; never thrown further
 * than the hop it happened in.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { FailurePhase } from "../../collector/wire/sample.ts";
import type { Stop, StopSignal } from "./stop.ts";

/** Codes of our own, beside those of Node, c-ares, OpenSSL and nghttp2. */
export const OWN_CODES = [
  "DEADLINE",
  "GUARD",
  "TOO_LARGE",
  "BAD_ENCODING",
  "NOT_HTTP",
  "EMPTY_ANSWER",
  "BAD_HEAD",
  "HEAD_TOO_LARGE",
  "BAD_CHUNK",
  "BODY_CUT",
  "STREAM_RESET",
  "BAD_REDIRECT",
  "TOO_MANY_REDIRECTS",
  "REDIRECT_LOOP",
  "REDIRECT_REFUSED",
  "NO_FAMILY",
  "NO_LOCAL_FAMILY",
  "NO_SECRET",
  "LOSS",
  "RECORD",
  "HIJACKED",
] as const;
export type OwnCode = (typeof OWN_CODES)[number];

export type Trouble = {
  readonly phase: FailurePhase;
  /** `OwnCode`, or the code of the error; "" when it had none. */
  readonly code: string;
  /** Of the error: name and message, hostile text. */
  readonly message: string;
  /** How long the failing phase had taken, ms. */
  readonly elapsedMs: number;
};

/** Ends a stage on our own account. */
export class StageError extends Error {
  override readonly name = "StageError";
  readonly code: OwnCode;
  constructor(code: OwnCode, message: string) {
    super(message);
    this.code = code;
  }
}

const noEnd = (ms: number): string => `no end after ${ms} ms`;

/**
 * Sets a deadline that ends the measurement; the answer lifts it.
 *
 * It strikes one turn of the loop after its time: what had arrived while the loop was busy is read first, so that a
 * late loop does not make a timeout of an answer.
 *
 * @param says What is said of it; asked only when it strikes.
 */
export function deadline(
  clock: Clock,
  ms: number,
  stop: Stop,
  says: (ms: number) => string = noEnd,
): () => void {
  let lifted = false;
  const cancel = clock.after(ms, () => {
    setImmediate(() => {
      if (!lifted) stop.abort(new StageError("DEADLINE", says(ms)));
    });
  });
  return () => {
    lifted = true;
    cancel();
  };
}

/** OpenSSL's own form: thread, number, library, function, reason, file and line. Only the reason means something to a reader. */
const OF_OPENSSL = /(?:write EPROTO )?[0-9A-F]{8,16}:error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+):.*/s;

/** Code and text of anything that was thrown. */
export function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const text = error.message.replace(OF_OPENSSL, "$1");
  const plain = error.name === "Error" || error instanceof StageError;
  return { code, message: plain ? text : `${error.name}: ${text}` };
}

const NOTHING = (): void => undefined;
const ONCE = { once: true } as const;

/**
 * Runs one stage: a callback-style act that settles once, and is killed when the signal fires.
 *
 * @param start Begins the act; what it returns destroys it. Not called when the signal has fired already.
 */
export function stage<T>(
  signal: StopSignal,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let kill = NOTHING;
    const onAbort = () => {
      // First the reason: what dies may have an error of its own to tell.
      reject(signal.reason);
      kill();
    };
    signal.addEventListener("abort", onAbort, ONCE);
    kill = start(
      (value) => {
        signal.removeEventListener("abort", onAbort);
        resolve(value);
      },
      (error) => {
        signal.removeEventListener("abort", onAbort);
        reject(error);
      },
    );
  });
}
