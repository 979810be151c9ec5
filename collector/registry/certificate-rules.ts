/**
 * Certificates of a target against what they are for: whether each is one, whether the client's key belongs to it, and
 * what has run out. Pure; keys come in only to be compared, and stand in no sentence.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { FieldIssue } from "../wire/errors.ts";
import type { TlsOptions } from "../wire/request.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Problems of the certificates that a target holds, and of the key that the client's one names. */
export function certificateProblems(tls: TlsOptions, clientKey: string | null): FieldIssue[] {
  const { ca, clientCertificate } = tls;
  const issues: FieldIssue[] = [];
  const examine = (path: string, pem: string | undefined): void => {
    const message = pem === undefined ? null : pemProblem(pem);
    if (message !== null) issues.push({ path, message });
  };
  examine("tls.ca", ca);
  examine("tls.clientCertificate.certificate", clientCertificate?.certificate);
  if (issues.length > 0 || !clientCertificate || clientKey === null) return issues;
  const message = keyProblem(clientCertificate.certificate, clientCertificate.key, clientKey);
  return message === null ? [] : [{ path: "tls.clientCertificate.key", message }];
}

/** What holds, and will not do for long or any more; null = nothing. @param clientKey null = nobody here knows it. */
export function certificateHint(tls: TlsOptions, clientKey: string | null, nowS: number): string | null {
  const { ca, clientCertificate } = tls;
  if (clientCertificate) {
    const [own] = certificatesOf(clientCertificate.certificate);
    const when = own === undefined ? null : outOfDate(own, nowS);
    if (when !== null) return `its client certificate ${when}`;
    if (clientKey !== null && !PRIVATE_KEY.test(clientKey)) {
      return `the secret ${JSON.stringify(clientCertificate.key)} holds no private key: each probe needs it in its own file`;
    }
  }
  const authorities = ca === undefined ? [] : certificatesOf(ca).map((one) => outOfDate(one, nowS));
  const late = authorities.find((when) => when !== null);
  return late === undefined ? null : `a certificate of its authorities ${late}`;
}

function pemProblem(pem: string): string | null {
  if (PRIVATE_KEY.test(pem)) {
    return "holds a private key: keep that as a secret and name it; everyone who sees the target would see it here";
  }
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) return "holds no whole certificate: its END line is missing";
  const wrong = blocks.findIndex((block) => certificateOf(block) === null);
  if (wrong < 0) return null;
  return blocks.length === 1
    ? "is no certificate"
    : `its certificate ${wrong + 1} of ${blocks.length} is none`;
}

/** A value that is no key at all stands for one that only the probes have: nothing can be said of it here. */
function keyProblem(certificates: string, name: string, value: string): string | null {
  if (!PRIVATE_KEY.test(value)) return null;
  const key = keyOf(value);
  const secret = JSON.stringify(name);
  if (key === null) {
    return `the private key in the secret ${secret} cannot be read; one that is itself encrypted cannot be used`;
  }
  const [own] = certificatesOf(certificates);
  if (own === undefined || own.checkPrivateKey(key)) return null;
  return `the key in the secret ${secret} does not belong to this certificate, the first of the list`;
}

function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(BLOCK) ?? []).flatMap((block) => certificateOf(block) ?? []);
}

function certificateOf(block: string): X509Certificate | null {
  try {
    return new X509Certificate(block);
  } catch {
    return null;
  }
}

function keyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function outOfDate({ validFrom, validTo }: X509Certificate, nowS: number): string | null {
  const day = (text: string): string => new Date(text).toISOString().slice(0, 10);
  if (Date.parse(validTo) / 1000 < nowS) return `expired on ${day(validTo)}`;
  return Date.parse(validFrom) / 1000 > nowS ? `does not hold before ${day(validFrom)}` : null;
}
