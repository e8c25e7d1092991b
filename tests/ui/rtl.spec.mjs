// The window from right to left: where things stand, what points where, and that keys go the way one sees.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSettings } from './support/settings.mjs';
import { wordsOf } from './support/words.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const say = wordsOf('ar-EG');

const open = (query, options = {}) => browser.open(query, { locale: 'ar-EG', ...options });
const box = (locator) => locator.boundingBox();
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const mirrored = (locator) => locator.evaluate((icon) => getComputedStyle(icon).scale);

/** The left edge and the right edge of a word inside an element, in pixels. */
function edgesOf(locator, word) {
  return locator.evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const at = node.data.indexOf(wanted);
      if (at === -1) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      const { left, right } = range.getBoundingClientRect();
      return { left, right };
    }
    throw new Error(`no ${wanted}`);
  }, word);
}

describe('from right to left', () => {
  it('the columns change sides, and so do mine and theirs', async () => {
    const { page, done } = await open('open=ridge');
    await page.getByRole('button', { name: say('details_show'), exact: true }).click();
    const details = await box(page.getByRole('complementary', { name: say('details_title') }));
    const chats = await box(page.getByRole('list', { name: say('chats_list') }));
    assert.ok(details.x < 10 && chats.x > 900, JSON.stringify({ details, chats }));
    const mine = await box(
      page.getByRole('listitem', { name: /And a second head torch/ }).locator('.bubble'),
    );
    const theirs = await box(page.getByRole('listitem', { name: /Ten to a booking/ }).locator('.bubble'));
    assert.ok(mine.x < theirs.x);
    const send = await box(page.getByRole('button', { name: say('composer_send'), exact: true }));
    const attach = await box(page.getByRole('button', { name: say('attach_button'), exact: true }));
    assert.ok(send.x < attach.x);
    await done();
  });

  it('a text of the other direction begins at its picture and is cut at its own end', async () => {
    const { page, done } = await open('open=jonas');
    const row = page.locator('[data-dialog]', { hasText: 'Housing co-op' });
    const said = row.locator('.said');
    const { clipped, shown } = await said.evaluate((element) => ({
      clipped: element.scrollWidth > element.clientWidth,
      shown: getComputedStyle(element).direction,
    }));
    assert.ok(clipped);
    assert.equal(shown, 'ltr');
    // What was said first is there; the end is what has no room.
    const { left } = await edgesOf(said, 'The plumber');
    assert.ok(left >= (await box(said)).x - 1);
    const name = row.locator('.name');
    const edge = await box(row.locator('.words'));
    const { right } = await edgesOf(
      page.locator('[data-dialog]', { hasText: 'Sam Okafor' }).locator('.name'),
      'Sam Okafor',
    );
    assert.ok(await name.isVisible());
    assert.ok(Math.abs(right - (edge.x + edge.width)) < 2);
    await done();
  });

  it('the colon after a name belongs to the sentence', async () => {
    const { page, done } = await open('open=jonas');
    const lead = page.locator('[data-dialog]', { hasText: 'Housing co-op' }).locator('.lead');
    const name = await edgesOf(lead, 'Kofi');
    const colon = await edgesOf(lead, ':');
    assert.ok(colon.left < name.left);
    await done();
  });

  it('arrows point along the line, and a clock does not turn', async () => {
    const { page, done } = await open('state=full&open=full');
    assert.equal(await mirrored(page.locator('.lucide-panel-right').first()), '-1 1');
    await page
      .getByRole('listitem', { name: /The later bus/ })
      .locator('.bubble')
      .click({ button: 'right' });
    assert.equal(await mirrored(page.locator('[role="menuitem"] .lucide-reply')), '-1 1');
    assert.equal(await mirrored(page.locator('[role="menuitem"] .lucide-copy').first()), 'none');
    await done();
  });

  it('numbers are written in the digits of the place', async () => {
    const { page, done } = await open('open=rust');
    await page.getByText('٣٬٢١٤ مشتركًا').first().waitFor();
    const chip = page.locator('.chips').getByText('٥', { exact: true });
    await chip.waitFor();
    await done();
  });
});

describe('keys go the way one sees', () => {
  it('in the filters of the list', async () => {
    const { page, done } = await open('');
    await page.getByRole('button', { name: say('chats_filter_all'), exact: true }).focus();
    await page.keyboard.press('ArrowLeft');
    assert.match(await focused(page), new RegExp(`^${say('chats_filter_unread')}`));
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(page), say('chats_filter_all'));
    await done();
  });

  it('between the tabs of what was shared', async () => {
    const { page, done } = await open('state=files&open=files');
    await page.getByRole('button', { name: say('details_show'), exact: true }).click();
    await page
      .getByRole('complementary')
      .getByRole('button', { name: new RegExp(`^${say('shared_files')}`) })
      .click();
    await page.getByRole('tab', { name: say('shared_files') }).press('ArrowLeft');
    await page.getByRole('tab', { name: say('shared_links'), selected: true }).waitFor();
    await done();
  });

  it('on a slider', async () => {
    const { page, done } = await open('');
    await openSettings(page, undefined, say);
    await page.getByRole('button', { name: say('settings_appearance'), exact: true }).click();
    const slider = page.getByRole('slider', { name: say('settings_text_size') });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => window.fake.settings.textScale > 1);
    await done();
  });

  it('in the viewer', async () => {
    const { page, done } = await open('state=files&open=files');
    const picture = say('file_picture_of', { number: 4, count: 5, name: 'Olena Kovalenko' });
    await page.getByRole('button', { name: picture, exact: true }).click();
    const viewer = page.getByRole('dialog', { name: say('viewer_label') });
    await viewer.getByText(say('viewer_position', { number: 5, count: 11 })).waitFor();
    await page.keyboard.press('ArrowLeft');
    await viewer.getByText(say('viewer_position', { number: 6, count: 11 })).waitFor();
    await page.keyboard.press('ArrowRight');
    await viewer.getByText(say('viewer_position', { number: 5, count: 11 })).waitFor();
    const next = await box(viewer.getByRole('button', { name: say('viewer_next'), exact: true }));
    const previous = await box(viewer.getByRole('button', { name: say('viewer_previous'), exact: true }));
    assert.ok(next.x < previous.x);
    await done();
  });

  it('in the calendar', async () => {
    const { page, done } = await open('state=full&open=full');
    await page.locator('.day button, button.day').first().click();
    const grid = page.getByRole('grid');
    await grid.waitFor();
    await settle(page);
    const before = Number(await page.evaluate(() => document.activeElement.getBoundingClientRect().x));
    await page.keyboard.press('ArrowRight');
    const after = Number(await page.evaluate(() => document.activeElement.getBoundingClientRect().x));
    assert.ok(after > before || after < before - 100, `${before} to ${after}`);
    await done();
  });
});

describe('words of the other direction in an English window', () => {
  it('stand where the others do', async () => {
    const { page, done } = await browser.open('open=jonas');
    const row = page.locator('[data-dialog]', { hasText: 'Layla Haddad' });
    const said = row.locator('.said');
    const edge = await box(row.locator('.words'));
    assert.ok(Math.abs((await box(said)).x - edge.x) < 2);
    assert.equal(await said.evaluate((element) => getComputedStyle(element).direction), 'rtl');
    await done();
  });
});
