import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const words = `${root}src/i18n/generated`;

// A build leaves the words compiled; alone, the tests do it themselves. Not by the plugin, whose watcher stays alive.
if (!existsSync(`${words}/messages/en.js`)) {
  await compile({
    project: `${root}project.inlang`,
    outdir: words,
    outputStructure: 'locale-modules',
    strategy: ['globalVariable', 'baseLocale'],
  });
}

// Pure logic and stores, in Node. What needs a page is driven in a real browser by tests/ui.
export default defineConfig({
  root,
  plugins: [svelte({ configFile: `${root}svelte.config.js` })],
  resolve: { alias: { '~': `${root}src` } },
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts'],
    env: { TZ: 'UTC' },
  },
});
