/**
 * Makes dist/, what an installed package runs: emitted JavaScript, fonts, the bundled pages, the bundled probe program.
 *
 * `npm run build`; npm pack runs it first. A clone never needs it: sources run as they are, pages bundle at start.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleAssets } from "../collector/api/assets.ts";
import { bundleProbeProgram } from "../collector/api/probe-program.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", "deploy"], {
  cwd: root,
  stdio: "inherit",
});
if (tsc.status !== 0) {
  process.stderr.write("build: tsc refused the sources\n");
  process.exit(1);
}

const { files } = await bundleAssets();
const assets = join(dist, "dashboard", "assets");
mkdirSync(assets, { recursive: true });
for (const [path, { bytes }] of files) writeFileSync(join(assets, basename(path)), bytes);

for (const name of ["networks.json.gz", "NOTICE.md"]) {
  cpSync(join(root, "collector", "networks", name), join(dist, "collector", "networks", name));
}

const fonts = join("collector", "report", "fonts");
cpSync(join(root, fonts), join(dist, fonts), { recursive: true });

writeFileSync(join(dist, "probe-program.mjs"), await bundleProbeProgram());
process.stderr.write(`build: dist/ holds the code, ${files.size} page files and the probe program\n`);
