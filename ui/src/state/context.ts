// How components reach the stores: one typed context, set once at the root, so each test has its own.
import { createContext } from 'svelte';
import type { App } from './app.svelte';

const [getApp, setApp] = createContext<App>();

/** The stores of this window. Only while a component initialises. */
export { getApp, setApp };
