// Starts the window: language and theme first, then the stores, then the page.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import AppRoot from './App.svelte';
import { openBackend } from './ipc/open';
import { clock } from './lib/clock.svelte';
import { LanguageController } from './lib/language';
import { ThemeController } from './lib/theme';
import { App } from './state/app.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html lost its #app');

clock.start();
const theme = new ThemeController();
const language = new LanguageController();
const [backend] = await Promise.all([openBackend(), language.speak()]);
const app = new App(backend);
mount(AppRoot, { target, props: { app, theme, language } });
