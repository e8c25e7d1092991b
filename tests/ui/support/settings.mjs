// The way into the settings, and what the engine was asked to change.

import { wordsOf } from './words.mjs';

/** Opens a page of the settings through the account menu, as a person does; `say` in another language than English. */
export async function openSettings(page, section, say = wordsOf('en')) {
  await page
    .getByRole('button', { name: /Mira Lindqvist/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: say('accounts_settings') }).click();
  await page.getByRole('heading', { name: say('settings_title') }).waitFor();
  if (section === undefined) return;
  await page.getByRole('navigation').getByRole('button', { name: section, exact: true }).click();
  await page.getByRole('heading', { name: section, level: 2, exact: true }).waitFor();
}

/** The calls of one command, without its name. */
export function callsOf(page, command) {
  return page.evaluate(
    (name) => window.fake.calls.filter(([each]) => each === name).map(([, ...rest]) => rest),
    command,
  );
}

/** Lets one command of the fake backend refuse from now on; `null` lets it work again. */
export function refuse(page, command, error) {
  return page.evaluate(
    ([name, reason]) => {
      window.kept ??= {};
      window.kept[name] ??= window.fake[name];
      window.fake[name] = reason === null ? window.kept[name] : () => Promise.reject(reason);
    },
    [command, error],
  );
}
