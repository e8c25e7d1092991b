//! What may be done to the database, said by types: [`ReadDb`] looks, [`WriteTx`] changes.

use std::ops::Deref;

use rusqlite::{CachedStatement, Connection, Params, Row};

use crate::model::{AttachmentChange, DialogId, Message, MessageId, UserId};
use crate::store::Error;
use crate::store::changes::Changes;

/// A consistent view of the database that cannot change it.
#[derive(Debug)]
pub struct ReadDb<'c> {
    /// Inside a transaction that the owner of the connection began.
    conn: &'c Connection,
    /// Whose cache this is: what counts as "mine" and "unread" follows from it.
    me: UserId,
}

impl<'c> ReadDb<'c> {
    pub(super) fn new(conn: &'c Connection, me: UserId) -> Self {
        Self { conn, me }
    }

    /// Whose cache this is.
    pub fn me(&self) -> UserId {
        self.me
    }

    /// The first row, if there is one.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read).transpose()
    }

    /// Every row.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, Error> {
        #[cfg(test)]
        super::plans::check(self.conn, sql);
        Ok(self.conn.prepare_cached(sql)?)
    }
}

/// The right to write, lent by the writer to one job at a time.
///
/// What a job changes is committed together with its neighbours in the queue; a job that fails
/// leaves nothing behind.
#[derive(Debug)]
pub struct WriteTx<'c> {
    /// Reads within the transaction see what it wrote.
    db: ReadDb<'c>,
    /// What readers of events must hear about after the commit.
    changes: &'c mut Changes,
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadDb<'c>;

    fn deref(&self) -> &Self::Target {
        &self.db
    }
}

impl<'c> WriteTx<'c> {
    pub(super) fn new(conn: &'c Connection, me: UserId, changes: &'c mut Changes) -> Self {
        Self {
            db: ReadDb::new(conn, me),
            changes,
        }
    }

    /// Runs a statement; returns how many rows it changed.
    pub(super) fn run(&mut self, sql: &str, params: impl Params) -> Result<usize, Error> {
        Ok(self.db.prepare(sql)?.execute(params)?)
    }

    /// The dialog looks different now.
    pub(super) fn touch_dialog(&mut self, dialog: DialogId) {
        self.changes.dialogs.insert(dialog);
    }

    /// The message looks different now.
    pub(super) fn touch_message(&mut self, dialog: DialogId, message: MessageId) {
        self.changes
            .messages
            .entry(dialog)
            .or_default()
            .insert(message, None);
    }

    /// The message is new, and this is what reading it would give.
    pub(super) fn touch_new_message(&mut self, message: Message) {
        self.changes
            .messages
            .entry(message.dialog)
            .or_default()
            .insert(message.id, Some(message));
    }

    /// The file of an attachment is somewhere else now.
    pub(super) fn touch_attachment(&mut self, dialog: DialogId, change: AttachmentChange) {
        self.changes
            .attachments
            .entry(dialog)
            .or_default()
            .insert((change.message, change.index), change);
    }

    /// The person looks different now.
    pub(super) fn touch_user(&mut self, user: UserId) {
        self.changes.users.insert(user);
    }

    /// The folders are different now.
    pub(super) fn touch_folders(&mut self) {
        self.changes.folders = true;
    }

    /// The privacy lists are different now.
    pub(super) fn touch_privacy(&mut self) {
        self.changes.privacy = true;
    }

    /// The outbox has more or fewer rows now.
    pub(super) fn touch_outbox(&mut self) {
        self.changes.outbox = true;
    }

    /// What is known of the dialog's history is different now.
    pub(super) fn touch_history(&mut self, dialog: DialogId) {
        self.changes.history.insert(dialog);
    }
}
