/**
 * A real browser for tests: @sparticuz/chromium, else CHROMIUM_PATH, else /usr/bin/chromium.
 *
 * It unpacks into a folder of TMPDIR named by its version, so that two versions never share a file. Its own arguments
 * are not used: they hold --single-process, with which closing a page closes the browser.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--font-render-hinting=none",
];

/** Said by a test that is skipped because no browser starts. */
export const NO_BROWSER =
  "no browser starts here: apt-get install chromium fonts-noto-cjk (or set CHROMIUM_PATH to a Chromium)";

/** A browser, or null when none can start. Close it. */
export async function openBrowser(): Promise<Browser | null> {
  for (const path of [unpacked, () => process.env["CHROMIUM_PATH"], () => "/usr/bin/chromium"]) {
    const executablePath = await path();
    if (!executablePath || !existsSync(executablePath)) continue;
    try {
      return await chromium.launch({ executablePath, args: ARGS });
    } catch {
      // Its libraries may be missing: try the next one.
    }
  }
  return null;
}

async function unpacked(): Promise<string | undefined> {
  const before = process.env["TMPDIR"];
  try {
    const require = createRequire(import.meta.url);
    const manifest = require
      .resolve("@sparticuz/chromium")
      .replace(/(@sparticuz\/chromium)\/.*/, "$1/package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    const folder = join(tmpdir(), `carrierwatch-chromium-${version}`);
    mkdirSync(folder, { recursive: true });
    process.env["TMPDIR"] = folder;
    const { default: packed } = await import("@sparticuz/chromium");
    return await packed.executablePath();
  } catch {
    return undefined;
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
