// What people see and hear who see less, hear the window, or do without the mouse: 200 % text, forced colours, no motion,
// what is spoken, and where the Tab key stops.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { openScreen, SCREENS } from './support/screens.mjs';
import { wordsOf } from './support/words.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });
const say = wordsOf('en-GB');
const screen = (name) => SCREENS.find((each) => each.name === name);

/** Controls that are drawn but reach out of the window, or of what can be scrolled to. */
function outside(page) {
  return page.evaluate(() => {
    const cut = [];
    for (const node of document.querySelectorAll('button, input, textarea, [role=switch], [role=radio], a')) {
      if (
        !node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ||
        node.closest('[inert]')
      )
        continue;
      const box = node.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || node.closest('.visually-hidden')) continue;
      // Chips that are scrolled sideways on purpose are one line of their own.
      const scroller = node.closest('[role=toolbar], [role=tablist]');
      if (scroller) continue;
      if (box.left < -1 || box.right > window.innerWidth + 1)
        cut.push(node.ariaLabel ?? node.textContent?.trim());
    }
    return cut;
  });
}

/** Places that have to be scrolled sideways to be read. */
function sideways(page) {
  return page.evaluate(() =>
    [
      document.documentElement,
      ...document.querySelectorAll('main, nav, section, dialog .content, [role=list]'),
    ]
      .filter(
        (node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible',
      )
      .filter((node) => getComputedStyle(node).overflowX !== 'hidden')
      .map((node) => `${node.tagName} ${node.className}: ${node.scrollWidth} in ${node.clientWidth}`),
  );
}

describe('at 200 %', () => {
  // Half the window in CSS pixels, each drawn twice as large: what zooming to 200 % is.
  const size = { width: 640, height: 410 };
  for (const name of [
    'group',
    'group-details',
    'search',
    'shortcuts',
    'settings-keyboard',
    'settings-notifications',
  ]) {
    it(`${name} loses nothing and scrolls one way`, async () => {
      const { page, done } = await openScreen(browser, { ...screen(name), size }, say, {
        locale: 'en-GB',
        colorScheme: 'light',
        deviceScaleFactor: 2,
      });
      await settle(page);
      await shot(page, `zoomed-${name}`);
      assert.deepEqual(await sideways(page), []);
      assert.deepEqual(await outside(page), []);
      await done();
    });
  }
});

describe('with forced colours', () => {
  for (const name of ['group', 'settings-keyboard', 'account-menu']) {
    it(`${name} keeps its borders, its focus and its state`, async () => {
      const { page, done } = await openScreen(browser, screen(name), say, {
        locale: 'en-GB',
        colorScheme: 'dark',
        forcedColors: 'active',
      });
      await settle(page);
      await shot(page, `forced-${name}`);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return { outlineStyle, outlineWidth };
      });
      assert.notEqual(ring.outlineStyle, 'none');
      assert.notEqual(ring.outlineWidth, '0px');
      await done();
    });
  }
});

describe('with less motion', () => {
  it('nothing runs across the screen', async () => {
    const { page, done } = await browser.open('open=ridge', { reducedMotion: 'reduce' });
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog').waitFor();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((each) => {
          const { duration, iterations } = each.effect?.getComputedTiming() ?? {};
          const frames = each.effect?.getKeyframes?.() ?? [];
          const moves = frames.some(
            (frame) => 'transform' in frame || 'translate' in frame || 'scale' in frame,
          );
          return moves && (Number(duration) > 1 || iterations === Infinity);
        })
        .map((each) => each.animationName ?? each.transitionProperty ?? 'unnamed'),
    );
    assert.deepEqual(moving, []);
    await done();
  });
});

describe('what is spoken', () => {
  /** Everything that stood in a live region since. */
  async function listen(page) {
    await page.evaluate(() => {
      window.heard = [];
      const regions = '[aria-live], [role=status], [role=alert]';
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const node = target instanceof Element ? target : target.parentElement;
          const text = node?.closest(regions)?.textContent?.trim();
          if (text) window.heard.push(text);
        }
        for (const node of document.querySelectorAll('[role=status], [role=alert]'))
          if (node.textContent.trim() !== '') window.heard.push(node.textContent.trim());
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  }

  it('is a change of the connection, and that it is there again', async () => {
    const { page, done } = await browser.open('open=jonas');
    await listen(page);
    await page.evaluate(() =>
      window.fake.setConnection({ type: 'offline', payload: { reason: 'noNetwork' } }),
    );
    await page.clock.runFor(4000);
    await page.waitForFunction(() => window.heard.some((text) => /offline/i.test(text)));
    const well = say('shell_online');
    assert.equal(await page.evaluate((words) => window.heard.includes(words), well), false);
    await page.evaluate(() => window.fake.setConnection({ type: 'online' }));
    await page.waitForFunction((words) => window.heard.includes(words), well);
    await done();
  });
});

describe('the Tab key', () => {
  it('stops once in the list of chats and once among the messages, wherever the arrows have been', async () => {
    const { page, done } = await browser.open('open=ridge');
    const stops = () =>
      page.evaluate(() => ({
        chats: document.querySelectorAll('[data-dialog] [tabindex="0"], [data-dialog][tabindex="0"]').length,
        messages: document.querySelectorAll('.message-row[tabindex="0"]').length,
      }));
    assert.deepEqual(await stops(), { chats: 1, messages: 1 });
    await page.locator('[data-dialog][tabindex="0"], [data-dialog] [tabindex="0"]').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await settle(page);
    assert.deepEqual(await stops(), { chats: 1, messages: 1 });
    assert.equal(
      await page.evaluate(() => document.activeElement.matches('[tabindex="0"]')),
      true,
      'Tab comes back to the row that had the focus',
    );
    await done();
  });
});
