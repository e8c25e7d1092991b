//! The rules of the domain, on a real database.

mod deletions;
mod dialogs;
mod edits;
mod history;
mod marks;
mod membership;
mod messages;
mod open_dialogs;
mod people;
mod pins;
mod privacy;
mod queue;
mod reactions;
mod search;
mod sessions;
mod subscriptions;
mod unused_files;

use std::collections::HashMap;
use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use serde_json::Map;

use crate::config::{Argon2Cost, Config};
use crate::state::{
    Accepted, Clock, Dialog, MessageQuery, MessageRecord, MessageSort, NewGroup, NewMessage,
    NewUser, State, StateError, StoredMessage, TextField, User,
};

/// A state in a folder of its own, with a clock that tests move.
struct World {
    state: State,
    clock: Clock,
    dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let mut config = Config {
            data: dir.path().to_owned(),
            ..Config::default()
        };
        config.accounts.argon2 = Argon2Cost {
            memory_kib: 16,
            passes: 1,
            lanes: 1,
        };
        // What is tested here is not the disk.
        config.storage.sync = false;
        change(&mut config);
        let state = State::open(Arc::new(config), clock.clone()).await.unwrap();
        Self { state, clock, dir }
    }

    /// The same folder after a clean stop.
    async fn reopened(self) -> Self {
        self.state.close().await;
        let config = Arc::clone(self.state.config());
        let state = State::open(config, self.clock.clone()).await.unwrap();
        Self { state, ..self }
    }

    async fn person(&self, login: &str) -> UserId {
        self.sign_up(login).await.unwrap().id
    }

    async fn sign_up(&self, login: &str) -> Result<User, StateError> {
        self.state.create_user(new_user(login, "long enough")).await
    }

    async fn private(&self, one: UserId, other: UserId) -> DialogId {
        self.state.private_dialog(one, other).await.unwrap().id
    }

    async fn group(&self, owner: UserId, occupants: &[UserId]) -> DialogId {
        let new = NewGroup {
            name: "Friday".to_owned(),
            occupants: occupants.to_vec(),
            ..NewGroup::default()
        };
        self.state.create_group(owner, new).await.unwrap().id
    }

    async fn say(&self, sender: UserId, dialog: DialogId, body: &str) -> StoredMessage {
        new_message(self.accept(message(sender, dialog, body)).await.unwrap())
    }

    async fn accept(&self, message: NewMessage) -> Result<Accepted, StateError> {
        self.state.accept_message(message).await
    }

    async fn dialog(&self, viewer: UserId, dialog: DialogId) -> Dialog {
        self.state.dialog(viewer, dialog).await.unwrap()
    }

    async fn history(&self, viewer: UserId, dialog: DialogId) -> Vec<MessageRecord> {
        self.state
            .messages(viewer, all_of(dialog))
            .await
            .unwrap()
            .items
    }
}

fn new_user(login: &str, password: &str) -> NewUser {
    let texts = HashMap::from([(TextField::Login, Some(login.to_owned()))]);
    NewUser {
        texts,
        password: Some(password.to_owned()),
        ..NewUser::default()
    }
}

fn message(sender: UserId, dialog: DialogId, body: &str) -> NewMessage {
    NewMessage {
        sender,
        dialog,
        stanza_id: None,
        body: body.to_owned(),
        date_sent: None,
        attachments: Vec::new(),
        extra: Map::new(),
        save: true,
        queue: None,
    }
}

fn all_of(dialog: DialogId) -> MessageQuery {
    MessageQuery {
        dialog,
        conditions: Vec::new(),
        sort: MessageSort::default(),
        limit: 0,
        skip: 0,
        mark_as_read: false,
    }
}

fn new_message(accepted: Accepted) -> StoredMessage {
    match accepted {
        Accepted::New { message, .. } => message,
        Accepted::Repeat => panic!("taken for a repeat"),
    }
}

fn bodies(records: &[MessageRecord]) -> Vec<&str> {
    records
        .iter()
        .map(|record| record.message.body.as_str())
        .collect()
}

fn message_id(text: &str) -> MessageId {
    text.parse().unwrap()
}

/// The fields that an error complains about.
fn complaints(error: &StateError) -> Vec<&'static str> {
    let StateError::Invalid { problems } = error else {
        panic!("not about fields: {error}")
    };
    problems.iter().map(|(field, _)| *field).collect()
}
