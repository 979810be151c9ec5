/**
 * What stands in files of its own and may be replaced while the probe runs: a vantage's key, the values of secrets. A
 * value may also come from the environment, which is as it was when the probe began.
 *
 * Neither is ever logged, and no sample holds one.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../collector/wire/errors.ts";
import type { SecretSource } from "./file.ts";

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

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param sources Name to file, relative to `folder`, or to a variable of `env`.
 * @returns The value of a secret as its file holds it now, without a final line break; null = none is named so, or its
 *   file cannot be read.
 * @throws ConfigError for a file that cannot be read, or a variable that is not set, to begin with.
 */
export function secretReader(
  folder: string,
  sources: Readonly<Record<string, SecretSource>>,
  env: Environment,
): (name: string) => string | null {
  const readers = new Map(
    Object.entries(sources).map(([name, source]) => [name, readerOf(name, source, folder, env)]),
  );
  return (name) => readers.get(name)?.() ?? null;
}

function readerOf(name: string, source: SecretSource, folder: string, env: Environment): () => string | null {
  if (typeof source === "object" && "env" in source) {
    const value = env[source.env] ?? "";
    if (value === "") throw new ConfigError(`the secret ${name}: the variable ${source.env} is not set`);
    return () => value;
  }
  const path = resolve(folder, typeof source === "string" ? source : source.file);
  if (textOf(path) === null) throw new ConfigError(`the secret ${name}: ${path} cannot be read`);
  return () => textOf(path)?.replace(/\r?\n$/, "") ?? null;
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
