// The icon in the tray of a real session bus: it stands, its menu works, a closed window comes back from it, and the app
// ends from there. Where nobody shows icons it stays in sight. Starting with the computer is looked for where desktops look.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { signIn } from './entrance.mjs';
import { TrayHost } from './tray_host.mjs';
import { inOrder } from './steps.mjs';

const PASSWORD = "ada's long password";
const PASSPHRASE = 'three words enough';

const desktop = new Desktop('tray');
const tray = new TrayHost(desktop);
let backend;
let page;
/** The person in the window, on another device of hers. */
let ada;
let beatrice;
let dialog;

before(async () => {
  backend = await Backend.start();
  ada = await SdkPerson.signUp(backend, 'ada');
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  dialog = await beatrice.privateDialog(ada.id);
  await desktop.open({ corner: false });
  await tray.start();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: PASSWORD });
});

after(async () => {
  await Promise.all([ada, beatrice].map((person) => person?.disconnect()));
  tray.stop();
  await desktop.close();
  await backend?.stop();
});

inOrder(desktop);

const labels = (entries) => entries.map(({ label }) => label);

/** Whether the window is on the screen. */
const isShown = () => desktop.windows().length > 0;

async function openSettings(section) {
  await page.click(await page.element('button:has([aria-label$="accounts and settings"])'));
  await page.press('[role=menuitem]', 'Settings');
  await page.press('nav button', section);
}

/** Waits until a choice is on the disk, where the next start finds it. */
function isKept(words) {
  const file = join(desktop.home, 'cubist/profiles/default/settings.json');
  return until(words, () => readFileSync(file, 'utf8').includes(words));
}

/** Closes the window as a person does. */
function closeWindow() {
  desktop.tool('wmctrl', ['-c', 'Cubist']);
}

test('the icon stands in the tray with a menu in the words of the window', async () => {
  const entries = await tray.has(
    'a connected app',
    (found) => labels(found).includes('Cubist: connected') && found,
  );
  assert.deepEqual(
    entries.map(({ label, enabled }) => [label, enabled]),
    [
      ['Cubist: connected', false],
      ['Open Cubist', true],
      ['Do not disturb', true],
      ['Quit', true],
    ],
  );
  const quiet = entries.find(({ label }) => label === 'Do not disturb');
  assert.deepEqual(labels(quiet.children), ['For an hour', 'For a day', 'Until I turn it off']);
});

test('times without notifications are chosen there, and the settings show them', async () => {
  await tray.click('For an hour');
  await openSettings('Notifications');
  await page.named('button', 'Do not disturb: Until');
  await tray.has('the way out of it', (entries) => {
    const quiet = entries.find(({ label }) => label === 'Do not disturb');
    return labels(quiet.children).join() === 'Notify again';
  });
  await tray.click('Notify again');
  await page.named('button', 'Do not disturb: Off');
});

test('the app starts with the computer when it is told to, out of the way', async () => {
  await page.press('nav button', 'Desktop');
  await page.press('[role=switch]', 'Start with the computer');
  const folder = join(desktop.home, '.config', 'autostart');
  const entry = await until('the entry', () => existsSync(folder) && readdirSync(folder)[0]);
  const words = `--minimised --profile default --data-dir ${join(desktop.home, 'cubist')}`;
  assert.match(readFileSync(join(folder, entry), 'utf8'), new RegExp(`^Exec=.*/cubist ${words}$`, 'm'));
  desktop.shot('settings');
  await page.press('[role=switch]', 'Start with the computer');
  await until('no entry', () => readdirSync(folder).length === 0);
});

test('the icon goes and comes with its setting', async () => {
  await page.press('[role=switch]', 'Icon in the tray');
  await until('no icon', async () => (await tray.menu()) === null);
  await page.press('[role=switch]', 'Icon in the tray');
  await tray.has('the icon', (entries) => labels(entries).includes('Open Cubist'));
});

test('a window closed into the tray goes on, marks what is unread, and comes back', async () => {
  await page.press('[role=switch]', 'Closing keeps it running');
  await isKept('"closeToTray": true');
  await page.press('nav button', 'Back');
  await tray.isMarked(false);
  closeWindow();
  await until('no window', () => !isShown());
  const id = beatrice.send(ada.id, dialog, 'Still there?');
  await beatrice.inbox.next('that it came', (one) => one.kind === 'delivered' && one.id === id);
  await tray.isMarked(true);
  await tray.click('Open Cubist');
  await until('the window', isShown);
  await page.press('[aria-label="Chats"] [role=listitem], [aria-label="Chats"] li', 'beatrice');
  await page.named('main .bubble', 'Still there?');
  await tray.isMarked(false);
});

test('a second start brings the window back, but not one of the computer’s own', async () => {
  closeWindow();
  await until('no window', () => !isShown());
  const pids = desktop.appPids();
  await desktop.startAgain(['--minimised']);
  assert.equal(isShown(), false);
  await desktop.startAgain();
  await until('the window', isShown);
  assert.deepEqual(desktop.appPids(), pids);
});

test('a link brings the window back at its message, and a hostile one says that it leads nowhere', async () => {
  closeWindow();
  await until('no window', () => !isShown());
  const [, id] = [beatrice.send(ada.id, dialog, 'One more'), beatrice.send(ada.id, dialog, 'The linked one')];
  await beatrice.inbox.next('that it came', (one) => one.kind === 'delivered' && one.id === id);
  await desktop.startAgain([`cubist:message/${id}`]);
  await until('the window', isShown);
  await page.named('main .bubble', 'The linked one');
  await until('the focus on it', () =>
    page.run(`() => document.activeElement?.getAttribute('aria-label')?.includes('The linked one') === true`),
  );
  await desktop.startAgain(['cubist:message/../../etc/passwd']);
  await page.named('.toast', 'This link leads nowhere');
  desktop.shot('link');
});

/** Where the window is and how large, as the window manager has it. */
function place() {
  const row = desktop
    .tool('wmctrl', ['-lG'])
    .split('\n')
    .find((line) => line.includes('Cubist'));
  return row?.split(/\s+/).slice(2, 6).map(Number);
}

let left;

test('the window is moved, and its pages are made larger by keys', async () => {
  desktop.tool('wmctrl', ['-r', 'Cubist', '-e', '0,120,90,1000,700']);
  await until('the new size', () => place()?.[2] === 1000 && place()?.[3] === 700);
  left = place();
  const wide = await page.run('() => innerWidth');
  desktop.tool('xdotool', ['key', 'ctrl+plus']);
  await until('larger pages', async () => (await page.run('() => innerWidth')) < wide);
  await isKept('"zoom": 110');
  const file = join(desktop.home, 'cubist/profiles/default/window.json');
  await until('the place on the disk', () => existsSync(file) && readFileSync(file, 'utf8').includes('1000'));
});

test('the app ends from the tray', async () => {
  const pids = desktop.appPids();
  await tray.click('Quit');
  await until('the app to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  await until('no icon', async () => (await tray.menu()) === null);
  desktop.kill(desktop.driver);
});

test('started with the computer it waits in the tray, without a window', async () => {
  page = await desktop.launch(['--minimised']);
  await tray.has('a connected app', (entries) => labels(entries).includes('Cubist: connected'));
  assert.equal(isShown(), false);
  await tray.click('Open Cubist');
  await until('the window', isShown);
  await page.named('main .bubble', 'The linked one');
  assert.deepEqual(place(), left, 'it stands where it stood');
  assert.ok((await page.run('() => innerWidth')) < 1000, 'at the size that was chosen');
  desktop.shot('back');
});

async function unlock() {
  await page.sees('Your messages are locked');
  const field = await page.element('input[type=password]');
  await page.keys(field, PASSPHRASE);
  await page.press('button', 'Unlock');
  await page.element('[aria-label="Chats"]');
}

test('locked, neither the icon nor its menu says what waits', async () => {
  // Wide enough for the list of the settings beside their pages.
  desktop.tool('wmctrl', ['-r', 'Cubist', '-e', '0,20,20,1340,800']);
  await until('a wide window', () => page.run('() => innerWidth > 1100'));
  // The driver clicks beside what it means on pages that are not of their own size.
  desktop.tool('xdotool', ['key', 'ctrl+0']);
  await until('pages of their own size', () => page.run('() => devicePixelRatio === 1'));
  await openSettings('Lock and keys');
  await page.press('[role=switch]', 'Ask for the passphrase');
  await page.fill('Passphrase', PASSPHRASE);
  await page.fill('Passphrase again', PASSPHRASE);
  await page.press('dialog[open] button', 'Turn on the lock');
  await page.sees('Lock with the screen');
  closeWindow();
  await until('no window', () => !isShown());
  beatrice.send(ada.id, dialog, 'Not for everybody');
  await tray.has('what waits', (entries) => labels(entries).includes('Cubist: connected · 1 unread message'));
  await tray.isMarked(true);
  desktop.lockScreen();
  await tray.isMarked(false);
  await tray.has('no word of it', (entries) => labels(entries).every((label) => !label.includes('unread')));
  await tray.click('Open Cubist');
  await until('the window', isShown);
  await unlock();
});

/** Whether the window is put aside: it is there, and not on the screen. */
function isAside() {
  const shown = desktop.tool('sh', ['-c', 'xdotool search --onlyvisible --class cubist || true']);
  return isShown() && shown === '';
}

test('a window in a tray that goes is put aside instead, where a person finds it', async () => {
  closeWindow();
  await until('no window', () => !isShown());
  tray.stop();
  await until('the window put aside', isAside);
});

test('where nobody shows icons it starts out of the way in sight, says so, and closing ends it', async () => {
  let pids = desktop.appPids();
  closeWindow();
  await until('the app to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  desktop.kill(desktop.driver);
  page = await desktop.launch(['--minimised']);
  await until('the window put aside', isAside);
  await desktop.startAgain();
  await unlock();
  await openSettings('Desktop');
  await page.sees('Nothing on this desktop shows icons of programs');
  desktop.shot('no-tray');
  pids = desktop.appPids();
  closeWindow();
  await until('the app to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  desktop.kill(desktop.driver);
});
