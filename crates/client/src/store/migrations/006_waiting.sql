-- Messages that wait on purpose or name this person, when others had them, and what a draft answers or changes.

ALTER TABLE messages ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN hold_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN mentions_me INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_held ON messages (dialog, hold_until, id) WHERE hold <> 0;
CREATE INDEX messages_mentions ON messages (dialog) WHERE mentions_me = 1 AND unread = 1;

ALTER TABLE message_states ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_states ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE early_markers ADD COLUMN at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE drafts ADD COLUMN reply TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN edit TEXT NOT NULL DEFAULT '';
