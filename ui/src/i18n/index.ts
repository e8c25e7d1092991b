// The window's words. Every sentence comes from ui/messages; dates, numbers and plurals from Intl.
export { m } from './generated/messages.js';
export { locale, direction, setLanguage } from './locale';
