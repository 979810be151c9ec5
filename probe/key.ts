/**
 * What stands in files of its own and may be replaced while the probe runs: a vantage's key, the values of secrets.
 *
 * Neither is ever logged, and no sample holds one.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../collector/wire/errors.ts";

/** What a vantage's key looks like; the vantage's id stands in it. */
export const KEY = /^cwp_([a-z0-9-]+)_[A-Za-z0-9_-]{16,}$/;

/**
 * @returns The key as its file holds it now.
 * @throws ConfigError when there is none to begin with.
 */
export function keyReader(file: string): () => string {
  let key = keyOf(file);
  return () => {
    try {
      key = keyOf(file);
    } catch {
      // The file is being replaced, or gone: the key that worked is the best guess.
    }
    return key;
  };
}

/**
 * @param files Name to file, relative to `folder`.
 * @returns The value of a secret as its file holds it now, without a final line break; null = none is named so, or its
 *   file cannot be read.
 * @throws ConfigError for a file that cannot be read to begin with.
 */
export function secretReader(
  folder: string,
  files: Readonly<Record<string, string>>,
): (name: string) => string | null {
  const paths = new Map(Object.entries(files).map(([name, file]) => [name, resolve(folder, file)]));
  for (const [name, path] of paths) {
    if (textOf(path) === null) throw new ConfigError(`the secret ${name}: ${path} cannot be read`);
  }
  return (name) => {
    const path = paths.get(name);
    return path === undefined ? null : (textOf(path)?.replace(/\r?\n$/, "") ?? null);
  };
}

function keyOf(file: string): string {
  if (!existsSync(file)) {
    throw new ConfigError(`the probe has no key: there is no file ${file}`, {
      hint: "join it: open Vantages on the collector's pages and paste the command it shows",
    });
  }
  const key = textOf(file)?.trim();
  if (key === undefined) throw new ConfigError(`the probe's key: ${file} cannot be read`);
  if (!KEY.test(key)) throw new ConfigError(`${file} holds no probe key (cwp_...)`);
  return key;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
