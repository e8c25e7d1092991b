//! Someone with an engine, a folder and a line of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cubist_client::keys::{KeyChoice, KeyState, KeychainPolicy};
use cubist_client::model::{
    Anchor, ConnectionState, Dialog, DialogId, DialogKind, DialogQuery, Edge, Endpoints, Identity,
    Message, MessageId, NewDialog, Secret, SignUp, Status, SystemLine, UserId,
};
use cubist_client::{Account, ClientEvent, Engine, EngineConfig};
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::deadline::{DEADLINE, within};
use crate::flaky_proxy::FlakyProxy;
use crate::pages::ThisMachine;

/// Large enough for every story here to fit one page.
const PAGE: u32 = 100;

/// A person of a story: a real engine on a folder of its own.
///
/// The two lines go to the backend's REST port and to its TLS chat port.
#[derive(Debug)]
pub struct Person {
    /// Their login, and the name others see.
    pub name: String,
    /// Their number.
    pub id: UserId,
    /// The line to the REST API.
    pub rest: FlakyProxy,
    /// The line to the chat server.
    pub chat: FlakyProxy,
    password: String,
    endpoints: Endpoints,
    /// `None` while the app is closed.
    engine: Option<Engine>,
    home: TempDir,
    /// Private dialogs by the other person: asking again would need the network.
    chats: Mutex<HashMap<UserId, DialogId>>,
}

impl Person {
    /// Opens an engine on a fresh folder and signs up.
    pub async fn sign_up(
        name: &str,
        endpoints: Endpoints,
        rest: FlakyProxy,
        chat: FlakyProxy,
    ) -> Self {
        let home = TempDir::new().unwrap();
        let engine = open(&home).await;
        let password = format!("{name}'s long password");
        let request = SignUp {
            full_name: name.to_owned(),
            login: name.to_owned(),
            email: None,
            password: password.as_str().into(),
        };
        within("the sign-up", engine.sign_up(endpoints.clone(), request))
            .await
            .unwrap_or_else(|error| panic!("{name} cannot sign up: {error:?}"));
        let id = engine.accounts()[0].user;
        Self {
            name: name.to_owned(),
            id,
            rest,
            chat,
            password,
            endpoints,
            engine: Some(engine),
            home,
            chats: Mutex::default(),
        }
    }

    /// The engine, which must be open.
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    /// The only account.
    pub fn account(&self) -> Account {
        let id = self.engine().accounts()[0].id.clone();
        self.engine().account(&id).unwrap()
    }

    /// What they sign in with at first.
    pub fn password(&self) -> Secret {
        self.password.as_str().into()
    }

    /// What the engine says from now on.
    pub fn events(&self) -> broadcast::Receiver<ClientEvent> {
        self.engine().events()
    }

    /// Closes the app the ordinary way.
    pub async fn quit(&mut self) {
        let engine = self.engine.take().unwrap();
        within("the engine to close", engine.shutdown()).await;
    }

    /// Opens the app again on the same folder.
    pub async fn reopen(&mut self) {
        assert!(self.engine.is_none(), "{} is open", self.name);
        self.engine = Some(open(&self.home).await);
    }

    /// A second device: the same account on another folder, with lines of its own.
    pub async fn another_device(
        &self,
        endpoints: Endpoints,
        rest: FlakyProxy,
        chat: FlakyProxy,
    ) -> Self {
        let home = TempDir::new().unwrap();
        let engine = open(&home).await;
        let identity = Identity::Login {
            login: self.name.clone(),
            password: self.password.as_str().into(),
        };
        within("the sign-in", engine.sign_in(endpoints.clone(), identity))
            .await
            .unwrap();
        Self {
            name: format!("{}'s second device", self.name),
            id: self.id,
            rest,
            chat,
            password: self.password.clone(),
            endpoints,
            engine: Some(engine),
            home,
            chats: Mutex::new(self.chats.lock().unwrap().clone()),
        }
    }

    /// Where this person's engine believes the backend to be.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Waits until `check` finds what it looks for, looking again after every event.
    pub async fn until<T>(&self, what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
        // Subscribed first: what happens between a look and the wait is not missed.
        let mut events = self.events();
        let waiting = async {
            loop {
                if let Some(found) = check().await {
                    return found;
                }
                match events.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => panic!("{}'s engine has ended", self.name),
                }
            }
        };
        let Ok(found) = tokio::time::timeout(DEADLINE, waiting).await else {
            panic!(
                "{} waited {} s {what}\nconnection: {:?}\nchats: {:#?}",
                self.name,
                DEADLINE.as_secs(),
                self.account().connection(),
                self.dialogs().await,
            );
        };
        found
    }

    /// Waits until the line is up.
    pub async fn is_online(&self) {
        self.until("to be online", async || {
            (self.account().connection() == ConnectionState::Online).then_some(())
        })
        .await;
    }

    /// Waits until the engine knows that the line is not up.
    pub async fn is_not_online(&self) {
        self.until("to notice that the line is gone", async || {
            (self.account().connection() != ConnectionState::Online).then_some(())
        })
        .await;
    }

    /// Loses the network altogether, and waits until the engine knows.
    pub async fn loses_the_network(&self) {
        self.rest.go_down();
        self.chat.go_down();
        self.is_not_online().await;
    }

    /// Has the network again, as when the system tells so, and waits for the line.
    pub async fn has_the_network_again(&self) {
        self.rest.come_up();
        self.chat.come_up();
        self.account().network_changed();
        self.is_online().await;
    }

    /// The private dialog with someone.
    pub async fn chat_with(&self, other: &Self) -> DialogId {
        if let Some(known) = self.chats.lock().unwrap().get(&other.id) {
            return *known;
        }
        let dialog = within(
            "the private dialog",
            self.account().create_private(other.id),
        )
        .await
        .unwrap();
        self.chats.lock().unwrap().insert(other.id, dialog);
        dialog
    }

    /// A new group with these people.
    pub async fn makes_group(&self, name: &str, others: &[&Self]) -> DialogId {
        let ids = others.iter().map(|other| other.id).collect();
        let group = NewDialog {
            kind: DialogKind::Group,
            name: name.to_owned(),
            description: None,
            photo: None,
            users: ids,
            fields: Vec::new(),
            allow_preview: false,
        };
        self.makes(group).await
    }

    /// A new group or public dialog.
    pub async fn makes(&self, dialog: NewDialog) -> DialogId {
        within("the dialog", self.account().create_dialog(dialog))
            .await
            .unwrap()
    }

    /// Sends to the private dialog with someone.
    pub async fn send(&self, to: &Self, text: &str) -> MessageId {
        let dialog = self.chat_with(to).await;
        self.send_in(dialog, text).await
    }

    /// Sends to a dialog; returns once the message is queued.
    pub async fn send_in(&self, dialog: DialogId, text: &str) -> MessageId {
        within(
            "the message to be queued",
            self.account().send_text(dialog, text.to_owned()),
        )
        .await
        .unwrap()
    }

    /// Waits for a text from someone in the private dialog with them.
    pub async fn sees(&self, from: &Self, text: &str) -> Message {
        let dialog = self.knows_chat_with(from).await;
        let message = self.sees_in(dialog, text).await;
        assert_eq!(message.sender, from.id);
        message
    }

    /// Waits for a text in a dialog, which may be new here itself.
    pub async fn sees_in(&self, dialog: DialogId, text: &str) -> Message {
        self.knows(dialog).await;
        self.until(&format!("to see {text:?}"), async || {
            let all = self.transcript(dialog).await;
            all.into_iter().find(|message| message.text == text)
        })
        .await
    }

    /// Waits until the private dialog with someone is in the cache: the other side may have made it.
    pub async fn knows_chat_with(&self, other: &Self) -> DialogId {
        let known = self.chats.lock().unwrap().get(&other.id).copied();
        if let Some(known) = known {
            return known;
        }
        let dialog = self
            .until("to know the private dialog", async || {
                let all = self.dialogs().await;
                all.into_iter()
                    .find(|dialog| dialog.opponent == Some(other.id))
            })
            .await
            .id;
        self.chats.lock().unwrap().insert(other.id, dialog);
        dialog
    }

    /// Waits until a dialog of this id is in the cache.
    pub async fn knows(&self, dialog: DialogId) -> Dialog {
        self.until("to know the dialog", async || {
            self.account().dialog(dialog).await.unwrap()
        })
        .await
    }

    /// The chat list.
    pub async fn dialogs(&self) -> Vec<Dialog> {
        let query = DialogQuery {
            after: None,
            limit: PAGE,
        };
        self.account().dialogs(query).await.unwrap().items
    }

    /// Everything in the cache of a dialog, oldest first.
    pub async fn transcript(&self, dialog: DialogId) -> Vec<Message> {
        let account = self.account();
        let mut page = account
            .messages(dialog, Anchor::Newest, PAGE)
            .await
            .unwrap();
        let mut all = page.items;
        while page.before == Edge::More {
            // Nothing is known yet: what was asked for comes as an event.
            let Some(oldest) = all.first().map(|message| message.id) else {
                break;
            };
            page = account
                .messages(dialog, Anchor::Before(oldest), PAGE)
                .await
                .unwrap();
            page.items.append(&mut all);
            all = page.items;
        }
        all
    }

    /// The texts of a dialog, oldest first; lines about the dialog are none.
    pub async fn texts(&self, dialog: DialogId) -> Vec<String> {
        let all = self.transcript(dialog).await;
        let said = all.into_iter().filter(|message| message.system.is_none());
        said.map(|message| message.text).collect()
    }

    /// The lines about a dialog, oldest first.
    pub async fn lines(&self, dialog: DialogId) -> Vec<SystemLine> {
        let all = self.transcript(dialog).await;
        all.into_iter()
            .filter_map(|message| message.system)
            .collect()
    }

    /// Waits for a line in a dialog.
    pub async fn sees_line(&self, dialog: DialogId, line: &SystemLine) -> Message {
        self.knows(dialog).await;
        self.until(&format!("to see the line {line:?}"), async || {
            let all = self.transcript(dialog).await;
            all.into_iter()
                .find(|message| message.system.as_ref() == Some(line))
        })
        .await
    }

    /// Waits until a dialog looks as `check` wants it.
    pub async fn finds(
        &self,
        what: &str,
        dialog: DialogId,
        check: impl Fn(&Dialog) -> bool,
    ) -> Dialog {
        self.until(what, async || {
            let card = self.account().dialog(dialog).await.unwrap()?;
            check(&card).then_some(card)
        })
        .await
    }

    /// Waits until a dialog is gone.
    pub async fn has_lost(&self, dialog: DialogId) {
        self.until("to lose the dialog", async || {
            let card = self.account().dialog(dialog).await.unwrap();
            card.is_none().then_some(())
        })
        .await;
    }

    /// Fails unless exactly these texts are in a dialog, each once.
    ///
    /// In no order: within one second the ids decide, and those of two senders are random to one
    /// another.
    pub async fn has_exactly(&self, dialog: DialogId, expected: &[&str]) {
        let mut texts = self.texts(dialog).await;
        let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        texts.sort();
        expected.sort();
        assert_eq!(texts, expected, "what {} has", self.name);
    }

    /// One message of a dialog, if it is there.
    pub async fn message(&self, dialog: DialogId, id: MessageId) -> Option<Message> {
        let all = self.transcript(dialog).await;
        all.into_iter().find(|message| message.id == id)
    }

    /// Waits until a message has come at least this far.
    pub async fn has_status(&self, dialog: DialogId, id: MessageId, status: Status) -> Message {
        self.knows(dialog).await;
        self.until(&format!("the status {status:?}"), async || {
            let message = self.message(dialog, id).await?;
            (message.status >= status).then_some(message)
        })
        .await
    }

    /// Waits until a dialog has this many unread messages.
    pub async fn has_unread(&self, dialog: DialogId, count: u32) -> Dialog {
        self.until(&format!("to have {count} unread"), async || {
            let card = self.account().dialog(dialog).await.unwrap()?;
            (card.unread == count).then_some(card)
        })
        .await
    }

    /// Waits until nothing is waiting to be sent.
    pub async fn has_sent_everything(&self) {
        self.until("the outbox to be empty", async || {
            (self.engine().accounts()[0].waiting == 0).then_some(())
        })
        .await;
    }

    /// The folder of the app on this person's computer.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Sees everything up to and including a message.
    pub async fn reads(&self, dialog: DialogId, up_to: MessageId) {
        self.account().mark_read(dialog, up_to).await.unwrap();
    }
}

/// Opens an engine that keeps its key in a file, as on a machine without a keychain.
async fn open(home: &TempDir) -> Engine {
    let mut config = EngineConfig::new(home.path());
    config.keychain = KeychainPolicy::Disabled;
    config.pages = Arc::new(ThisMachine);
    let engine = within("the engine to open", Engine::open(config))
        .await
        .unwrap();
    if matches!(engine.key_state(), KeyState::NeedsChoice { .. }) {
        engine.create_keys(KeyChoice::KeyFile).await.unwrap();
    }
    engine
}
