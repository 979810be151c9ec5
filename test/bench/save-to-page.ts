/**
 * Seconds from the click on Save to the total on the page, in a real browser, less what the target itself took.
 *
 * Both instants are taken inside the page: the click, and the first frame in which the finished measurement stands.
 */
import type { Browser, Page } from "playwright-core";
import { NO_BROWSER, openBrowser } from "../support/browser.ts";
import { httpTarget } from "../support/http-target.ts";
import { busyMachine, product, scratch } from "../support/product.ts";

const RUNS = 9;
const HELD_MS = 200;
const PASSWORD = "a long enough password";

export async function bench(): Promise<string[]> {
  const browser = await openBrowser();
  if (!browser) return [NO_BROWSER];
  const target = await httpTarget({ delayMs: HELD_MS });
  const { dir, remove } = scratch("bench-page");
  busyMachine(dir);
  const running = product("start", ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"], { dir });
  try {
    const page = await signedIn(browser, (await running.says(/set up\s+(http\S+)/))[1] ?? "");
    const overheads: number[] = [];
    for (let run = 0; run < RUNS; run += 1)
      overheads.push((await saveOnce(page, `${target.url}/${run}`)) - HELD_MS);
    overheads.sort((a, b) => a - b);
    const median = (overheads[RUNS >> 1] ?? 0) / 1000;
    const worst = (overheads.at(-1) ?? 0) / 1000;
    return [
      `click on Save to the total on the page, less the target's ${HELD_MS} ms: median ${median.toFixed(3)} s, worst of ${RUNS} ${worst.toFixed(3)} s (promised: 0.5 s)`,
    ];
  } finally {
    await browser.close();
    await running.stop();
    await target.close();
    remove();
  }
}

async function signedIn(browser: Browser, setupUrl: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  await page.goto(setupUrl);
  await page.getByText("English", { exact: true }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Finish" }).click();
  return page;
}

/** Runs in the page, where the types of this side end. */
const CLICK_TO_SHOWN = `new Promise((resolve) => {
  let clickedMs = 0;
  document.addEventListener("click", () => { clickedMs = performance.now(); }, { capture: true, once: true });
  const look = () => {
    if (clickedMs > 0 && document.body.innerText.includes("HTTP 200")) resolve(performance.now() - clickedMs);
    else requestAnimationFrame(look);
  };
  look();
})`;

/** @returns Milliseconds from the click to the frame that shows the answer's status beside its times. */
async function saveOnce(page: Page, url: string): Promise<number> {
  await page.getByRole("link", { name: "Add target" }).first().click();
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByText("With a URL filled in").waitFor({ state: "detached" });
  const shown = page.evaluate<number>(CLICK_TO_SHOWN);
  await page.getByRole("button", { name: "Save and start measuring" }).click();
  return await shown;
}
