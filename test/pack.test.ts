/**
 * The package: packed, installed in an empty folder as a user would, and run there, with its workers and its probe.
 *
 * npm takes the dependencies from its own cache where it has them. Nothing of the clone is reachable from the folder.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { setUp } from "./support/api.ts";
import { product } from "./support/product.ts";
import { ROOT } from "./support/source-tree.ts";

const run = promisify(execFile);
// npm's own scripts must find this Node first, whatever the machine has.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, NODE_OPTIONS: "" };
const folder = mkdtempSync(join(tmpdir(), "carrierwatch-pack-"));
const command = join(folder, "node_modules", ".bin", "carrierwatch");
const inside = join(folder, "node_modules", "carrierwatch");
const target = createServer((_request, response) => response.end("hello"));

before(async () => {
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: ROOT, env });
  const [name] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  assert.ok(name, packed.stderr);
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, name)], {
    cwd: folder,
    env,
  });
});
after(() => {
  target.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the package holds what it runs and nothing else", () => {
  for (const path of ["dist/main.js", "dist/probe-program.mjs", "deploy/bin.js", "README.md", "LICENSE"]) {
    assert.ok(existsSync(join(inside, path)), path);
  }
  for (const path of ["main.ts", "test", "collector", "node_modules/esbuild", "deploy/build.ts"]) {
    assert.ok(!existsSync(join(inside, path)), path);
  }
  for (const name of ["esbuild", "preact", "typescript", "playwright-core", "node"]) {
    assert.ok(!existsSync(join(folder, "node_modules", name)), `${name} was installed`);
  }
  assert.ok(readdirSync(join(inside, "dist", "dashboard", "assets")).some((name) => name.endsWith(".js")));
  const fonts = readdirSync(join(inside, "dist", "collector", "report", "fonts"));
  assert.deepEqual(fonts.map((name) => name.replace(/^.*\./, "")).sort(), ["txt", "woff2", "woff2"]);
});

test("the installed command says what it can do", async () => {
  const { stdout } = await run(command, ["--help"], { cwd: folder, env });
  assert.match(stdout, /^usage: carrierwatch VERB/);
  for (const verb of ["start", "demo", "collector", "probe", "check"]) {
    assert.match(stdout, new RegExp(`^  ${verb} `, "m"));
  }
});

test("every verb of the installed command loads what it needs", async () => {
  const { stdout } = await run(command, ["--help"], { cwd: folder, env });
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+) {2}/gm)].map((match) => match[1] ?? "");
  assert.ok(verbs.length >= 12, verbs.join());
  for (const verb of verbs) {
    const help = await run(command, [verb, "--help"], { cwd: folder, env });
    assert.match(help.stdout, /usage/i, verb);
  }
});

test("the probe program of the package runs alone, without node_modules", async () => {
  const alone = mkdtempSync(join(tmpdir(), "carrierwatch-alone-"));
  try {
    writeFileSync(join(alone, "probe.mjs"), readFileSync(join(inside, "dist", "probe-program.mjs")));
    const { stdout } = await run(process.execPath, [join(alone, "probe.mjs"), "run", "--help"], {
      cwd: alone,
      env,
    });
    assert.match(stdout, /probe/);
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});

test("the installed product measures: pages, workers and probe come from the package", async () => {
  const args = ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"];
  const running = product("start", args, { dir: join(folder, "data"), bin: command });
  try {
    const setupUrl = (await running.says(/set up\s+(http\S+)/))[1] ?? "";
    const base = setupUrl.replace(/\/setup.*$/, "");
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    const page = await (await fetch(base)).text();
    const script = /src="(\/assets\/main-[^"]+)"/.exec(page)?.[1] ?? "none";
    assert.equal((await fetch(base + script)).status, 200, page);
    const program = await fetch(`${base}/join/probe.mjs`);
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(
      sha256(Buffer.from(await program.arrayBuffer())),
      sha256(readFileSync(join(inside, "dist", "probe-program.mjs"))),
    );
    const client = await setUp(setupUrl, { carrier: "ct" });
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    const sample = await client.live(
      (event) => (event.type === "sample" ? (event["sample"] as { sample: { state: string } }) : null),
      () => void client.call("POST", "/targets", { name: "local", url }),
    );
    // A machine that is busy installing disturbs the probe, which then says so.
    assert.match(sample.sample.state, /^(?:up|suspect)$/);
    assert.equal((await fetch(`${base}/readyz`)).status, 200);
  } finally {
    assert.equal(await running.stop(), 0, running.output());
  }
});
