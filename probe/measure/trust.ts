/**
 * What a target's TLS options say becomes a secure context, kept: making one costs more than a handshake.
 *
 * Kept per set of authorities and client certificate, the least recently used goes first. Keys are kept as digests, so that
 * no secret stands in a table.
 */
import { createHash, X509Certificate } from "node:crypto";
import tls from "node:tls";
import { ConfigError } from "../../collector/wire/errors.ts";
import type { TlsOptions } from "../../collector/wire/request.ts";
import { type Secrets, secretOf } from "./ask.ts";
import { StageError } from "./trouble.ts";

/** Contexts kept besides the probe's own; one is about 100 kB. */
const KEPT = 64;

export type Trust = {
  /** The probe's own authorities and no client certificate. */
  readonly common: tls.SecureContext;
  /**
   * The context of a target.
   *
   * @throws StageError NO_SECRET when the key of its client certificate is missing or does not fit.
   */
  of(options: TlsOptions | undefined): tls.SecureContext;
};

/**
 * The text of a file that should hold certificates: one that holds none would be passed over without a word.
 *
 * @param what Names the file, for the error.
 * @throws ConfigError when there is none in it.
 */
export function certificatesIn(pem: string, what: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new ConfigError(`${what} holds no certificate`, {
      hint: "certificates are wanted in PEM form",
      cause,
    });
  }
}

/**
 * @param ca PEM certificates trusted besides Mozilla's.
 * @param secrets Values of the keys that targets name.
 */
export function trustOf(ca: readonly string[], secrets: Secrets): Trust {
  const kept = new Map<string, tls.SecureContext>();
  const common = tls.createSecureContext(ca.length === 0 ? {} : { ca: [...tls.rootCertificates, ...ca] });
  return {
    common,
    of(options) {
      const { ca: own, clientCertificate } = options ?? {};
      if (own === undefined && clientCertificate === undefined) return common;
      const key = clientCertificate && secretOf(clientCertificate.key, secrets);
      const name = digestOf([own ?? "", clientCertificate?.certificate ?? "", key ?? ""]);
      const context =
        kept.get(name) ??
        contextOf(
          own === undefined ? ca : [...ca, own],
          clientCertificate && { ...clientCertificate, secret: clientCertificate.key, key },
        );
      kept.delete(name);
      kept.set(name, context);
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
      return context;
    },
  };
}

function contextOf(
  ca: readonly string[],
  client:
    | { readonly certificate: string; readonly secret: string; readonly key: string | undefined }
    | undefined,
): tls.SecureContext {
  const pair = client && {
    cert: client.certificate,
    ...(client.key === undefined ? {} : { key: client.key }),
  };
  try {
    return tls.createSecureContext({ ca: [...tls.rootCertificates, ...ca], ...pair });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (client && code.endsWith("KEY_VALUES_MISMATCH")) {
      const { secret } = client;
      throw new StageError(
        "NO_SECRET",
        `the key in the secret ${secret} does not belong to the target's certificate`,
      );
    }
    const why = code === "" ? "" : ` (${code})`;
    throw new StageError("NO_SECRET", `the target's certificates or the key to them cannot be used${why}`);
  }
}

function digestOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("base64");
}
