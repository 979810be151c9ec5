/**
 * A real browser for tests: @sparticuz/chromium, else CHROMIUM_PATH, else /usr/bin/chromium.
 *
 * It unpacks into a folder of TMPDIR named by its version and the user, so that two versions never share a file, and is
 * moved there when all of it is unpacked. Its own arguments are not used: they hold --single-process, with which closing
 * a page closes the browser.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--font-render-hinting=none",
];

/** When to give up what a page was to show, only to name it, ms: a loaded machine draws a page in many seconds. */
export const PATIENCE_MS = 120_000;

/** Said by a test that is skipped because no browser starts. */
export const NO_BROWSER =
  "no browser starts here: apt-get install chromium fonts-noto-cjk (or set CHROMIUM_PATH to a Chromium)";

/** A browser, or null when none can start. Close it. */
export async function openBrowser(): Promise<Browser | null> {
  for (const path of [unpacked, () => process.env["CHROMIUM_PATH"], () => "/usr/bin/chromium"]) {
    const executablePath = await path();
    if (!executablePath || !existsSync(executablePath)) continue;
    try {
      return await chromium.launch({ executablePath, args: ARGS, timeout: PATIENCE_MS });
    } catch {
      // Its libraries may be missing: try the next one.
    }
  }
  return null;
}

/** Where the packed browser lies unpacked: whole, as several files of tests may ask for it in the same moment. */
async function unpacked(): Promise<string | undefined> {
  const before = process.env["TMPDIR"];
  let own: string | undefined;
  try {
    const require = createRequire(import.meta.url);
    const manifest = require
      .resolve("@sparticuz/chromium")
      .replace(/(@sparticuz\/chromium)\/.*/, "$1/package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    const folder = join(tmpdir(), `carrierwatch-chromium-${version}-${userInfo().uid}`);
    const executable = join(folder, "chromium");
    if (existsSync(executable)) return executable;
    own = mkdtempSync(`${folder}-`);
    process.env["TMPDIR"] = own;
    const { default: packed } = await import("@sparticuz/chromium");
    await packed.executablePath();
    try {
      renameSync(own, folder);
    } catch (error) {
      // Another process was faster, and what it put there is as whole as this.
      if (!existsSync(executable)) throw error;
    }
    return executable;
  } catch {
    return undefined;
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}
