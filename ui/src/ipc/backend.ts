// The border between the window and everything else: one interface, two implementations (tauri.ts, fake.ts). What can be
// asked for is written once, in Rust; the interface follows from the generated commands, words included.
// Every method rejects with an `IpcError`; screens switch on its `kind` and pick words from the catalogue.
import type { AccountId, AppEvent, commands, DialogId, IpcError, MessageId, Staging } from './bindings.gen';

/** A generated command, with its answer taken out of its envelope. */
type Unwrapped<Command> = Command extends (...args: infer Args) => Promise<infer Answer>
  ? (...args: Args) => Promise<Answer extends { status: 'ok'; data: infer Data } ? Filled<Data> : never>
  : never;

/** A command without an answer says `null`. */
type Filled<Data> = [Data] extends [null] ? void : Data;

/** All commands but the one that takes a channel of the shell, and the one whose body is a file. */
export type Commands = {
  [Name in Exclude<keyof typeof commands, 'subscribe' | 'stagePasted'>]: Unwrapped<(typeof commands)[Name]>;
};

export interface Backend extends Commands {
  /** Opens the one ordered stream of events. Called first, so that nothing falls between it and the snapshot. */
  subscribe(onEvent: (event: AppEvent) => void): Promise<void>;
  /** The address of a picture for `<img src>`; `uid` is what an avatar or a photo names. */
  pictureUrl(accountId: AccountId, uid: string): string;
  /** The address of a picture that hangs on a message, or of the poster of a film, for `<img src>`. */
  attachmentUrl(accountId: AccountId, messageId: MessageId, index: number, size: 'thumb' | 'full'): string;
  /** The address of a small picture of a chosen file. */
  stagedUrl(accountId: AccountId, id: number): string;
  /** The address of tiles of the map source in the settings, by `{z}`, `{x}` and `{y}`. */
  mapTilesUrl(): string;
  /** Takes a file that the page was given by the clipboard. */
  stagePasted(accountId: AccountId, dialogId: DialogId, file: Blob, name: string): Promise<Staging>;
}

/** Tells an error of this border from a defect in the page. */
export function isIpcError(value: unknown): value is IpcError {
  return (
    typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string'
  );
}

/** What a screen shows when something rejected: our typed error, or an internal one made from anything else. */
export function toIpcError(value: unknown): IpcError {
  if (isIpcError(value)) return value;
  return { kind: 'internal', message: value instanceof Error ? value.message : String(value) };
}
