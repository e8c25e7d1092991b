// The page in a real browser on the fake backend, for one test file.

import { after, before } from 'node:test';
import { launch, visit } from './browser.mjs';
import { serve } from './site.mjs';

/**
 * Starts one browser and one server for the file.
 *
 * `open(query)` gives a page whose errors, warnings and policy violations fail the test at `done()`; its options are
 * those of `visit`.
 */
export function useBrowser() {
  let browser;
  let site;
  before(async () => {
    site = await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  return {
    /**
     * @param {string} query what the fake backend shows
     * @param {Parameters<typeof visit>[3]} [options]
     */
    open: (query, options) => visit(browser, site.url, query, options),
  };
}

/** Two frames: layout has happened and observers have run. */
export async function settle(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
  );
}

/** Stops the clock of the page; `page.clock.runFor` moves it. Frames stand still too, so nothing may wait for one. */
export async function freeze(page) {
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + 1000);
}
