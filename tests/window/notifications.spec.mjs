// Notifications on a real desktop's service: what is told while nobody looks, what a click and the actions do, when it is
// withdrawn, and when nothing is told. The official SDK is whoever writes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { enter, signIn } from './entrance.mjs';
import { NotificationService } from './notification_service.mjs';
import { inOrder } from './steps.mjs';

const PASSWORD = "ada's long password";

const desktop = new Desktop('notifications');
const notifications = new NotificationService(desktop);
let backend;
let page;
/** The person in the window, on another device of hers. */
let ada;
let beatrice;
let cornelius;
/** People who come later. */
const strangers = [];
/** Dialogs of the two with her, and one of all three. */
let withBeatrice;
let withCornelius;
let group;

before(async () => {
  backend = await Backend.start();
  ada = await SdkPerson.signUp(backend, 'ada');
  await ada.cube.users.update({ full_name: 'Ada Byron' });
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  cornelius = await SdkPerson.signUp(backend, 'cornelius');
  withBeatrice = await beatrice.privateDialog(ada.id);
  withCornelius = await cornelius.privateDialog(ada.id);
  group = await beatrice.group('Ridge Walk', [ada.id, cornelius.id]);
  await desktop.open();
  await notifications.start();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: PASSWORD });
  await page.sees('Ridge Walk');
  await isConnected();
});

after(async () => {
  await Promise.all([ada, beatrice, cornelius, ...strangers].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
});

inOrder(desktop);

/** Puts the window away, and waits until the app knows that nobody looks. */
async function lookAway() {
  desktop.putAway();
  await until('the window without the focus', () =>
    page.run('() => !document.hasFocus() || document.hidden'),
  );
}

const inFront = () => page.run('() => document.hasFocus() && !document.hidden');

/** Everything that was told since a number of notifications, as one text. */
const toldSince = (count) => JSON.stringify(notifications.given().slice(count));

async function accountMenu(entry) {
  await page.click(await page.element('button:has([aria-label$="accounts and settings"])'));
  await page.press('[role=menuitem],[role=menuitemradio]', entry);
}

async function openSettings(section = 'Notifications') {
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await accountMenu('Settings');
  await page.press('nav button', section);
}

/** Waits until the line is up: what comes before that is caught up with, and told to nobody. */
async function isConnected() {
  await openSettings('Diagnostics');
  await page.sees('Connected');
  await closeSettings();
}

async function choose(button, item) {
  await page.press('button[aria-haspopup]', button);
  await page.press('[role=menuitemradio]', item);
  await page.named('button[aria-haspopup]', `${button}: ${item}`);
}

async function closeSettings() {
  await page.press('nav button', 'Back');
  await page.element('[aria-label="Chats"]');
}

test('a message to someone who looks elsewhere is told with its sender, and a click leads to it', async () => {
  await lookAway();
  beatrice.send(ada.id, withBeatrice, 'Are you coming <b>tonight</b> & tomorrow?');
  const { body } = await notifications.shows('beatrice', 'Are you coming');
  assert.match(body, /&lt;b&gt;tonight&lt;\/b&gt; &amp; tomorrow/, 'what people write is not markup');
  await until('it on the screen', () => notifications.standing() === 1);
  desktop.wholeShot('told');
  notifications.click();
  await until('the window in front', inFront);
  await page.named('main .bubble', 'tonight</b> & tomorrow?');
  await beatrice.inbox.next('that it was read', (one) => one.kind === 'read' && one.dialog === withBeatrice);
  await notifications.isEmpty();
});

test('somebody who looks at the window is not told of what they see', async () => {
  const before = notifications.given().length;
  cornelius.send(ada.id, withCornelius, 'You see this already');
  await page.sees('You see this already');
  await lookAway();
  beatrice.send(ada.id, withBeatrice, 'And this you do not');
  await notifications.shows('beatrice', 'And this you do not');
  assert.doesNotMatch(toldSince(before), /see this already/);
});

test('messages of one chat share a notification, which follows an edit and a deletion', async () => {
  const text = beatrice.send(ada.id, withBeatrice, 'At sevn');
  await notifications.shows('beatrice (2)', 'At sevn');
  beatrice.cube.chat.editMessage({
    to: ada.id,
    dialogId: withBeatrice,
    originMessageId: text,
    body: 'At seven',
    last: true,
  });
  await notifications.shows('beatrice (2)', 'And this you do not\nAt seven');
  assert.equal(notifications.standing(), 1);
  beatrice.cube.chat.deleteMessage({ to: ada.id, dialogId: withBeatrice, messageId: text });
  await until('one message alone', () => notifications.given().at(-1).summary === 'beatrice');
  assert.equal(notifications.given().at(-1).body, 'And this you do not');
  assert.equal(notifications.standing(), 1);
});

test('its action marks them as read without the window, and others know', async () => {
  beatrice.send(group, group, 'Not this way');
  await notifications.shows('Ridge Walk', 'beatrice: Not this way');
  assert.equal(notifications.standing(), 2, 'another chat is another notification');
  notifications.choose('Mark as read', 'Ridge Walk');
  await until('the other chat alone', () => notifications.standing() === 1);
  notifications.choose('Mark as read', 'beatrice');
  await beatrice.inbox.next('that it was read', (one) => one.kind === 'read' && one.dialog === withBeatrice);
  await notifications.isEmpty();
  assert.equal(await inFront(), false, 'the window stays away');
});

test('what is read on another device is withdrawn', async () => {
  const id = beatrice.send(ada.id, withBeatrice, 'Read me elsewhere');
  await notifications.shows('beatrice', 'Read me elsewhere');
  ada.cube.chat.sendReadStatus({ messageId: id, userId: beatrice.id, dialogId: withBeatrice });
  await notifications.isEmpty();
});

test('an action leads to the field of the chat, to answer there', async () => {
  cornelius.send(ada.id, withCornelius, 'When do we meet?');
  await notifications.shows('cornelius', 'When do we meet?');
  notifications.choose('Reply', 'cornelius');
  await until('the window in front', inFront);
  await until('the field', () =>
    page.run(`() => document.activeElement.getAttribute('aria-label')?.includes('cornelius') ?? false`),
  );
  await notifications.isEmpty();
});

test('somebody who writes for the first time is told by name, and so is a group nobody knew', async () => {
  await lookAway();
  const dorothea = await SdkPerson.signUp(backend, 'dorothea');
  strangers.push(dorothea);
  await dorothea.cube.users.update({ full_name: 'Dorothea Klumpke' });
  dorothea.send(ada.id, await dorothea.privateDialog(ada.id), 'We have not met');
  await notifications.shows('Dorothea Klumpke', 'We have not met');
  const comet = await dorothea.group('Comet Watch', [ada.id]);
  dorothea.send(comet, comet, 'Clear skies tonight');
  await notifications.shows('Comet Watch', 'Dorothea Klumpke: Clear skies tonight');
  assert.equal(notifications.standing(), 2, 'what has a name now took the place of what had none');
  notifications.clear();
  await notifications.isEmpty();
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await until('the window in front', inFront);
});

test('a chat muted by the action is quiet, a silent message is, and others go on', async () => {
  await lookAway();
  beatrice.send(ada.id, withBeatrice, 'Mute me');
  await notifications.shows('beatrice', 'Mute me');
  const before = notifications.given().length;
  notifications.choose('Mute for an hour', 'beatrice');
  await notifications.isEmpty();
  beatrice.send(ada.id, withBeatrice, 'Nobody hears this');
  cornelius.send(ada.id, withCornelius, 'Nor this', { silent: 1 });
  cornelius.send(ada.id, withCornelius, 'But this');
  await notifications.shows('cornelius', 'But this');
  // The muted chat has its own line: what it says has come when a mention in it is told.
  beatrice.send(ada.id, withBeatrice, 'Ada!', { mentions: String(ada.id) });
  await notifications.shows('beatrice', 'Ada!');
  assert.doesNotMatch(toldSince(before), /Nobody hears this|Nor this/);
  notifications.clear();
  await notifications.isEmpty();
});

test('the desktop’s own wish not to be disturbed is respected', async () => {
  notifications.pause(true);
  const id = cornelius.send(ada.id, withCornelius, 'Not while you present');
  await until('it waiting', () => notifications.waiting() === 1);
  assert.equal(notifications.standing(), 0);
  ada.cube.chat.sendReadStatus({ messageId: id, userId: cornelius.id, dialogId: withCornelius });
  await until('nothing waiting', () => notifications.waiting() === 0);
  notifications.pause(false);
  await notifications.isEmpty();
});

test('groups are quiet but for one’s name when only that is wanted', async () => {
  await openSettings();
  await choose('Notify about', 'Private chats and mentions');
  desktop.shot('settings');
  await closeSettings();
  await lookAway();
  const before = notifications.given().length;
  cornelius.send(group, group, 'To nobody in particular');
  cornelius.send(group, group, 'To Ada', { mentions: String(ada.id) });
  await notifications.shows('Ridge Walk', 'cornelius: To Ada');
  assert.doesNotMatch(toldSince(before), /nobody in particular/);
  notifications.clear();
  await notifications.isEmpty();
});

test('what may not be shown is hidden, in what stands already, too', async () => {
  cornelius.send(group, group, 'A secret', { mentions: String(ada.id) });
  await notifications.shows('Ridge Walk', 'cornelius: A secret');
  await openSettings();
  const before = notifications.given().length;
  await choose('Show', 'Only that there is something');
  await notifications.shows('Cubist', 'New message');
  await choose('Show', 'Name only');
  await notifications.shows('Ridge Walk', 'cornelius: New message');
  assert.equal(notifications.standing(), 1);
  assert.doesNotMatch(toldSince(before), /secret/);
  await choose('Show', 'Name and text');
  await notifications.shows('Ridge Walk', 'cornelius: A secret');
  notifications.clear();
  await notifications.isEmpty();
});

test('quiet hours and do not disturb are quiet, and end when they are turned off', async () => {
  await page.press('[role=switch]', 'Quiet hours');
  await page.fill('Quiet hours begin', '00:00');
  await page.fill('Quiet hours end', '00:00');
  await page.press('h2', 'Notifications');
  desktop.shot('quiet');
  await closeSettings();
  await lookAway();
  const before = notifications.given().length;
  const arrives = async (text) => {
    const id = cornelius.send(ada.id, withCornelius, text);
    await cornelius.inbox.next(`${text} on her device`, (one) => one.kind === 'delivered' && one.id === id);
    await page.sees(text);
  };
  await arrives('At night');
  await openSettings();
  await page.press('[role=switch]', 'Quiet hours');
  await choose('Do not disturb', 'Until I turn it off');
  await closeSettings();
  await lookAway();
  await arrives('In a meeting');
  await openSettings();
  await choose('Do not disturb', 'Off');
  await closeSettings();
  await lookAway();
  cornelius.send(ada.id, withCornelius, 'Now then');
  await notifications.shows('cornelius', 'Now then');
  assert.doesNotMatch(toldSince(before), /At night|In a meeting/);
});

test('what stands goes with the app, and what came meanwhile is not told when it starts', async () => {
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await until('the window in front', inFront);
  await desktop.quit();
  await notifications.isEmpty();
  const before = notifications.given().length;
  for (const text of ['While you were out 1', 'While you were out 2']) {
    await cornelius.isSent(cornelius.send(ada.id, withCornelius, text));
  }
  page = await desktop.launch();
  await page.sees('While you were out 2');
  await isConnected();
  await lookAway();
  cornelius.send(ada.id, withCornelius, 'And now');
  await notifications.shows('cornelius', 'And now');
  assert.doesNotMatch(toldSince(before), /While you were out/);
});

test('what comes for the account that is not shown is told to whoever looks at the other, and leads there', async () => {
  const grace = await SdkPerson.signUp(backend, 'grace');
  strangers.push(grace);
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await until('the window in front', inFront);
  notifications.clear();
  await accountMenu('Add account');
  await enter(page, backend.ready, { login: 'grace', password: grace.password });
  await page.element('button:has([aria-label="grace: accounts and settings"])');
  assert.equal(await inFront(), true);
  cornelius.send(ada.id, withCornelius, 'Which of you looks?');
  await notifications.shows('cornelius · Ada Byron', 'Which of you looks?');
  await page.element('[aria-label="Unread messages in another account"]');
  desktop.shot('elsewhere');
  notifications.click();
  await page.named('main .bubble', 'Which of you looks?');
  await page.element('button:has([aria-label="Ada Byron: accounts and settings"])');
  await notifications.isEmpty();
});

test('locking takes away what stands: it would tell whoever passes by', async () => {
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  await until('the window in front', inFront);
  notifications.clear();
  await openSettings();
  await page.press('nav button', 'Lock and keys');
  await page.press('[role=switch]', 'Ask for the passphrase');
  await page.fill('Passphrase', 'three words enough');
  await page.fill('Passphrase again', 'three words enough');
  await page.press('dialog[open] button', 'Turn on the lock');
  await page.sees('Lock with the screen');
  await closeSettings();
  await lookAway();
  cornelius.send(ada.id, withCornelius, 'Not for those who pass by');
  await notifications.shows('cornelius · Ada Byron', 'Not for those who pass by');
  await until('it on the screen', () => notifications.standing() === 1);
  desktop.lockScreen();
  await page.sees('Your messages are locked');
  await notifications.isEmpty();
});
