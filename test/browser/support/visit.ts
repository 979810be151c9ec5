/** One page of one browser, and everything it complained about: console errors, policy violations, exceptions. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Language } from "../../../collector/wire/ids.ts";
import { PATIENCE_MS } from "../../support/browser.ts";

export type Visit = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and warnings, exceptions and policy violations so far. */
  readonly complaints: string[];
};

export type VisitOptions = {
  readonly width?: number;
  readonly language?: Language;
  readonly dark?: boolean;
};

/** Opens a page in a context of its own. Close the context. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1440, language = "zh", dark = false } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    locale: language === "zh" ? "zh-CN" : "en-GB",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(`localStorage.setItem("carrierwatch.language", ${JSON.stringify(language)})`);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { context, page, complaints };
}

/** How far the page is wider than the window, px. */
export async function overflow(page: Page): Promise<number> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
}
