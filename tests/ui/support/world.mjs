// The page in a real browser on the fake backend, for one test file.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from './site.mjs';

/** A Friday morning; the fake world's times are told from it. */
const NOW = new Date(2026, 10, 20, 10, 45, 30);

/**
 * Starts one browser and one server for the file.
 *
 * `open(query)` gives a page whose errors, warnings and policy violations fail the test at `done()`.
 */
export function useBrowser() {
  let browser;
  let site;
  before(async () => {
    site = await serve();
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  return {
    /**
     * @param {string} query what the fake backend shows
     * @param {{ width?: number, height?: number, clock?: boolean, colorScheme?: 'light' | 'dark', locale?: string }} [options]
     */
    async open(query, options = {}) {
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1280, height: options.height ?? 820 },
        locale: options.locale ?? 'en-GB',
        reducedMotion: 'reduce',
        colorScheme: options.colorScheme ?? 'light',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const page = await context.newPage();
      const complaints = [];
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        // Drawing without a graphics card is slow, and the driver says so.
        if (message.text().startsWith('[.WebGL-')) return;
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      if (options.clock !== false) await page.clock.install({ time: NOW });
      await page.goto(`${site.url}?${query}`);
      // The page is there before its backend is.
      await page.waitForFunction(() => window.fake !== undefined);
      return {
        page,
        async done() {
          await context.close();
          assert.deepEqual(complaints, []);
        },
      };
    },
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
