// Every screen and every state of one that is worth looking at: what `npm run shots` photographs and what is checked for
// accessibility, in any language. Nothing here may name words of one language except those people wrote.

import { fileURLToPath } from 'node:url';
import { accountMenu, beginning, button, item, NARROW, settings } from './controls.mjs';
import { ENTRANCE } from './entrance.mjs';
import { settle } from './world.mjs';

/**
 * @typedef {object} Screen
 * @property {string} name of the picture
 * @property {string} query what the fake backend shows
 * @property {(page: import('playwright-core').Page, say: (key: string, inputs?: Record<string, string | number>) => string) => Promise<void>} [go]
 *   from the first frame to the screen
 * @property {{ width: number, height: number }} [size]
 */

/** A photograph to take a square out of. */
const PHOTOGRAPH = fileURLToPath(
  new URL('../../../crates/server/src/demo/files/lake-evening.jpg', import.meta.url),
);

/** The menu of a message that has these words. */
async function messageMenu(page, words) {
  await page.getByRole('listitem', { name: words }).last().locator('.bubble').click({ button: 'right' });
  await page.getByRole('menu').first().waitFor();
}

async function details(page, say) {
  await button(page, say('details_show')).click();
  await page.getByRole('complementary', { name: say('details_title') }).waitFor();
}

async function newChat(page, say) {
  await button(page, say('chats_new')).first().click();
  await page.getByRole('dialog').waitFor();
}

/** The map is there, and so is its land. */
async function mapDrawn(page) {
  await page.locator('.map .zoom').waitFor();
  await page.locator('.map .loading').waitFor({ state: 'detached' });
}

async function rowMenu(page, name) {
  await page.getByRole('list').getByText(name, { exact: true }).first().click({ button: 'right' });
  await page.getByRole('menu').first().waitFor();
}

async function palette(page, words) {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('dialog').getByRole('combobox');
  await field.waitFor();
  if (words !== '') await field.pressSequentially(words);
}

/** The line about the connection waits a moment, so that a short break says nothing. */
const line = (page) => page.clock.runFor(4000);

/** @type {Screen[]} */
export const SCREENS = [
  { name: 'group', query: 'open=ridge' },
  { name: 'group-details', query: 'open=ridge', go: details },
  { name: 'private', query: 'open=jonas' },
  { name: 'private-details', query: 'open=olena', go: details },
  { name: 'arabic-chat', query: 'state=full&open=arabic' },
  { name: 'broadcast', query: 'open=weather' },
  { name: 'public-details', query: 'open=rust', go: details },
  { name: 'nothing-open', query: '' },
  { name: 'no-chats', query: 'state=empty' },
  { name: 'loading', query: 'state=loading' },
  { name: 'failed', query: 'state=failed' },
  { name: 'gap', query: 'state=gap&open=ridge' },
  { name: 'connecting', query: 'state=connecting&open=jonas', go: line },
  { name: 'reconnecting', query: 'state=reconnecting&open=jonas', go: line },
  { name: 'offline', query: 'state=offline&open=jonas', go: line },
  { name: 'certificate', query: 'state=certificate&open=jonas', go: line },
  { name: 'proxy-login', query: 'state=proxyLogin&open=jonas', go: line },
  { name: 'signed-out', query: 'state=signedOut&open=jonas', go: line },
  { name: 'not-sent', query: 'open=amara' },
  { name: 'former-group', query: 'state=organised&open=former' },
  { name: 'blocked-chat', query: 'state=blocked&open=amara' },
  { name: 'gone-chat', query: 'state=gone&open=jonas', go: (page) => page.clock.runFor(3000) },
  {
    name: 'account-menu',
    query: 'open=ridge',
    go: async (page) => {
      await accountMenu(page);
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'accounts',
    query: 'open=ridge',
    go: async (page) => {
      await page.evaluate(async () => {
        const { accounts } = await window.fake.bootstrap();
        const second = {
          ...accounts[0],
          id: '00000000000000b2',
          userId: 77,
          name: 'Mira at work',
          login: 'm.lindqvist',
          origin: 'cloud',
          server: 'api.connectycube.com · 8214',
        };
        window.fake.emit({ type: 'accountsChanged', payload: { accounts: [...accounts, second] } });
      });
      await accountMenu(page);
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'sign-out',
    query: 'open=jonas&state=offline',
    go: async (page, say) => {
      await accountMenu(page);
      await item(page, say('accounts_sign_out')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'chat-menu', query: 'state=organised&open=jonas', go: (page) => rowMenu(page, 'Ridge Walk') },
  {
    name: 'chat-selection',
    query: 'state=organised',
    go: async (page, say) => {
      await rowMenu(page, 'Ridge Walk');
      await item(page, say('chats_select')).click();
      await page.getByRole('button', { name: say('chats_selection_end'), exact: true }).waitFor();
    },
  },
  {
    name: 'delete-chat',
    query: 'open=jonas',
    go: async (page, say) => {
      await rowMenu(page, 'Jonas Weber');
      await item(page, say('chats_delete')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'folder',
    query: 'state=organised',
    go: async (page, say) => {
      await rowMenu(page, 'Ridge Walk');
      await item(page, say('chats_to_folder')).click();
      await item(page, say('folder_new')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'archive',
    query: 'state=organised',
    go: (page, say) =>
      page
        .getByRole('button', { name: beginning(say('chats_archive_entry')) })
        .first()
        .click(),
  },
  { name: 'message-kinds', query: 'state=full&open=full' },
  {
    name: 'message-menu',
    query: 'state=full&open=full',
    go: (page) => messageMenu(page, /The later bus/),
  },
  {
    name: 'message-info',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The view this morning/);
      await item(page, say('conversation_info')).click();
      await page.getByRole('complementary', { name: say('conversation_info_title') }).waitFor();
    },
  },
  {
    name: 'reply',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The later bus/);
      await item(page, say('conversation_reply')).click();
      await page.keyboard.type('See you at the lower car park');
    },
  },
  {
    name: 'edit',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await page.getByRole('textbox', { name: /./ }).last().focus();
      await page.keyboard.press('ArrowUp');
      await page.getByRole('group', { name: say('composer_editing') }).waitFor();
    },
  },
  {
    name: 'delete-message',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The rope is in my car/);
      await item(page, say('conversation_delete_all')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'forward',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The later bus/);
      await item(page, say('conversation_forward')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'toast',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The later bus/);
      await item(page, say('conversation_copy_message_link')).click();
      await page.locator('.toast').waitFor();
    },
  },
  {
    name: 'message-selection',
    query: 'state=full&open=full',
    go: async (page, say) => {
      await messageMenu(page, /The later bus/);
      await item(page, say('conversation_select')).click();
      await button(page, say('conversation_select_end')).waitFor();
    },
  },
  {
    name: 'emoji',
    query: 'open=jonas',
    go: async (page, say) => {
      await button(page, say('composer_emoji')).click();
      await page.getByRole('button', { name: '😀' }).or(page.getByText('😀')).first().waitFor();
    },
  },
  {
    name: 'send-menu',
    query: 'open=jonas',
    go: async (page, say) => {
      await page
        .getByRole('textbox', { name: say('composer_label', { name: 'Jonas Weber' }) })
        .fill('Servus');
      await button(page, say('composer_send')).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'send-later',
    query: 'open=jonas',
    go: async (page, say) => {
      await page
        .getByRole('textbox', { name: say('composer_label', { name: 'Jonas Weber' }) })
        .fill('Servus');
      await button(page, say('composer_send')).click({ button: 'right' });
      await item(page, say('composer_send_later')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'calendar',
    query: 'state=full&open=full',
    go: async (page) => {
      await page.locator('.day button, button.day').first().click();
      await page.getByRole('grid').waitFor();
    },
  },
  {
    name: 'voice-recording',
    query: 'open=jonas',
    go: async (page, say) => {
      await button(page, say('voice_record')).click();
      await page.waitForFunction(() => window.fake.microphone.elapsedMs > 0);
      await page.clock.runFor(7000);
      await page.getByRole('group', { name: say('voice_recording') }).waitFor();
    },
  },
  {
    name: 'voice-review',
    query: 'open=jonas',
    go: async (page, say) => {
      await button(page, say('voice_record')).click();
      await page.waitForFunction(() => window.fake.microphone.elapsedMs > 0);
      await page.clock.runFor(5000);
      await button(page, say('voice_stop')).click();
      await page.getByRole('group', { name: say('voice_review') }).waitFor();
    },
  },
  { name: 'attachments', query: 'state=files&open=files' },
  {
    name: 'attachments-older',
    query: 'state=files&open=files',
    go: async (page, say) => {
      const first = say('file_picture_of', { number: 1, count: 5, name: 'Olena Kovalenko' });
      await button(page, first).evaluate((picture) => picture.scrollIntoView({ block: 'start' }));
    },
  },
  {
    name: 'drop',
    query: 'open=jonas',
    go: async (page, say) => {
      await page.evaluate(() =>
        window.fake.emit({
          type: 'filesDragged',
          payload: { phase: 'enter', x: 700, y: 200, count: 3, dropId: null },
        }),
      );
      await page.getByText(say('drop_pictures_note')).waitFor();
    },
  },
  {
    name: 'share',
    query: 'open=ridge',
    go: async (page) => {
      await page.evaluate(() => window.fake.emit({ type: 'filesShared', payload: { shareId: 3, count: 2 } }));
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'attach-menu',
    query: 'state=files&open=files',
    go: async (page, say) => {
      await button(page, say('attach_button')).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'tray',
    query: 'open=jonas',
    go: async (page, say) => {
      await button(page, say('attach_button')).click();
      await page.getByRole('menuitem', { name: say('attach_picture') }).click();
      await page.getByRole('list', { name: say('tray_list') }).waitFor();
    },
  },
  {
    name: 'location-send',
    query: 'open=jonas',
    go: async (page, say) => {
      await button(page, say('attach_button')).click();
      await item(page, say('attach_location')).click();
      await mapDrawn(page);
    },
  },
  {
    name: 'location',
    query: 'state=files&open=files',
    go: async (page, say) => {
      await button(page, say('location_view', { name: 'Lower car park' })).click();
      await mapDrawn(page);
    },
  },
  {
    name: 'viewer',
    query: 'state=files&open=files',
    go: async (page, say) => {
      const picture = say('file_picture_of', { number: 4, count: 5, name: 'Olena Kovalenko' });
      await button(page, picture).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'shared-media',
    query: 'state=files&open=files',
    go: async (page, say) => {
      await details(page, say);
      await page
        .getByRole('complementary')
        .getByRole('button', { name: beginning(say('shared_files')) })
        .click();
      await page.getByRole('tablist').waitFor();
    },
  },
  {
    name: 'shortcuts',
    query: 'open=ridge',
    go: async (page) => {
      await page.keyboard.press('Control+/');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'search',
    query: 'open=ridge',
    go: async (page) => {
      await palette(page, 'winter');
      await page
        .getByRole('option', { name: /winter/i })
        .first()
        .waitFor();
    },
  },
  { name: 'search-recent', query: 'open=ridge', go: (page) => palette(page, '') },
  { name: 'search-commands', query: 'open=ridge', go: (page) => palette(page, '>') },
  {
    name: 'search-in-chat',
    query: 'open=ridge',
    go: async (page) => {
      await page.keyboard.press('Control+f');
      await page.keyboard.type('bus');
      await page.locator('mark').first().waitFor();
    },
  },
  { name: 'new-chat', query: 'open=ridge', go: newChat },
  {
    name: 'new-group',
    query: 'open=ridge',
    go: async (page, say) => {
      await newChat(page, say);
      await page.getByRole('button', { name: say('new_chat_new_group') }).click();
      await page.getByRole('heading', { name: say('new_chat_group_title') }).waitFor();
    },
  },
  {
    name: 'explore',
    query: 'open=ridge',
    go: async (page, say) => {
      await newChat(page, say);
      await page.getByRole('button', { name: say('new_chat_explore') }).click();
      await page.getByRole('heading', { name: say('explore_title') }).waitFor();
    },
  },
  {
    name: 'preview',
    query: 'open=ridge',
    go: async (page, say) => {
      await newChat(page, say);
      await page.getByRole('button', { name: say('new_chat_explore') }).click();
      await page
        .getByRole('button', { name: /Night sky watchers/ })
        .first()
        .click();
    },
  },
  {
    name: 'edit-chat',
    query: 'open=ridge',
    go: async (page, say) => {
      await details(page, say);
      await page
        .getByRole('complementary')
        .getByRole('button', { name: say('details_edit'), exact: true })
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'add-people',
    query: 'open=ridge',
    go: async (page, say) => {
      await details(page, say);
      await button(page, say('details_add')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'person',
    query: 'open=olena',
    go: async (page, say) => {
      await details(page, say);
      await button(page, say('details_profile')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'block',
    query: 'open=olena',
    go: async (page, say) => {
      await details(page, say);
      await page
        .getByRole('complementary')
        .getByRole('button', { name: say('details_block') })
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'report',
    query: 'open=olena',
    go: async (page, say) => {
      await details(page, say);
      await page
        .getByRole('complementary')
        .getByRole('button', { name: say('details_report') })
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'export',
    query: 'open=jonas',
    go: async (page, say) => {
      await rowMenu(page, 'Jonas Weber');
      await item(page, say('chats_export')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'outbox',
    query: 'state=offline&open=jonas',
    go: async (page, say) => {
      await accountMenu(page);
      await page.getByRole('menuitem', { name: beginning(say('outbox_title')) }).click();
      await page.getByRole('heading', { name: say('outbox_title') }).waitFor();
    },
  },
  { name: 'settings-profile', query: '', go: (page, say) => settings(page, say, 'settings_own_profile') },
  {
    name: 'picture-crop',
    query: '',
    go: async (page, say) => {
      await settings(page, say, 'settings_own_profile');
      await page.locator('input[type=file]').setInputFiles(PHOTOGRAPH);
      await page.getByRole('dialog').getByRole('slider').waitFor();
    },
  },
  { name: 'settings-appearance', query: '', go: (page, say) => settings(page, say, 'settings_appearance') },
  { name: 'settings-language', query: '', go: (page, say) => settings(page, say, 'settings_language') },
  {
    name: 'settings-privacy',
    query: 'state=blocked',
    go: (page, say) => settings(page, say, 'settings_privacy'),
  },
  {
    name: 'privacy-list',
    query: 'state=blocked',
    go: async (page, say) => {
      await settings(page, say, 'settings_privacy');
      await button(page, say('privacy_list_new')).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'delete-account',
    query: '',
    go: async (page, say) => {
      await settings(page, say, 'settings_own_profile');
      await page.getByRole('button', { name: say('profile_delete_ask') }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'unknown-messages',
    query: '',
    go: async (page, say) => {
      await settings(page, say, 'settings_diagnostics');
      await page
        .getByRole('heading', { name: say('diagnostics_unknown') })
        .evaluate((heading) => heading.scrollIntoView());
    },
  },
  { name: 'settings-files', query: 'state=files', go: (page, say) => settings(page, say, 'files_title') },
  {
    name: 'settings-notifications',
    query: '',
    go: (page, say) => settings(page, say, 'settings_notifications'),
  },
  { name: 'settings-network', query: '', go: (page, say) => settings(page, say, 'settings_network') },
  { name: 'settings-desktop', query: '', go: (page, say) => settings(page, say, 'settings_desktop') },
  { name: 'settings-lock', query: '', go: (page, say) => settings(page, say, 'lock_title') },
  { name: 'settings-away', query: '', go: (page, say) => settings(page, say, 'settings_away') },
  { name: 'settings-sending', query: '', go: (page, say) => settings(page, say, 'settings_sending') },
  { name: 'settings-keyboard', query: '', go: (page, say) => settings(page, say, 'settings_keyboard') },
  { name: 'settings-server', query: '', go: (page, say) => settings(page, say, 'settings_server') },
  { name: 'settings-diagnostics', query: '', go: (page, say) => settings(page, say, 'settings_diagnostics') },
  { name: 'settings-about', query: '', go: (page, say) => settings(page, say, 'settings_about') },
  {
    name: 'settings-about-update',
    query: 'updates=found',
    go: (page, say) => settings(page, say, 'settings_about'),
  },
  ...ENTRANCE,
  { name: 'narrow-list', query: '', size: NARROW },
  { name: 'narrow-chat', query: 'open=ridge', size: NARROW },
  {
    name: 'narrow-settings',
    query: '',
    size: NARROW,
    go: async (page, say) => {
      await accountMenu(page);
      await item(page, say('accounts_settings')).click();
      await page.getByRole('heading', { name: say('settings_title') }).waitFor();
    },
  },
  { name: 'wide', query: 'open=ridge', size: { width: 1920, height: 1000 }, go: details },
  { name: 'big-text', query: 'open=ridge&scale=1.4' },
  { name: 'contrast', query: 'open=ridge&theme=contrast', go: details },
];

/**
 * Opens a screen and waits until it stands still.
 *
 * @param {{ open: Function }} browser
 * @param {Screen} screen
 * @param {(key: string, inputs?: Record<string, string | number>) => string} say
 * @param {{ locale: string, colorScheme?: 'light' | 'dark' }} options
 */
export async function openScreen(browser, screen, say, options) {
  const opened = await browser.open(screen.query, { ...options, ...screen.size });
  // Long enough for a busy machine; a screen that is not there in that time is not there.
  opened.page.setDefaultTimeout(15_000);
  await opened.page.waitForFunction(() => document.querySelector('#app > *') !== null);
  await screen.go?.(opened.page, say);
  await settle(opened.page);
  return opened;
}
