/** Files that flags of `check` name. */
import { readFileSync } from "node:fs";
import { ConfigError } from "../../collector/wire/errors.ts";
import { fileTrouble } from "../../collector/wire/file-trouble.ts";

const STDIN = 0;

/** @param file - is standard input. @param flag For the error. @throws ConfigError */
export function readText(file: string, flag: string): string {
  try {
    return readFileSync(file === "-" ? STDIN : file, "utf8");
  } catch (cause) {
    throw new ConfigError(`${flag} ${file} cannot be read: ${fileTrouble(cause)}`, { cause });
  }
}
