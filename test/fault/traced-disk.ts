/**
 * What a power cut can leave of a folder: from every write, truncation and sync of a real process, as strace saw them.
 *
 * A write is safe once a sync of its file that began after it has returned. Of all others any part may be on the disk at
 * the cut, in any order: sectors of 512 bytes or pages of 4,096 by chance, or a beginning cut off at any byte. Bytes beside
 * a write stay what they were. That the names of files are safe is taken for granted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

/** `began` and `done` count lines of the trace. */
type Spell = { readonly file: string; readonly began: number; done: number };
type Write = Spell & { readonly kind: "write"; readonly at: number; readonly bytes: Buffer };
type Cut = Spell & { readonly kind: "truncate"; readonly length: number };
type Sync = Spell & { readonly kind: "sync" };
type Change = Write | Cut;

export type Trace = {
  readonly lines: number;
  readonly changes: readonly Change[];
  readonly syncs: readonly Sync[];
  /** What the process said on its standard output, and when. */
  readonly said: readonly { readonly at: number; readonly text: string }[];
};

const CALLS = "trace=pwrite64,pwritev,write,ftruncate,fsync,fdatasync";
/** Longer than anything SQLite writes at once. */
const LONGEST_WRITE = 70_000;

/** Runs a program of this repository to its end under strace. @throws Error when it fails, or strace cut a write short */
export async function traced(program: string, args: readonly string[], file: string): Promise<Trace> {
  const options = ["-f", "--seccomp-bpf", "-y", "-xx", "-s", String(LONGEST_WRITE), "-e", CALLS, "-o", file];
  const child = spawn("strace", [...options, process.execPath, program, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the traced process ended with ${code}`);
  return readTrace(file);
}

async function readTrace(file: string): Promise<Trace> {
  const changes: Change[] = [];
  const syncs: Sync[] = [];
  const said: { at: number; text: string }[] = [];
  /** By thread: the call that has not returned yet. */
  const open = new Map<string, Spell>();
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    at += 1;
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.startsWith("<...")) returned(open, thread, at);
    const found = callOf(rest, at);
    if (!found) continue;
    if ("text" in found) said.push(found);
    else if (found.kind === "sync") syncs.push(found);
    else changes.push(found);
    if ("file" in found) open.set(thread, found);
    if (!rest.endsWith("<unfinished ...>")) returned(open, thread, at);
  }
  return { lines: at, changes, syncs, said };
}

function returned(open: Map<string, Spell>, thread: string, at: number): void {
  const spell = open.get(thread);
  if (spell) spell.done = at;
  open.delete(thread);
}

function callOf(line: string, began: number): Change | Sync | { at: number; text: string } | null {
  const [, call, fd, path = "", args = ""] = /^(\w+)\((\d+)<([^>]*)>(?:, )?(.*)$/s.exec(line) ?? [];
  if (call === "write") return fd === "1" ? { at: began, text: bytesOf(args).toString() } : null;
  const file = basename(unescaped(path));
  if (!file.startsWith("carrierwatch.db") || file.endsWith("-shm")) return null;
  const spell = { file, began, done: Number.POSITIVE_INFINITY };
  if (call === "fsync" || call === "fdatasync") return { ...spell, kind: "sync" };
  if (call === "ftruncate") return { ...spell, kind: "truncate", length: Number.parseInt(args, 10) };
  if (call !== "pwrite64") throw new Error(`${file} is changed by ${call}, which is not understood`);
  const [, offset = "x"] = /, \d+, (\d+)(?:\)| <)/.exec(args) ?? [];
  return { ...spell, kind: "write", at: Number.parseInt(offset, 10), bytes: bytesOf(args) };
}

function bytesOf(args: string): Buffer {
  const end = args.indexOf('"', 1);
  if (args.startsWith("...", end + 1)) throw new Error("strace cut a write short");
  return Buffer.from(args.slice(1, end).replaceAll("\\x", ""), "hex");
}

/** With -xx the names of files are in hex too. */
function unescaped(path: string): string {
  return path.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

export const HARMS = ["sectors", "pages", "cut off"] as const;
export type Harm = (typeof HARMS)[number];
const GRAIN = { sectors: 512, pages: 4_096, "cut off": Number.POSITIVE_INFINITY } as const;

/** @returns How many changes were not safe, of each file. */
export function leaveAfterCut(trace: Trace, cut: PowerCut): Map<string, number> {
  const { from, to } = cut;
  const unsafe = new Map<string, number>();
  for (const name of new Set(trace.changes.map(({ file }) => file)))
    unsafe.set(name, leaveFile(trace, cut, name));
  for (const name of ["carrierwatch.db", "carrierwatch.db-wal"])
    if (!unsafe.has(name) && existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  return unsafe;
}

export type PowerCut = {
  /** Folder as it was before the trace. */
  readonly from: string;
  readonly to: string;
  /** Line of the trace. */
  readonly at: number;
  readonly harm: Harm;
};

function leaveFile(trace: Trace, { from, to, at, harm }: PowerCut, name: string): number {
  const syncs = trace.syncs.filter((sync) => sync.file === name && sync.done <= at);
  const isSafe = (change: Change) => syncs.some((sync) => sync.began > change.done);
  const happened = trace.changes.filter((change) => change.file === name && change.began <= at);
  const open = happened.filter((change) => !isSafe(change));
  const last = open[Math.floor(Math.random() * open.length)];
  const disk = diskOf(join(from, name));
  for (const change of happened) {
    if (isSafe(change)) disk.apply(change);
    else if (harm !== "cut off") disk.applySome(change, GRAIN[harm]);
    else if (change === last) disk.apply(begun(change));
    else if (last && change.began < last.began) disk.apply(change);
  }
  disk.save(join(to, name));
  return open.length;
}

/** The beginning of a write, up to any byte. */
function begun(change: Change): Change {
  if (change.kind !== "write") return change;
  return {
    ...change,
    bytes: change.bytes.subarray(0, Math.floor(Math.random() * (change.bytes.length + 1))),
  };
}

function diskOf(path: string) {
  let bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let length = bytes.length;
  const resize = (to: number) => {
    if (to > bytes.length) bytes = Buffer.concat([bytes], Math.max(to, bytes.length * 2));
    if (to < length) bytes.fill(0, to, length);
    length = to;
  };
  const put = (at: number, part: Buffer) => {
    resize(Math.max(length, at + part.length));
    part.copy(bytes, at);
  };
  return {
    apply(change: Change): void {
      if (change.kind === "truncate") resize(change.length);
      else put(change.at, change.bytes);
    },
    /** Each stretch between boundaries of the grain is there or not. */
    applySome(change: Change, grain: number): void {
      if (change.kind === "truncate") {
        if (Math.random() < 0.5) resize(change.length);
        return;
      }
      const { at, bytes: all } = change;
      for (let from = 0; from < all.length; ) {
        const to = Math.min(all.length, (Math.floor((at + from) / grain) + 1) * grain - at);
        if (Math.random() < 0.5) put(at + from, all.subarray(from, to));
        from = to;
      }
    },
    save: (to: string): void => writeFileSync(to, bytes.subarray(0, length)),
  };
}
