// Proxy, certificate authority and the test of the connection, before and after signing in.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

async function open(query = '') {
  const window = await browser.open(query);
  await openSettings(window.page, 'Network');
  await window.page.getByRole('radio', { name: 'As the system says' }).waitFor();
  return window;
}

async function give(page, { host, port, name, password }) {
  if (host !== undefined) await page.getByLabel('Address', { exact: true }).fill(host);
  if (port !== undefined) await page.getByLabel('Port').fill(port);
  if (name !== undefined) await page.getByLabel('Name, if it asks for one').fill(name);
  if (password !== undefined) await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Use this proxy' }).click();
}

describe('the network of the settings', () => {
  it('takes a proxy with its password, tries it at once and keeps the password to itself', async () => {
    const { page, done } = await open();
    await page.getByText('SOCKS5 proxy', { exact: true }).click();
    await give(page, { host: ' proxy.example.org ', port: '1081', name: 'mira', password: 'sesame' });
    await page.getByText('Answers within 34 ms.').first().waitFor();
    await page.getByText('Through the proxy proxy.example.org:1081').waitFor();
    const server = { host: 'proxy.example.org', port: 1081, name: 'mira', hasPassword: false };
    assert.deepEqual(await callsOf(page, 'setProxy'), [[{ type: 'socks5', payload: server }, 'sesame']]);
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
    await page.getByText('Kept, encrypted. Leave it empty to keep it.').waitFor();
    await settle(page);
    await shot(page, 'network-proxy');
    assert.deepEqual(await violations(page), []);
    // Sent once more without touching it, nothing is said about the password.
    await page.getByRole('button', { name: 'Use this proxy' }).click();
    assert.deepEqual((await callsOf(page, 'setProxy'))[1], [{ type: 'socks5', payload: server }, null]);
    await done();
  });

  it('goes back to the system, and to no proxy, at a press', async () => {
    const { page, done } = await open();
    await page.getByText('No proxy', { exact: true }).click();
    await page.getByText('Directly, without a proxy').waitFor();
    await page.getByText('As the system says').click();
    await page.getByRole('button', { name: 'Test', exact: true }).waitFor();
    assert.deepEqual(await callsOf(page, 'setProxy'), [
      [{ type: 'direct' }, null],
      [{ type: 'system' }, null],
    ]);
    await done();
  });

  it('says what is wrong with an address where it was typed', async () => {
    const { page, done } = await open();
    await page.getByText('HTTP proxy', { exact: true }).click();
    await give(page, {});
    await page.getByText('Enter the address of the proxy.').waitFor();
    await give(page, { host: 'proxy', port: '70000' });
    await page.getByText('Enter a number from 1 to 65535.').waitFor();
    assert.deepEqual(await callsOf(page, 'setProxy'), []);
    await give(page, { host: 'http://proxy', port: '' });
    await page.getByText('Enter only the name or the address, such as proxy.example.org.').waitFor();
    await give(page, { host: 'proxy.example.org', name: 'guest' });
    await page
      .getByText(/wants a name and a password, or others than it got/)
      .first()
      .waitFor();
    await settle(page);
    await shot(page, 'network-refused');
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it('believes a certificate of one’s own, shown by its fingerprint, until it is removed', async () => {
    const { page, done } = await open();
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await page.getByText('house-root.pem').waitFor();
    await page.getByText(/^9C:2F/).waitFor();
    await settle(page);
    await shot(page, 'network-certificate');
    assert.deepEqual(await violations(page), []);
    await refuse(page, 'chooseAuthority', { kind: 'invalidInput', field: 'authority' });
    await page.getByRole('button', { name: 'Replace…' }).click();
    await page.getByText(/This file is no certificate in PEM/).waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Only the system’s authorities are believed').waitFor();
    await done();
  });

  it('is what the connection line leads to when the proxy is in the way', async () => {
    const { page, done } = await browser.open('state=proxyLogin');
    await page.clock.runFor(3000);
    await page.getByText('The proxy wants a name and password').first().waitFor();
    await page.getByRole('button', { name: 'Network settings' }).click();
    await page.getByRole('heading', { name: 'Network', level: 2 }).waitFor();
    await done();
  });

  it('is there before anybody has signed in, and leads back', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await page.getByRole('button', { name: 'Network', exact: true }).click();
    await page.getByRole('heading', { name: 'Network', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Answers within 51 ms.').first().waitFor();
    assert.deepEqual(await callsOf(page, 'tryNetwork'), [[null]]);
    await settle(page);
    await shot(page, 'network-first-run');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('Try it on this computer').waitFor();
    await done();
  });
});
