// The person behind the window: found by others, changed, away and back, reporting, and gone for good. The official SDK,
// the backend's commands and the service that gets its alerts tell what became of it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { Inbox } from '../sdk/support/inbox.mjs';
import { refused, SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, root, until } from './desktop.mjs';
import { signIn } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const MENU_ITEM = '[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]';
const OLD = "ada's long password";
const NEW = 'an even longer password';

const desktop = new Desktop('people');
/** What the backend would have sent to a telephone. */
const alerts = new Inbox('the webhook');
let service;
let backend;
let page;
/** The person in the window, seen from another device of hers. */
let ada;
/** The other person. */
let beatrice;
let dialog;

before(async () => {
  service = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      alerts.push(JSON.parse(Buffer.concat(parts).toString()));
      response.end();
    });
  });
  await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));
  backend = await Backend.start(`[alerts]\nwebhook = "http://127.0.0.1:${service.address().port}/"\n`);
  ada = await SdkPerson.signUp(backend, 'ada');
  await ada.cube.users.update({ full_name: 'Ada Byron' });
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  await beatrice.cube.users.update({
    full_name: 'Beatrice Salt',
    phone: '+49 30 5550199',
    email: 'beatrice@harbour.example',
  });
  await desktop.open();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: OLD });
});

after(async () => {
  await Promise.all([ada, beatrice].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
  service?.close();
});

inOrder(desktop);

async function accountMenu(entry) {
  await page.click(await page.element('button:has([aria-label$="accounts and settings"])'));
  await page.press(MENU_ITEM, entry);
}

/** A message of the other person that is wholly in view, and its text. */
async function inView() {
  const [found, text] = await until('a message in view', () =>
    page.run(
      `() => {
         const field = document.querySelector('textarea').getBoundingClientRect().top;
         const top = document.querySelector('main header').getBoundingClientRect().bottom;
         const bubble = [...document.querySelectorAll('.message-row .bubble:not(.mine)')].find((each) => {
           const { top: above, bottom } = each.getBoundingClientRect();
           return above > top + 40 && bottom < field - 40;
         });
         if (!bubble) return null;
         const text = bubble.querySelector('.text').cloneNode(true);
         text.querySelector('.meta').remove();
         return [bubble, text.textContent.trim()];
       }`,
    ),
  );
  return [Object.values(found)[0], text];
}

/** A person as the server has them. */
async function profile(login) {
  return (await beatrice.cube.users.getV2({ login })).items[0];
}

test('somebody is found by telephone number and by e-mail address', async () => {
  await page.press('button', 'New chat');
  const field = await page.element('dialog[open] input[role=combobox]');
  for (const text of ['+49305550199', 'beatrice@harbour.example']) {
    await page.call('POST', `/element/${field}/clear`, {});
    await page.keys(field, text);
    await page.named('[role=option]', 'Beatrice Salt');
  }
  desktop.shot('found');
  await page.press('[role=option]', 'Beatrice Salt');
  await page.element('textarea');
  dialog = await beatrice.privateDialog(ada.id);
});

test('the own profile is changed in the settings, picture and all, and others have it at once', async () => {
  await accountMenu('My profile');
  await page.press('button', 'Edit');
  await page.fill('Name', 'Ada Lovelace');
  await page.fill('E-mail', 'ada@engine.example');
  await page.fill('Phone', '+44 20 5550142');
  await page.fill('Website', 'https://engine.example');
  await page.press('button', 'Save');
  await page.sees('Your profile is saved');
  const changed = await profile('ada');
  assert.deepEqual(
    [changed.full_name, changed.email, changed.phone, changed.website],
    ['Ada Lovelace', 'ada@engine.example', '+44 20 5550142', 'https://engine.example'],
  );
  desktop.shot('profile');
  await page.keys(await page.element('input[type=file]'), join(root, 'icons/256x256.png'));
  await page.sees('Choose the part to show');
  desktop.shot('crop');
  await page.press('button', 'Use this part');
  const avatar = await until('the picture at the server', async () => (await profile('ada')).avatar);
  const answer = await fetch(beatrice.cube.storage.privateUrl(avatar));
  assert.match(answer.headers.get('content-type'), /^image\/(png|jpeg)$/);
  await page.sees('Your picture is changed');
  desktop.shot('picture');
});

test('a new password signs every other device out and leaves this one where it is', async () => {
  await page.fill('Present password', 'not my password');
  await page.fill('New password', NEW);
  await page.press('button', 'Change password');
  await page.sees('This is not your present password.');
  desktop.shot('wrong-password');
  await page.fill('Present password', OLD);
  await page.press('button', 'Change password');
  await page.sees('Your password is changed.');
  desktop.shot('password');
  await ada.inbox.next('the end of the line', (item) => item.kind === 'disconnected');
  // Or it would go on to try the old password, until the account counts as one whose password is being guessed.
  await ada.disconnect();
  await refused(ada.cube.chat.dialog.list({}), 401);
  await refused(ada.cube.createSession({ login: 'ada', password: OLD }), 401);
  await page.press('nav button', 'Back');
  const question = beatrice.send(ada.id, dialog, 'Still there?');
  await beatrice.isSent(question);
  await page.press('[data-dialog]', 'Beatrice Salt');
  await page.sees('Still there?');
  const field = await page.element('textarea');
  await page.keys(field, 'As ever.\uE007');
  await beatrice.hears('As ever.');
});

test('who is there is shown by itself, and so is when they were last there', async () => {
  const line = (words) =>
    until(`“${words}” in the header`, () =>
      page.run(`(words) => document.querySelector('main header')?.innerText.includes(words)`, words),
    );
  await line('online');
  await beatrice.disconnect();
  await line('last seen');
  desktop.shot('last-seen');
  await beatrice.connect();
  await line('online');
});

test('a window that is put aside counts as away for its server, and as used when it is looked at again', async () => {
  await accountMenu('Settings');
  await page.press('nav button', 'Away');
  await page.press('button[aria-haspopup]', '5 minutes');
  await page.press(MENU_ITEM, '30 seconds');
  desktop.shot('away');
  await page.press('nav button', 'Back');
  const device = {
    notification_channel: 'gcm',
    device: { platform: 'android', udid: 'pocket' },
    push_token: { environment: 'development', client_identification_sequence: 'T' },
  };
  ada.password = NEW;
  await ada.cube.createSession({ login: 'ada', password: NEW });
  await ada.cube.pushnotifications.subscriptions.create(device);

  // One message alerts everybody who is away, in the order in which they came to the group: once Clara is alerted, whether
  // Ada is has been decided. Alerts of different messages may overtake each other.
  const clara = await SdkPerson.signUp(backend, 'clara');
  await clara.disconnect();
  const group = await beatrice.group('Harbour', [ada.id, clara.id]);
  let count = 0;
  /** Whether a message of now is sent to the telephone, too. */
  const alerted = async () => {
    const text = `number ${(count += 1)}`;
    beatrice.send(group, group, text);
    await alerts.next(`Clara's alert of ${text}`, (one) => one.text === text && one.user_id === clara.id);
    return alerts.kept((one) => one.text === text && one.user_id === ada.id).length > 0;
  };
  assert.equal(await alerted(), false, 'somebody looks');
  desktop.tool('xdotool', ['search', '--onlyvisible', '--class', 'cubist', 'windowminimize']);
  await until('the window counting as away', alerted, 120_000);
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await until('the window counting as used', async () => !(await alerted()));
  assert.equal(await alerted(), false);
});

test('the diagnostics say how fast the server answers', async () => {
  await accountMenu('Settings');
  await page.press('nav button', 'Diagnostics');
  await page.press('button', 'Ask now');
  await page.sees('Answered in');
  await page.sees('Connected');
  desktop.shot('diagnostics');
  await page.press('nav button', 'Back');
});

test('a person and a message are reported, and the operator has both', async () => {
  const reports = async () => JSON.parse(await backend.command('reports', '--json'));
  await page.press('button', 'Show details');
  await page.press('aside button', 'Report');
  await page.press('dialog label,dialog [role=radio]', 'Spam or advertising');
  desktop.shot('report-person');
  await page.press('dialog button', 'Send report');
  await page.sees('The report is sent');
  desktop.shot('reported');
  await page.press('dialog button', 'Done');
  const [bubble, text] = await inView();
  await page.rightClick(bubble);
  await page.press(MENU_ITEM, 'Report');
  await page.press('dialog label,dialog [role=radio]', 'Something else');
  await page.fill('What happened', 'This was none of her business.');
  desktop.shot('report-message');
  await page.press('dialog button', 'Send report');
  await page.sees('The report is sent');
  await page.press('dialog button', 'Done');
  const [message, person] = await reports();
  assert.deepEqual([person.kind, person.reporter.id, person.reported.id], ['user', ada.id, beatrice.id]);
  assert.match(person.reason, /Spam/);
  assert.equal(message.kind, 'message');
  assert.equal(message.message.text, text);
  assert.match(message.reason, /none of her business/);
});

test('the account is deleted after its password was asked for, and nobody finds it any more', async () => {
  await accountMenu('My profile');
  await page.press('button', 'Edit');
  await page.press('button', 'Delete…');
  await page.sees('Delete this account?');
  const field = await page.element('dialog[open] input[type=password]');
  await page.keys(field, 'not my password');
  await page.press('dialog[open] button', 'Delete account');
  await page.sees('This is not your present password.');
  desktop.shot('delete-refused');
  assert.equal((await profile('ada')).id, ada.id);
  await page.call('POST', `/element/${field}/clear`, {});
  await page.keys(field, NEW);
  await page.press('dialog[open] button', 'Delete account');
  await page.sees('How do you want to start?');
  desktop.shot('deleted');
  assert.equal(await profile('ada'), undefined);
});
