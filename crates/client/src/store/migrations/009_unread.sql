-- What a badge counts is asked for with each message that comes: only what is unread may be walked.
CREATE INDEX dialogs_unread ON dialogs (id) WHERE unread_known + unread_elsewhere > 0;
CREATE INDEX organised_unread ON organised (dialog) WHERE marked_unread = 1;
