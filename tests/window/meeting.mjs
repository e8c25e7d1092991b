// Somebody of the sample chats meets somebody with the official SDK.
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { tryHere } from './entrance.mjs';

/**
 * Comes in as Ada at the first start; then Beatrice, who has the SDK, writes to her, and their chat is open.
 *
 * @param {import('./desktop.mjs').Desktop} desktop
 * @param page its window's page, as it is at the first start
 * @param {string} words what she writes
 */
export async function tryHereAndMeet(desktop, page, words) {
  await tryHere(page);
  const beatrice = await SdkPerson.signUp({ ready: desktop.backend() }, 'beatrice');
  const ada = (await beatrice.cube.users.getV2({ login: 'ada.byron' })).items[0].id;
  const dialog = await beatrice.privateDialog(ada);
  beatrice.send(ada, dialog, words);
  await page.openChat(words);
  await page.element('textarea');
  return { beatrice, ada, dialog };
}
