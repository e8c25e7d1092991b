import { describe, expect, it } from 'vitest';
import type { Attachment } from '~/ipc/bindings.gen';
import { sampleDialog, sampleMessage } from '~/ipc/samples';
import { messageMenu, type MenuSurroundings } from './messageMenu';

const ME = 1;
const around: MenuSurroundings = {
  dialog: sampleDialog({ kind: 'group', role: 'occupant' }),
  me: ME,
  onLink: false,
  onAttachment: null,
  keys: () => undefined,
  editKey: '↑',
};
const mine = sampleMessage({ senderId: ME, status: 'read', text: 'Good morning' });
const theirs = sampleMessage({ senderId: 2, status: 'sent', text: 'Good morning' });

function ids(message: typeof mine, change: Partial<MenuSurroundings> = {}): string[] {
  return messageMenu(message, { ...around, ...change }).map((row) => row.id);
}

describe('the menu of a message', () => {
  it('changes what is mine, and takes it from everybody', () => {
    expect(ids(mine)).toEqual([
      'react',
      'reply',
      'forward',
      'copy',
      'edit',
      'select',
      'copyMessageLink',
      'info',
      'delete',
      'deleteAll',
    ]);
  });

  it('leads to who wrote what others say, and reports it', () => {
    expect(ids(theirs)).toEqual([
      'react',
      'reply',
      'forward',
      'copy',
      'select',
      'copyMessageLink',
      'info',
      'person',
      'report',
      'delete',
    ]);
  });

  it('lets those who run a chat delete what others wrote', () => {
    expect(ids(theirs, { dialog: sampleDialog({ kind: 'group', role: 'admin' }) })).toContain('deleteAll');
  });

  it('offers no words where nothing can be written', () => {
    const dialog = sampleDialog({ kind: 'broadcast', role: 'occupant', canWrite: false });
    expect(ids(mine, { dialog })).not.toContain('reply');
    expect(ids(mine, { dialog })).not.toContain('edit');
  });

  it('copies a link only where one is', () => {
    expect(ids(theirs, { onLink: true })).toContain('copyLink');
    expect(ids(theirs)).not.toContain('copyLink');
  });

  it('sends again what failed, unless the text was the reason', () => {
    const failure = { kind: 'server', text: null, needsAction: false } as const;
    const failed = { ...mine, status: 'failed' as const, failure };
    expect(ids(failed)).toEqual(['retry', 'copy', 'edit', 'info', 'discard']);
    expect(ids({ ...failed, failure: { ...failure, kind: 'tooLarge' } })).not.toContain('retry');
  });

  it('takes nothing away from a message that waits', () => {
    expect(ids({ ...mine, status: 'pending' })).toEqual(['copy', 'info']);
  });

  it('leaves of a deleted one what is true of it', () => {
    expect(ids({ ...theirs, deleted: true })).toEqual(['info', 'person', 'delete']);
  });

  it('saves, opens and deletes a file; of several the one that is meant', () => {
    const file = { index: 0, file: { type: 'here' } } as Attachment;
    const one = { ...mine, attachments: [file] };
    expect(ids(one)).toEqual(expect.arrayContaining(['save', 'open', 'deleteFile']));
    const several = ids({ ...mine, attachments: [file, { ...file, index: 1 }] });
    for (const id of ['save', 'open', 'deleteFile']) expect(several).not.toContain(id);
    const remote = { ...file, index: 1, file: { type: 'remote' } } as Attachment;
    const two = { ...mine, attachments: [file, remote] };
    expect(ids(two, { onAttachment: 0 })).toEqual(expect.arrayContaining(['save', 'open', 'deleteFile']));
    expect(ids(two, { onAttachment: 1 })).toContain('deleteFile');
    expect(ids(two, { onAttachment: 1 })).not.toContain('save');
    const gone = ids({ ...mine, attachments: [{ ...file, file: { type: 'deleted' } }] });
    for (const id of ['save', 'open', 'deleteFile']) expect(gone).not.toContain(id);
  });

  it('stops files on their way out, and lets them go on', () => {
    const file = { index: 0, file: { type: 'uploading', payload: { sent: 1, total: 2 } } } as Attachment;
    const paused = { index: 1, file: { type: 'paused', payload: { sent: 1, total: 2 } } } as Attachment;
    const pending = { ...mine, status: 'pending' as const };
    expect(ids({ ...pending, attachments: [file] })).toEqual(['pause', 'copy', 'info']);
    expect(ids({ ...pending, attachments: [paused] })).toEqual(['resume', 'copy', 'info']);
  });

  it('marks what cannot be taken back, below a line', () => {
    const last = messageMenu(mine, around).at(-1);
    expect(last).toMatchObject({ id: 'deleteAll', danger: true, group: 2 });
  });
});
