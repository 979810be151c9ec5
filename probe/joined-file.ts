/**
 * The probe's file as it stands after a vantage has joined: its collector, and where several are served, the vantage.
 *
 * Text in, text out. What else stands in it, comments too, is kept; what a second vantage would share with the first
 * although it is the first one's way out is moved to the first.
 */
import { Document, isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from "yaml";
import { ConfigError } from "../collector/wire/errors.ts";
import type { JoinToken } from "../collector/wire/probe-protocol.ts";

/** Which vantage of a probe joins. */
export type Place = {
  /** Its folder below the probe's; null = the probe's only vantage. */
  readonly folder: string | null;
  /** Its way out; null = what the file says, or the machine's. */
  readonly localAddress: string | null;
};

export type JoinedFile = {
  readonly text: string;
  /** Relative to the vantage's folder. */
  readonly keyFile: string;
  readonly localAddress: string | null;
};

const KEY_FILE = "key";
/** What makes a way out. */
const OWN = ["localAddress", "resolvers"] as const;

/**
 * @param before The file's text; null = there is none.
 * @param hasKey Whether the probe's only vantage so far, whose key is in this file of its folder, has joined.
 * @throws ConfigError for a file that is none, or a join text that does not fit it.
 */
export function joinedFile(
  before: string | null,
  token: Pick<JoinToken, "url" | "certificateSha256">,
  { folder, localAddress }: Place,
  hasKey: (keyFile: string) => boolean,
): JoinedFile {
  const document = before === null ? new Document({}) : parseDocument(before);
  if (document.errors.length > 0) {
    throw new ConfigError(`config.yaml is not valid: ${document.errors[0]?.message.split("\n")[0] ?? ""}`);
  }
  document.commentBefore ??=
    " The probe's own file: see docs/vantages.md. What is set here no collector can widen.";
  const vantages = document.get("vantages");
  const several = isSeq(vantages) ? vantages : null;
  if (several !== null || folder !== null) oneCollector(document, token.url);
  const keyFile = textOf(document.getIn(["collector", "keyFile"]));
  const { url, certificateSha256 } = token;
  const own = keyFile === null ? {} : { keyFile };
  document.set("collector", document.createNode({ url, certificateSha256, ...own }));
  if (!document.has("allow")) document.set("allow", []);
  if (folder === null && several === null) {
    if (localAddress !== null) document.set("localAddress", localAddress);
    return said(document, keyFile, document.get("localAddress"));
  }
  const list = several ?? listFor(document, keyFile, hasKey(keyFile ?? KEY_FILE));
  const entry = entryFor(list, folder ?? ".");
  if (localAddress !== null) entry.set("localAddress", localAddress);
  return said(document, textOf(entry.get("keyFile")), entry.get("localAddress"));
}

/** Vantages of one probe share what they are configured with, the collector too. */
function oneCollector(document: Document, url: string): void {
  const other = document.getIn(["collector", "url"]);
  if (other === undefined || other === url) return;
  throw new ConfigError(
    `the vantages of this folder deliver to ${String(other)}, and the join text is for ${url}`,
    {
      hint: "join with another --data folder",
    },
  );
}

/** A file that gets its first list of vantages: the one that was alone becomes the first of them. */
function listFor(document: Document, keyFile: string | null, hasJoined: boolean): YAMLSeq {
  const list = new YAMLSeq();
  document.set("vantages", list);
  if (!hasJoined) return list;
  const first = new YAMLMap();
  first.set("folder", ".");
  if (keyFile !== null) first.set("keyFile", keyFile);
  for (const name of OWN) {
    if (document.has(name)) first.set(name, document.get(name, true));
    document.delete(name);
  }
  list.add(first);
  return list;
}

function entryFor(list: YAMLSeq, folder: string): YAMLMap {
  const known = list.items.find((item) => isMap(item) && item.get("folder") === folder);
  if (isMap(known)) return known;
  if (folder === ".") {
    throw new ConfigError("this folder's probe serves several vantages: which of them joins?", {
      hint: "name its folder with --vantage-folder",
    });
  }
  const entry = new YAMLMap();
  entry.set("folder", folder);
  list.add(entry);
  return entry;
}

function said(document: Document, keyFile: string | null, localAddress: unknown): JoinedFile {
  return { text: document.toString(), keyFile: keyFile ?? KEY_FILE, localAddress: textOf(localAddress) };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
