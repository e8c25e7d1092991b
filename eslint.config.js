import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './ui/svelte.config.js';

const parserOptions = {
  projectService: { allowDefaultProject: ['ui/vite.config.ts', 'ui/vitest.config.ts'] },
  tsconfigRootDir: import.meta.dirname,
  extraFileExtensions: ['.svelte'],
};

export default ts.config(
  {
    ignores: [
      'target/',
      'ui/dist/',
      'ui/src/i18n/generated/',
      '**/*.gen.ts',
      'src-tauri/gen/',
      '**/*.mjs',
      'ui/svelte.config.js',
      'eslint.config.js',
    ],
  },
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.browser, parserOptions } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { ...parserOptions, parser: ts.parser, svelteConfig } },
  },
  {
    // Outside svelte-check, what a component exports has no type; svelte-check sees these for real.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@tauri-apps/*'], message: 'Only ui/src/ipc speaks to the shell.' },
            { group: ['**/i18n/generated/**'], message: 'Import m from ~/i18n instead.' },
          ],
        },
      ],
      'svelte/no-at-html-tags': 'error',
      // The app has no router, so links are not routes.
      'svelte/no-navigation-without-resolve': 'off',
      // Maps and sets that are not rendered need no signal.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['ui/src/ipc/**', 'ui/src/i18n/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
