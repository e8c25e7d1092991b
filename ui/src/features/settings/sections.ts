// The pages of the settings, in their order: what the list of the settings shows and what the palette finds.
import ActivityIcon from '@lucide/svelte/icons/activity';
import AppWindow from '@lucide/svelte/icons/app-window';
import BellIcon from '@lucide/svelte/icons/bell';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Info from '@lucide/svelte/icons/info';
import KeyRound from '@lucide/svelte/icons/key-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LanguagesIcon from '@lucide/svelte/icons/languages';
import Laptop from '@lucide/svelte/icons/laptop-minimal';
import Moon from '@lucide/svelte/icons/moon';
import NetworkIcon from '@lucide/svelte/icons/network';
import Palette from '@lucide/svelte/icons/palette';
import Send from '@lucide/svelte/icons/send';
import Shield from '@lucide/svelte/icons/shield';
import UserRound from '@lucide/svelte/icons/user-round';
import { m } from '~/i18n';
import type { App } from '~/state/app.svelte';
import type { SettingsSection } from '~/state/view.svelte';

export interface Section {
  name: SettingsSection;
  icon: typeof Info;
  title: string;
  /** What people also call what is on it; found, never shown. */
  words: string;
}

/** Every page; adding one to `SettingsSection` without naming it here does not compile. */
const PAGES: Record<SettingsSection, () => Omit<Section, 'name'>> = {
  profile: () => ({ icon: UserRound, title: m.settings_own_profile(), words: m.search_words_profile() }),
  notifications: () => ({
    icon: BellIcon,
    title: m.settings_notifications(),
    words: m.search_words_notifications(),
  }),
  appearance: () => ({ icon: Palette, title: m.settings_appearance(), words: m.search_words_appearance() }),
  language: () => ({ icon: LanguagesIcon, title: m.settings_language(), words: m.search_words_language() }),
  privacy: () => ({ icon: Shield, title: m.settings_privacy(), words: m.search_words_privacy() }),
  lock: () => ({ icon: KeyRound, title: m.lock_title(), words: m.search_words_lock() }),
  files: () => ({ icon: HardDrive, title: m.files_title(), words: m.search_words_files() }),
  away: () => ({ icon: Moon, title: m.settings_away(), words: m.search_words_away() }),
  sending: () => ({ icon: Send, title: m.settings_sending(), words: m.search_words_sending() }),
  keyboard: () => ({ icon: Keyboard, title: m.settings_keyboard(), words: m.search_words_keyboard() }),
  network: () => ({ icon: NetworkIcon, title: m.settings_network(), words: m.search_words_network() }),
  desktop: () => ({ icon: AppWindow, title: m.settings_desktop(), words: m.search_words_desktop() }),
  server: () => ({ icon: Laptop, title: m.settings_server(), words: m.search_words_server() }),
  diagnostics: () => ({
    icon: ActivityIcon,
    title: m.settings_diagnostics(),
    words: m.search_words_diagnostics(),
  }),
  about: () => ({ icon: Info, title: m.settings_about(), words: m.search_words_about() }),
};

/** Those there are here: an organisation may leave out the server on this computer. */
export function sectionsOf(app: App): Section[] {
  return (Object.keys(PAGES) as SettingsSection[])
    .filter((name) => name !== 'server' || app.allows('localServer'))
    .map((name) => ({ name, ...PAGES[name]() }));
}
