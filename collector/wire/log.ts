/** The log every part is given; pino satisfies it. Fields first, then one sentence. Never a secret in either. */

export type LogFields = Readonly<Record<string, unknown>>;
export type Log = {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
};

/** Says nothing: for parts used as a library. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
