/**
 * Secrets of targets on the probe's disk: AES-256-GCM with a key made of the vantage's own, so that a copy of the kept
 * assignments says nothing. With another key they open no more; the collector gives them again.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import * as z from "zod";

const Values = z.record(z.string(), z.string());

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Names and values as one text. @param key The vantage's key. */
export function sealValues(values: Readonly<Record<string, string>>, key: string): string {
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(IV_BYTES)];
  const cipher = createCipheriv("aes-256-gcm", derived(key, salt), iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(values), "utf8"), cipher.final()]);
  return Buffer.concat([salt, iv, cipher.getAuthTag(), body]).toString("base64");
}

/** @returns null when they were sealed with another key, or not by `sealValues`. */
export function openValues(sealed: string, key: string): Record<string, string> | null {
  const bytes = Buffer.from(sealed, "base64");
  const [ivAt, tagAt, bodyAt] = [SALT_BYTES, SALT_BYTES + IV_BYTES, SALT_BYTES + IV_BYTES + TAG_BYTES];
  if (bytes.length < bodyAt) return null;
  try {
    const decipher = createDecipheriv(
      "aes-256-gcm",
      derived(key, bytes.subarray(0, ivAt)),
      bytes.subarray(ivAt, tagAt),
    ).setAuthTag(bytes.subarray(tagAt, bodyAt));
    const text = Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]).toString("utf8");
    return Values.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function derived(key: string, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, "carrierwatch kept secrets", 32));
}
