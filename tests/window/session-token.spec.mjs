// Somebody whose organisation has a sign-in of its own: it gives a session token, and that is all one needs, in the real
// window and with the official SDK on the other side.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop } from './desktop.mjs';
import { keepInFile, nameServer } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';

const desktop = new Desktop('session-token');
let backend;
let grace;
let bob;
let page;

before(async () => {
  backend = await Backend.start();
  // Whoever signs people in for the organisation asks the server for their sessions, as this does.
  [grace, bob] = await Promise.all(['grace', 'bob'].map((name) => SdkPerson.signUp(backend, name)));
  const dialog = await bob.privateDialog(grace.id);
  bob.send(grace.id, dialog, 'Are you in?');
  await desktop.open();
  page = await desktop.launch();
});

after(async () => {
  await Promise.all([grace, bob].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
});

inOrder(desktop);

test('a token that is not valid says so, and keeps what was typed', async () => {
  await keepInFile(page);
  await nameServer(page, backend.ready);
  await page.press('[role=radio]', 'Session token');
  await page.fill('Session token', 'f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed');
  await page.press('button', 'Sign in');
  await page.sees('This session token is not valid, or no longer.');
  desktop.shot('refused');
});

test('one that is leads to the chats of its person, without a password', async () => {
  await page.fill('Session token', grace.cube.service.sdkInstance.session.token);
  await page.press('button', 'Sign in');
  await page.openChat('Are you in?');
  desktop.shot('in');
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, `Without a password${ENTER}`);
  const came = await bob.inbox.next(
    'the answer',
    ({ kind, message }) => kind === 'message' && message.body !== '',
  );
  assert.equal(came.message.body, 'Without a password');
});
