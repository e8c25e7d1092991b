// All about the open chat: people and their roles, what may be changed, thousands of subscribers, and a chat that goes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const aside = (page) => page.getByRole('complementary', { name: 'Details' });
const item = (page, name) => page.getByRole('menuitem', { name });
const calls = (page, name) =>
  page.evaluate((name) => window.fake.calls.filter(([each]) => each === name), name);

async function open(query, options) {
  const window = await browser.open(query, options);
  await window.page.getByRole('button', { name: 'Show details' }).waitFor();
  await window.page.keyboard.press('Control+i');
  await aside(window.page).waitFor();
  // What is loaded when the column opens, and who is watched.
  await window.page.clock.runFor(600);
  return window;
}

describe('the details', () => {
  it('open and close by key, and the focus goes in and comes back to writing', async () => {
    const { page, done } = await open('open=ridge');
    assert.equal(await aside(page).evaluate((node) => node.contains(document.activeElement)), true);
    await page.keyboard.press('Escape');
    await aside(page).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await done();
  });

  it('list the people of a group by their role, then by name', async () => {
    const { page, done } = await open('open=ridge');
    const people = await aside(page)
      .getByRole('list', { name: 'People' })
      .getByRole('listitem')
      .allInnerTexts();
    assert.match(people[0], /Olena Kovalenko\s*owner/);
    assert.match(people[1], /admin/);
    assert.match(people.at(-1), /Tomás Rivera/);
    await done();
  });

  it('let the owner make an admin and remove a person, and others neither', async () => {
    const { page, done } = await open('open=design');
    const person = aside(page).getByRole('button', { name: /^Eva Brandt/ });
    await person.click({ button: 'right' });
    await item(page, 'Make admin').click();
    await aside(page)
      .getByRole('button', { name: /Eva Brandt\s*admin/ })
      .waitFor();
    await person.click({ button: 'right' });
    await item(page, 'Remove').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await aside(page)
      .getByRole('button', { name: /Eva Brandt/ })
      .waitFor({ state: 'detached' });
    await page
      .locator('[aria-live=polite]')
      .getByText('Eva Brandt was removed.')
      .waitFor({ state: 'attached' });
    await done();
    const other = await open('open=ridge');
    await aside(other.page)
      .getByRole('button', { name: /^Jonas Weber/ })
      .click({ button: 'right' });
    await item(other.page, 'Profile').waitFor();
    assert.equal(await item(other.page, 'Make admin').count(), 0);
    assert.equal(await item(other.page, 'Remove').count(), 0);
    await other.done();
  });

  it('offer no sixth admin and say why', async () => {
    const { page, done } = await open('open=design');
    await page.evaluate(() => {
      const id = window.fake.world.bySlug.get('design');
      window.fake.patch(id, { adminIds: [900, 901, 902, 903, 904] });
    });
    await aside(page)
      .getByRole('button', { name: /^Priya Nair/ })
      .click({ button: 'right' });
    assert.equal(await item(page, /Make admin/).getAttribute('aria-disabled'), 'true');
    await page.getByText('There are 5 admins already').waitFor();
    await done();
  });

  it('say what a refused step was refused for', async () => {
    const { page, done } = await open('open=design&fail=addAdmins:tooMany');
    await aside(page)
      .getByRole('button', { name: /^Eva Brandt/ })
      .click({ button: 'right' });
    await item(page, 'Make admin').click();
    await page.locator('.toast').getByText('5').waitFor();
    await done();
  });

  it('switch the notifications of the server, and back when it refuses', async () => {
    const { page, done } = await open('open=ridge&fail=setNotifications:offline');
    const toggle = aside(page).getByRole('switch', { name: 'Notifications' });
    assert.equal(await toggle.getAttribute('aria-checked'), 'true');
    await toggle.click();
    await aside(page).getByRole('alert').getByText('You are offline.').waitFor();
    assert.equal(await toggle.getAttribute('aria-checked'), 'true');
    await done();
  });

  it('choose what of the chat this computer notifies about, and say when that failed', async () => {
    const { page, done } = await open('open=ridge');
    await aside(page).getByRole('button', { name: 'Notify about: As in the settings' }).click();
    await page.getByRole('menuitemradio', { name: 'Mentions', exact: true }).click();
    await aside(page).getByRole('button', { name: 'Notify about: Mentions' }).waitFor();
    assert.deepEqual(
      (await calls(page, 'chooseAlerts')).map(([, , alerts]) => alerts),
      ['mentions'],
    );
    await done();
    const refused = await open('open=ridge&fail=chooseAlerts:notFound');
    await aside(refused.page).getByRole('button', { name: 'Notify about: As in the settings' }).click();
    await refused.page.getByRole('menuitemradio', { name: 'Nothing', exact: true }).click();
    await aside(refused.page).getByRole('alert').waitFor();
    await aside(refused.page).getByRole('button', { name: 'Notify about: As in the settings' }).waitFor();
    await refused.done();
  });

  it('add people who are not in yet', async () => {
    const { page, done } = await open('open=design');
    await aside(page).getByRole('button', { name: 'Add people' }).click();
    const sheet = page.getByRole('dialog', { name: 'Add people' });
    assert.equal(await sheet.getByRole('option', { name: /Priya Nair/ }).count(), 0);
    await sheet.getByRole('option', { name: /Jonas Weber/ }).click();
    await sheet.getByRole('button', { name: 'Add 1 person' }).click();
    await aside(page)
      .getByRole('button', { name: /^Jonas Weber/ })
      .waitFor();
    await done();
  });

  it('say that a chosen person has no account any more, and keep the choice', async () => {
    const { page, done } = await open('open=design&fail=addOccupants:unknownPerson');
    await aside(page).getByRole('button', { name: 'Add people' }).click();
    const sheet = page.getByRole('dialog', { name: 'Add people' });
    await sheet.getByRole('option', { name: /Jonas Weber/ }).click();
    await sheet.getByRole('button', { name: 'Add 1 person' }).click();
    await sheet.getByText('Somebody you chose has no account here any more. Nobody was added.').waitFor();
    await sheet.getByRole('button', { name: 'Add 1 person' }).waitFor();
    await done();
  });
});

describe('changing a chat', () => {
  const sheet = (page) => page.getByRole('dialog', { name: 'Edit chat' });

  it('sends only what was changed', async () => {
    const { page, done } = await open('open=ridge');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    const save = sheet(page).getByRole('button', { name: 'Save' });
    assert.equal(await save.getAttribute('aria-disabled'), 'true');
    await sheet(page).getByLabel('Name of the group').fill('Ridge Run');
    await save.click();
    await page.getByRole('heading', { name: 'Ridge Run' }).waitFor();
    const [[, , edit]] = await calls(page, 'updateDialog');
    assert.deepEqual(edit, {
      name: 'Ridge Run',
      description: null,
      photo: null,
      fields: null,
      allowPreview: null,
    });
    await done();
  });

  it('keeps what was typed when it is refused, with the sentence at the field', async () => {
    const { page, done } = await open('open=ridge&fail=updateDialog:validation');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    await sheet(page).getByLabel('Name of the group').fill('Ridge Run');
    await sheet(page).getByRole('button', { name: 'Save' }).click();
    await sheet(page).getByText('Use at most 200 characters.').waitFor();
    assert.equal(await sheet(page).getByLabel('Name of the group').inputValue(), 'Ridge Run');
    await done();
  });

  it('says so to somebody who was an admin until a moment ago, and keeps what was typed', async () => {
    const { page, done } = await open('open=ridge&fail=updateDialog:forbidden');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    await sheet(page).getByLabel('Description').fill('Crabs only');
    await sheet(page).getByRole('button', { name: 'Save' }).click();
    await sheet(page).getByText('You may no longer change this chat: only those who lead it can.').waitFor();
    assert.equal(await sheet(page).getByLabel('Description').inputValue(), 'Crabs only');
    await done();
  });

  it('leaves alone what another owner changes meanwhile', async () => {
    const { page, done } = await open('open=ridge');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    await sheet(page).getByLabel('Description').fill('Every second Sunday');
    await page.evaluate(() =>
      window.fake.patch(window.fake.world.bySlug.get('ridge'), { name: 'Ridge Run' }),
    );
    await sheet(page).getByRole('button', { name: 'Save' }).click();
    await sheet(page).waitFor({ state: 'detached' });
    const [[, , edit]] = await calls(page, 'updateDialog');
    assert.deepEqual([edit.name, edit.description], [null, 'Every second Sunday']);
    await page.getByRole('heading', { name: 'Ridge Run' }).first().waitFor();
    await done();
  });

  it('tells that the chat went away while one typed, and leaves the words', async () => {
    const { page, done } = await open('open=ridge');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    await sheet(page).getByLabel('Description').fill('A long text');
    await page.evaluate(() => window.fake.remove([window.fake.world.bySlug.get('ridge')]));
    await sheet(page).getByText('This chat is gone.').waitFor();
    assert.equal(await sheet(page).getByLabel('Description').inputValue(), 'A long text');
    await done();
  });
});

describe('thousands of subscribers', () => {
  const list = (page) => page.getByRole('complementary').getByRole('list', { name: 'People' });

  async function channel() {
    const window = await browser.open('open=rust');
    await window.page.getByRole('button', { name: 'Show details' }).click();
    await list(window.page).getByRole('listitem').first().waitFor();
    return window;
  }

  it('come page by page, and few rows are drawn', async () => {
    const { page, done } = await channel();
    const first = Number(await list(page).getByRole('listitem').first().getAttribute('aria-setsize'));
    assert.ok(first < 200, `${first} asked for at once`);
    await list(page).evaluate((node) => {
      const view = node.closest('.body');
      view.scrollTop = view.scrollHeight;
    });
    await settle(page);
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('aside [aria-setsize]').getAttribute('aria-setsize')) > before,
      first,
    );
    const drawn = await list(page).getByRole('listitem').count();
    assert.ok(drawn < 60, `${drawn} rows`);
    await done();
  });

  it('are looked through for a name, however far down it stands', async () => {
    const { page, done } = await channel();
    const last = await page.evaluate(async () => {
      const id = window.fake.world.bySlug.get('rust');
      const { items } = await window.fake.occupants('00000000000000a1', id, 1500, 1);
      return items[0].name;
    });
    await page.getByLabel('Search people').fill(last);
    await list(page).getByRole('button', { name: last }).first().waitFor();
    await done();
  });

  it('are walked by the arrow keys', async () => {
    const { page, done } = await channel();
    await list(page).getByRole('button').first().focus();
    await page.keyboard.press('End');
    await settle(page);
    const at = Number(
      await page.evaluate(() =>
        document.activeElement.closest('[aria-posinset]').getAttribute('aria-posinset'),
      ),
    );
    assert.ok(at > 20, `row ${at}`);
    await done();
  });
});

describe('the room of a chat', () => {
  it('shows who is in it, oneself left out, and each leads to their card', async () => {
    const { page, done } = await open('open=rust');
    const room = page.getByRole('region', { name: /^Here just now, \d+$/ });
    await room.waitFor();
    const names = await room.getByRole('listitem').allInnerTexts();
    assert.ok(names.length > 0 && !names.includes('Mira Lindqvist'), `${names}`);
    assert.deepEqual(await violations(page), []);
    await room.getByRole('button').first().click();
    await page.getByRole('dialog').getByText(names[0]).first().waitFor();
    await done();
  });

  it('is not spoken of where nobody joined it', async () => {
    const { page, done } = await open('open=ridge');
    assert.equal(await page.getByText(/^Here just now/).count(), 0);
    await done();
  });

  it('is looked at again now and then', async () => {
    const { page, done } = await open('open=rust');
    await page.getByText(/^Here just now/).waitFor();
    await page.evaluate(() => window.fake.world.inRoom.clear());
    await page.clock.runFor(31_000);
    await page.getByText(/^Here just now/).waitFor({ state: 'detached' });
    await done();
  });
});

describe('a chat that goes while it is open', () => {
  it('is told in a sentence, with what was being written and the way back', async () => {
    const { page, done } = await browser.open('open=sam');
    await page.getByRole('textbox', { name: /Message to/ }).fill('half a thought');
    await page.evaluate(() => window.fake.remove([window.fake.world.bySlug.get('sam')]));
    await page.getByText('This chat is gone').waitFor();
    await page.getByRole('button', { name: 'Copy what I was writing' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'half a thought');
    await page.getByRole('button', { name: 'Back to the chats' }).click();
    await page.getByText('Choose a chat').waitFor();
    await done();
  });
});

describe('where nothing can be written', () => {
  it('a block can be taken back in place of the composer', async () => {
    const { page, done } = await browser.open('state=blocked&open=amara');
    await page.getByText('You blocked Amara Nwosu.').waitFor();
    await page.getByRole('button', { name: 'Unblock' }).click();
    await page.getByRole('textbox', { name: /Message to/ }).waitFor();
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`details, edit sheet and menus pass the accessibility checks in ${theme}`, async () => {
    const { page, done } = await open(`theme=${theme}&open=ridge`);
    assert.deepEqual(await violations(page), []);
    await aside(page)
      .getByRole('button', { name: /^Jonas Weber/ })
      .click({ button: 'right' });
    await item(page, 'Profile').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await aside(page).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog', { name: 'Edit chat' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await aside(page).getByRole('button', { name: 'Leave group' }).click();
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it(`a private chat and a channel pass them in ${theme}`, async () => {
    for (const slug of ['jonas', 'weather', 'rust']) {
      const { page, done } = await browser.open(`theme=${theme}&open=${slug}`);
      await page.getByRole('button', { name: 'Show details' }).click();
      await page.getByRole('complementary').waitFor();
      await page.clock.runFor(600);
      await settle(page);
      assert.deepEqual(await violations(page), []);
      await done();
    }
  });
}

it('is a page of its own in a narrow window', async () => {
  const { page, done } = await open('open=ridge', { width: 420 });
  const box = await aside(page).boundingBox();
  assert.equal(Math.round(box.width), 420);
  assert.deepEqual(await violations(page), []);
  await aside(page).getByRole('button', { name: 'Close details' }).click();
  await page.getByRole('heading', { name: 'Ridge Walk' }).waitFor();
  await done();
});
