// Owns the stores and the path of events into them. Created once at the root; the order is: subscribe, then load.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { Account, AppEvent, IpcError, KeyState } from '~/ipc/bindings.gen';
import { Accounts } from './accounts.svelte';
import { SettingsStore } from './settings.svelte';
import { View } from './view.svelte';

export type Boot = { kind: 'loading' } | { kind: 'failed'; error: IpcError } | { kind: 'ready' };

export class App {
  boot = $state.raw<Boot>({ kind: 'loading' });
  keys = $state.raw<KeyState>({ type: 'ready' });
  version = $state('');
  profile = $state('');
  platform = $state<'linux' | 'macos' | 'windows'>('linux');

  readonly accounts = new Accounts();
  readonly view = new View();
  readonly settings: SettingsStore;

  constructor(readonly backend: Backend) {
    this.settings = new SettingsStore(backend);
  }

  /** The account whose chats are listed. */
  get account(): Account | null {
    return this.accounts.get(this.view.accountId);
  }

  async start(): Promise<void> {
    try {
      await this.backend.subscribe((event) => this.apply(event));
      await this.load();
    } catch (error) {
      this.boot = { kind: 'failed', error: toIpcError(error) };
    }
  }

  /** Takes the snapshot. Also called after the keys were made or unlocked. */
  async load(): Promise<void> {
    const snapshot = await this.backend.bootstrap();
    this.version = snapshot.version;
    this.profile = snapshot.profile;
    this.platform = snapshot.platform;
    this.keys = snapshot.keys;
    this.accounts.set(snapshot.accounts);
    this.settings.load(snapshot.settings);
    this.boot = { kind: 'ready' };
  }

  /** Makes the account the listed one and shows its chats: what signing in ends with. */
  enter(account: Account): void {
    this.accounts.upsert(account);
    this.view.accountId = account.id;
    this.view.openDialog(null);
    this.view.go({ kind: 'main' });
    this.settings.update({ lastAccount: account.id, lastDialog: null });
  }

  apply(event: AppEvent): void {
    void event;
  }
}
