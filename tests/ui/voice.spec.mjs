// A voice message: spoken, listened to, thrown away, sent; and what the button says where there is no microphone.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, refuse } from './support/settings.mjs';
import { freeze, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const field = (page) => page.getByRole('textbox', { name: /^Message to/ });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const recording = (page) => page.getByRole('group', { name: 'Recording a voice message' });
const review = (page) => page.getByRole('group', { name: 'Voice message, not sent yet' });

async function open(query = '', options) {
  const opened = await browser.open(`open=jonas&${query}`, options);
  await field(opened.page).waitFor();
  return opened;
}

/** Begins to record and speaks for so long. */
async function speak(page, milliseconds) {
  await button(page, 'Record a voice message').click();
  await page.waitForFunction(() => window.fake.microphone.elapsedMs > 0);
  await freeze(page);
  const before = await page.evaluate(() => window.fake.microphone.elapsedMs);
  await page.clock.runFor(milliseconds - before);
}

describe('a voice message', () => {
  it('is recorded with time and levels, and sent as one', async () => {
    const { page, done } = await open();
    await speak(page, 7_000);
    await recording(page).getByText('0:07').waitFor();
    assert.equal(
      await recording(page).locator('.levels rect').count(),
      await page.evaluate(() => window.fake.microphone.levels.length),
    );
    await button(page, 'Send voice message').click();
    await field(page).waitFor();
    const [sent] = await callsOf(page, 'sendMessage');
    assert.equal(sent.at(-1).attachments.length, 1);
    assert.equal(sent.at(-2), '');
    await done();
  });

  it('is listened to before it is sent', async () => {
    const { page, done } = await open();
    await speak(page, 5_000);
    await button(page, 'Stop and listen').click();
    await review(page).getByText('0:05').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Listen');
    assert.equal(
      await review(page)
        .getByRole('slider', { name: 'Position in the recording' })
        .getAttribute('aria-valuemax'),
      '5',
    );
    assert.equal((await callsOf(page, 'sendMessage')).length, 0);
    await button(page, 'Send voice message').click();
    await field(page).waitFor();
    assert.equal((await callsOf(page, 'sendMessage')).length, 1);
    assert.equal(await review(page).count(), 0);
    await done();
  });

  it('stays with its chat while another is looked at', async () => {
    const { page, done } = await open();
    await speak(page, 4_000);
    await page
      .getByRole('button', { name: /Layla Haddad/ })
      .first()
      .click();
    await page.getByRole('textbox', { name: 'Message to Layla Haddad' }).waitFor();
    assert.equal((await callsOf(page, 'stopVoice')).length, 1);
    assert.equal(await review(page).count(), 0);
    await page
      .getByRole('button', { name: /Jonas Weber/ })
      .first()
      .click();
    await review(page).getByText('0:04').waitFor();
    await done();
  });

  it('is thrown away at once when short, and after a question when long', async () => {
    const { page, done } = await open();
    await speak(page, 3_000);
    await page.keyboard.press('Escape');
    await field(page).waitFor();
    assert.equal((await callsOf(page, 'cancelVoice')).length, 1);
    await button(page, 'Record a voice message').click();
    await page.clock.runFor(12_000);
    await page.keyboard.press('Escape');
    const question = page.getByRole('dialog', { name: 'Throw this recording away?' });
    await question.getByText('0:12').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await recording(page).waitFor();
    assert.equal((await callsOf(page, 'cancelVoice')).length, 1);
    await button(page, 'Throw the recording away').click();
    await question.getByRole('button', { name: 'Throw away' }).click();
    await field(page).waitFor();
    assert.equal((await callsOf(page, 'cancelVoice')).length, 2);
    await done();
  });

  for (const [reason, words] of [
    ['limit', 'The longest recording is 15 minutes; this one is complete.'],
    ['microphoneLost', 'The microphone was disconnected. What you said until then is here.'],
    ['disk', 'The disk is full. What was recorded until then is here.'],
  ]) {
    it(`that ended by itself (${reason}) is there to be sent`, async () => {
      const { page, done } = await open();
      await speak(page, 6_000);
      await page.evaluate((why) => window.fake.microphone.end(why), reason);
      await review(page).waitFor();
      await page.getByText(words).waitFor();
      await button(page, 'Send voice message').click();
      await field(page).waitFor();
      assert.equal(await page.getByText(words).count(), 0);
      await done();
    });
  }

  it('that is too short says so and keeps nothing', async () => {
    const { page, done } = await open();
    await speak(page, 300);
    await button(page, 'Stop and listen').click();
    await page.getByRole('alert').getByText('That was too short to be a message.').waitFor();
    await field(page).waitFor();
    assert.equal(await review(page).count(), 0);
    await done();
  });

  it('that could not be sent comes back', async () => {
    const { page, done } = await open();
    await speak(page, 3_000);
    await refuse(page, 'sendMessage', { kind: 'storage', message: 'disk I/O error' });
    await button(page, 'Send voice message').click();
    await review(page).getByText('0:03').waitFor();
    await page.getByText(/The message was not saved/).waitFor();
    await done();
  });

  it('makes way for words: the microphone is there only while the field is empty', async () => {
    const { page, done } = await open();
    await button(page, 'Record a voice message').waitFor();
    await field(page).fill('Hello');
    assert.equal(await button(page, 'Record a voice message').count(), 0);
    await field(page).fill('');
    await button(page, 'Record a voice message').waitFor();
    await done();
  });

  it('says when nothing is heard', async () => {
    const { page, done } = await open('microphone=muted');
    await speak(page, 3_500);
    await recording(page).getByText('Nothing is heard. Check that the microphone is not muted.').waitFor();
    await page.evaluate(() => window.fake.microphone.hear(12));
    assert.equal(await page.getByText('Nothing is heard.').count(), 0);
    await done();
  });
});

describe('without a microphone', () => {
  for (const [reason, words] of [
    ['missing', /No microphone was found/],
    ['notAllowed', /may not use the microphone/],
    ['busy', /Another program uses the microphone/],
    ['failed', /does not work/],
  ]) {
    it(`the button explains itself (${reason})`, async () => {
      const { page, done } = await open(`microphone=${reason}`);
      await page.getByRole('button', { name: /^Record a voice message/ }).focus();
      await page.getByRole('button', { name: words }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(words).waitFor();
      await page.evaluate(() => (window.fake.microphone.problem = null));
      await page.getByRole('button', { name: 'Try again', exact: true }).click();
      await recording(page).waitFor();
      assert.equal(await page.getByRole('alert').getByText(words).count(), 0);
      await done();
    });
  }
});

describe('it is accessible', () => {
  for (const colorScheme of ['light', 'dark']) {
    it(`while recording, listening and refused, ${colorScheme}`, async () => {
      const { page, done } = await open('', { colorScheme });
      await speak(page, 7_000);
      // The check waits for timers of its own.
      await page.clock.resume();
      assert.deepEqual(await violations(page), []);
      await button(page, 'Stop and listen').click();
      await review(page).waitFor();
      assert.deepEqual(await violations(page), []);
      await button(page, 'Send voice message').click();
      await page.evaluate(() => (window.fake.microphone.problem = 'missing'));
      await page.getByRole('button', { name: /^Record a voice message/ }).click();
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await violations(page), []);
      await done();
    });
  }
});
