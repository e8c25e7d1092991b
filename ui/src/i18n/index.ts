// The window's words. Every sentence comes from ui/messages; dates, numbers and plurals from Intl.
export { inDigits } from './digits';
export { LANGUAGES, direction, locale, nameOf } from './language.svelte';
export { m } from './words';
