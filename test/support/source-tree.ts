/**
 * The source tree as tests see it: every file with its text, and every specifier it names.
 *
 * Imports are read from the text (static, dynamic, `import("...").T`, and `new URL("./x.ts", import.meta.url)`, which is
 * how Worker and fork targets are written), because a type import or a worker crosses a border as much as a call does.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type SourceFile = { readonly path: string; readonly text: string; readonly lines: number };

export type Reference = {
  /** File that names it, from the root. */
  readonly from: string;
  /** Path from the root when relative, else the specifier as written. */
  readonly to: string;
  readonly relative: boolean;
  /** `import type`, `export type` or `import("...").T`. */
  readonly typeOnly: boolean;
  readonly kind: "static" | "dynamic" | "url";
};

const SKIPPED = new Set(["node_modules", "dist", "data", "demo-data", "coverage", "fixtures"]);

/** Every file below the given folders of the root whose name ends as asked; sorted. */
export function sourceFiles(folders: readonly string[], endings: readonly string[]): SourceFile[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith(".")) walk(path);
      else if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  };
  for (const folder of folders) walk(folder);
  return found.sort().map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { path, text, lines: text.split("\n").length - 1 };
  });
}

const STATIC = /^(?:import|export)\s+(type\s)?(?:[\w\s{},*$]+?\sfrom\s+)?["']([^"'\n]+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"'\n]+)["']\s*\)(\.[A-Z])?/g;
const URLS = /\bnew URL\(\s*["'](\.[^"'\n]+\.(?:ts|tsx|js|mjs))["']\s*,\s*import\.meta\.url/g;

/** Program text inside a template literal belongs to another machine. */
const PROGRAM_TEXT = /`\n[\s\S]*?\n`/g;

/** Every specifier a file names. */
export function referencesOf(file: SourceFile): Reference[] {
  const text = file.text.replaceAll(PROGRAM_TEXT, "``");
  const resolve = (specifier: string) =>
    specifier.startsWith(".") ? posix.normalize(posix.join(dirname(file.path), specifier)) : specifier;
  const make = (specifier: string, typeOnly: boolean, kind: Reference["kind"]): Reference => ({
    from: file.path,
    to: resolve(specifier),
    relative: specifier.startsWith("."),
    typeOnly,
    kind,
  });
  return [
    ...[...text.matchAll(STATIC)].map((m) => make(m[2] ?? "", m[1] !== undefined, "static")),
    ...[...text.matchAll(DYNAMIC)].map((m) => make(m[1] ?? "", m[2] !== undefined, "dynamic")),
    ...[...text.matchAll(URLS)].map((m) => make(m[1] ?? "", false, "url")),
  ];
}
