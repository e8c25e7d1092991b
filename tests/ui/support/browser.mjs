// One browser, and a page of the window in it: for tests, and for whoever photographs screens.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** A Friday morning; the fake world's times are told from it. */
const NOW = new Date(2026, 10, 20, 10, 45, 30);

/** Starts the system's browser. */
export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/**
 * Opens the window on the fake backend. What the page complains about fails `done()`.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url of the served pages
 * @param {string} query what the fake backend shows
 * @param {{ width?: number, height?: number, clock?: boolean, colorScheme?: 'light' | 'dark', locale?: string, deviceScaleFactor?: number, contrast?: 'more', forcedColors?: 'active', reducedMotion?: 'no-preference' }} [options]
 */
export async function visit(browser, url, query, options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 820 },
    deviceScaleFactor: options.deviceScaleFactor ?? 1,
    locale: options.locale ?? 'en-GB',
    reducedMotion: options.reducedMotion ?? 'reduce',
    colorScheme: options.colorScheme ?? 'light',
    contrast: options.contrast ?? 'no-preference',
    forcedColors: options.forcedColors ?? 'none',
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
  await page.goto(`${url}?${query}`);
  // The page is there before its backend is.
  await page.waitForFunction(() => window.fake !== undefined);
  return {
    page,
    async done() {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
}
