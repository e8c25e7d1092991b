// What hangs on messages: pictures, films, sounds, files and places, in every state they can be in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const root = fileURLToPath(new URL('../../', import.meta.url));

const field = (page) => page.getByRole('textbox', { name: /^Message to/ });
const row = (page, name) => page.getByRole('listitem', { name });
const button = (page, name) => page.getByRole('button', { name });
const box = (locator) => locator.evaluate((node) => node.getBoundingClientRect().toJSON());

/** The chat that has attachments of every kind, in every state. */
async function open(options) {
  const opened = await browser.open('state=files&open=files', { height: 1000, ...options });
  await row(opened.page, /disk\.img/).waitFor();
  return opened;
}

/** What the engine says of a file. */
function tell(page, name, file) {
  return page.evaluate(
    ([wanted, state]) => {
      const { fake } = window;
      for (const message of [...fake.world.messages.values()].flat()) {
        const item = message.attachments.find((each) => each.name === wanted);
        if (!item) continue;
        item.file = state;
        fake.emit({
          type: 'attachmentsChanged',
          payload: {
            accountId: fake.accounts[0].id,
            dialogId: message.dialogId,
            changes: [{ messageId: message.id, index: item.index, file: state }],
          },
        });
      }
    },
    [name, file],
  );
}

/** Files of another program come, move and go. */
function drag(page, phase, x, y, dropId = null) {
  return page.evaluate(
    ([p, left, top, id]) =>
      window.fake.emit({
        type: 'filesDragged',
        payload: { phase: p, x: left, y: top, count: 3, dropId: id },
      }),
    [phase, x, y, dropId],
  );
}

describe('a picture', () => {
  it('has its box before a byte of it is here', async () => {
    const { page, done } = await open();
    const tile = row(page, /After the film/).locator('.single');
    const { width, height } = await box(tile);
    assert.deepEqual([Math.round(width), Math.round(height)], [360, 270]);
    await tell(page, 'waits.jpg', { type: 'remote' });
    await row(page, /After the film/)
      .locator('img.picture')
      .waitFor({ state: 'detached' });
    assert.deepEqual(await box(tile), await box(tile));
    assert.equal((await box(tile)).height, height);
    await done();
  });

  it('lies in an album with others, each of which opens', async () => {
    const { page, done } = await open();
    const album = row(page, /All of them/);
    assert.equal(await album.locator('.album .row').count(), 2);
    await button(album, 'Picture 4 of 5 from Olena Kovalenko').click();
    await page.getByRole('dialog', { name: 'Pictures and videos' }).getByText('5 of 11').waitFor();
    await page.keyboard.press('Escape');
    await done();
  });

  it('that was deleted, or is none, says so and has nothing to press', async () => {
    const { page, done } = await open();
    await page.getByText('Picture deleted').first().waitFor();
    await page.getByText('This cannot be shown as a picture').first().waitFor();
    await tell(page, 'mine.jpg', { type: 'deleted' });
    const mine = row(page, /Mine/);
    await mine.getByText('Picture deleted').waitFor();
    assert.equal(await mine.locator('.tile button').count(), 0);
    await done();
  });

  it('is loaded, stopped and tried again with its one button', async () => {
    const { page, done } = await open();
    await tell(page, 'mine.jpg', { type: 'remote' });
    const mine = row(page, /Mine/);
    await mine.getByText('1.6 MB').waitFor();
    await button(mine, /^Download/).click();
    await button(mine, /^Cancel/).click();
    assert.equal((await callsOf(page, 'cancelDownload')).length, 1);
    await tell(page, 'mine.jpg', { type: 'failed', payload: { reason: 'network' } });
    await mine.getByText('The network failed').waitFor();
    await button(mine, /^Try again/).click();
    await mine.locator('img.picture').waitFor();
    assert.equal((await callsOf(page, 'download')).length, 2);
    await done();
  });

  it('that went missing here and is fetched again is seen again', async () => {
    const { page, done } = await open();
    const mine = row(page, /Mine/);
    await mine.locator('img.picture').dispatchEvent('error');
    await mine.getByText('This cannot be shown as a picture').waitFor();
    await tell(page, 'mine.jpg', { type: 'remote' });
    await mine.getByText('1.6 MB').waitFor();
    await tell(page, 'mine.jpg', { type: 'here' });
    await mine.locator('img.picture').waitFor();
    await done();
  });
});

describe('a file', () => {
  it('is fetched, opened and shown in its folder', async () => {
    const { page, done } = await open();
    const files = row(page, /Winter rules/);
    await button(files, 'Download track.gpx').click();
    await files.getByText(/of 91 KB/).waitFor();
    await button(files, 'Open track.gpx').click();
    await files.getByRole('button', { name: 'open folder' }).last().click();
    assert.equal((await callsOf(page, 'openAttachment')).length, 1);
    assert.equal((await callsOf(page, 'showInFolder')).length, 1);
    await done();
  });

  it('says how long the rest will take, and what a person can do with what goes out', async () => {
    const { page, done } = await open();
    const slides = row(page, /slides\.pdf/);
    await slides.getByText('11 of 30 MB').waitFor();
    for (const sent of [12, 14, 16, 18]) {
      await page.clock.runFor(1000);
      await tell(page, 'slides.pdf', {
        type: 'uploading',
        payload: { sent: sent * 1_048_576, total: 31_457_280 },
      });
    }
    await slides.getByText(/\d+ s left/).waitFor();
    await slides.getByRole('button', { name: 'pause' }).click();
    await slides.getByText('paused').waitFor();
    await button(slides, 'Go on with slides.pdf').click();
    await button(slides, 'Cancel slides.pdf').click();
    await slides.waitFor({ state: 'detached' });
    assert.equal((await callsOf(page, 'pauseUpload')).length, 1);
    assert.equal((await callsOf(page, 'resumeUpload')).length, 1);
    // What was chosen is chosen again: one press must not cost the person their choice.
    await page
      .getByRole('group', { name: 'Attachments of the next message' })
      .getByRole('button', { name: 'Remove slides.pdf' })
      .waitFor();
    assert.equal((await callsOf(page, 'takeBack')).length, 1);
    await done();
  });

  it('has a menu of its own among several', async () => {
    const { page, done } = await open();
    const files = row(page, /Winter rules/);
    await files.getByText('Winter rules.pdf').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Save as' }).click();
    await page.getByText('Saved', { exact: true }).first().waitFor();
    await files.getByText('track.gpx').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Info/ }).waitFor();
    assert.equal(await page.getByRole('menuitem', { name: 'Save as' }).count(), 0);
    await page.keyboard.press('Escape');
    const slides = row(page, /slides\.pdf/);
    await slides.getByText('slides.pdf').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pause sending' }).click();
    await slides.getByText('paused').waitFor();
    const [[, index]] = await callsOf(page, 'saveAttachment');
    assert.equal(index, 0);
    await done();
  });

  it('that is not on this computer any more when the message is taken back is told of', async () => {
    const { page, done } = await open();
    await page.evaluate(() => (window.fake.lostFiles = 1));
    await button(row(page, /slides\.pdf/), 'Cancel slides.pdf').click();
    await page.getByText('One file is not on this computer any more').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Remove slides.pdf' }).count(), 0);
    await done();
  });

  it('that is too large says that it is the file, not the text', async () => {
    const { page, done } = await open();
    await page.getByText('Not sent: a file is too large for the server.').waitFor();
    await done();
  });

  it('that no program opens says what to do', async () => {
    const { page, done } = await open();
    await refuse(page, 'openAttachment', { kind: 'notFound' });
    await button(row(page, /Winter rules/), 'Open Winter rules.pdf').click();
    await page
      .getByText(/No program on this computer/)
      .first()
      .waitFor();
    await page.close();
    // The refusal is told to the developer, too.
    await done().catch((error) => assert.match(error.message, /the engine refused/));
  });

  it('can be taken from the server by who sent it, after a question', async () => {
    const { page, done } = await open();
    await row(page, /Mine/).locator('.text').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete from the server' }).click();
    await page
      .getByRole('dialog', { name: 'Delete this from the server?' })
      .getByRole('button', { name: 'Delete from the server' })
      .click();
    await row(page, /Mine/).getByText('Picture deleted').waitFor();
    await done();
  });
});

describe('a voice message', () => {
  const voice = (page) => row(page, /Voice message, 0:14/);

  it('plays, pauses, is moved in by keyboard and goes faster', async () => {
    const { page, done } = await open({ clock: false });
    await button(voice(page), 'Play Voice message from Jonas Weber').click();
    await button(voice(page), 'Pause Voice message from Jonas Weber').waitFor();
    const slider = voice(page).getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      () => Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) >= 5,
    );
    await voice(page).getByRole('button', { name: 'Speed' }).click();
    await voice(page).getByText('1.5×').waitFor();
    await button(voice(page), 'Pause Voice message from Jonas Weber').click();
    await button(voice(page), 'Play Voice message from Jonas Weber').waitFor();
    await done();
  });

  it('makes way for the next thing that is played', async () => {
    const { page, done } = await open({ clock: false });
    await button(voice(page), /^Play/).click();
    await button(voice(page), /^Pause/).waitFor();
    await button(row(page, /Hüttenlied/), 'Play Hüttenlied.mp3').click();
    await button(row(page, /Hüttenlied/), 'Pause Hüttenlied.mp3').waitFor();
    await button(voice(page), /^Play/).waitFor();
    await done();
  });

  it('that is not here yet plays as soon as it is', async () => {
    const { page, done } = await open({ clock: false });
    await tell(page, 'voice.ogg', { type: 'remote' });
    await button(voice(page), /^Play/).click();
    await button(voice(page), /^Pause/).waitFor();
    await done();
  });

  it('opens elsewhere when the webview cannot play it', async () => {
    const { page, done } = await open({ clock: false });
    await page.evaluate(() => {
      window.fake.openMedia = () => Promise.reject({ kind: 'notFound' });
    });
    await button(voice(page), /^Play/).click();
    await voice(page).getByText('Plays in another program only').waitFor();
    await button(voice(page), /^Open/).click();
    assert.equal((await callsOf(page, 'openAttachment')).length, 1);
    await done();
  });
});

describe('the tray', () => {
  async function choose(page, kind = /Picture/) {
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: kind }).click();
    await page.getByRole('list', { name: 'Attachments in their order' }).getByText('PDF').waitFor();
  }

  it('takes files, orders them by keyboard, and sends them with the words', async () => {
    const { page, done } = await open();
    await choose(page);
    await page.getByText('2 files · 3.1 MB').waitFor();
    await button(page, /^dawn\.jpg, /).focus();
    await page.keyboard.press('Alt+ArrowRight');
    await page.getByText('dawn.jpg is number 2 of 2').waitFor({ state: 'attached' });
    await field(page).fill('From the top');
    await page.keyboard.press('Enter');
    await row(page, /From the top/).waitFor();
    const [[, text, { attachments }]] = await callsOf(page, 'sendMessage');
    assert.equal(text, 'From the top');
    assert.deepEqual(
      attachments.map(({ payload }) => [payload.id, payload.asFile]),
      [
        [2, false],
        [1, false],
      ],
    );
    await row(page, /From the top/)
      .getByText(/of \d/)
      .first()
      .waitFor();
    assert.equal(await page.getByRole('group', { name: 'Attachments of the next message' }).count(), 0);
    await done();
  });

  it('orders by dragging, and takes away', async () => {
    const { page, done } = await open();
    await choose(page);
    const [first, second] = [
      await box(button(page, /^dawn\.jpg, /)),
      await box(button(page, /^Winter rules/).last()),
    ];
    await page.mouse.move(first.x + 20, first.y + 20);
    await page.mouse.down();
    await page.mouse.move(second.x + 20, second.y + 20, { steps: 4 });
    await page.mouse.up();
    assert.ok((await box(button(page, /^dawn\.jpg, /))).x > first.x);
    await button(page, 'Remove dawn.jpg').click();
    assert.deepEqual(await callsOf(page, 'unstage'), [[[1]]]);
    await page.getByText('1 file · 793 KB').waitFor();
    await done();
  });

  it('sends pictures as files when that was said', async () => {
    const { page, done } = await open();
    await choose(page);
    await button(page, 'Send as files').click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await row(page, /dawn\.jpg/).waitFor();
    const [[, , { attachments }]] = await callsOf(page, 'sendMessage');
    assert.ok(attachments.every(({ payload }) => payload.asFile));
    await done();
  });

  it('is waited for by the words that go with it', async () => {
    const { page, done } = await open();
    await page.evaluate(() => {
      const staging = window.fake.stageOffered;
      window.fake.stageOffered = async (...given) => {
        await new Promise((read) => (window.read = read));
        return staging(...given);
      };
    });
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: /^File/ }).click();
    await page.getByRole('status', { name: 'Files are being read' }).waitFor();
    await field(page).fill('Here they are');
    await field(page).press('Enter');
    assert.equal(await field(page).inputValue(), 'Here they are');
    await page.evaluate(() => window.read());
    await row(page, /Here they are/).waitFor();
    const [[, , { attachments }]] = await callsOf(page, 'sendMessage');
    assert.ok(attachments.length > 0);
    await done();
  });

  it('stays with its chat, and says what was refused', async () => {
    const { page, done } = await open();
    await page.evaluate(() => {
      window.fake.stageOffered = () =>
        Promise.resolve({
          staged: [],
          refused: [
            { name: 'film.mkv', reason: 'tooLarge' },
            ...Array.from({ length: 4970 }, (_, number) => ({
              name: `photo-${String(number)}.jpg`,
              reason: 'tooMany',
            })),
          ],
        });
    });
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: /^File/ }).click();
    await page.getByRole('alert').getByText('too large, the limit is 100 MB').waitFor();
    // Thousands are counted, not listed.
    await page
      .getByRole('alert')
      .getByText('4,970 files were left out: a message carries at most 30')
      .waitFor();
    assert.equal(await page.getByRole('alert').locator('p').count(), 2);
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
    assert.equal(await page.getByRole('alert').count(), 0);
    await done();
  });

  it('gives everything back when the message was not taken', async () => {
    const { page, done } = await open();
    await choose(page);
    await refuse(page, 'sendMessage', { kind: 'storage', message: 'disk full' });
    await field(page).fill('Words');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page
      .getByText(/^Not sent/)
      .last()
      .waitFor();
    await button(page, 'Remove dawn.jpg').waitFor();
    assert.equal(await field(page).inputValue(), 'Words');
    await done();
  });

  it('takes a pasted picture, and asks the system when the webview tells nothing', async () => {
    const { page, done } = await open();
    await field(page).evaluate((node) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
      node.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await button(page, 'Remove image.png').waitFor();
    await field(page).evaluate((node) => {
      const clipboardData = new DataTransfer();
      node.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await button(page, 'Remove dawn.jpg').waitFor();
    assert.equal((await callsOf(page, 'stageClipboard')).length, 1);
    await done();
  });
});

describe('dragged files', () => {
  it('go into the chat as pictures or as files, by where they are let go of', async () => {
    const { page, done } = await open();
    await drag(page, 'enter', 700, 800);
    await page.getByText('Originals, nothing is changed').waitFor();
    await drag(page, 'over', 700, 800);
    await page.locator('.zone.taken').getByText('Send as files').waitFor();
    await drag(page, 'over', 700, 200);
    await page.locator('.zone.taken').getByText('Send as pictures').waitFor();
    await drag(page, 'drop', 700, 800, 7);
    await button(page, 'Send as pictures').waitFor();
    assert.deepEqual((await callsOf(page, 'stageOffered'))[0][0], 7);
    await done();
  });

  it('go to a chat of the list, which opens', async () => {
    const { page, done } = await open();
    const target = await box(page.locator('[data-dialog]').filter({ hasText: 'Jonas Weber' }));
    await drag(page, 'enter', target.x + 80, target.y + 20);
    await page.getByText('Attach in Jonas Weber').waitFor();
    await drag(page, 'drop', target.x + 80, target.y + 20, 8);
    await page.getByRole('textbox', { name: 'Message to Jonas Weber' }).waitFor();
    await button(page, 'Remove dawn.jpg').waitFor();
    await done();
  });

  it('leave no trace when they go', async () => {
    const { page, done } = await open();
    await drag(page, 'enter', 700, 200);
    await page.getByText('Compressed, shown in the chat').waitFor();
    await drag(page, 'leave', 0, 0);
    await page.getByText('Compressed, shown in the chat').waitFor({ state: 'detached' });
    await done();
  });

  it('are handed over by other programs, too', async () => {
    const { page, done } = await open();
    await page.evaluate(() => window.fake.emit({ type: 'filesShared', payload: { shareId: 3, count: 2 } }));
    const sheet = page.getByRole('dialog', { name: 'Send 2 files' });
    await sheet.getByRole('textbox', { name: 'Find a chat' }).fill('layla');
    await sheet.getByRole('button', { name: 'Layla Haddad' }).click();
    await page.getByRole('textbox', { name: 'Message to Layla Haddad' }).waitFor();
    await button(page, 'Remove dawn.jpg').waitFor();
    assert.equal((await callsOf(page, 'stageShared'))[0][0], 3);
    await done();
  });
});

describe('the viewer', () => {
  const viewer = (page) => page.getByRole('dialog', { name: 'Pictures and videos' });

  it('goes through the pictures of the chat, zooms, and gives the focus back', async () => {
    const { page, done } = await open();
    const opener = button(row(page, /Mine/), 'Picture from You');
    await row(page, /Mine/).focus();
    await page.keyboard.press('Enter');
    await viewer(page).getByText('10 of 11').waitFor();
    await viewer(page).getByText('1600 × 1067 · 1.6 MB').waitFor();
    await page.keyboard.press('+');
    await page.waitForFunction(() =>
      /scale\(1\.5\)/.test(document.querySelector('.viewer .picture').style.transform),
    );
    await page.keyboard.press('0');
    await page.keyboard.press('Control+c');
    await page.getByText('Picture copied').first().waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('Saved', { exact: true }).first().waitFor();
    await page.keyboard.press('PageUp');
    await viewer(page).getByText('9 of 11').waitFor();
    await button(viewer(page), 'Previous').click();
    await viewer(page).getByText('8 of 11').waitFor();
    await page.keyboard.press('Escape');
    await viewer(page).waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.classList.contains('message-row'));
    assert.equal((await callsOf(page, 'copyImage')).length, 1);
    await opener.waitFor();
    await done();
  });

  it('shows where in the chat a picture is', async () => {
    const { page, done } = await open();
    await button(row(page, /Mine/), 'Picture from You').click();
    await button(viewer(page), 'More').click();
    await page.getByRole('menuitem', { name: 'Show in the chat' }).click();
    await page.waitForFunction(() => /Mine/.test(document.activeElement?.getAttribute('aria-label') ?? ''));
    await done();
  });

  it('shows what comes and goes while it is looked at, and asks for it first', async () => {
    const { page, done } = await open();
    await button(row(page, /All of them/), 'Picture 5 of 5 from Olena Kovalenko').click();
    const place = await viewer(page).locator('.place').innerText();
    await tell(page, 'ridge-5.jpg', { type: 'remote' });
    const load = button(viewer(page), 'Download ridge-5.jpg');
    await load.waitFor();
    await page.keyboard.press('PageUp');
    await tell(page, 'ridge-4.jpg', { type: 'queued' });
    await page.keyboard.press('PageDown');
    await load.click();
    await tell(page, 'ridge-5.jpg', { type: 'here' });
    await viewer(page).getByRole('img', { name: 'Picture ridge-5.jpg' }).waitFor();
    const asked = await callsOf(page, 'prioritiseDownloads');
    const first = (calls) => calls.map(([[file]]) => file.index);
    assert.ok(first(asked).includes(4), `not asked for: ${JSON.stringify(asked)}`);
    await page.evaluate(() => {
      const { fake } = window;
      const message = [...fake.world.messages.values()]
        .flat()
        .find(({ text }) => text === 'All of them from the top');
      const gone = { ...message, deleted: true, text: '', attachments: [] };
      const accountId = fake.accounts[0].id;
      fake.emit({
        type: 'messagesChanged',
        payload: { accountId, dialogId: message.dialogId, messages: [gone], removedIds: [] },
      });
    });
    await viewer(page).getByRole('img', { name: 'Picture ridge-5.jpg' }).waitFor({ state: 'detached' });
    assert.notEqual(await viewer(page).locator('.place').innerText(), place);
    await done();
  });

  it('offers another program for a film that it cannot play', async () => {
    const { page, done } = await open({ clock: false });
    await page.evaluate(() => {
      window.fake.openMedia = () => Promise.reject({ kind: 'notFound' });
    });
    await tell(page, 'descent.mp4', { type: 'here' });
    await button(page, 'Show large').click();
    await viewer(page)
      .getByText(/cannot be played here/)
      .waitFor();
    await button(viewer(page), 'Open in another program').click();
    assert.equal((await callsOf(page, 'openAttachment')).length, 1);
    await done();
  });
});

describe('a film', () => {
  const film = readFileSync(join(root, 'crates/client/src/attachments/probe/bars.webm'));
  const playing = (page) =>
    page.waitForFunction(() => (document.querySelector('.tile video')?.currentTime ?? 0) > 0.2);
  /** It has two seconds: at a tenth of its pace it is not over before somebody comes to its buttons. */
  const pace = (page, rate) =>
    page.evaluate((rate) => {
      document.addEventListener('play', ({ target }) => (target.playbackRate = rate), { capture: true });
    }, rate);

  /** The film of the chat is here, and these bytes are in it. */
  async function here(page, bytes) {
    await page.route('**/film.webm', (route) => {
      const from = Number(/\d+/.exec(route.request().headers()['range'] ?? '')?.[0] ?? 0);
      return route.fulfill({
        status: 206,
        headers: {
          'accept-ranges': 'bytes',
          'content-range': `bytes ${String(from)}-${String(bytes.length - 1)}/${String(bytes.length)}`,
          'content-type': 'video/webm',
        },
        body: bytes.subarray(from),
      });
    });
    await page.evaluate(() => {
      const url = new URL('/film.webm', location.href).href;
      window.fake.openMedia = window.fake.openStaged = () => Promise.resolve({ url });
    });
    await tell(page, 'descent.mp4', { type: 'here' });
  }

  it('plays in its bubble, can be moved in, and is shown large', async () => {
    const { page, done } = await open({ clock: false });
    await here(page, film);
    await pace(page, 0.1);
    await button(page, 'Play Video from Tomás Rivera').click();
    await playing(page);
    await button(page, 'Pause Video from Tomás Rivera').click();
    await button(page, 'Play Video from Tomás Rivera').waitFor();
    assert.deepEqual(await violations(page), []);
    const place = page.getByRole('slider', { name: 'Position in Video from Tomás Rivera' });
    await place.fill('1000');
    await page.waitForFunction(() => document.querySelector('.tile video')?.currentTime === 1);
    await place.press('ArrowLeft');
    await page.waitForFunction(() => document.querySelector('.tile video')?.currentTime === 0);
    assert.match((await place.getAttribute('aria-valuetext')) ?? '', /^0:00 \/ 0:0[12]$/);
    await button(page, 'Show large').click();
    const large = page.getByRole('dialog', { name: 'Pictures and videos' }).locator('video');
    await large.waitFor();
    const stands = () => document.querySelector('.tile video')?.paused ?? true;
    assert.equal(await page.evaluate(stands), true);
    await done();
  });

  /** A film is pasted. What is in it is what the chat's film holds. */
  const paste = (page, name) =>
    field(page).evaluate((node, name) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['x'], name, { type: 'video/webm' }));
      node.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, name);

  it('gives the engine an early frame, which the tray shows', async () => {
    const { page, done } = await open({ clock: false });
    await here(page, film);
    await paste(page, 'bars.webm');
    const thumb = button(page, /^bars\.webm, /);
    await thumb.locator('img').waitFor();
    assert.deepEqual(await violations(page), []);
    const [[id, frame]] = await callsOf(page, 'setPoster');
    // The frame that was drawn: the bars, in their colours.
    const [width, height, ...corner] = await page.evaluate(async (base64) => {
      const picture = new Image();
      picture.src = `data:image/jpeg;base64,${base64}`;
      await picture.decode();
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0);
      return [picture.width, picture.height, ...context.getImageData(70, 60, 1, 1).data];
    }, frame);
    assert.deepEqual([typeof id, width, height], ['number', 320, 180]);
    const [red, green, blue] = corner;
    assert.ok(red > 200 && green > 200 && blue < 60, `yellow: ${String(corner)}`);
    await done();
  });

  it('goes without a frame where there is no decoder for it', async () => {
    const { page, done } = await open({ clock: false });
    await here(page, Buffer.from('no film at all'));
    await paste(page, 'odd.webm');
    await button(page, /^odd\.webm, /)
      .locator('svg')
      .waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await button(page, /^odd\.webm, /).waitFor({ state: 'detached' });
    const [[, , { attachments }]] = await callsOf(page, 'sendMessage');
    assert.equal(attachments.length, 1);
    assert.deepEqual(await callsOf(page, 'setPoster'), []);
    await done();
  });

  it('begins anew when it has ended', async () => {
    const { page, done } = await open({ clock: false });
    await here(page, film);
    await page.evaluate(() => {
      document.addEventListener('ended', () => (window.ended = true), { capture: true });
    });
    await button(page, 'Play Video from Tomás Rivera').click();
    await page.waitForFunction(() => window.ended);
    await page.getByRole('slider', { name: /^Position in Video/ }).waitFor({ state: 'detached' });
    await pace(page, 0.1);
    await button(page, 'Play Video from Tomás Rivera').click();
    await page.waitForFunction(() => {
      const node = document.querySelector('.tile video');
      return node !== null && !node.paused && node.currentTime < 1.5;
    });
    await done();
  });

  it('says in its bubble that there is no decoder for it, and offers another program', async () => {
    const { page, done } = await open({ clock: false });
    await here(page, Buffer.from('no film at all'));
    await button(page, 'Play Video from Tomás Rivera').click();
    await page.getByText('No decoder for this video on this computer').waitFor();
    assert.deepEqual(await violations(page), []);
    await button(page, 'Open in another program').click();
    assert.equal((await callsOf(page, 'openAttachment')).length, 1);
    await done();
  });
});

describe('a place', () => {
  it('is drawn without a request, said in words, copied, and opened in the browser', async () => {
    const { page, done } = await open();
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    const place = row(page, /Lower car park/);
    await place.getByText('47.4211° N, 10.9853° E').waitFor();
    await place.getByText('Eibseestraße 20, 82491 Grainau').waitFor();
    await place.locator('path.land').waitFor({ state: 'attached' });
    await place.hover();
    await button(place, 'Copy coordinates').click();
    await page.getByText('Coordinates copied').first().waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '47.4211, 10.9853');
    await page.evaluate(() => (window.open = () => null));
    await button(place, 'Open in maps').click();
    assert.match(
      (await callsOf(page, 'openLink'))[0][0],
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=47\.4211/,
    );
    assert.deepEqual(
      asked.filter((url) => !url.startsWith('http://127.0.0.1') && !url.startsWith('data:')),
      [],
    );
    await done();
  });

  it('that is nowhere is no file, and has what its sender calls it', async () => {
    const { page, done } = await open();
    const place = row(page, /The end of the rainbow/);
    await place.getByText('A place that does not exist').waitFor();
    assert.equal(await place.locator('.file, .map').count(), 0);
    await done();
  });

  it('is shown large', async () => {
    const { page, done } = await open({ clock: false });
    await button(page, 'Show Lower car park on a map').click();
    const sheet = page.getByRole('dialog', { name: 'Lower car park' });
    await sheet.getByText('47.4211° N, 10.9853° E').waitFor();
    await button(sheet, 'Closer').click();
    await sheet.getByText(/nobody learns where you look/).waitFor();
    await page.keyboard.press('Escape');
    await done();
  });

  it('is chosen by coordinates or on the map, and sent with its name', async () => {
    const { page, done } = await open({ clock: false });
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: 'Location' }).click();
    const sheet = page.getByRole('dialog', { name: 'Send a location' });
    const coordinates = sheet.getByRole('textbox', { name: /^Coordinates/ });
    await coordinates.fill('somewhere');
    await sheet.getByText(/No place is in this/).waitFor();
    await button(sheet, 'Closer').waitFor();
    const map = await box(sheet.locator('.map').first());
    await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    await page.waitForFunction(() => /^-?\d/.test(document.querySelector('dialog input').value));
    await coordinates.fill('47.5412, 15.6820');
    await sheet.getByText('47.5412° N, 15.6820° E').waitFor();
    await sheet.getByRole('textbox', { name: 'Name' }).fill('Talstation');
    await button(sheet, 'Send location').click();
    await row(page, /Location · Talstation/).waitFor();
    const [[, , { attachments }]] = await callsOf(page, 'sendMessage');
    assert.deepEqual(attachments, [
      {
        type: 'location',
        payload: { latitude: 47.5412, longitude: 15.682, name: 'Talstation', address: null },
      },
    ]);
    await done();
  });

  it('is the one that is written, however quickly it is sent', async () => {
    const { page, done } = await open({ clock: false });
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: 'Location' }).click();
    const sheet = page.getByRole('dialog', { name: 'Send a location' });
    const coordinates = sheet.getByRole('textbox', { name: /^Coordinates/ });
    await coordinates.fill('47.5412, 15.6820');
    await sheet.getByText('47.5412° N, 15.6820° E').waitFor();
    // Both in one go: nobody waits for the words to be read.
    await coordinates.evaluate((field) => {
      field.value = '-33.8568, 151.2153';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });
    await sheet.waitFor({ state: 'detached' });
    const [[, , { attachments }]] = await callsOf(page, 'sendMessage');
    assert.equal(attachments[0].payload.latitude, -33.8568);
    await done();
  });
});

describe('the place where this computer is', () => {
  it('is asked for when that is wished, and chosen like any other', async () => {
    const { page, done } = await open({ clock: false });
    await page.context().grantPermissions(['geolocation']);
    await page.context().setGeolocation({ latitude: 47.5412, longitude: 15.682 });
    await button(page, 'Attach').click();
    await page.getByRole('menuitem', { name: 'Location' }).click();
    const sheet = page.getByRole('dialog', { name: 'Send a location' });
    await button(sheet, /where this computer is/).click();
    await sheet.getByText('47.5412° N, 15.6820° E').waitFor();
    await done();
  });
});

describe('what was shared', () => {
  it('is in the details at once, and by kind', async () => {
    const { page, done } = await open();
    await page.keyboard.press('Control+i');
    const details = page.getByRole('complementary', { name: 'Details' });
    await button(details, /all 11 pictures/).waitFor();
    await button(details, /^Files/).click();
    await button(details, /slides\.pdf/).waitFor();
    await details.getByRole('tab', { name: 'Files' }).press('ArrowRight');
    await details.getByRole('tab', { name: 'Links', selected: true }).waitFor();
    await page.keyboard.press('ArrowRight');
    await button(details, /Lower car park/).click();
    const place = page.getByRole('dialog', { name: 'Lower car park' });
    await place.waitFor();
    await page.keyboard.press('Escape');
    await place.waitFor({ state: 'detached' });
    await details.locator('button:focus').filter({ hasText: 'Lower car park' }).waitFor();
    await page.keyboard.press('Escape');
    await details.getByRole('heading', { name: 'Details' }).waitFor();
    await done();
  });
});

describe('a link that only the cache sees', () => {
  it('is no empty line among what was shared', async () => {
    const { page, done } = await open();
    await page.evaluate(() => {
      const [message] = [...window.fake.world.messages.values()].flat();
      const items = [{ message: { ...message, text: 'https://' }, index: 0 }];
      window.fake.sharedAttachments = async () => ({ items, next: null });
    });
    await page.keyboard.press('Control+i');
    const details = page.getByRole('complementary', { name: 'Details' });
    await button(details, /^Links/).click();
    await details.getByText('No links').first().waitFor();
    assert.equal(await details.getByRole('tabpanel').getByRole('listitem').count(), 0);
    await done();
  });
});

describe('files and storage', () => {
  it('lists what chats take, frees it, and keeps the choices', async () => {
    const { page, done } = await open();
    await openSettings(page, 'Files and storage');
    await page.getByRole('checkbox', { name: /Ridge pictures/ }).click();
    await button(page, /^Free \d/).click();
    await page.getByText(/freed/).first().waitFor();
    await page.getByRole('heading', { name: 'No files yet' }).waitFor();
    await button(page, /^Pictures: /).click();
    await page.getByRole('menuitemradio', { name: 'Never' }).click();
    await page.getByRole('switch', { name: 'Detailed maps' }).click();
    await page
      .getByRole('textbox', { name: 'Address or file of the maps' })
      .fill('https://tiles.example.org/{z}/{x}/{y}.png');
    await page.waitForFunction(() => window.fake.settings.mapTiles !== null);
    const settings = await page.evaluate(() => window.fake.settings);
    assert.equal(settings.autoDownload.images, 0);
    assert.equal(settings.mapTiles, 'https://tiles.example.org/{z}/{x}/{y}.png');
    await done();
  });
});

describe('the source of maps', () => {
  it('is a file that is chosen, and says when it holds no pictures', async () => {
    const { page, done } = await open();
    await openSettings(page, 'Files and storage');
    await page.getByRole('switch', { name: 'Detailed maps' }).click();
    const source = page.getByRole('textbox', { name: 'Address or file of the maps' });
    await button(page, 'Choose a file').click();
    await page.waitForFunction(() => window.fake.settings.mapTiles === '/home/mira/Maps/alps.pmtiles');
    assert.equal(await source.inputValue(), '/home/mira/Maps/alps.pmtiles');
    await source.fill('/home/mira/Maps/vector.pmtiles');
    await source.blur();
    await page.getByText('This map holds no pictures.').waitFor();
    await source.fill('/home/mira/Maps/missing.pmtiles');
    await source.blur();
    await page.getByText('This map cannot be read.').waitFor();
    await source.fill('https://tiles.example.org/{z}/{x}/{y}.png');
    await source.blur();
    await page.getByText(/^This map/).waitFor({ state: 'detached' });
    assert.deepEqual(await violations(page), []);
    await done();
  });
});

describe('all of it accessibly', () => {
  for (const theme of ['light', 'dark', 'contrast']) {
    it(theme, async () => {
      const { page, done } = await browser.open(`state=files&open=files&theme=${theme}`, {
        height: 1000,
        clock: false,
      });
      await row(page, /disk\.img/).waitFor();
      await settle(page);
      assert.deepEqual(await violations(page), []);
      await row(page, /Winter rules/).scrollIntoViewIfNeeded();
      await settle(page);
      assert.deepEqual(await violations(page), []);
      await button(page, 'Attach').click();
      await page.getByRole('menuitem', { name: /Picture/ }).click();
      await button(page, 'Remove dawn.jpg').waitFor();
      await page.keyboard.press('Control+i');
      await page.getByRole('heading', { name: 'Shared media' }).waitFor();
      await settle(page);
      assert.deepEqual(await violations(page), []);
      await button(page, 'Picture from You').first().click();
      await page.getByText('10 of 11').waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Escape');
      await openSettings(page, 'Files and storage');
      await page.getByRole('checkbox', { name: /Ridge pictures/ }).waitFor();
      assert.deepEqual(await violations(page), []);
      await done();
    });
  }

  it('from right to left', async () => {
    const { page, done } = await open();
    await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await settle(page);
    const tile = await box(row(page, /slides\.pdf/).locator('.tile'));
    const name = await box(row(page, /slides\.pdf/).locator('.name'));
    assert.ok(tile.x > name.x);
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
      false,
    );
    await done();
  });
});
