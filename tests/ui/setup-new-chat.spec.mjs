// Beginning a chat with one person or several, by pointer and by keyboard alone.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();
/** Longer than the pause that sends a query. */
const TYPED_MS = 400;

async function openSheet(query = '', options = {}) {
  const window = await browser.open(query, options);
  await window.page.getByRole('button', { name: 'New chat' }).first().click();
  await window.page.getByRole('dialog', { name: 'New chat' }).waitFor();
  return window;
}

async function openGroup(query = '', options = {}) {
  const window = await openSheet(query, options);
  await window.page.getByRole('button', { name: /New group/ }).click();
  await window.page.getByRole('dialog', { name: 'New group' }).waitFor();
  return window;
}

const option = (page, name) => page.getByRole('option', { name });
const marked = (page) =>
  page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-activedescendant');
    return id ? (document.getElementById(id)?.querySelector('bdi')?.textContent ?? null) : null;
  });

describe('a new chat', () => {
  it('begins in the search field and lists the people one writes to', async () => {
    const { page, done } = await openSheet();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'combobox');
    await page.getByRole('group', { name: 'People you write to' }).waitFor();
    await option(page, /Jonas Weber/).waitFor();
    await done();
  });

  it('opens the chat of the person who is clicked', async () => {
    const { page, done } = await openSheet();
    await option(page, /Jonas Weber/).click();
    await page.getByRole('heading', { name: 'Jonas Weber' }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await done();
  });

  it('asks the server while one types, after a pause', async () => {
    const { page, done } = await openSheet();
    const asked = [];
    await page.exposeFunction('asked', (query) => asked.push(query));
    await page.evaluate(() => {
      window.fake.searchPeople = async (_account, query) => {
        await window.asked(query);
        return [{ id: 900, name: 'Inês Duarte', login: 'ines.duarte', avatar: null }];
      };
    });
    await page.keyboard.type('ines');
    await page.clock.runFor(TYPED_MS);
    await page.getByRole('group', { name: 'Everyone in this application' }).waitFor();
    await option(page, /Inês Duarte/).waitFor();
    assert.deepEqual(asked, ['ines']);
    await done();
  });

  it('is begun by keyboard alone: a name, Enter', async () => {
    const { page, done } = await openSheet();
    await page.keyboard.type('olena');
    await page.clock.runFor(TYPED_MS);
    await option(page, /Olena Kovalenko/).waitFor();
    assert.equal(await marked(page), 'Olena Kovalenko');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Olena Kovalenko' }).waitFor();
    await done();
  });

  it('moves the mark with the arrows, round both ends', async () => {
    const { page, done } = await openSheet();
    assert.equal(await marked(page), null);
    await page.keyboard.press('ArrowDown');
    const first = await marked(page);
    await page.keyboard.press('ArrowUp');
    const last = await marked(page);
    assert.notEqual(first, last);
    await page.keyboard.press('ArrowDown');
    assert.equal(await marked(page), first);
    await done();
  });

  it('says that nobody was found, and what would be', async () => {
    const { page, done } = await openSheet();
    await page.keyboard.type('zzzz');
    await page.clock.runFor(TYPED_MS);
    await page.getByText('No one found').waitFor();
    await done();
  });

  it('says why the search failed and asks again', async () => {
    const { page, done } = await openSheet();
    await page.evaluate(() => {
      const search = window.fake.searchPeople;
      window.fake.searchPeople = () => {
        window.fake.searchPeople = () =>
          Promise.resolve([{ id: 9, name: 'Zora', login: null, avatar: null }]);
        void search;
        return Promise.reject({ kind: 'offline' });
      };
    });
    await page.keyboard.type('zor');
    await page.clock.runFor(TYPED_MS);
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: 'Search again' }).click();
    await option(page, /Zora/).waitFor();
    await done();
  });

  it('says why the chat could not be opened and stays', async () => {
    const { page, done } = await openSheet();
    await page.evaluate(() => {
      window.fake.createPrivate = () => Promise.reject({ kind: 'server', status: 500, message: 'x' });
    });
    await option(page, /Jonas Weber/).click();
    await page.getByRole('alert').getByText('The server answered with an error (500).').waitFor();
    await done();
  });

  it('closes by Escape, by its button and by a press beside it, and gives focus back', async () => {
    const { page, done } = await browser.open('');
    const opener = page.getByRole('button', { name: 'New chat' }).first();
    const dialog = page.getByRole('dialog', { name: 'New chat' });
    for (const close of [
      () => page.keyboard.press('Escape'),
      () => dialog.getByRole('button', { name: 'Close' }).click(),
      () => page.mouse.click(5, 5),
    ]) {
      await opener.click();
      await dialog.waitFor();
      await close();
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await opener.evaluate((node) => node === document.activeElement), true);
    }
    await done();
  });
});

describe('a new group', () => {
  it('needs a name and a person, and says which is missing', async () => {
    const { page, done } = await openGroup();
    const create = page.getByRole('button', { name: 'Create group' });
    assert.equal(await create.getAttribute('aria-disabled'), 'true');
    await page.getByText('Give the group a name first.').first().waitFor({ state: 'attached' });
    await page.getByLabel('Name of the group').fill('Snowshoes');
    await page.getByText('Choose at least one person first.').first().waitFor({ state: 'attached' });
    await option(page, /Jonas Weber/).click();
    assert.equal(await create.getAttribute('aria-disabled'), 'false');
    await done();
  });

  it('is made by keyboard alone', async () => {
    const { page, done } = await openGroup();
    await page.keyboard.type('Snowshoes');
    // Past the description, which is folded, to the people.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('2 people and you').waitFor();
    assert.equal(await page.getByRole('option', { selected: true }).count(), 2);
    await page.keyboard.press('Backspace');
    await page.getByText('1 person and you').waitFor();
    await page.getByRole('button', { name: 'Create group' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Snowshoes' }).waitFor();
    await done();
  });

  it('takes a person out by the cross of the chip and by the row', async () => {
    const { page, done } = await openGroup();
    await option(page, /Jonas Weber/).click();
    await option(page, /Layla Haddad/).click();
    await page.getByRole('button', { name: 'Take Jonas Weber out' }).click();
    await page.getByText('1 person and you').waitFor();
    await option(page, /Layla Haddad/).click();
    await page.getByText('Only you so far').waitFor();
    await done();
  });

  it('goes back to the single chat and forgets nothing that was chosen', async () => {
    const { page, done } = await openGroup();
    await option(page, /Jonas Weber/).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click();
    await page.getByRole('dialog', { name: 'New chat' }).waitFor();
    await page.getByRole('button', { name: /New group/ }).click();
    await page.getByText('1 person and you').waitFor();
    await done();
  });

  it('sends what was filled in, cut to what the platform keeps', async () => {
    const { page, done } = await openGroup();
    await page.getByLabel('Name of the group').fill('  Snowshoes ');
    await page.getByRole('button', { name: 'Description and custom fields' }).click();
    await page.getByLabel('Description').fill('First Saturday');
    for (let number = 1; number <= 3; number += 1) {
      await page.getByRole('button', { name: 'Add a field' }).click();
      await page.getByLabel(`Name of field ${number}`).fill(`field ${number}`);
      await page.getByLabel(`Value of field ${number}`).fill(number === 3 ? ' ' : `value ${number}`);
    }
    assert.equal(await page.getByRole('button', { name: 'Add a field' }).count(), 0);
    await option(page, /Jonas Weber/).click();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Snowshoes' }).waitFor();
    const [, request] = await page.evaluate(() =>
      window.fake.calls.find(([name]) => name === 'createDialog'),
    );
    assert.deepEqual(request.fields, [
      { name: 'field 1', value: 'value 1' },
      { name: 'field 2', value: 'value 2' },
    ]);
    assert.equal(request.name, 'Snowshoes');
    assert.equal(request.description, 'First Saturday');
    await done();
  });

  it('keeps all that was typed when the server refuses, and says why at the field', async () => {
    const { page, done } = await openGroup('fail=createDialog:validation');
    await page.getByLabel('Name of the group').fill('Snowshoes');
    await option(page, /Jonas Weber/).click();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('Use at most 200 characters.').waitFor();
    assert.equal(await page.getByLabel('Name of the group').inputValue(), 'Snowshoes');
    await page.getByText('1 person and you').waitFor();
    await done();
  });

  it('keeps its foot in a low and narrow window with large text', async () => {
    const { page, done } = await openGroup('scale=1.4', { width: 380, height: 520 });
    const box = await page.getByRole('button', { name: 'Create group' }).boundingBox();
    assert.ok(box.y + box.height <= 520 && box.x >= 0 && box.x + box.width <= 380, JSON.stringify(box));
    await done();
  });
});

describe('a new public chat', () => {
  it('needs a name alone and says whether people may look in', async () => {
    const { page, done } = await openSheet();
    await page.getByRole('button', { name: /New public chat/ }).click();
    await page.getByLabel('Name of the public chat').fill('Open garden');
    await page.getByRole('switch', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Create public chat' }).click();
    await page.getByRole('heading', { name: 'Open garden' }).waitFor();
    const [, request] = await page.evaluate(() =>
      window.fake.calls.find(([name]) => name === 'createDialog'),
    );
    assert.equal(request.kind, 'public');
    assert.equal(request.allowPreview, false);
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`both steps pass the accessibility checks in ${theme}`, async () => {
    const { page, done } = await openSheet(`theme=${theme}`);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: /New group/ }).click();
    await option(page, /Jonas Weber/).click();
    await page.getByRole('button', { name: 'Description and custom fields' }).click();
    await page.getByRole('button', { name: 'Add a field' }).click();
    assert.deepEqual(await violations(page), []);
    await done();
  });
}
