/**
 * The probe program: the one file a joining vantage fetches from its collector and runs with nothing but Node.
 *
 * In a clone it is bundled from probe/program.ts at start; an installed package holds it ready made.
 * Its sha256 goes into every join token, so that what a host runs is what this collector would run itself.
 * Must not pull a native module in: `bundleProbeProgram` refuses one.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export type ProbeProgram = {
  readonly bytes: Buffer;
  /** Of `bytes`, hex. */
  readonly sha256: string;
};

/** Where `npm run build` puts the program, seen from an emitted dist/collector/api/probe-program.js. */
const PREBUILT = "../../probe-program.mjs";

/** CommonJS parts inside an ES module call require for Node's own modules; esbuild leaves those calls in. */
const BANNER = [
  "#!/usr/bin/env node",
  'import { createRequire as createRequireOfProgram } from "node:module";',
  "const require = createRequireOfProgram(import.meta.url);",
].join("\n");

/**
 * The program and its checksum. Bundling takes about half a second: call it once, at start.
 *
 * @throws Error when the sources do not bundle, or the package was built without it.
 */
export async function loadProbeProgram(): Promise<ProbeProgram> {
  const bytes = import.meta.url.endsWith(".ts")
    ? await bundleProbeProgram()
    : await readFile(new URL(PREBUILT, import.meta.url));
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * Bundles probe/program.ts and all it imports into one ES module for Node >= 22.19.
 *
 * @returns The file's bytes; the same for the same sources.
 */
export async function bundleProbeProgram(): Promise<Buffer> {
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../../probe/program.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node22.19",
    legalComments: "inline",
    banner: { js: BANNER },
    loader: { ".node": "empty" },
    metafile: true,
    logLevel: "silent",
  });
  const native = Object.keys(result.metafile.inputs).filter((input) => input.endsWith(".node"));
  if (native.length > 0)
    throw new Error(`the probe program would need a native module: ${native.join(", ")}`);
  const [file] = result.outputFiles;
  if (!file) throw new Error("esbuild made no probe program");
  return Buffer.from(file.contents);
}
