/** What an install brings in: from no named host, with known install scripts only, under permissive licences. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { VERSION } from "../collector/wire/version.ts";
import { ROOT, referencesOf, sourceFiles } from "./support/source-tree.ts";

const Entry = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  dev: z.boolean().optional(),
});
const lock = z
  .looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Entry) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
const manifest = z
  .looseObject({
    version: z.string(),
    allowScripts: z.record(z.string(), z.boolean()),
    dependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
const installed = Object.entries(lock.packages).filter(([path]) => path !== "");

test("the lockfile names no host and pins every package by its hash", () => {
  assert.ok(installed.length > 100, `only ${installed.length} packages were read`);
  assert.deepEqual(
    installed.filter(([, entry]) => entry.resolved !== undefined || !entry.integrity).map(([path]) => path),
    [],
  );
});

test("the lockfile names every platform's package, so that npm ci takes it on any machine", () => {
  const named = installed.flatMap(([, entry]) => Object.entries(entry.optionalDependencies ?? {}));
  assert.ok(named.length > 30, `only ${named.length} optional packages are named`);
  assert.deepEqual(
    named.filter(([name]) => !installed.some(([path]) => path.endsWith(`node_modules/${name}`))),
    [],
  );
});

test("install scripts run only for the packages package.json allows", () => {
  const scripts = installed
    .filter(([, entry]) => entry.hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
  assert.deepEqual(scripts.sort(), ["esbuild", "node"]);
  for (const name of scripts) assert.equal(manifest.allowScripts[name], true, name);
  assert.deepEqual(Object.keys(manifest.allowScripts).sort(), ["better-sqlite3", "esbuild", "node"]);
});

test("every licence is a permissive one", () => {
  const permissive =
    /^(?:MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|MIT OR Apache-2\.0)$/;
  const odd = installed.filter(([, entry]) => !permissive.test(entry.license ?? "")).map(([path]) => path);
  assert.deepEqual(odd, []);
});

test("what the product imports is a dependency, and what only tests import is not", () => {
  const packagesOf = (folders: readonly string[]) =>
    new Set(
      sourceFiles(folders, [".ts"])
        .flatMap(referencesOf)
        .filter((reference) => !reference.relative && !reference.to.startsWith("node:"))
        .filter((reference) => !reference.typeOnly)
        .map((reference) => reference.to.replace(/^(@[^/]+\/[^/]+|[^/@]+).*$/, "$1")),
    );
  const product = packagesOf(["collector", "probe", "dashboard/charts", "dashboard/i18n"]);
  // esbuild bundles in a clone and at pack; an installed package holds what it made.
  product.delete("esbuild");
  assert.deepEqual(
    [...product].filter((name) => !(name in manifest.dependencies || name in manifest.optionalDependencies)),
    [],
  );
  assert.ok("esbuild" in manifest.devDependencies && "preact" in manifest.devDependencies);
});

test("the version in the code is the version of the package", () => {
  assert.equal(VERSION, manifest.version);
});
