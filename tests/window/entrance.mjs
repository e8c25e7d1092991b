// The ways into the app: on the backend that comes with it, and on one of the test's own, through the form for endpoints.

/**
 * Keeps the key in a file, names the endpoints and signs in.
 *
 * @param page the window's page, as it is at the first start
 * @param ready what the backend says of itself
 * @param {{ login: string, password: string }} who
 */
export async function signIn(page, ready, { login, password }) {
  await keepInFile(page);
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
  await nameServer(page, ready);
  await page.fill('Login', login);
  await page.fill('Password', password);
  await page.press('button', 'Sign in');
}

/** Names the endpoints of a server of one's own, and goes on to who one is. */
export async function nameServer(page, ready) {
  await page.press('button', 'Advanced');
  await page.fill('API address', ready.api_url);
  await page.fill('Chat address', ready.chat_url);
  await page.fill('Application id', String(ready.app_id));
  await page.fill('Authorization key', ready.auth_key);
  await page.press('button', 'Continue');
}

/** Says that the key is to be kept in a file: what is asked first where there is no keychain. */
export async function keepInFile(page) {
  await page.press('[role=radio],label,button', 'In a file');
  await page.press('button', 'Keep it in a file');
}

/**
 * Chooses the server on this computer and signs somebody up there.
 *
 * @param page the window's page, where it asks for the server
 * @param {{ name: string, login: string }} [who] Ada, unless somebody else
 */
export async function signUpHere(page, { name, login } = { name: 'Ada Byron', login: 'ada.byron' }) {
  await page.press('button', 'Try it on this computer');
  await page.sees('Who are you?');
  await page.fill('Name', name);
  await page.fill('Login', login);
  await page.fill('Password', 'a long enough password');
  await page.press('button', 'Start chatting');
  // One of those who live on this server; the chats with them are there at once.
  await page.sees('Robin Hale');
}

/** All of it at the first start where there is no keychain, as Ada. */
export async function tryHere(page) {
  await keepInFile(page);
  await signUpHere(page);
}
