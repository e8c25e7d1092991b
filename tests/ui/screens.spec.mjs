// Every screen, in a language of each direction: nothing that the rules of accessibility find, nothing that is cut off
// sideways, and no complaint of the page.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { openScreen, SCREENS } from './support/screens.mjs';
import { wordsOf } from './support/words.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

/** Those that stand for the others where only the direction differs. */
const MAIN =
  /^(group-details|private|nothing-open|offline|account-menu|chat-menu|message-|reply|emoji|calendar|attachments|location|viewer|search$|new-group|explore|edit-chat|person|report|outbox|settings-(profile|language|privacy|files|notifications|lock)|first-run|keys-choose|narrow-chat)/;

/** What has colours of its own: marks, tones and states that high contrast has to tell apart, too. */
const CONTRAST =
  /^(chat-menu|message-kinds|message-menu|message-info|calendar|voice-recording|attachments|tray|viewer|location|search|person|outbox|picture-crop|first-run|keys-locked-wait)$/;

/** One language in each theme: what a theme breaks is broken in every language. */
const LOOKS = [
  { locale: 'en-GB', colorScheme: 'light', screens: SCREENS },
  { locale: 'ar-EG', colorScheme: 'dark', screens: SCREENS.filter(({ name }) => MAIN.test(name)) },
  {
    locale: 'en-GB',
    colorScheme: 'light',
    theme: 'contrast',
    screens: SCREENS.filter(({ name }) => CONTRAST.test(name)),
  },
];

for (const { screens, theme, ...look } of LOOKS) {
  const say = wordsOf(look.locale);
  describe(`every screen, ${look.locale}, ${theme ?? look.colorScheme}`, () => {
    for (const screen of screens) {
      it(screen.name, async () => {
        const query = theme === undefined ? screen.query : `${screen.query}&theme=${theme}`;
        const { page, done } = await openScreen(browser, { ...screen, query }, say, look);
        assert.deepEqual(await violations(page), []);
        const { wide, room, moving } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          room: window.innerWidth,
          // Everything here is opened by somebody who wants less motion.
          moving: document.getAnimations().map((each) => each.animationName ?? each.transitionProperty),
        }));
        assert.ok(wide <= room, `${wide} px of content in ${room} px`);
        assert.deepEqual(moving, [], 'still moves');
        await done();
      });
    }
  });
}
