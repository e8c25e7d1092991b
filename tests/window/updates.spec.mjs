// A new version in the real window, of a copy that replaces itself as an AppImage does: found at the address that the
// organisation has set, refused when somebody else signed it, installed at a press without losing what was typed.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop, root, until } from './desktop.mjs';
import { keepInFile, signUpHere } from './entrance.mjs';

const VERSION = '9.9.9';
/** Says with which words it was started, and ends. */
const NEXT = readFileSync('/bin/echo');

const text64 = (text) => Buffer.from(text).toString('base64');

/** A key as `tauri signer` makes it, and what it signs: minisign with the version in the trusted comment. */
function makeKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = randomBytes(8);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const own = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64');
  return {
    public: text64(`untrusted comment: minisign public key\n${own}\n`),
    sign(bytes) {
      const signature = sign(null, createHash('blake2b512').update(bytes).digest(), privateKey);
      const comment = `timestamp:1790000000\tfile:Cubist.AppImage\tversion:${VERSION}`;
      const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
      const line = Buffer.concat([Buffer.from('ED'), id, signature]).toString('base64');
      return text64(
        `untrusted comment: signature\n${line}\ntrusted comment: ${comment}\n${whole.toString('base64')}\n`,
      );
    },
  };
}

const desktop = new Desktop('updates');
const key = makeKey();
const image = join(desktop.home, 'Cubist.AppImage');
const config = join(desktop.home, 'works.toml');
const asked = [];
let signature = makeKey().sign(NEXT);
let page;

const server = createServer((request, response) => {
  asked.push(request.url);
  if (request.url === '/package') return response.end(NEXT);
  const { port } = server.address();
  const notes = 'Chats open faster.';
  response.end(
    JSON.stringify({ version: VERSION, notes, url: `http://127.0.0.1:${port}/package`, signature }),
  );
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}/latest.json`;
  writeFileSync(config, `name = 'Ridge Club'\n[updates]\naddress = '${address}'\nkey = '${key.public}'\n`);
  copyFileSync('/bin/true', image);
  await desktop.open();
  Object.assign(desktop.env, {
    APPIMAGE: image,
    APPDIR: join(root, 'target', process.env.CUBIST_PROFILE ?? 'debug'),
  });
  page = await desktop.launch(['--config', config]);
});

after(async () => {
  await desktop.close();
  server.close();
});

async function openAbout() {
  await page.accountMenu('Settings');
  await page.press('nav button', 'About');
  await page.sees('Ridge Club');
  await page.sees(`Version ${VERSION} is there`);
}

const install = () => page.press('button', 'Install and restart');

test('a new version is found, refused while somebody else signed it, and takes the place of this one', async () => {
  await keepInFile(page);
  await signUpHere(page, { name: 'Wanda Works', login: 'wanda' });
  await page.openChat('Robin Hale');
  await page.fill('Message to', 'Not sent yet');

  await openAbout();
  await page.sees('Chats open faster.');
  assert.deepEqual(asked, ['/latest.json'], 'asked once, and nothing loaded unasked');
  await install();
  await page.sees('was not signed by your organisation');
  desktop.shot('refused');
  assert.deepEqual(readFileSync(image), readFileSync('/bin/true'));

  signature = key.sign(NEXT);
  await page.press('button', 'Look now');
  await until('a second look', () => asked.filter((path) => path === '/latest.json').length === 2);
  await until('the end of the look', () =>
    page.run(`() => document.querySelector('[aria-busy=true]') === null`),
  );
  desktop.shot('found');
  const pids = desktop.appPids();
  await install();
  // What was installed is started in the place of the window, with the same words.
  await until('the next version', () =>
    readFileSync(join(desktop.output, 'app.log'), 'utf8').includes(`--config ${config}\n`),
  );
  await until('the window to be gone', () => desktop.appPids().every((pid) => !pids.includes(pid)));
  assert.deepEqual(readFileSync(image), NEXT);
  desktop.kill(desktop.driver);
});

test('what was typed before is there in the next start', async () => {
  page = await desktop.launch(['--config', config]);
  await page.openChat('Robin Hale');
  await until('the draft', () =>
    page.run(`() => document.querySelector('textarea')?.value === 'Not sent yet'`),
  );
});
