/**
 * The dashboard as files in memory: one page, its scripts, its style sheet, its icon.
 *
 * In a clone they are bundled from dashboard/pages at start; an installed package holds them ready made.
 * Nothing in the page is inline, so `script-src 'self'; style-src 'self'` is enough. Served by `api/`.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type Asset = { readonly bytes: Buffer; readonly type: string };

export type Assets = {
  /** The page every path of the dashboard answers with; links are absolute, for a server without a base path. */
  readonly index: Buffer;
  /** By path under the base path, e.g. `/assets/main-K3JX.js`. Names carry a hash: cache them for ever. */
  readonly files: Map<string, Asset>;
};

const SOURCES = fileURLToPath(new URL("../../dashboard/pages/", import.meta.url));

/** Where `npm run build` puts the files, seen from an emitted dist/collector/api/assets.js. */
const PREBUILT = fileURLToPath(new URL("../../dashboard/assets/", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Page and files. Bundling takes about a third of a second: call it once, at start.
 *
 * @throws Error when the sources do not bundle, or the package was built without them.
 */
export async function loadAssets(): Promise<Assets> {
  if (import.meta.url.endsWith(".ts")) return bundleAssets();
  const files = new Map<string, Asset>();
  for (const name of await readdir(PREBUILT)) {
    const type = TYPES[extname(name)];
    if (type) files.set(`/assets/${name}`, { bytes: await readFile(join(PREBUILT, name)), type });
  }
  return { index: pageOf([...files.keys()]), files };
}

/**
 * Bundles dashboard/pages into hashed files.
 *
 * @returns The same bytes for the same sources; `npm run build` writes `files` flat into dist/dashboard/assets.
 */
export async function bundleAssets(): Promise<Assets> {
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: ["main.tsx", "theme.ts", "style.css", "favicon.svg"].map((name) => join(SOURCES, name)),
    entryNames: "[name]-[hash]",
    outdir: "/assets",
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".svg": "copy" },
    legalComments: "none",
    logLevel: "silent",
    tsconfigRaw: {},
  });
  const files = new Map<string, Asset>();
  for (const file of result.outputFiles) {
    const type = TYPES[extname(file.path)];
    if (type) files.set(`/assets/${basename(file.path)}`, { bytes: Buffer.from(file.contents), type });
  }
  return { index: pageOf([...files.keys()]), files };
}

/**
 * The page for a dashboard that lives under a base path.
 *
 * @param basePath "" or a path like `/watch`, without a slash at the end.
 */
export function indexAt(index: Buffer, basePath: string): Buffer {
  if (basePath === "") return index;
  return Buffer.from(index.toString("utf8").replaceAll('="/', `="${basePath}/`));
}

function pageOf(paths: readonly string[]): Buffer {
  const path = (name: string): string => {
    const found = paths.find((candidate) => candidate.startsWith(`/assets/${name}-`));
    if (!found) throw new Error(`the dashboard was built without ${name}`);
    return found;
  };
  return Buffer.from(`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>carrierwatch</title>
<link rel="icon" type="image/svg+xml" href="${path("favicon")}">
<link rel="stylesheet" href="${path("style")}">
<script src="${path("theme")}"></script>
<script type="module" src="${path("main")}"></script>
</head>
<body><div id="app"></div><noscript>carrierwatch needs JavaScript. 需要启用 JavaScript。</noscript></body>
</html>
`);
}
