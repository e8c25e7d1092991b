// Starts the window: language and theme first, then the stores, then the page.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import AppRoot from './App.svelte';
import { setLanguage } from './i18n';
import { openBackend } from './ipc/open';
import { clock } from './lib/clock.svelte';
import { ThemeController } from './lib/theme';
import { App } from './state/app.svelte';

setLanguage(navigator.languages);

const target = document.getElementById('app');
if (target === null) throw new Error('index.html lost its #app');

clock.start();
const theme = new ThemeController();
const app = new App(await openBackend());
mount(AppRoot, { target, props: { app, theme } });
