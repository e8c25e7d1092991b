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
        let draft = self.with_files(dialog, text, files).await;
        self.account().send(dialog, draft).await.unwrap()
    }

    /// What is to be sent with files.
    pub async fn with_files(&self, dialog: DialogId, text: &str, files: &[(&str, &[u8])]) -> Draft {
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
        Draft {
            text: text.to_owned(),
            attachments,
            ..Draft::default()
        }
    }

    /// Waits until the files of a message are at the server.
    pub async fn until_uploaded(&self, dialog: DialogId, id: MessageId) {
        self.until("its files to be at the server", async || {
            let message = self.message(dialog, id).await?;
            let mut files = message.attachments.iter();
            files.all(|file| file.source.uid.is_some()).then_some(())
        })
        .await;
    }

    /// Somebody empties the cache of files on this person's computer.
    pub fn loses_its_files(&self) {
        for account in std::fs::read_dir(self.home().join("accounts")).unwrap() {
            std::fs::remove_dir_all(account.unwrap().path().join("files")).unwrap();
        }
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
        self.opens(id, index).await
    }

    /// Reads a file of a message that is here.
    pub async fn opens(&self, id: MessageId, index: u32) -> Vec<u8> {
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
