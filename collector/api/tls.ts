/**
 * The server's certificate: read from two files, read again when they change or when told to.
 *
 * A half-written pair keeps the old one in use and is tried again at the next change.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { rootCertificates } from "node:tls";
import { ConfigError } from "../wire/errors.ts";
import type { Log } from "../wire/log.ts";

export type KeyPair = { readonly cert: Buffer; readonly key: Buffer };
export type CertificateFiles = { readonly certFile: string; readonly keyFile: string };

export type Certificate = {
  current(): KeyPair;
  /** What a probe has to pin: sha256 of the certificate, hex; null = its issuer is publicly trusted. */
  pin(): string | null;
  /** Reads the files now; false = they do not fit, the old pair stays. */
  reload(): boolean;
  close(): void;
};

const LOOK_EVERY_MS = 5_000;

/**
 * @param use Called with each new pair.
 * @param lookEveryMs How often the files are looked at.
 * @throws ConfigError when the files cannot be read or do not belong together.
 */
export function certificate(
  files: CertificateFiles,
  log: Log,
  use: (pair: KeyPair) => void,
  lookEveryMs = LOOK_EVERY_MS,
): Certificate {
  let pair = readPair(files);
  const reload = (): boolean => {
    try {
      pair = readPair(files);
      use(pair);
      log.info({ certFile: files.certFile }, "the certificate was read again");
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ certFile: files.certFile, message }, "the new certificate is not usable; the old one stays");
      return false;
    }
  };
  const changed = () => void reload();
  // By polling, because a renewed certificate often arrives as a switched symlink, which inotify does not see.
  for (const file of [files.certFile, files.keyFile]) {
    watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  }
  return {
    current: () => pair,
    pin: () => pinOf(pair.cert),
    reload,
    close() {
      for (const file of [files.certFile, files.keyFile]) unwatchFile(file, changed);
    },
  };
}

function readPair({ certFile, keyFile }: CertificateFiles): KeyPair {
  const cert = read(certFile);
  const key = read(keyFile);
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new ConfigError(`the key ${keyFile} does not belong to the certificate ${certFile}`);
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`${certFile} and ${keyFile} are not a certificate and a key in PEM`, { cause });
  }
  return { cert, key };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`the file ${file} cannot be read`, { cause });
  }
}

function pinOf(chain: Buffer): string | null {
  const parts =
    chain.toString("utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [leaf, last] = [parts[0], parts.at(-1)].map((pem) =>
    pem === undefined ? null : new X509Certificate(pem),
  );
  if (!leaf || !last) return null;
  const trusted = rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    return last.checkIssued(root) && last.verify(root.publicKey);
  });
  return trusted ? null : leaf.fingerprint256.replaceAll(":", "").toLowerCase();
}
