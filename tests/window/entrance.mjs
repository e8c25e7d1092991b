// The way into the app on a backend of the test's own, through the form for endpoints of one's own.

/**
 * Keeps the key in a file, names the endpoints and signs in.
 *
 * @param page the window's page, as it is at the first start
 * @param ready what the backend says of itself
 * @param {{ login: string, password: string }} who
 */
export async function signIn(page, ready, { login, password }) {
  await page.press('[role=radio],label,button', 'In a file');
  await page.press('button', 'Keep it in a file');
  await enter(page, ready, { login, password });
  await page.element('[aria-label="Chats"]');
}

/**
 * Names the endpoints and signs in: what is left where the key is kept already, as for a second account.
 *
 * @param page the window's page, where it asks for the server
 * @param ready what the backend says of itself
 * @param {{ login: string, password: string }} who
 */
export async function enter(page, ready, { login, password }) {
  await page.press('button', 'Advanced');
  await page.fill('API address', ready.api_url);
  await page.fill('Chat address', ready.chat_url);
  await page.fill('Application id', String(ready.app_id));
  await page.fill('Authorization key', ready.auth_key);
  await page.press('button', 'Continue');
  await page.fill('Login', login);
  await page.fill('Password', password);
  await page.press('button', 'Sign in');
}
