// What is looked at stays where it is, to the pixel, whatever happens above, below or around it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

/** Starts watching: where the first whole bubble in view stands, and how far it ever is from there. */
function watch(page) {
  return page.evaluate(() => {
    const view = document.querySelector('.view[role=region]');
    const top = view.getBoundingClientRect().top;
    const row = [...view.querySelectorAll('.message-row')].find(
      (each) => each.getBoundingClientRect().top >= top + 60,
    );
    const id = row.dataset.id;
    const offset = row.getBoundingClientRect().top;
    window.watched = () => {
      const now = view.querySelector(`[data-id="${id}"]`);
      return now === null ? Infinity : Math.abs(now.getBoundingClientRect().top - offset);
    };
  });
}

const error = (page) => page.evaluate(() => window.watched());
const rows = (page) => page.evaluate(() => document.querySelectorAll('.message-row').length);
const firstId = (page) => page.evaluate(() => document.querySelector('.message-row').dataset.id);
const lastId = (page) =>
  page.evaluate(() => [...document.querySelectorAll('.message-row')].at(-1).dataset.id);

/** Scrolls as the person does and waits for the page to follow. */
async function scrollTo(page, top) {
  await page.evaluate((to) => {
    document.querySelector('.view[role=region]').scrollTop = to;
  }, top);
  await settle(page);
}

/** To a place with more than a screen above and below it. */
async function scrollIntoThePast(page) {
  const before = await firstId(page);
  await scrollTo(page, 0);
  await page.waitForFunction((id) => document.querySelector('.message-row').dataset.id !== id, before);
  await settle(page);
  await scrollTo(page, 1200);
}

describe('the place in a conversation', () => {
  it('is kept over ten pages of older messages', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    await settle(page);
    let worst = 0;
    for (let load = 0; load < 10; load += 1) {
      const before = await firstId(page);
      // Far enough up that the next page is asked for; what is then in view must not move when it comes.
      await scrollTo(page, 300);
      await watch(page);
      await page.waitForFunction((id) => document.querySelector('.message-row').dataset.id !== id, before);
      await settle(page);
      worst = Math.max(worst, await error(page));
    }
    assert.ok(worst <= 1, `moved by ${worst} px`);
    assert.ok((await rows(page)) <= 300, 'the page keeps no more than its cap');
    await done();
  });

  it('does not creep when one and the same view is kept over many pages', async () => {
    const { page, done } = await browser.open('open=jonas&delay=120');
    await page.waitForSelector('.message-row', { timeout: 10_000 });
    await page.clock.runFor(1000);
    await scrollTo(page, 700);
    await watch(page);
    for (let load = 0; load < 4; load += 1) {
      await page.clock.runFor(200);
      await settle(page);
    }
    assert.ok((await error(page)) <= 1, `moved by ${await error(page)} px`);
    await done();
  });

  it('is kept over pages of newer messages, when rows above are let go', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    for (let load = 0; load < 11; load += 1) {
      await scrollTo(page, 0);
      await settle(page);
    }
    assert.equal(await rows(page), 300);
    let worst = 0;
    for (let load = 0; load < 6; load += 1) {
      const before = await lastId(page);
      await page.evaluate(() => {
        const view = document.querySelector('.view[role=region]');
        view.scrollTop = view.scrollHeight - view.clientHeight - 500;
      });
      await settle(page);
      await watch(page);
      await settle(page);
      const after = await lastId(page);
      worst = Math.max(worst, await error(page));
      if (after === before) break;
    }
    assert.ok(worst <= 1, `moved by ${worst} px`);
    await done();
  });

  it('is kept when something above gets its height late', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    await scrollIntoThePast(page);
    await watch(page);
    await page.evaluate(() => {
      document.querySelector('.message-row').style.paddingBlockEnd = '137px';
    });
    await settle(page);
    assert.ok((await error(page)) <= 1, `moved by ${await error(page)} px`);
    await done();
  });

  it('is kept when messages arrive below', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    await scrollIntoThePast(page);
    await watch(page);
    await page.evaluate(() => {
      const { fake } = window;
      for (let i = 0; i < 5; i += 1) fake.add(fake.world.bySlug.get('jonas'), 5187260, `late ${i}`);
    });
    await settle(page);
    assert.ok((await error(page)) <= 1, `moved by ${await error(page)} px`);
    await done();
  });

  it('is kept when the window changes its size', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    await scrollIntoThePast(page);
    // A row that stands at the top: what is above it may wrap anew, what is looked at first may not move.
    const before = await page.evaluate(() => {
      const view = document.querySelector('.view[role=region]');
      const top = view.getBoundingClientRect().top;
      const row = [...view.querySelectorAll('.message-row')].find(
        (each) => each.getBoundingClientRect().bottom > top,
      );
      window.firstRow = row;
      return row.getBoundingClientRect().top - top;
    });
    await page.setViewportSize({ width: 760, height: 700 });
    await settle(page);
    const after = await page.evaluate(() => {
      const view = document.querySelector('.view[role=region]');
      return window.firstRow.getBoundingClientRect().top - view.getBoundingClientRect().top;
    });
    assert.ok(Math.abs(after - before) <= 1, `moved by ${after - before} px`);
    await done();
  });

  it('follows the newest message while it is looked at', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.waitForSelector('.message-row');
    await settle(page);
    await page.evaluate(() => {
      const { fake } = window;
      fake.add(fake.world.bySlug.get('jonas'), 5187260, 'a long one '.repeat(40));
    });
    await settle(page);
    const fromBottom = await page.evaluate(() => {
      const view = document.querySelector('.view[role=region]');
      return view.scrollHeight - view.clientHeight - view.scrollTop;
    });
    assert.ok(fromBottom <= 1, `${fromBottom} px from the newest`);
    await done();
  });
});
