/**
 * The probe's own file and the command line become the settings of each vantage that the process serves.
 *
 * Flags win over the file, `allow` of both counts. Every problem is named in one run, with file and path.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { ConfigError, type FieldIssue } from "../collector/wire/errors.ts";
import { ProbeFile, type VantageEntry } from "./file.ts";
import { type Environment, keyReader, secretReader } from "./key.ts";
import { certificatesIn } from "./measure/trust.ts";

/** What the command line adds; absent = not given. */
export type ProbeFlags = {
  readonly url?: string;
  readonly certificateSha256?: string;
  readonly allow?: readonly string[];
  readonly resolvers?: readonly string[];
  readonly localAddress?: string;
};

export type VantageSettings = {
  /** With its key, its spool and its assignments; absolute. */
  readonly folder: string;
  /** DIR/probe/config.yaml, there or not. */
  readonly file: string;
  readonly url: string;
  readonly certificateSha256: string | null;
  /** The vantage's key as its file holds it now: joining again or rotating takes effect without a restart. */
  readonly key: () => string;
  readonly allow: readonly string[];
  readonly resolvers: readonly string[];
  /** `IP:port`. */
  readonly references: readonly string[];
  readonly localAddress?: string;
  readonly hosts?: string;
  /** PEM texts. */
  readonly ca: readonly string[];
  /** The value its file holds now; null = the probe's file names no such secret, or its file cannot be read. */
  readonly secret: (name: string) => string | null;
  readonly spool: ProbeFile["spool"];
};

export type ProbeSettings = {
  /** DIR/probe, absolute. */
  readonly folder: string;
  readonly limits: ProbeFile["limits"];
  /** At least one. */
  readonly vantages: readonly VantageSettings[];
};

/**
 * Reads the probe's file and keys and lays the flags over them.
 *
 * @param dir Data folder; the probe's own is `dir`/probe.
 * @param env Where values of secrets may be, by the names the file gives; nothing else is read from it.
 * @throws ConfigError naming every problem with file and path.
 */
export function probeSettings(dir: string, flags: ProbeFlags, env: Environment = {}): ProbeSettings {
  const folder = resolve(dir, "probe");
  const file = join(folder, "config.yaml");
  const content = parsed(file, laid(fileContent(file), flags));
  const { collector, limits } = content;
  if (collector.url === undefined) {
    throw new ConfigError(`the probe has no collector: neither ${file} (collector.url) nor --url names one`, {
      hint: "join it: open Vantages on the collector's pages and paste the command it shows",
    });
  }
  const shared = {
    file,
    url: collector.url.replace(/\/+$/, ""),
    certificateSha256: collector.certificateSha256,
    ca: content.ca.map((path) =>
      certificatesIn(textOf(resolve(folder, path), `${file}: ca`), `${file}: ca: ${path}`),
    ),
  };
  const alone: VantageEntry = { folder: ".", keyFile: collector.keyFile, allow: [], secrets: {} };
  const around = { ...shared, probeFolder: folder, env };
  const vantages = (content.vantages ?? [alone]).map((entry) => vantageOf(entry, content, around));
  const keys = vantages.map(({ key }) => key());
  const twice = keys.findIndex((key, i) => keys.indexOf(key) !== i);
  if (twice !== -1) {
    const { folder: first } = vantages[keys.indexOf(keys[twice] ?? "")] ?? { folder: "" };
    throw new ConfigError(
      `${first} and ${vantages[twice]?.folder} hold the same key: each vantage has its own`,
    );
  }
  return { folder, limits, vantages };
}

/** What the vantages of a process have in common. */
type Around = Pick<VantageSettings, "file" | "url" | "certificateSha256" | "ca"> & {
  readonly probeFolder: string;
  readonly env: Environment;
};

function vantageOf(
  entry: VantageEntry,
  file: ProbeFile,
  { probeFolder, env, ...shared }: Around,
): VantageSettings {
  const folder = resolve(probeFolder, entry.folder);
  const localAddress = entry.localAddress ?? file.localAddress;
  const hosts = entry.hosts ?? file.hosts;
  return {
    ...shared,
    folder,
    key: keyReader(resolve(folder, entry.keyFile)),
    allow: [...file.allow, ...entry.allow],
    resolvers: entry.resolvers ?? file.resolvers,
    references: entry.references ?? file.references,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(hosts === undefined ? {} : { hosts }),
    secret: secretReader(probeFolder, { ...file.secrets, ...entry.secrets }, env),
    spool: entry.spool ?? file.spool,
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
