/**
 * The house keeps its shape: imports go one way, nothing unexpected stands at the top, files stay small and say what
 * they are. Covers what the linter misses: `import("...").T`, dynamic imports, Worker and fork targets.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Reference, ROOT, referencesOf, sourceFiles } from "./support/source-tree.ts";

const PRODUCT = ["collector", "probe", "dashboard", "deploy"];

/** What each folder may reach, itself always included. The longest matching folder decides. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  "collector/wire": [],
  "collector/archive": ["collector/wire"],
  "collector/networks": ["collector/wire"],
  "collector/store": ["collector/wire", "collector/archive"],
  "collector/ingest": ["collector/wire", "collector/archive", "collector/store", "collector/networks"],
  "collector/registry": ["collector/wire", "collector/archive", "collector/store"],
  "collector/auth": ["collector/wire", "collector/archive", "collector/store"],
  "collector/query": [
    "collector/wire",
    "collector/archive",
    "collector/store",
    "collector/networks",
    "collector/registry",
  ],
  "collector/alert": [
    "collector/wire",
    "collector/archive",
    "collector/store",
    "collector/ingest",
    "collector/query",
    "collector/registry",
    "collector/auth",
    "dashboard/charts",
    "dashboard/i18n",
  ],
  "collector/report": ["collector/wire", "collector/query", "dashboard/charts", "dashboard/i18n"],
  "collector/api": [
    "collector/wire",
    "collector/archive",
    "collector/store",
    "collector/networks",
    "collector/ingest",
    "collector/query",
    "collector/registry",
    "collector/auth",
    "collector/alert",
    "collector/report",
    "dashboard",
    "probe/program.ts",
  ],
  collector: ["collector", "probe", "main.ts"],
  probe: ["collector/wire", "main.ts"],
  "dashboard/charts": ["collector/wire", "dashboard/i18n"],
  "dashboard/i18n": ["collector/wire", "dashboard/charts"],
  dashboard: ["collector/wire", "dashboard"],
  deploy: ["collector", "probe", "dashboard", "main.ts"],
  "main.ts": ["collector", "probe", "deploy"],
};

const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
const homeOf = (path: string) =>
  Object.keys(MAY)
    .filter((folder) => within(path, folder))
    .sort((a, b) => b.length - a.length)[0];

const files = [
  ...sourceFiles(PRODUCT, [".ts", ".tsx"]),
  ...sourceFiles(["."], ["main.ts"]).filter((file) => file.path === "main.ts"),
];
const tests = sourceFiles(["test"], [".ts", ".tsx"]);
const references = files.flatMap(referencesOf);

function refused(reference: Reference): string | null {
  const home = homeOf(reference.from);
  if (home === undefined) return `${reference.from} stands in no known folder`;
  const { to } = reference;
  if (!reference.relative || within(to, home)) return null;
  // A verb's type comes from main by `import type`; nothing else does.
  if (to === "main.ts")
    return reference.typeOnly || home === "deploy" ? null : `${reference.from} runs main.ts`;
  if (to === "package.json") return null;
  return (MAY[home] ?? []).some((folder) => within(to, folder)) ? null : `${reference.from} reaches ${to}`;
}

test("imports, workers and forked files reach only what their folder may", () => {
  assert.ok(files.length > 20, `only ${files.length} files were walked`);
  assert.ok(references.length > 60, `only ${references.length} references were seen`);
  assert.deepEqual(references.map(refused).filter(Boolean), []);
});

test("a reference to a file of the tree names one that exists", () => {
  const missing = references.filter(
    (reference) =>
      reference.relative && /\.tsx?$/.test(reference.to) && !existsSync(join(ROOT, reference.to)),
  );
  assert.deepEqual(
    missing.map((reference) => `${reference.from} -> ${reference.to}`),
    [],
  );
});

test("wire, archive, charts and texts use nothing of Node; pages know wire by type only", () => {
  const pure = [
    "collector/wire",
    "collector/archive",
    "dashboard/charts",
    "dashboard/i18n",
    "dashboard/pages",
  ];
  const offences = references.filter(
    (reference) =>
      pure.some((folder) => within(reference.from, folder)) &&
      (reference.to.startsWith("node:") ||
        (within(reference.from, "dashboard/pages") &&
          within(reference.to, "collector") &&
          !reference.typeOnly)),
  );
  assert.deepEqual(
    offences.map((reference) => `${reference.from} -> ${reference.to}`),
    [],
  );
});

test("a probe names no native module and only packages that are pure JavaScript", () => {
  const packages = new Set(
    references
      .filter((r) => (within(r.from, "probe") || within(r.from, "collector/wire")) && !r.relative)
      .map((r) => r.to)
      .filter((name) => !name.startsWith("node:")),
  );
  const allowed = ["commander", "ipaddr.js", "re2js", "undici", "yaml", "zod", "tldts"];
  assert.deepEqual(
    [...packages].filter((name) => !allowed.includes(name)),
    [],
  );
});

test("which engine a store has is known in collector/store alone", () => {
  const others = files.filter(({ path }) => !within(path, "collector/store"));
  assert.deepEqual(
    others.filter(({ text }) => /sqlite|pragma|\bvacuum\b|-wal\b/i.test(text)).map(({ path }) => path),
    [],
  );
  const reaching = references.filter(
    ({ from, to }) =>
      !within(from, "collector/store") && (to === "better-sqlite3" || within(to, "collector/store/sqlite")),
  );
  assert.deepEqual(
    reaching.map(({ from, to }) => `${from} -> ${to}`),
    [],
  );
});

test("every drawing of the tests has the suite's own seed", () => {
  const drawing = tests.flatMap(referencesOf).filter((reference) => reference.to === "fast-check");
  assert.deepEqual(
    drawing.map((reference) => reference.from),
    ["test/support/property.ts"],
  );
});

test("only the documented rooms stand at the top", () => {
  const known = [
    ...["collector", "dashboard", "deploy", "docs", "probe", "test"],
    ...["main.ts", "package.json", "package-lock.json", "tsconfig.json", "biome.json"],
    ...["README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "SECURITY.md"],
  ];
  const ignored = ["node_modules", "dist", "data", "demo-data", "coverage"];
  const found = readdirSync(ROOT).filter(
    (name) => !name.startsWith(".") && !ignored.includes(name) && !/\.(tgz|log)$/.test(name),
  );
  assert.deepEqual(found.sort(), known.sort());
});

test("no file is longer than 400 lines, most are short", () => {
  const product = files.map((file) => file.lines).sort((a, b) => a - b);
  const at = (share: number) => product[Math.floor((product.length - 1) * share)] ?? 0;
  const long = [...files, ...tests]
    .filter((file) => file.lines > 400)
    .map((file) => `${file.path} ${file.lines}`);
  assert.deepEqual(long, []);
  assert.ok(at(0.9) <= 250, `90 % of files have at most ${at(0.9)} lines`);
  assert.ok(at(0.5) <= 110, `half of the files have more than ${at(0.5)} lines`);
});

test("every file opens by saying what it is", () => {
  const silent = [...files, ...tests].filter((file) => !/^(?:#!.*\n)?(?:\/\*\*|\/\/)/.test(file.text));
  assert.deepEqual(
    silent.map((file) => file.path),
    [],
  );
});

test("one word per idea, and nothing left to do", () => {
  const never: readonly [RegExp, string][] = [
    [/\bmonitor(?:s|ed|ing)?\b/i, "monitor: say target, or measure"],
    [/\bheartbeats?\b/i, "heartbeat: say sample, or contact"],
    [/\bdata ?points?\b(?! \(PDP)/i, "datapoint: say PDP"],
    [/\bbuckets?\b/i, "bucket: say row, or window"],
    [/\b(?:TODO|FIXME|XXX|HACK)\b/, "unfinished"],
    [/@ts-(?:ignore|nocheck|expect-error)/, "a type error that is hidden"],
  ];
  const said = files.flatMap((file) =>
    never.flatMap(([word, why]) => {
      const text = file.text.replaceAll("primary data point", "");
      return word.test(text) ? [`${file.path}: ${why}`] : [];
    }),
  );
  assert.deepEqual(said, []);
});
