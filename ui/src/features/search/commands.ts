// What the palette can do: the commands of the window, found by their name or by what people call them otherwise.
import ActivityIcon from '@lucide/svelte/icons/activity';
import CheckCheck from '@lucide/svelte/icons/check-check';
import Contrast from '@lucide/svelte/icons/contrast';
import Compass from '@lucide/svelte/icons/compass';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Info from '@lucide/svelte/icons/info';
import Keyboard from '@lucide/svelte/icons/keyboard';
import KeyRound from '@lucide/svelte/icons/key-round';
import LanguagesIcon from '@lucide/svelte/icons/languages';
import Laptop from '@lucide/svelte/icons/laptop-minimal';
import Lock from '@lucide/svelte/icons/lock';
import Megaphone from '@lucide/svelte/icons/megaphone';
import MessageSquarePlus from '@lucide/svelte/icons/message-square-plus';
import Moon from '@lucide/svelte/icons/moon';
import NetworkIcon from '@lucide/svelte/icons/network';
import PaletteIcon from '@lucide/svelte/icons/palette';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Shield from '@lucide/svelte/icons/shield';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';
import { beginsWords } from '~/features/chats/filter';
import { shortcutWords } from '~/features/shortcuts/shown';
import { m } from '~/i18n';
import type { Theme } from '~/ipc/bindings.gen';
import { errorSentence } from '~/lib/errorSentence';
import type { App } from '~/state/app.svelte';
import { hasNews } from '~/state/dialogs.svelte';
import type { ShortcutId } from '~/state/shortcuts.svelte';
import type { Space } from '~/state/space.svelte';
import type { SettingsSection } from '~/state/view.svelte';
import type { Command } from './results';

/** All commands that make sense now. */
export function commandsOf(app: App, space: Space): Command[] {
  const keys = (id: ShortcutId): { shortcut?: string } => {
    const shortcut = shortcutWords(app, id);
    return shortcut === null ? {} : { shortcut };
  };
  const settings = (
    section: SettingsSection,
    title: string,
    icon: Command['icon'],
    words: string,
  ): Command => ({
    id: `settings-${section}`,
    label: m.search_command_settings({ page: title }),
    icon,
    words,
    run: () => app.view.go({ kind: 'settings', section }),
  });
  const theme = (value: Theme, label: string, icon: Command['icon'], words: string): Command => ({
    id: `theme-${value}`,
    label,
    icon,
    words,
    run: () => {
      app.view.closeSheet();
      app.settings.update({ theme: value });
    },
  });
  const commands: Command[] = [
    {
      id: 'new-chat',
      label: m.shell_new_chat(),
      icon: MessageSquarePlus,
      words: m.search_words_new_chat(),
      ...keys('newChat'),
      run: () => app.view.open({ kind: 'newChat', mode: 'private' }),
    },
    {
      id: 'new-group',
      label: m.shell_new_group(),
      icon: Users,
      words: m.search_words_new_group(),
      ...keys('newGroup'),
      run: () => app.view.open({ kind: 'newChat', mode: 'group' }),
    },
    {
      id: 'new-public',
      label: m.search_command_public(),
      icon: Megaphone,
      words: m.search_words_new_public(),
      run: () => app.view.open({ kind: 'newChat', mode: 'public' }),
    },
    {
      id: 'explore',
      label: m.shell_explore(),
      icon: Compass,
      words: m.search_words_explore(),
      run: () => app.view.open({ kind: 'explore' }),
    },
    {
      id: 'new-folder',
      label: m.search_command_folder(),
      icon: FolderPlus,
      words: m.search_words_folder(),
      run: () => app.view.open({ kind: 'folder', folderId: null, dialogIds: [] }),
    },
  ];
  if (space.dialogs.all.some(hasNews)) {
    commands.push({
      id: 'mark-all-read',
      label: m.search_command_read(),
      icon: CheckCheck,
      words: m.search_words_read(),
      run: () => {
        app.view.closeSheet();
        void markAllRead(app, space);
      },
    });
  }
  if (app.view.dialogId !== null) {
    commands.push({
      id: 'details',
      label: app.view.details ? m.details_hide() : m.details_show(),
      icon: PanelRight,
      words: m.search_words_details(),
      ...keys('details'),
      run: () => {
        app.view.closeSheet();
        app.view.details = !app.view.details;
      },
    });
  }
  if (app.canLock) {
    commands.push({
      id: 'lock',
      label: m.search_command_lock(),
      icon: Lock,
      words: m.search_words_lock(),
      ...keys('lock'),
      run: () => void app.lock(),
    });
  }
  return [
    ...commands,
    settings('profile', m.settings_own_profile(), UserRound, m.search_words_profile()),
    settings('appearance', m.settings_appearance(), PaletteIcon, m.search_words_appearance()),
    settings('language', m.settings_language(), LanguagesIcon, m.search_words_language()),
    settings('privacy', m.settings_privacy(), Shield, m.search_words_privacy()),
    settings('lock', m.lock_title(), KeyRound, m.search_words_lock()),
    settings('away', m.settings_away(), Moon, m.search_words_away()),
    settings('keyboard', m.settings_keyboard(), Keyboard, m.search_words_keyboard()),
    {
      id: 'shortcuts',
      label: m.shortcuts_title(),
      icon: Keyboard,
      words: m.search_words_keyboard(),
      ...keys('shortcuts'),
      run: () => app.view.open({ kind: 'shortcuts' }),
    },
    ...(app.allows('localServer')
      ? [settings('server', m.settings_server(), Laptop, m.search_words_server())]
      : []),
    settings('diagnostics', m.settings_diagnostics(), ActivityIcon, m.search_words_diagnostics()),
    settings('about', m.settings_about(), Info, m.search_words_about()),
    theme('light', m.search_command_light(), Sun, m.search_words_theme()),
    theme('dark', m.search_command_dark(), Moon, m.search_words_theme()),
    theme('contrast', m.search_command_contrast(), Contrast, m.search_words_theme()),
    theme('system', m.search_command_system(), SunMoon, m.search_words_theme()),
    settings('network', m.settings_network(), NetworkIcon, m.search_words_network()),
    {
      id: 'add-account',
      label: m.search_command_account(),
      icon: UserPlus,
      words: m.search_words_account(),
      run: () =>
        app.view.go(
          app.organisation === null ? { kind: 'signIn', origin: 'cloud', add: true } : { kind: 'firstRun' },
        ),
    },
  ];
}

/** Those whose name, or another word for them, begins with what was typed. */
export function matching(commands: readonly Command[], typed: string): Command[] {
  return commands.filter((command) => beginsWords(`${command.label} ${command.words}`, typed));
}

/** Every chat that has something new is marked as read. */
async function markAllRead(app: App, space: Space): Promise<void> {
  const news = space.dialogs.all.filter(hasNews);
  try {
    await app.backend.markDialogsUnread(
      space.accountId,
      news.map((dialog) => dialog.id),
      false,
    );
    app.toast(m.search_all_read({ count: news.length }));
  } catch (error) {
    app.toast(errorSentence(error));
  }
}
