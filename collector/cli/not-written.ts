/** What is said of a file that a verb could not write. */
import { CarrierwatchError } from "../wire/errors.ts";
import { fileTrouble, isFull } from "../wire/file-trouble.ts";

/** @returns Code usage; disk_full, retryable, where there was no room. */
export function notWritten(file: string, cause: unknown): CarrierwatchError {
  const full = isFull(cause);
  return new CarrierwatchError(
    full ? "disk_full" : "usage",
    `${file} cannot be written: ${fileTrouble(cause)}`,
    {
      cause,
      retryable: full,
    },
  );
}
