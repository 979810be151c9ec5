/**
 * Secrets at rest (SMTP passwords): AES-256-GCM with a key file of the data folder, so that a copied database says nothing.
 *
 * The key file is made at first use, 0600. A sealed text is bound to its purpose: it opens for no other.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../wire/errors.ts";

export type Secrets = {
  /** @param purpose What it is for, e.g. `smtp-password`; must be the same when opened. */
  seal(plain: string, purpose: string): string;
  /** @throws ConfigError when it was sealed with another key file, or for another purpose. */
  open(sealed: string, purpose: string): string;
};

const PREFIX = "v1";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param options.dir The data folder; holds `secret.key`.
 * @throws ConfigError when the key file is not 32 bytes.
 */
export function secretsPart(options: { readonly dir: string }): Secrets {
  const file = join(options.dir, "secret.key");
  const key = readOrMakeKey(file);
  return {
    seal(plain, purpose) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return `${PREFIX}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed.slice(PREFIX.length + 1), "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const body = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new ConfigError(`a stored secret (${purpose}) does not open with ${file}`, {
          cause,
          hint: "put back the key file that belongs to this database, or enter the secret again",
        });
      }
    },
  };
}

function readOrMakeKey(file: string): Buffer {
  // Whole or not at all, and nothing was ever sealed with an empty one. The folder is one process's alone.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    const draft = `${file}.new`;
    writeFileSync(draft, randomBytes(KEY_BYTES), { mode: 0o600, flush: true });
    renameSync(draft, file);
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES) {
    throw new ConfigError(`the key file ${file} has ${key.length} bytes instead of ${KEY_BYTES}`, {
      hint: "put back the one that belongs to this database",
    });
  }
  return key;
}
