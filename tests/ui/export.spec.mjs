// The export of a chat: where it is asked for, how far it is, and what became of it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

async function open(query = 'open=ridge') {
  const opened = await browser.open(query);
  const { page } = opened;
  await page.getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Export chat…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Export chat' });
  await sheet.waitFor();
  return { ...opened, sheet };
}

describe('the export of a chat', () => {
  it('says how far it is, how much was written and where it is', async () => {
    const { page, sheet, done } = await open('state=files&open=files');
    assert.deepEqual(await violations(page), []);
    await shot(page, 'export-asking');
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await sheet.getByText(/Fetching what is not on this computer/).waitFor();
    await sheet.getByText(/Writing \d+ of \d+ messages/).waitFor();
    await sheet.getByText(/files copied · [\d.]+ of [\d.]+ MB/).waitFor();
    await shot(page, 'export-running');
    await page.keyboard.press('Escape');
    await sheet.getByText(/\d+ messages are in the folder/).waitFor();
    await shot(page, 'export-done');
    assert.deepEqual(await violations(page), []);
    await sheet.getByText(/\d+ files are with them/).waitFor();
    await sheet.getByText(/\d+ files are not in the folder/).waitFor();
    const missing = await sheet.getByRole('listitem').allInnerTexts();
    assert.ok(
      missing.some((line) => /cut\.pdf\s+The file arrived damaged/.test(line)),
      missing.join(),
    );
    assert.ok(
      missing.some((line) => /gone\.jpg\s+Removed from the server/.test(line)),
      missing.join(),
    );
    const [[, words, withFiles]] = await callsOf(page, 'exportDialog');
    assert.equal(withFiles, true);
    assert.equal(words.added, '{who} added {people}');
    await sheet.getByRole('button', { name: 'Show in folder' }).click();
    assert.equal((await callsOf(page, 'showExport')).length, 1);
    await sheet.getByRole('button', { name: 'Done' }).click();
    await sheet.waitFor({ state: 'detached' });
    await done();
  });

  it('leaves the files out when they are not wanted', async () => {
    const { page, sheet, done } = await open('state=files&open=files');
    await sheet.getByText('With pictures and other files').click();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await sheet.getByText(/\d+ messages are in the folder/).waitFor();
    const [[, , withFiles]] = await callsOf(page, 'exportDialog');
    assert.equal(withFiles, false);
    assert.equal(await sheet.getByText(/files are with them/).count(), 0);
    await done();
  });

  it('is stopped, and can be begun again', async () => {
    const { page, sheet, done } = await open();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await sheet.getByText(/Fetching/).waitFor();
    await sheet.getByRole('button', { name: 'Cancel' }).click();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).waitFor();
    assert.equal((await callsOf(page, 'cancelExport')).length, 1);
    await done();
  });

  it('says what is missing, and why nothing was written', async () => {
    const { page, sheet, done } = await open('state=offline&open=jonas');
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await sheet.getByText('A part of the history could not be fetched and is missing.').waitFor();
    await sheet.getByRole('button', { name: 'Done' }).click();
    await refuse(page, 'exportDialog', { kind: 'storage', message: 'full' });
    await page.getByRole('button', { name: 'Export chat…' }).click();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await sheet.getByRole('alert').waitFor();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).waitFor();
    await done();
  });
});
