/** Random secrets and their hashes: 256 bits need no slow hash, and one sha256 cannot be turned back. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits, 43 characters of base64url. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** A new id, lower-case hex, unguessable but not secret. */
export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(8).toString("hex")}`;
}

/** sha256 as hex. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Whether a secret has a hash, in a time that does not tell where they differ. */
export function matches(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(hash.padEnd(64).slice(0, 64)));
}
