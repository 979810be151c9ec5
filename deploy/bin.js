#!/usr/bin/env node
// The command itself: checks the Node version in plain JavaScript before anything newer is parsed or loaded,
// then runs the sources in a clone, or the emitted code in an installed package.
import { existsSync, mkdirSync, statSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const NEEDS = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDS[0] || (major === NEEDS[0] && minor < NEEDS[1])) {
  process.stderr.write(
    `carrierwatch needs Node ${NEEDS.join(".")} or newer; this is Node ${process.versions.node} (${process.execPath}). ` +
      "Install a current Node, or in a clone run it through npm: npm start, npx node deploy/bin.js\n",
  );
  process.exit(78);
}
const args = process.argv.slice(2);
const source = new URL("../main.ts", import.meta.url);
const isClone = existsSync(source);
// Emitted code has no types to strip: a program that runs for months would hold what was kept and gain nothing by it.
if (isClone || !["start", "demo", "collector", "probe"].includes(args[0] ?? "")) keepCompiled();
const { main } = await import(isClone ? source.href : new URL("../dist/main.js", import.meta.url).href);
await main(args);

/**
 * Code that was compiled once is taken from the user's cache folder the next time, in a clone without its types: a verb
 * starts in half the time, and no thread loads what strips types, 10 MB each. Without a folder all works, only slower.
 */
function keepCompiled() {
  const dir = process.env.NODE_COMPILE_CACHE || cacheFolder();
  if (dir === null) return;
  // Threads and the local probe know of it by this name only.
  process.env.NODE_COMPILE_CACHE = dir;
  module.enableCompileCache(dir);
}

/** A folder that nobody else writes to, since what is in it is run; null = there is none. */
function cacheFolder() {
  try {
    const { XDG_CACHE_HOME: chosen } = process.env;
    // Under sudo the home may be somebody else's.
    if (!chosen && !isOurs(homedir())) return null;
    const dir = join(chosen || join(homedir(), ".cache"), "carrierwatch");
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return isOurs(dir) ? dir : null;
  } catch {
    return null;
  }
}

function isOurs(folder) {
  return process.platform === "win32" || statSync(folder).uid === process.getuid();
}
