// Controls that lead to more than one screen, found by what they are called in any language.

/** A window of one column. */
export const NARROW = { width: 390, height: 780 };

export const button = (page, name) => page.getByRole('button', { name, exact: true });
/** What a control is called, before the key or the number that may follow. */
export const beginning = (words) => new RegExp(`^${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
export const item = (page, words) => page.getByRole('menuitem', { name: beginning(words) }).first();

/** Opens what hangs on the account's button. */
export async function accountMenu(page) {
  await page
    .getByRole('button', { name: /Mira Lindqvist/ })
    .first()
    .click();
}

export async function settings(page, say, section) {
  await accountMenu(page);
  await item(page, say('accounts_settings')).click();
  const chosen = page.getByRole('navigation').getByRole('button', { name: say(section), exact: true });
  await chosen.click();
  await page.getByRole('heading', { name: say(section), level: 2, exact: true }).waitFor();
}
