import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

// Pure logic and stores, in Node. What needs a page is driven in a real browser by tests/ui.
export default defineConfig({
  root,
  plugins: [
    svelte({ configFile: `${root}svelte.config.js` }),
    paraglideVitePlugin({
      project: `${root}project.inlang`,
      outdir: `${root}src/i18n/generated`,
      strategy: ['globalVariable', 'baseLocale'],
      emitTsDeclarations: true,
    }),
  ],
  resolve: { alias: { '~': `${root}src` } },
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts'],
    env: { TZ: 'UTC' },
  },
});
