/**
 * A self-signed certificate for the demo's own https pages, made with nothing but node:crypto.
 *
 * DER by hand, because Node signs but does not issue. Trusted only by the demo's probes, which are given the file.
 * @see RFC 5280, section 4.1
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export type Certified = {
  /** PEM; also the only authority that vouches for it. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
};

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = body.length;
  let length = Buffer.from([size]);
  if (size > 255) length = Buffer.from([0x82, size >> 8, size & 255]);
  else if (size > 127) length = Buffer.from([0x81, size]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
};
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const hex = (text: string) => Buffer.from(text, "hex");

const ECDSA_WITH_SHA256 = sequence(hex("06082a8648ce3d040302"));
const COMMON_NAME = hex("0603550403");
const SUBJECT_ALT_NAME = hex("0603551d11");
const BASIC_CONSTRAINTS = hex("0603551d13");
const TRUE = hex("0101ff");

/** YYMMDDHHMMSSZ. */
const utcTime = (ms: number) =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

/**
 * Issues it.
 *
 * @param hosts DNS names, the first is also the subject.
 * @param nowMs UTC ms; valid from a day before.
 * @param days Valid for so many days.
 */
export function selfSigned(hosts: readonly string[], nowMs: number, days: number): Certified {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(hosts[0] ?? "")))));
  const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))));
  const serial = randomBytes(12);
  // A leading zero bit keeps the integer positive, a leading one keeps it in its shortest form.
  serial[0] = 0x41;
  const body = sequence(
    der(0xa0, hex("020102")),
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(nowMs - 86_400_000), utcTime(nowMs + days * 86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE))),
        sequence(SUBJECT_ALT_NAME, der(0x04, names)),
      ),
    ),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
