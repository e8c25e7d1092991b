// The main job in the real window: somebody new signs up on this computer, talks to the person who answers, and finds
// everything again after a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desktop, until } from './desktop.mjs';

const desktop = new Desktop('story');
let page;

before(async () => {
  await desktop.open();
});

after(async () => {
  await desktop.close();
});

/** State of my bubble with this text: the name of its ticks. */
function ticksOf(text) {
  return page.run(
    `(text) => { const line = [...document.querySelectorAll('[role=img].ticks')].find((t) =>
       t.closest('li, article, [role=article], [role=listitem]')?.innerText.includes(text));
       return line?.getAttribute('aria-label') ?? null; }`,
    text,
  );
}

/** Watches the page itself, so that a state that lasts a moment is not missed between two looks. */
function watchTicks(text) {
  return page.run(
    `(text) => { const seen = (window.__ticks = []); const look = () => {
         const line = [...document.querySelectorAll('[role=img].ticks')].find((t) =>
           t.closest('li, article, [role=article], [role=listitem]')?.innerText.includes(text));
         const word = line?.getAttribute('aria-label');
         if (word && seen.at(-1) !== word) seen.push(word); };
       new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true }); return true; }`,
    text,
  );
}

function watchText(text) {
  return page.run(
    `(text) => { window.__sawText = false; const look = () => { if (document.body.innerText.includes(text)) window.__sawText = true; };
       look(); new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true }); return true; }`,
    text,
  );
}

async function write(text) {
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, text);
  await page.keys(field, '\uE007');
}

/** A state may share its frame with the next, since the server is on this computer; none comes back. */
function assertForward(seen) {
  const order = ['waiting to be sent', 'sent', 'delivered', 'read'];
  assert.deepEqual(
    seen,
    order.filter((word) => seen.includes(word)),
  );
}

test('a newcomer signs up on this computer and finds people there', async () => {
  page = await desktop.launch();
  // No keychain answers on this desktop, and the person is told so and chooses.
  await page.sees('Where should the key be kept?');
  await page.press('[role=radio],label,button', 'In a file');
  await page.press('button', 'Keep it in a file');
  await page.press('button', 'Try it on this computer');
  await page.sees('Who are you?');
  desktop.shot('sign-up');
  await page.fill('Name', 'Ada Byron');
  await page.fill('Login', 'ada.byron');
  await page.fill('Password', 'a long enough password');
  await page.press('button', 'Start chatting');
  await page.sees('Robin Hale');
  await page.sees('Lake weekend');
  desktop.shot('chats');
});

test('a message to somebody away gets one tick: the server has it', async () => {
  await page.press('[data-dialog]', 'Mira Okafor');
  await page.sees('Tomatoes');
  await watchTicks('Shall I water something?');
  await write('Shall I water something?');
  await until('one tick', async () => (await ticksOf('Shall I water something?')) === 'sent');
  assertForward(await page.run('() => window.__ticks'));
});

test('a message gets two ticks, is read and answered', async () => {
  await page.press('[data-dialog]', 'Robin Hale');
  await page.sees('Write me anything');
  await watchTicks('Is the boat still there?');
  await watchText('typing');
  await write('Is the boat still there?');
  await until('the message to be read', async () => (await ticksOf('Is the boat still there?')) === 'read');
  const seen = await page.run('() => window.__ticks');
  assertForward(seen);
  for (const word of ['delivered', 'read']) assert.ok(seen.includes(word), `“${word}” was shown: ${seen}`);
  await until('the other side to type', () => page.run('() => window.__sawText'));
  await until('the answer', async () => {
    const preview = await page.run(
      `() => [...document.querySelectorAll('[data-dialog]')].find((e) => e.innerText.includes('Robin Hale'))?.innerText ?? ''`,
    );
    return (
      preview !== '' &&
      !preview.includes('Is the boat still there?') &&
      !preview.includes('typing') &&
      !preview.includes('Write me anything')
    );
  });
  desktop.shot('answered');
});

test('what is typed and not sent is a draft after a restart, and all is painted without the network', async () => {
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, 'And the oars?');
  // Closed at once: what was typed a moment ago must be on the disk all the same.
  const backend = desktop.backendPid();
  await desktop.holdBackend();
  await desktop.quit();

  // A backend that answers nothing at all: what is painted now can only come from this computer.
  page = undefined;
  process.kill(backend, 'SIGSTOP');
  try {
    page = await desktop.launch();
    await page.sees('Robin Hale');
    await page.press('[data-dialog]', 'Robin Hale');
    await page.sees('Is the boat still there?');
    assert.equal(await ticksOf('Is the boat still there?'), 'read');
    desktop.shot('offline');
  } finally {
    process.kill(backend, 'SIGCONT');
  }
  assert.equal(await page.run(`() => document.querySelector('textarea').value`), 'And the oars?');
  const sendable = await page.element('textarea');
  await page.keys(sendable, '\uE007');
  await until('the draft to be sent', async () =>
    ['delivered', 'read'].includes(await ticksOf('And the oars?')),
  );
  desktop.shot('back');
});
