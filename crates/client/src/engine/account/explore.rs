//! Public dialogs: found, looked into, subscribed to.

use std::collections::BTreeSet;

use cubist_protocol::ext::system_message::{DialogChanges, SystemEvent};

use crate::attachments::wire;
use crate::engine::Account;
use crate::error::Error;
use crate::model::{
    CustomFields, DialogId, DialogKind, ExplorePage, Message, PublicDialog, Status, UnixMillis,
    UserId,
};
use crate::store::dialogs;
use crate::sync::news::Deed;
use crate::sync::{convert, describe, people};

/// Dialogs of one page.
const PAGE: u32 = 50;

impl Account {
    /// Public dialogs with `query` in their name, or all of them.
    pub async fn explore(&self, query: String, skip: u32) -> Result<ExplorePage, Error> {
        let context = self.context()?;
        let page = context.api.explore(query.trim(), skip, PAGE).await?;
        let got = page.items.len();
        let records = page.items.iter().filter_map(convert::dialog_record);
        // A server that does not know the question lists this person's own dialogs.
        let records: Vec<_> = records
            .filter(|record| record.kind == DialogKind::Public)
            .collect();
        let ids: Vec<DialogId> = records.iter().map(|record| record.id).collect();
        let own: BTreeSet<DialogId> = self
            .look(move |db| {
                let mut own = BTreeSet::new();
                for id in ids {
                    if dialogs::is_known(db, id)? {
                        own.insert(id);
                    }
                }
                Ok(own)
            })
            .await?;
        let more = match page.total {
            Some(total) => got > 0 && u64::from(skip) + (got as u64) < total,
            None => got >= PAGE as usize,
        };
        let items = records.into_iter().map(|record| PublicDialog {
            subscribed: own.contains(&record.id),
            id: record.id,
            name: record.name,
            photo: record.photo,
            description: record.description,
            occupant_count: record.details.occupant_count,
            allow_preview: record.details.allow_preview,
        });
        Ok(ExplorePage {
            items: items.collect(),
            more,
        })
    }

    /// The newest messages of a public dialog one is not in, oldest first, if it allows that. They
    /// are not kept.
    pub async fn preview(&self, id: DialogId) -> Result<Vec<Message>, Error> {
        let context = self.context()?;
        let found = context.api.preview(id).await?;
        let records = found.iter().map(convert::history_record);
        let mut messages: Vec<Message> = records
            .filter(|record| record.dialog == id)
            .map(|record| {
                let says = CustomFields::read(&record.extra);
                let reactions = record.reactions.shown();
                Message {
                    id: record.id,
                    dialog: id,
                    sender: record.sender,
                    text: record.text,
                    sent_at: UnixMillis::from_seconds(record.sent_at.seconds()),
                    status: Status::Read,
                    failure: None,
                    delivered_to: Vec::new(),
                    read_by: Vec::new(),
                    in_history: true,
                    attachments: wire::read(&record.extra),
                    extra: record.extra,
                    system: None,
                    edited_at: record.edited_at,
                    previous_text: None,
                    deleted: false,
                    reactions,
                    reply: says.reply,
                    forwarded: says.forwarded,
                    mentions: says.mentions,
                    preview: says.preview,
                    fields: says.fields,
                    silent: says.silent,
                    hold: None,
                }
            })
            .collect();
        messages.sort_by_key(Message::position);
        let authors: BTreeSet<UserId> = messages.iter().map(|message| message.sender).collect();
        people::want_unknown(&context, authors).await?;
        Ok(messages)
    }

    /// Joins a public dialog; it is in the list when this returns. Once is enough.
    pub async fn subscribe(&self, id: DialogId) -> Result<DialogId, Error> {
        let context = self.context()?;
        let dialog = context.api.subscribe(id).await?;
        let id = describe::adopt(&context, &dialog, Vec::new()).await?;
        // For this person's other devices; it leaves no line.
        let nothing_said = SystemEvent::UpdateDialog(DialogChanges::default());
        Deed::new(&context, id, nothing_said)
            .tell(&context, &[])
            .await;
        Ok(id)
    }

    /// Leaves a public dialog; it is gone here at once.
    pub async fn unsubscribe(&self, id: DialogId) -> Result<(), Error> {
        self.leave(id).await
    }
}
