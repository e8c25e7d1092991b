// The fake commands of attachments: choosing, sending with progress, loading, what was shared.
import type { Backend } from '../backend';
import type {
  Attachment,
  AttachmentKind,
  DialogId,
  FileState,
  Location,
  Message,
  MessageId,
  NewAttachment,
  SharedItem,
  Staged,
  Staging,
} from '../bindings.gen';
import { attachment } from './filesScript';
import { ACCOUNT, type Memory } from './memory';
import { drawPicture } from './pictures';
import tune from './tune.ogg?url';

type AttachmentCommands = Pick<
  Backend,
  | 'chooseFiles'
  | 'stageOffered'
  | 'droppedPicture'
  | 'stageShared'
  | 'stagePasted'
  | 'stageClipboard'
  | 'staged'
  | 'arrangeStaged'
  | 'setPoster'
  | 'unstage'
  | 'parseLocation'
  | 'pauseUpload'
  | 'resumeUpload'
  | 'deleteFile'
  | 'download'
  | 'cancelDownload'
  | 'prioritiseDownloads'
  | 'openMedia'
  | 'openStaged'
  | 'saveAttachment'
  | 'openAttachment'
  | 'showInFolder'
  | 'copyImage'
  | 'sharedAttachments'
  | 'sharedCounts'
  | 'storageUse'
  | 'freeSpace'
  | 'attachmentUrl'
  | 'stagedUrl'
>;

/** A PNG of one pixel. */
const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Between two steps of a transfer, of which there are ten. */
const STEP_MS = 120;

/** Chosen files of one memory, by dialog. */
const STAGED = new WeakMap<Memory, Map<DialogId, Staged[]>>();

/** What the dialog for files gives, one after another. */
const CHOICE: readonly Partial<Staged>[] = [
  {
    kind: 'image',
    name: 'dawn.jpg',
    contentType: 'image/jpeg',
    size: 2_400_000,
    width: 1600,
    height: 1067,
    canBeImage: true,
  },
  { kind: 'file', name: 'Winter rules.pdf', contentType: 'application/pdf', size: 812_000 },
];

function stagedOf(memory: Memory, dialogId: DialogId): Staged[] {
  const all = STAGED.get(memory) ?? new Map<DialogId, Staged[]>();
  STAGED.set(memory, all);
  const staged = all.get(dialogId) ?? [];
  all.set(dialogId, staged);
  return staged;
}

/** As the engine has it. */
const MOST_ON_MESSAGE = 30;

let lastId = 0;

/** Takes files into those that are chosen for a chat. */
export function stage(memory: Memory, dialogId: DialogId, files: readonly Partial<Staged>[]): Staging {
  const chosen = stagedOf(memory, dialogId).filter((file) => file.kind !== 'voice').length;
  const room = Math.max(0, MOST_ON_MESSAGE - chosen);
  const staged = files.slice(0, room).map((file): Staged => {
    lastId += 1;
    return {
      id: lastId,
      kind: 'file',
      name: `file-${String(lastId)}`,
      size: 1000,
      contentType: 'application/octet-stream',
      width: null,
      height: null,
      durationMs: null,
      waveform: [],
      canBeImage: false,
      asFile: false,
      hasPicture: file.canBeImage ?? false,
      ...file,
    };
  });
  stagedOf(memory, dialogId).push(...staged);
  const refused = files.slice(room).map(({ name }) => ({ name: name ?? '', reason: 'tooMany' as const }));
  return { staged, refused };
}

/** The files of a message that was taken back are chosen again. */
export function chooseAgain(memory: Memory, { dialogId, attachments }: Message, lost: number): void {
  const files = attachments.filter((each) => each.kind !== 'location').slice(lost);
  stage(
    memory,
    dialogId,
    files.map(({ kind, name, size, contentType }) => ({
      kind,
      name,
      size: size ?? 0,
      contentType,
      canBeImage: kind === 'image',
    })),
  );
}

/** What was chosen becomes what hangs on a message, and is chosen no more. */
export function sendStaged(memory: Memory, wanted: NewAttachment[]): Attachment[] {
  return wanted.map((each, index) => {
    if (each.type === 'location') return attachment('location', { index, location: each.payload });
    const { id, asFile } = each.payload;
    for (const staged of STAGED.get(memory)?.values() ?? []) {
      const at = staged.findIndex((file) => file.id === id);
      const [file] = at < 0 ? [] : staged.splice(at, 1);
      if (!file) continue;
      const kind: AttachmentKind = asFile && file.kind === 'image' ? 'file' : file.kind;
      const { name, contentType, size, width, height, durationMs, waveform } = file;
      return attachment(kind, {
        index,
        name,
        contentType,
        size,
        width,
        height,
        durationMs,
        waveform,
        file: { type: 'waiting' },
      });
    }
    return memory.fail({ kind: 'notFound' });
  });
}

function setFile(memory: Memory, messageId: MessageId, index: number, file: FileState): void {
  const item = memory.find(messageId);
  const found = item?.attachments[index];
  if (!item || !found) return;
  item.attachments = item.attachments.map((each) => (each.index === index ? { ...each, file } : each));
  memory.emit({
    type: 'attachmentsChanged',
    payload: { accountId: ACCOUNT, dialogId: item.dialogId, changes: [{ messageId, index, file }] },
  });
}

/** Moves a file in ten steps, unless somebody stops it. */
function move(
  memory: Memory,
  messageId: MessageId,
  index: number,
  way: 'uploading' | 'downloading',
  done: () => void,
): void {
  const total = memory.find(messageId)?.attachments[index]?.size ?? 1_000_000;
  const step = (n: number): void => {
    const now = memory.find(messageId)?.attachments[index]?.file;
    if (n > 0 && now?.type !== way) return;
    if (n === 10) {
      setFile(memory, messageId, index, { type: 'here' });
      done();
      return;
    }
    const moved = Math.round((total * n) / 10);
    setFile(
      memory,
      messageId,
      index,
      way === 'uploading'
        ? { type: 'uploading', payload: { sent: moved, total } }
        : { type: 'downloading', payload: { received: moved, total } },
    );
    setTimeout(() => {
      step(n + 1);
    }, STEP_MS);
  };
  step(0);
}

/** Sends the files of a message one after another, then does what comes after them. */
export function uploadAll(memory: Memory, messageId: MessageId, then: () => void): void {
  const waiting = memory.find(messageId)?.attachments.find((each) => each.file?.type === 'waiting');
  if (!waiting) {
    then();
    return;
  }
  if (memory.connection.type !== 'online') return;
  move(memory, messageId, waiting.index, 'uploading', () => {
    uploadAll(memory, messageId, then);
  });
}

const LINK = /https?:\/\/\S+/g;

function sharedOf(
  memory: Memory,
  dialogId: DialogId,
  kinds: readonly AttachmentKind[] | 'links',
): SharedItem[] {
  const of = (message: Message): SharedItem[] => {
    if (message.deleted) return [];
    if (kinds === 'links') return [...message.text.matchAll(LINK)].map((_, index) => ({ message, index }));
    return message.attachments
      .filter((each) => kinds.includes(each.kind))
      .map(({ index }) => ({ message, index }));
  };
  return memory.messagesOf(dialogId).flatMap(of).reverse();
}

const KINDS = {
  media: ['image', 'video'],
  files: ['file', 'audio', 'voice'],
  links: 'links',
  locations: ['location'],
} as const;

/** Coordinates, typed; the engine understands the links of maps, too. */
function parsePlace(text: string): Location | null {
  const [latitude, longitude] = text.split(/[,\s]+/).map(Number);
  const given = latitude !== undefined && longitude !== undefined;
  if (!given || !(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return null;
  return { latitude, longitude, name: null, address: null };
}

export function attachmentCommands(memory: Memory): AttachmentCommands {
  const fileOf = (messageId: MessageId, index: number): Attachment =>
    memory.find(messageId)?.attachments[index] ?? memory.fail({ kind: 'notFound' });
  const used = (dialogId: DialogId): Attachment[] =>
    memory
      .messagesOf(dialogId)
      .flatMap((message) => message.attachments.filter((each) => each.file?.type === 'here'));

  return {
    async chooseFiles() {
      return memory.act(['chooseFiles'], () => ({ offerId: 1, count: CHOICE.length }));
    },
    async stageOffered(dropId, _accountId, dialogId) {
      return memory.act(['stageOffered', dropId, dialogId], () => stage(memory, dialogId, CHOICE));
    },
    async droppedPicture(dropId) {
      return memory.act(['droppedPicture', dropId], () => DOT);
    },
    async stageShared(shareId, _accountId, dialogId) {
      return memory.act(['stageShared', shareId, dialogId], () => stage(memory, dialogId, CHOICE));
    },
    async stagePasted(_accountId, dialogId, file, name) {
      const [kind] = (['image', 'video'] as const).filter((each) => file.type.startsWith(`${each}/`));
      return memory.act(['stagePasted', dialogId, name], () =>
        stage(memory, dialogId, [
          {
            kind: kind ?? 'file',
            name: name === '' ? 'pasted.png' : name,
            contentType: file.type,
            size: file.size,
            canBeImage: kind === 'image',
          },
        ]),
      );
    },
    async stageClipboard(_accountId, dialogId) {
      return memory.act(['stageClipboard', dialogId], () => stage(memory, dialogId, CHOICE.slice(0, 1)));
    },
    async staged(_accountId, dialogId) {
      return memory.answer(() => [...stagedOf(memory, dialogId)]);
    },
    async arrangeStaged(_accountId, dialogId, order, asFiles) {
      await memory.act(['arrangeStaged', dialogId, order, asFiles], () => {
        const files = stagedOf(memory, dialogId);
        files.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
        for (const [at, file] of files.entries()) files[at] = { ...file, asFile: asFiles.includes(file.id) };
      });
    },
    async setPoster(_accountId, id, frame) {
      await memory.act(['setPoster', id, frame], () => {
        for (const files of STAGED.get(memory)?.values() ?? []) {
          const at = files.findIndex((file) => file.id === id);
          const file = files[at];
          if (file) files[at] = { ...file, hasPicture: true };
        }
      });
    },
    async unstage(_accountId, ids) {
      await memory.act(['unstage', ids], () => {
        for (const [dialogId, files] of STAGED.get(memory) ?? []) {
          STAGED.get(memory)?.set(
            dialogId,
            files.filter((file) => !ids.includes(file.id)),
          );
        }
      });
    },
    async parseLocation(text) {
      return memory.answer(() => parsePlace(text));
    },

    async pauseUpload(_accountId, messageId) {
      await memory.act(['pauseUpload', messageId], () => {
        for (const { index, file, size } of memory.find(messageId)?.attachments ?? []) {
          if (file?.type === 'uploading')
            setFile(memory, messageId, index, { type: 'paused', payload: file.payload });
          if (file?.type === 'waiting') {
            setFile(memory, messageId, index, { type: 'paused', payload: { sent: 0, total: size ?? 0 } });
          }
        }
      });
    },
    async resumeUpload(_accountId, messageId) {
      await memory.act(['resumeUpload', messageId], () => {
        for (const { index, file } of memory.find(messageId)?.attachments ?? []) {
          if (file?.type === 'paused') setFile(memory, messageId, index, { type: 'waiting' });
        }
        uploadAll(memory, messageId, () => {
          const item = memory.find(messageId);
          if (item) memory.change(item, { status: 'sent' });
        });
      });
    },
    async deleteFile(_accountId, messageId, index) {
      await memory.act(['deleteFile', messageId, index], () => {
        fileOf(messageId, index);
        setFile(memory, messageId, index, { type: 'deleted' });
      });
    },

    async download(_accountId, messageId, index) {
      await memory.act(['download', messageId, index], () => {
        fileOf(messageId, index);
        move(memory, messageId, index, 'downloading', () => undefined);
      });
    },
    async cancelDownload(_accountId, messageId, index) {
      await memory.act(['cancelDownload', messageId, index], () => {
        setFile(memory, messageId, index, { type: 'remote' });
      });
    },
    async prioritiseDownloads(_accountId, attachments) {
      memory.calls.push(['prioritiseDownloads', attachments]);
      await Promise.resolve();
    },
    async openMedia(_accountId, messageId, index) {
      return memory.act(['openMedia', messageId, index], () => {
        fileOf(messageId, index);
        return { url: new URL(tune, window.location.href).href };
      });
    },
    async openStaged() {
      return memory.answer(() => ({ url: new URL(tune, window.location.href).href }));
    },
    async saveAttachment(_accountId, messageId, index) {
      return memory.act(['saveAttachment', messageId, index], () => true);
    },
    async openAttachment(_accountId, messageId, index) {
      await memory.act(['openAttachment', messageId, index], () => undefined);
    },
    async showInFolder(_accountId, messageId, index) {
      await memory.act(['showInFolder', messageId, index], () => undefined);
    },
    async copyImage(_accountId, messageId, index) {
      await memory.act(['copyImage', messageId, index], () => undefined);
    },

    async sharedAttachments(_accountId, dialogId, kind, before, limit) {
      return memory.answer(() => {
        const from = Number(before ?? '0');
        const all = sharedOf(memory, dialogId, KINDS[kind]);
        return {
          items: all.slice(from, from + limit),
          next: from + limit < all.length ? String(from + limit) : null,
        };
      });
    },
    async sharedCounts(_accountId, dialogId) {
      const count = (kind: keyof typeof KINDS): number => sharedOf(memory, dialogId, KINDS[kind]).length;
      return memory.answer(() => ({
        media: count('media'),
        files: count('files'),
        links: count('links'),
        locations: count('locations'),
      }));
    },
    async storageUse() {
      return memory.answer(() =>
        [...memory.world.dialogs.keys()]
          .map((dialogId) => {
            const files = used(dialogId);
            return {
              dialogId,
              bytes: files.reduce((sum, { size }) => sum + (size ?? 0), 0),
              files: files.length,
            };
          })
          .filter(({ files }) => files > 0)
          .sort((a, b) => b.bytes - a.bytes),
      );
    },
    async freeSpace(_accountId, dialogIds) {
      return memory.act(['freeSpace', dialogIds], () => {
        let freed = 0;
        for (const message of dialogIds.flatMap((id) => memory.messagesOf(id))) {
          for (const { index, file, size } of message.attachments) {
            if (file?.type !== 'here') continue;
            freed += size ?? 0;
            setFile(memory, message.id, index, { type: 'remote' });
          }
        }
        return freed;
      });
    },

    attachmentUrl: (_accountId, messageId, index) =>
      drawPicture(
        memory,
        memory.find(messageId)?.attachments[index]?.name ?? `${messageId}-${String(index)}`,
      ),
    stagedUrl: (_accountId, id) => drawPicture(memory, `staged-${String(id)}`),
  };
}
