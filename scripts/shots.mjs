// npm run shots: pictures of every screen, to be looked at. They go to `shots/`, which git ignores.
//
//   npm run shots                                    English and Arabic, light and dark
//   npm run shots -- --locale de-DE --theme light    one language, one theme
//   npm run shots -- --only settings                 screens whose name contains the word (several: a,b)
//   npm run shots -- --readme                       the pictures of the README anew, into docs/images
//   npm run shots -- --sheet                         also one page for each language and theme with all pictures on it
//
// The pages run in a browser on the fake backend, as in tests/ui: build them first (npm run build:ui).

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, visit } from '../tests/ui/support/browser.mjs';
import { openScreen, SCREENS } from '../tests/ui/support/screens.mjs';
import { serve } from '../tests/ui/support/site.mjs';
import { wordsOf } from '../tests/ui/support/words.mjs';
import { root } from './lib/steps.mjs';

const { values } = parseArgs({
  options: {
    locale: { type: 'string', multiple: true, default: ['en-GB', 'ar-EG'] },
    theme: { type: 'string', multiple: true, default: ['light', 'dark'] },
    only: { type: 'string', default: '' },
    scale: { type: 'string', default: '1' },
    sheet: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
  },
});
const wanted = values.only.split(',');
const screens = SCREENS.filter(({ name }) => wanted.some((word) => name.includes(word)));
const folder = join(root, 'shots');
let failed = 0;

/** The pictures of the README, by the names of their files. */
const README = {
  'main-light': { name: 'group-details', locale: 'en-GB', theme: 'light' },
  'main-dark': { name: 'message-kinds', locale: 'en-GB', theme: 'dark' },
  search: { name: 'search', locale: 'en-GB', theme: 'light' },
  arabic: { name: 'group-details', locale: 'ar-EG', theme: 'light' },
  'first-run': { name: 'first-run', locale: 'en-GB', theme: 'light' },
};

/** Opens a screen and writes its picture to a file. */
async function photograph(screen, locale, colorScheme, path) {
  try {
    const options = { locale, colorScheme, deviceScaleFactor: Number(values.scale) };
    const opened = await openScreen(
      { open: (query, more) => visit(browser, site.url, query, more) },
      screen,
      wordsOf(locale),
      options,
    );
    await opened.page.screenshot({ path, animations: 'disabled' });
    await opened.done();
  } catch (error) {
    failed += 1;
    const [reason] = (error instanceof Error ? error.message : String(error)).split('[pid=');
    console.error(`${locale}-${colorScheme}/${screen.name}: ${reason}`);
  }
}

/** A page with all pictures of one language and theme, for a look at the whole. */
async function contactSheet(browser, set, names) {
  const pictures = names
    .map((name) => `<figure><img src="${name}.png"><figcaption>${name}</figcaption></figure>`)
    .join('');
  const style =
    'body{margin:8px;font:12px sans-serif;display:grid;grid-template-columns:repeat(4,1fr);gap:8px}' +
    'figure{margin:0}img{max-width:100%;max-height:300px;border:1px solid #888}';
  const file = join(folder, set, 'index.html');
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><style>${style}</style>${pictures}`);
  const page = await browser.newPage({ viewport: { width: 1640, height: 1000 } });
  await page.goto(`file://${file}`);
  await page.screenshot({ path: join(folder, `${set}.png`), fullPage: true });
  await page.close();
}

const site = await serve();
const browser = await launch();
try {
  if (values.readme) {
    for (const [file, { name, locale, theme }] of Object.entries(README)) {
      const screen = SCREENS.find((each) => each.name === name);
      await photograph(screen, locale, theme, join(root, 'docs/images', `${file}.png`));
    }
  }
  for (const locale of values.readme ? [] : values.locale) {
    for (const colorScheme of values.theme) {
      const set = `${locale}-${colorScheme}`;
      if (values.only === '') rmSync(join(folder, set), { recursive: true, force: true });
      mkdirSync(join(folder, set), { recursive: true });
      for (const screen of screens) {
        await photograph(screen, locale, colorScheme, join(folder, set, `${screen.name}.png`));
      }
      if (values.sheet)
        await contactSheet(
          browser,
          set,
          screens.map(({ name }) => name),
        );
      console.log(`${set}: ${screens.length} screens`);
    }
  }
} finally {
  await browser.close();
  await site.close();
}
if (failed > 0) {
  console.error(`${failed} screens could not be reached.`);
  process.exitCode = 1;
}
