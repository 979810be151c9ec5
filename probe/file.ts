/**
 * The probe's own file, DIR/probe/config.yaml: which collector, which vantages, what a measured URL may reach, how much disk.
 *
 * What is set here no collector can widen. Defaults stand in this schema and nowhere else. What stands beside `vantages`
 * holds for each of them.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import * as z from "zod";
import { SecretName } from "../collector/wire/request.ts";
import { DEFAULT_LIMITS as JUDGE_LIMITS } from "./judge/judge.ts";

const Cidr = z.string().refine((text) => ipaddr.isValidCIDR(text) || ipaddr.isValid(text), {
  message: "an address or a network like 10.0.0.0/8",
});
/** Of this machine; in the spelling the system has for it, so that it is found among the machine's own. */
export const Address = z
  .string()
  .refine((text) => isIP(text) > 0, { message: "an IP address of this machine" })
  .transform((text) => (ipaddr.isValid(text) ? ipaddr.parse(text).toString() : text));
/** `IP` or `IP:port`. */
export const Resolver = z
  .string()
  .refine((text) => isIP(text.replace(/^\[(.*)\](?::\d+)?$|:\d+$/, "$1")) > 0, {
    message: "an IP address, with :port if not 53 ([...]:port for IPv6)",
  });

const Collector = z.strictObject({
  /** Public URL of the collector, base path included. */
  url: z.url({ protocol: /^https?$/, error: "an http or https URL" }).optional(),
  /** SHA-256 of its certificate, hex; absent = publicly trusted, or plain http. */
  certificateSha256: z
    .string()
    .transform((text) => text.replaceAll(":", "").toLowerCase())
    .pipe(z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits"))
    .nullable()
    .default(null),
  /** File with the vantage's key, relative to this file's folder. */
  keyFile: z.string().min(1).default("key"),
});

const Spool = z.strictObject({
  /** All of it, for each vantage; 14 days at one sample a second have about 900 MB. */
  maxBytes: z.int().min(16_777_216).default(1_073_741_824),
  /** How long delivered samples are kept for a collector restored from a backup. */
  keepDays: z.number().min(0).max(15).default(14),
});

/** Addresses with a port, beyond the gateway, that answer TCP as long as the carrier's network works. */
const References = z
  .array(
    z
      .string()
      .refine((text) => /^(?:\d+(?:\.\d+){3}|\[[0-9a-f:.]+\]):\d{1,5}$/i.test(text) && isReference(text), {
        message: "an IP address with its port: 203.0.113.1:443, or [2001:db8::1]:443",
      }),
  )
  .max(8);

function isReference(text: string): boolean {
  const at = text.lastIndexOf(":");
  const port = Number(text.slice(at + 1));
  return isIP(text.slice(0, at).replace(/^\[(.*)\]$/, "$1")) > 0 && port >= 1 && port <= 65_535;
}

/** Networks that may be measured although they are private, loopback, link-local or reserved. */
const Allow = z.array(Cidr).default([]);
/** Resolvers to ask instead of the machine's own. */
const Resolvers = z.array(Resolver).max(8);
/**
 * Where the values of secrets that targets name are: a file, relative to this file's folder, or a variable of the probe's
 * environment. They go before the collector's.
 */
const SecretSource = z.union(
  [
    z.string().min(1),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/) }),
  ],
  { error: "a file, or { file: FILE }, or { env: NAME }" },
);
export type SecretSource = z.infer<typeof SecretSource>;
const Secrets = z.record(SecretName, SecretSource).default({});

/** A vantage's folder below this file's; "." is this file's own. */
export const VantageFolder = z
  .string()
  .regex(/^(?:\.|[a-z0-9][a-z0-9-]{0,47})$/, 'a name of a-z, 0-9 and "-", or "."')
  .refine((folder) => folder !== "spool", { message: "this folder holds samples" });

/** One of several: an identity, and the way out it stands for. */
export const VantageEntry = z.strictObject({
  folder: VantageFolder,
  /** File with its key, relative to its folder. */
  keyFile: z.string().min(1).default("key"),
  localAddress: Address.optional(),
  resolvers: Resolvers.optional(),
  references: References.optional(),
  allow: Allow,
  hosts: z.string().min(1).optional(),
  secrets: Secrets,
  spool: Spool.optional(),
});

export type VantageEntry = z.infer<typeof VantageEntry>;

export const ProbeFile = z
  .strictObject({
    collector: Collector.prefault({}),
    allow: Allow,
    resolvers: Resolvers.default([]),
    /** Asked when nothing can be reached and the gateway is alive; all dead: the carrier's network is down. */
    references: References.default([]),
    /** Source address of every connection: the way out by one carrier. */
    localAddress: Address.optional(),
    /** Hosts file; default /etc/hosts. */
    hosts: z.string().min(1).optional(),
    /** PEM files with certificates that targets may have besides publicly trusted ones. */
    ca: z.array(z.string().min(1)).default([]),
    secrets: Secrets,
    limits: z
      .strictObject({
        /** Measurements at the same time, all vantages together. */
        concurrent: z.int().min(1).max(2_000).default(200),
        /**
         * Never less ms between two starts, of plain and of encrypted targets; starts that collide falsify each other's
         * times. Absent = as measured, so that measurements fill at most 60 % of a processor.
         */
        gapHttpMs: z.number().min(0).max(1_000).optional(),
        gapHttpsMs: z.number().min(0).max(1_000).optional(),
        /** A mark set by an event loop later than this makes the sample suspect; raise it on a machine that is always busy. */
        loopDelayMs: z.number().min(1).max(1_000).default(JUDGE_LIMITS.loopDelayMs),
      })
      .prefault({}),
    spool: Spool.prefault({}),
    /** Several vantages in one process, each by its own way out. Absent: one, whose files lie beside this one. */
    vantages: z.array(VantageEntry).min(1).max(16).optional(),
  })
  .refine(({ vantages = [] }) => new Set(vantages.map(({ folder }) => folder)).size === vantages.length, {
    message: "two vantages share a folder",
    path: ["vantages"],
  })
  .refine(({ vantages, localAddress }) => vantages === undefined || localAddress === undefined, {
    message: "beside `vantages` it would hold for all of them: give each its own",
    path: ["localAddress"],
  });
export type ProbeFile = z.infer<typeof ProbeFile>;
