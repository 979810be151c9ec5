/**
 * The probe's own file, DIR/probe/config.yaml: which collector, what a measured URL may reach, how much disk.
 *
 * What is set here no collector can widen. Defaults stand in the schema and nowhere else; flags win over the file, `allow`
 * of both counts. Every problem is named in one run, with file and path.
 */
import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { parseDocument } from "yaml";
import * as z from "zod";
import { ConfigError, type FieldIssue } from "../collector/wire/errors.ts";
import { DEFAULT_LIMITS as JUDGE_LIMITS } from "./judge/judge.ts";

const Cidr = z.string().refine((text) => ipaddr.isValidCIDR(text) || ipaddr.isValid(text), {
  message: "an address or a network like 10.0.0.0/8",
});
const Address = z.string().refine((text) => isIP(text) > 0, { message: "an IP address of this machine" });
const Resolver = z.string().refine((text) => isIP(text.replace(/^\[(.*)\](?::\d+)?$|:\d+$/, "$1")) > 0, {
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

export const ProbeFile = z.strictObject({
  collector: Collector.prefault({}),
  /** Networks that may be measured although they are private, loopback, link-local or reserved. */
  allow: z.array(Cidr).default([]),
  /** Resolvers to ask instead of the machine's own. */
  resolvers: z.array(Resolver).max(8).default([]),
  /** Source address of every measurement: the way out by one carrier. */
  localAddress: Address.optional(),
  /** Hosts file; default /etc/hosts. */
  hosts: z.string().min(1).optional(),
  /** PEM files with certificates that targets may have besides publicly trusted ones. */
  ca: z.array(z.string().min(1)).default([]),
  limits: z
    .strictObject({
      /** Measurements at the same time. */
      concurrent: z.int().min(1).max(2_000).default(200),
      /** Least ms between two starts; starts that collide falsify each other's times. */
      gapHttpMs: z.number().min(0).max(1_000).default(3),
      gapHttpsMs: z.number().min(0).max(1_000).default(10),
      /** A mark set by an event loop later than this makes the sample suspect; raise it on a machine that is always busy. */
      loopDelayMs: z.number().min(1).max(1_000).default(JUDGE_LIMITS.loopDelayMs),
    })
    .prefault({}),
  spool: z
    .strictObject({
      /** All of it; 14 days at one sample a second have about 900 MB. */
      maxBytes: z.int().min(16_777_216).default(1_073_741_824),
      /** How long delivered samples are kept for a collector restored from a backup. */
      keepDays: z.number().min(0).max(15).default(14),
    })
    .prefault({}),
});
export type ProbeFile = z.infer<typeof ProbeFile>;

/** What the command line adds; absent = not given. */
export type ProbeFlags = {
  readonly url?: string;
  readonly certificateSha256?: string;
  readonly allow?: readonly string[];
  readonly resolvers?: readonly string[];
  readonly localAddress?: string;
};

export type ProbeSettings = Omit<ProbeFile, "collector" | "ca"> & {
  /** DIR/probe, absolute. */
  readonly folder: string;
  /** DIR/probe/config.yaml, there or not. */
  readonly file: string;
  readonly url: string;
  readonly certificateSha256: string | null;
  /** The vantage's key as its file holds it now: joining again or rotating takes effect without a restart. */
  readonly key: () => string;
  /** PEM texts. */
  readonly ca: readonly string[];
};

/**
 * Reads the probe's file and key and lays the flags over them.
 *
 * @param dir Data folder; the probe's own is `dir`/probe.
 * @throws ConfigError naming every problem with file and path.
 */
export function probeSettings(dir: string, flags: ProbeFlags): ProbeSettings {
  const folder = resolve(dir, "probe");
  const file = join(folder, "config.yaml");
  const { collector, ca, ...rest } = parsed(file, laid(fileContent(file), flags));
  if (collector.url === undefined) {
    throw new ConfigError(`the probe has no collector: neither ${file} (collector.url) nor --url names one`, {
      hint: "join it: open Vantages on the collector's pages and paste the command it shows",
    });
  }
  return {
    ...rest,
    folder,
    file,
    url: collector.url.replace(/\/+$/, ""),
    certificateSha256: collector.certificateSha256,
    key: keyReader(resolve(folder, collector.keyFile)),
    ca: ca.map((path) => textOf(resolve(folder, path), `${file}: ca`)),
  };
}

function fileContent(file: string): unknown {
  if (!existsSync(file)) return {};
  const document = parseDocument(textOf(file, "the probe's configuration"));
  const issues = document.errors.map((error) => ({
    path: `line ${error.linePos?.[0].line ?? 1}`,
    message: error.message.split("\n")[0] ?? "not YAML",
  }));
  if (issues.length > 0) throw problems(file, issues);
  return document.toJS() ?? {};
}

function laid(content: unknown, flags: ProbeFlags): unknown {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content;
  const root: Record<string, unknown> = { ...content };
  const collector = { ...objectOf(root["collector"]) };
  if (flags.url !== undefined) collector["url"] = flags.url;
  if (flags.certificateSha256 !== undefined) collector["certificateSha256"] = flags.certificateSha256;
  if (root["collector"] === undefined || Object.keys(collector).length > 0) root["collector"] = collector;
  if (flags.allow && flags.allow.length > 0) root["allow"] = [...listOf(root["allow"]), ...flags.allow];
  if (flags.resolvers && flags.resolvers.length > 0) root["resolvers"] = flags.resolvers;
  if (flags.localAddress !== undefined) root["localAddress"] = flags.localAddress;
  return root;
}

function parsed(file: string, content: unknown): ProbeFile {
  const result = ProbeFile.safeParse(content);
  if (result.success) return result.data;
  throw problems(
    file,
    result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
  );
}

function problems(file: string, issues: readonly FieldIssue[]): ConfigError {
  const list = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
  return new ConfigError(`${file} is not valid: ${list}`, { issues });
}

/** What a vantage's key looks like; the vantage's id stands in it. */
export const KEY = /^cwp_([a-z0-9-]+)_[A-Za-z0-9_-]{16,}$/;

function keyReader(file: string): () => string {
  let key = keyOf(file);
  return () => {
    try {
      key = keyOf(file);
    } catch {
      // The file is being replaced, or gone: the key that worked is the best guess.
    }
    return key;
  };
}

function keyOf(file: string): string {
  if (!existsSync(file)) {
    throw new ConfigError(`the probe has no key: there is no file ${file}`, {
      hint: "join it: open Vantages on the collector's pages and paste the command it shows",
    });
  }
  const key = textOf(file, "the probe's key").trim();
  if (!KEY.test(key)) throw new ConfigError(`${file} holds no probe key (cwp_...)`);
  return key;
}

function textOf(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`${what}: ${file} cannot be read`, { cause });
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
