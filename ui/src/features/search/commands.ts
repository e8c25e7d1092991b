// What the palette can do: the commands of the window, found by their name or by what people call them otherwise.
import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import CheckCheck from '@lucide/svelte/icons/check-check';
import Contrast from '@lucide/svelte/icons/contrast';
import Compass from '@lucide/svelte/icons/compass';
import FolderDown from '@lucide/svelte/icons/folder-down';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import LogOut from '@lucide/svelte/icons/log-out';
import Megaphone from '@lucide/svelte/icons/megaphone';
import MessageSquarePlus from '@lucide/svelte/icons/message-square-plus';
import Moon from '@lucide/svelte/icons/moon';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Send from '@lucide/svelte/icons/send';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import TextSearch from '@lucide/svelte/icons/text-search';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';
import { beginsWords } from '~/features/chats/filter';
import { isQuiet } from '~/features/settings/quiet';
import { sectionsOf } from '~/features/settings/sections';
import { shortcutWords } from '~/features/shortcuts/shown';
import { m } from '~/i18n';
import type { Theme } from '~/ipc/bindings.gen';
import { errorSentence } from '~/lib/errorSentence';
import { isolated } from '~/lib/writing';
import type { App } from '~/state/app.svelte';
import { hasNews } from '~/state/dialogs.svelte';
import type { ShortcutId } from '~/state/shortcuts.svelte';
import type { Space } from '~/state/space.svelte';
import type { Command } from './results';

/** All commands that make sense now. */
export function commandsOf(app: App, space: Space): Command[] {
  const keys = (id: ShortcutId): { shortcut?: string } => {
    const shortcut = shortcutWords(app, id);
    return shortcut === null ? {} : { shortcut };
  };
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
  const { dialogId } = app.view;
  if (dialogId !== null) {
    commands.push({
      id: 'search-chat',
      label: m.search_open(),
      icon: TextSearch,
      words: m.search_words_search_chat(),
      ...keys('searchChat'),
      run: () => {
        app.view.closeSheet();
        app.do('searchChat');
      },
    });
    if (app.allows('export')) {
      commands.push({
        id: 'export',
        label: m.chats_export(),
        icon: FolderDown,
        words: m.search_words_export(),
        run: () => app.view.open({ kind: 'export', dialogId }),
      });
    }
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
    {
      id: 'outbox',
      label: m.outbox_title(),
      icon: Send,
      words: m.search_words_outbox(),
      ...keys('outbox'),
      run: () => {
        app.view.closeSheet();
        app.view.openOutbox();
      },
    },
    quiet(app),
    ...sectionsOf(app).map(({ name, icon, title, words }): Command => ({
      id: `settings-${name}`,
      label: m.search_command_settings({ page: title }),
      icon,
      words,
      run: () => app.view.go({ kind: 'settings', section: name }),
    })),
    {
      id: 'shortcuts',
      label: m.shortcuts_title(),
      icon: Keyboard,
      words: m.search_words_keyboard(),
      ...keys('shortcuts'),
      run: () => app.view.open({ kind: 'shortcuts' }),
    },
    theme('light', m.search_command_light(), Sun, m.search_words_theme()),
    theme('dark', m.search_command_dark(), Moon, m.search_words_theme()),
    theme('contrast', m.search_command_contrast(), Contrast, m.search_words_theme()),
    theme('system', m.search_command_system(), SunMoon, m.search_words_theme()),
    ...app.accounts.list
      .filter((account) => account.id !== space.accountId)
      .map((account): Command => ({
        id: `account-${account.id}`,
        label: m.search_command_switch({ name: isolated(account.name) }),
        icon: UserRound,
        words: m.search_words_account(),
        run: () => {
          app.view.closeSheet();
          app.enter(account);
        },
      })),
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
    ...signOut(app),
  ];
}

const HOUR_MS = 3_600_000;

/** No notifications for an hour; while there are none, the way back. */
function quiet(app: App): Command {
  const now = Date.now();
  const on = isQuiet(app.settings.current.quietUntil, now);
  return {
    id: 'quiet',
    label: on ? m.quiet_end() : m.search_command_quiet(),
    icon: on ? Bell : BellOff,
    words: m.search_words_notifications(),
    run: () => {
      app.view.closeSheet();
      app.setQuiet(on ? null : now + HOUR_MS).catch((error: unknown) => app.toast(errorSentence(error)));
    },
  };
}

/** Asks first, like the menu of the account. */
function signOut(app: App): Command[] {
  const { account } = app;
  if (account === null) return [];
  return [
    {
      id: 'sign-out',
      label: m.accounts_sign_out(),
      icon: LogOut,
      words: m.search_words_sign_out(),
      run: () => {
        app.view.closeSheet();
        app.view.lay({ kind: 'signOut', account });
      },
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
