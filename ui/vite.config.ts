import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root,
  plugins: [
    svelte({ configFile: `${root}svelte.config.js` }),
    paraglideVitePlugin({
      project: `${root}project.inlang`,
      outdir: `${root}src/i18n/generated`,
      // One module for each language, loaded when it is chosen (i18n/language.svelte.ts); no URL, no cookie.
      outputStructure: 'locale-modules',
      strategy: ['globalVariable', 'baseLocale'],
    }),
  ],
  resolve: { alias: { '~': `${root}src` } },
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  preview: { port: 1421, strictPort: true },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The oldest webviews we meet: WebKitGTK 2.40 and WKWebView of macOS 13.
    target: ['safari16.4', 'chrome111'],
    sourcemap: false,
    // Inlined assets would need `data:` in the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre, which is loaded only where a map can be moved.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // What the first screen shares with pages that come later is one file rather than sixty: each costs a request of the
        // window's own protocol before anything is drawn. Maps, their outlines and emoji names come when they are asked for.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              minShareCount: 2,
              test: (id) => !/maplibre|world-atlas|topojson|emojibase|generated\/messages\/(?!en)/.test(id),
            },
          ],
        },
        // A worker's file: whoever serves the pages knows the type of .js, not always that of .mjs.
        assetFileNames: ({ names: [name = ''] }) =>
          name.endsWith('.mjs') ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
      },
    },
  },
});
