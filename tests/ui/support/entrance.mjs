// The screens before the chats: the first run, signing in, and what opens the messages.

import { button, NARROW, settings } from './controls.mjs';

async function firstRun(page, say, title) {
  await page.getByRole('button', { name: say(title) }).click();
}

/** To the form that signs in to an application of the cloud. */
async function signIn(page, say) {
  await firstRun(page, say, 'first_run_cloud_title');
  await page.getByLabel(say('endpoints_app_id'), { exact: true }).fill('8214');
  await page.getByLabel(say('endpoints_auth_key'), { exact: true }).fill('not a real key');
  await button(page, say('endpoints_continue')).click();
  await page.getByRole('heading', { name: say('sign_in_title') }).waitFor();
}

async function keys(page, say) {
  await settings(page, say, 'lock_title');
  await page.getByRole('heading', { name: say('lock_ways') }).waitFor();
}

/** The sheet that one of the ways in is made or changed with. */
async function keySheet(page, say, action, way) {
  await keys(page, say);
  await button(page, say('lock_action_of', { action: say(action), way: say(way) })).click();
  await page.getByRole('dialog').waitFor();
}

/** @type {import('./screens.mjs').Screen[]} */
export const ENTRANCE = [
  { name: 'first-run', query: 'state=firstRun' },
  {
    name: 'first-run-local',
    query: 'state=firstRun',
    go: (page, say) => firstRun(page, say, 'first_run_local_title'),
  },
  {
    name: 'first-run-application',
    query: 'state=firstRun',
    go: (page, say) => firstRun(page, say, 'first_run_cloud_title'),
  },
  {
    name: 'first-run-endpoints',
    query: 'state=firstRun',
    go: async (page, say) => {
      await firstRun(page, say, 'first_run_custom_title');
      await button(page, say('endpoints_continue')).click();
    },
  },
  { name: 'start-failed', query: 'state=startFailed' },
  { name: 'keys-choose', query: 'state=needsChoice' },
  { name: 'keys-locked', query: 'state=locked' },
  { name: 'sign-in', query: 'state=firstRun', go: signIn },
  {
    name: 'sign-in-token',
    query: 'state=firstRun',
    go: async (page, say) => {
      await signIn(page, say);
      await page.getByRole('radio', { name: say('sign_in_token') }).click();
      await page.getByLabel(say('sign_in_token'), { exact: true }).last().waitFor();
    },
  },
  {
    name: 'sign-in-refused',
    query: 'state=firstRun&fail=signIn:credentials',
    go: async (page, say) => {
      await signIn(page, say);
      await page.getByLabel(say('sign_in_login'), { exact: true }).last().fill('mira.lindqvist');
      await page.getByLabel(say('sign_in_password'), { exact: true }).fill('not the password');
      await button(page, say('sign_in_submit')).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'sign-up',
    query: 'state=firstRun',
    go: async (page, say) => {
      await signIn(page, say);
      await button(page, say('sign_in_create')).click();
      await page.getByRole('heading', { name: say('sign_up_title') }).waitFor();
      await button(page, say('sign_up_submit')).click();
    },
  },
  { name: 'first-run-organisation', query: 'state=firstRun&organisation=taken' },
  { name: 'first-run-refused-file', query: 'state=firstRun&organisation=refused' },
  {
    name: 'keys-locked-code',
    query: 'state=locked&keys=passphrase,recoveryCode',
    go: async (page, say) => {
      await button(page, say('keys_use_code_instead')).click();
      await page.getByRole('textbox', { name: say('keys_code') }).waitFor();
    },
  },
  {
    name: 'keys-locked-wait',
    query: 'state=locked',
    go: async (page, say) => {
      const field = page.getByLabel(say('keys_passphrase'), { exact: true });
      // So often a wrong entry is free.
      for (let entry = 0; entry < 4; entry += 1) {
        await field.fill('not it');
        await page.keyboard.press('Enter');
        await field.and(page.locator('[aria-invalid=true]')).waitFor();
      }
      await field.fill('correct');
      await page.keyboard.press('Enter');
      await page.getByRole('timer').waitFor();
    },
  },
  { name: 'keys-locked-elsewhere', query: 'state=locked&keys=keychain' },
  {
    name: 'lock-turn-on',
    query: 'keys=keychain,recoveryCode',
    go: async (page, say) => {
      await keys(page, say);
      await page.getByRole('switch', { name: say('lock_ask') }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'lock-change',
    query: 'keys=passphrase,recoveryCode',
    go: (page, say) => keySheet(page, say, 'lock_change', 'lock_passphrase'),
  },
  {
    name: 'lock-turn-off',
    query: 'keys=passphrase,recoveryCode',
    go: async (page, say) => {
      await keys(page, say);
      await page.getByRole('switch', { name: say('lock_ask') }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'recovery-code-remove',
    query: 'keys=passphrase,recoveryCode',
    go: (page, say) => keySheet(page, say, 'lock_remove', 'lock_code'),
  },
  {
    name: 'recovery-code',
    query: 'keys=keychain',
    go: async (page, say) => {
      await keySheet(page, say, 'lock_make', 'lock_code');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('lock_sheet_code_button') })
        .click();
      await page.getByRole('dialog').getByText('K7QX').waitFor();
    },
  },
  { name: 'narrow-first-run', query: 'state=firstRun', size: NARROW },
];
