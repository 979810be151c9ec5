/**
 * How a target is asked: headers, body, credentials, TLS, and which of its addresses.
 *
 * Secrets are named, never written here: their values are kept by the collector, or in the probe's own file, and stand in
 * no sample, no log and no answer of the API.
 */
import * as z from "zod";
import { HeaderName } from "./expect.ts";
import { Id } from "./ids.ts";

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

/** Name of a secret. */
export const SecretName = Id;

/** The probe writes these itself. */
const OWN_HEADERS = [
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "te",
  "upgrade",
  "expect",
  "trailer",
];

export const RequestHeader = z.strictObject({
  name: HeaderName.refine((name) => !OWN_HEADERS.includes(name.toLowerCase()), {
    message: "this header is set by the probe itself",
  }),
  value: z
    .string()
    .max(2048)
    .regex(
      /^[\t\x20-\x7e\x80-\xff]*$/,
      "a header's value holds no line breaks and no characters beyond Latin-1",
    ),
});

export const Auth = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("basic"),
    user: z
      .string()
      .max(256)
      .regex(/^[^:\p{Cc}]*$/u, "a user name holds no colon"),
    /** Name of the secret that is the password. */
    secret: SecretName,
  }),
  z.strictObject({ kind: z.literal("bearer"), secret: SecretName }),
]);
export type Auth = z.infer<typeof Auth>;

/** Sent on every hop of the same origin; credentials and body go no further than the first one. */
export const RequestOptions = z.strictObject({
  headers: z.array(RequestHeader).max(32).optional(),
  /** Sent as UTF-8; give its content-type among the headers. */
  body: z.string().max(65_536).optional(),
  auth: Auth.optional(),
  /** "2": offered by ALPN beside 1.1; what was agreed stands in the sample. https only. Absent: 1.1. */
  http: z.enum(["1.1", "2"]).optional(),
});
export type RequestOptions = z.infer<typeof RequestOptions>;

const Pem = z.string().max(65_536).includes("-----BEGIN CERTIFICATE-----", { error: "PEM certificates" });

export const TlsOptions = z.strictObject({
  /** Certificate authorities trusted besides the probe's own, PEM. */
  ca: Pem.optional(),
  /** False: a certificate that does not hold is reported, and the sample says `unverified`. Absent: true. */
  verify: z.boolean().optional(),
  clientCertificate: z.strictObject({ certificate: Pem, key: SecretName }).optional(),
  /** Asked for by SNI and expected in the certificate, instead of the URL's host. */
  serverName: z
    .string()
    .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/, "a host name")
    .optional(),
});
export type TlsOptions = z.infer<typeof TlsOptions>;

/** Live addresses of a target at a vantage that have a series of their own; more are counted as "other". */
export const ADDRESSES_MAX = 8;

export const Addresses = z
  .strictObject({
    /**
     * one: one of its addresses, drawn at each tick. families: IPv4 and IPv6, a series each. every: each A and AAAA
     * record, a series each. The target's own series then says whether enough of them are up.
     */
    measure: z.enum(["one", "families", "every"]).default("one"),
    /** How many must be up for the target to be up. */
    up: z.union([z.enum(["majority", "all", "any"]), z.int().min(1).max(64)]).default("majority"),
    /** Series per vantage; the address least recently seen gives its place back. */
    max: z.int().min(1).max(32).default(ADDRESSES_MAX),
    /** Measure this address, whatever the name says; Host and SNI stay the URL's. */
    pin: z.union([z.ipv4(), z.ipv6()], { error: "an IP address" }).optional(),
    /** Keep the answer for its TTL between samples; the dns phase is null where it was not asked. */
    cache: z.boolean().default(false),
  })
  .refine((addresses) => addresses.pin === undefined || addresses.measure === "one", {
    message: "a target that is pinned to one address is measured at that one",
    path: ["pin"],
  });
export type Addresses = z.infer<typeof Addresses>;
