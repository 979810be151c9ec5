/** What a file of these tests plays on: one browser and one collector that never was, closed when the file is done. */
import { after } from "node:test";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../support/browser.ts";
import { type FakeCollector, fakeCollector } from "./fake-collector.ts";

export type Stage = {
  /** Null where none starts: a test then skips with NO_BROWSER. */
  readonly browser: Browser | null;
  readonly fake: FakeCollector;
};

/** Opens both. */
export async function stage(): Promise<Stage> {
  const [browser, fake] = await Promise.all([openBrowser(), fakeCollector()]);
  after(async () => {
    await browser?.close();
    await fake.close();
  });
  return { browser, fake };
}
