//! Files that people of a story send one another.

use std::io::Read as _;

use cubist_client::model::{DialogId, Draft, FileState, Message, MessageId, NewAttachment};

use crate::person::Person;

/// Bytes in which every place is another one, so that a part in the wrong place is noticed.
pub fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56).to_le_bytes()[0]
        })
        .collect()
}

impl Person {
    /// Sends files from memory in one message.
    pub async fn sends_files(
        &self,
        dialog: DialogId,
        text: &str,
        files: &[(&str, &[u8])],
    ) -> MessageId {
        let mut attachments = Vec::new();
        for (name, bytes) in files {
            let staging = self
                .account()
                .stage_bytes(dialog, (*name).to_owned(), bytes.to_vec())
                .await
                .unwrap();
            attachments.push(NewAttachment::Staged {
                id: staging.staged[0].id,
                as_file: true,
            });
        }
        let draft = Draft {
            text: text.to_owned(),
            attachments,
            ..Draft::default()
        };
        self.account().send(dialog, draft).await.unwrap()
    }

    /// Waits for a message, which is there with its attachments or not at all.
    pub async fn receives(&self, dialog: DialogId, id: MessageId) -> Message {
        self.until("the message with its files", async || {
            self.message(dialog, id).await
        })
        .await
    }

    /// Loads a file of a message and reads it.
    pub async fn content(&self, dialog: DialogId, id: MessageId, index: u32) -> Vec<u8> {
        self.account().download(id, index).await.unwrap();
        self.has_file(dialog, id, index).await;
        let mut file = self.account().attachment_file(id, index).await.unwrap();
        tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            bytes
        })
        .await
        .unwrap()
    }

    /// Waits until a file of a message is here.
    pub async fn has_file(&self, dialog: DialogId, id: MessageId, index: u32) {
        self.until("the file to be here", async || {
            let message = self.message(dialog, id).await?;
            let at = usize::try_from(index).unwrap();
            (message.attachments[at].file == Some(FileState::Here)).then_some(())
        })
        .await;
    }
}
