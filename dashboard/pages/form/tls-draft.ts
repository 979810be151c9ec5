/** Certificates and names of a target's TLS connection, as the form holds them. Pure. */
import type { TargetInput } from "../../../collector/wire/target.ts";
import { TLS } from "./kinds.ts";
import { type Part, part } from "./part.ts";
import { textOf } from "./typed.ts";

export type TlsDraft = {
  /** PEM. */
  ca: string;
  unverified: boolean;
  /** PEM. */
  clientCertificate: string;
  /** Name of the secret that is its private key; "" = none is chosen. */
  clientKey: string;
  serverName: string;
};

export function tlsDraftOf({ tls }: TargetInput): TlsDraft {
  return {
    ca: tls?.ca ?? "",
    unverified: tls?.verify === false,
    clientCertificate: tls?.clientCertificate?.certificate ?? "",
    clientKey: tls?.clientCertificate?.key ?? "",
    serverName: tls?.serverName ?? "",
  };
}

export const TLS_PARTS: readonly Part[] = [
  part(
    "tls.ca",
    TLS,
    (d) => d.ca,
    (d) => textOf(d.ca),
  ),
  part(
    "tls.verify",
    TLS,
    (d) => d.unverified,
    (d) => (d.unverified ? false : undefined),
  ),
  part(
    "tls.clientCertificate",
    TLS,
    (d) => [d.clientCertificate, d.clientKey],
    ({ clientCertificate: certificate, clientKey: key }) =>
      certificate.trim() === "" && key === "" ? undefined : { certificate, key },
  ),
  part(
    "tls.serverName",
    TLS,
    (d) => d.serverName,
    (d) => textOf(d.serverName.trim()),
  ),
];
