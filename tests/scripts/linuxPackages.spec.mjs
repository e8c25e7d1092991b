// The checks of `npm run package` find what is wrong, and what is packed from this tree is right as far as it shows
// without packing.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTENTS, desktopEntryFaults, missingContents } from '../../scripts/lib/linuxPackages.mjs';
import { root } from '../../scripts/lib/steps.mjs';

const text = (path) => readFileSync(join(root, path), 'utf8');
const ENTRY = text('packaging/linux/cubist.desktop')
  .replaceAll('{{name}}', 'Cubist')
  .replaceAll(/\{\{(exec|icon)\}\}/g, 'cubist');
const config = JSON.parse(text('tauri.conf.json'));

test('the desktop entry of this tree has no faults', () => {
  assert.deepEqual(desktopEntryFaults(ENTRY), []);
});

test('an entry that handles no links, speaks one language or names an action that is not there is found out', () => {
  assert.deepEqual(desktopEntryFaults(ENTRY.replace('x-scheme-handler/cubist;', '')), [
    'links (cubist:) are not handled',
  ]);
  assert.deepEqual(desktopEntryFaults(ENTRY.replace(/^Comment\[uk\].*$/m, '')), ['Comment is not in uk']);
  assert.deepEqual(desktopEntryFaults(ENTRY.replace('Actions=minimised;', 'Actions=minimised;quit;')), [
    'the action quit is not there',
  ]);
  assert.deepEqual(desktopEntryFaults(ENTRY.replace(' %U', '')), ['neither links nor files are handed over']);
  assert.deepEqual(desktopEntryFaults(ENTRY.replace('Icon=cubist', 'Icon={{icon}}')), [
    'a placeholder is left',
  ]);
});

test('a package without the local backend is found out', () => {
  assert.deepEqual(missingContents(CONTENTS.map((path) => `./${path}`)), []);
  assert.deepEqual(
    missingContents(CONTENTS.map((path) => `/${path}`).filter((path) => !path.endsWith('-server'))),
    ['usr/bin/cubist-server'],
  );
});

test('every file that a package takes from this tree is there', () => {
  const { icon, linux } = config.bundle;
  const sources = [linux.deb, linux.rpm].flatMap((kind) => [
    ...Object.values(kind.files),
    kind.desktopTemplate,
  ]);
  for (const path of [...icon, ...sources]) assert.ok(existsSync(join(root, path)), path);
});

test('all places that name the version name the same', () => {
  const { version } = JSON.parse(text('package.json'));
  assert.equal(/^version = "([^"]+)"/m.exec(text('Cargo.toml'))[1], version);
  const newest = /<release version="([^"]+)"/.exec(
    text('packaging/linux/org.cubist.messenger.metainfo.xml'),
  )[1];
  assert.equal(newest, version);
});
