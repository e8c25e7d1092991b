// A chat, a message and a person as the engine would send them, for tests of the rules: each says only what it is about.
import type { Attachment, Dialog, Message, Staged, User } from './bindings.gen';

export function sampleDialog(change: Partial<Dialog> = {}): Dialog {
  return {
    id: 'd',
    kind: 'private',
    name: 'd',
    photo: null,
    description: null,
    ownerId: 1,
    adminIds: [],
    occupantIds: [1, 2],
    occupantCount: 2,
    opponentId: 2,
    last: null,
    lastActivity: 0,
    unread: 0,
    firstUnreadId: null,
    mention: false,
    scheduled: 0,
    draft: null,
    unsent: false,
    fields: [],
    allowPreview: false,
    role: 'occupant',
    canWrite: true,
    pinned: null,
    archived: false,
    markedUnread: false,
    mutedUntil: null,
    alerts: 'usual',
    notifications: true,
    folderIds: [],
    ...change,
  };
}

export function sampleMessage(change: Partial<Message> = {}): Message {
  return {
    id: 'a',
    dialogId: 'd',
    senderId: 2,
    text: '',
    sentAt: 0,
    status: 'sent',
    failure: null,
    deliveredTo: [],
    readBy: [],
    system: null,
    editedAt: null,
    previousText: null,
    deleted: false,
    reactions: [],
    reply: null,
    forwarded: null,
    mentions: [],
    preview: null,
    fields: [],
    silent: false,
    attachments: [],
    hold: null,
    ...change,
  };
}

export function sampleUser(id: number, name: string, change: Partial<User> = {}): User {
  return { id, name, login: null, email: null, phone: null, website: null, avatar: null, ...change };
}

export function sampleAttachment(change: Partial<Attachment> = {}): Attachment {
  return {
    index: 0,
    kind: 'image',
    name: 'a.jpg',
    contentType: 'image/jpeg',
    size: 1000,
    width: 400,
    height: 300,
    durationMs: null,
    placeholder: null,
    waveform: [],
    file: { type: 'here' },
    location: null,
    ...change,
  };
}

export function sampleStaged(change: Partial<Staged> = {}): Staged {
  return {
    id: 1,
    kind: 'image',
    name: 'a.jpg',
    size: 1000,
    contentType: 'image/jpeg',
    width: 400,
    height: 300,
    durationMs: null,
    waveform: [],
    canBeImage: true,
    asFile: false,
    hasPicture: true,
    ...change,
  };
}
