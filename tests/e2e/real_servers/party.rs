//! One side of a conversation: a connection of the engine, and nothing above it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cubist_client::connection::{
    self, ConnectionConfig, ConnectionHandle, FixedPassword, Incoming, SendTag, Trust,
};
use cubist_client::model::{ChatAddress, Secret};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Presence, Stanza};
use cubist_tests::within;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::server::{Account, DOMAIN, ROMEO, RealServer};
use super::text_of;

pub(super) struct Party {
    pub(super) handle: ConnectionHandle,
    /// The full address once there is one, the bare one before.
    pub(super) jid: Jid,
    incoming: mpsc::Receiver<Incoming>,
    /// Texts and acknowledgements that came while something else was awaited.
    texts: VecDeque<String>,
    acknowledged: Vec<SendTag>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Party {
    /// Connects, and is there for others.
    pub(super) async fn enter(
        server: &RealServer,
        account: Account,
        addresses: Vec<ChatAddress>,
    ) -> Self {
        let mut party = Self::connect(server, account, account.1, addresses);
        let (resumed, jid) = party.session_started().await;
        assert!(!resumed, "the first session of this connection");
        assert!(
            jid.same_bare(&party.jid) && jid.resource().is_some(),
            "{jid:?}"
        );
        party.jid = jid;
        let presence = Stanza::Presence(Presence::default());
        party.handle.send(presence, None).await.unwrap();
        party
    }

    /// Starts to connect.
    pub(super) fn connect(
        server: &RealServer,
        account: Account,
        password: &str,
        addresses: Vec<ChatAddress>,
    ) -> Self {
        Self::spawn(
            account,
            password,
            &server.certificates.authority_pem,
            addresses,
        )
    }

    /// Starts to connect, believing another authority than the server's.
    pub(super) fn connect_trusting(
        _: &RealServer,
        authority_pem: &str,
        addresses: Vec<ChatAddress>,
    ) -> Self {
        Self::spawn(ROMEO, ROMEO.1, authority_pem, addresses)
    }

    fn spawn(
        account: Account,
        password: &str,
        authority_pem: &str,
        addresses: Vec<ChatAddress>,
    ) -> Self {
        let jid = Jid::new(Some(account.0), DOMAIN, None).unwrap();
        let credentials = Arc::new(FixedPassword(Secret::from(password)));
        let trust = Trust::new(Some(authority_pem)).unwrap();
        let mut config = ConnectionConfig::new(addresses, jid.clone(), credentials, trust);
        // Soon, since these tests cut the line on purpose.
        config.timing.backoff_first = Duration::from_millis(20);
        config.timing.ack_request = Duration::from_millis(200);
        config.incoming_capacity = 1;
        let shutdown = CancellationToken::new();
        let (handle, incoming, task) = connection::spawn(config, shutdown.clone());
        Self {
            handle,
            jid,
            incoming,
            texts: VecDeque::new(),
            acknowledged: Vec::new(),
            shutdown,
            task,
        }
    }

    /// Waits for something on the line that fits; texts and acknowledgements are kept for later.
    pub(super) async fn until<T>(
        &mut self,
        what: &str,
        mut fits: impl FnMut(&Incoming) -> Option<T>,
    ) -> T {
        loop {
            let incoming = within(what, self.incoming.recv())
                .await
                .unwrap_or_else(|| panic!("the connection ended while waiting {what}"));
            let found = fits(&incoming);
            self.take(incoming);
            if let Some(found) = found {
                return found;
            }
        }
    }

    /// Takes what comes while `work` is under way.
    pub(super) async fn listening_during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                Some(incoming) = self.incoming.recv() => self.take(incoming),
            }
        }
    }

    fn take(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Stanza(stanza, token) => {
                self.texts.extend(text_of(&stanza));
                self.handle.handled(token);
            }
            Incoming::Acked(tags) => self.acknowledged.extend(tags),
            Incoming::Unsent(tags) => panic!("the session was lost with {tags:?}"),
            Incoming::State(_) | Incoming::SessionStarted { .. } => {}
        }
    }

    /// Waits for the next session: whether it was resumed, and its address.
    pub(super) async fn session_started(&mut self) -> (bool, Jid) {
        self.until("for a session", |incoming| match incoming {
            Incoming::SessionStarted { resumed, jid } => Some((*resumed, jid.clone())),
            _ => None,
        })
        .await
    }

    /// Sends a text.
    pub(super) async fn say(&self, to: &Self, id: &str, text: &str, tag: SendTag) {
        let mut message = Message::new(MessageKind::Chat, to.jid.to_bare());
        message.id = Some(id.to_owned());
        message.body = Some(text.to_owned());
        self.handle
            .send(Stanza::Message(Box::new(message)), Some(tag))
            .await
            .unwrap();
    }

    /// Waits for the next text.
    pub(super) async fn hears(&mut self) -> String {
        if self.texts.is_empty() {
            self.until("for a text", |incoming| match incoming {
                Incoming::Stanza(stanza, _) => text_of(stanza),
                _ => None,
            })
            .await;
        }
        self.texts.pop_front().unwrap()
    }

    /// Waits until something was acknowledged, and takes all that was.
    pub(super) async fn acknowledged(&mut self) -> Vec<SendTag> {
        if self.acknowledged.is_empty() {
            self.until("for an acknowledgement", |incoming| {
                matches!(incoming, Incoming::Acked(_)).then_some(())
            })
            .await;
        }
        std::mem::take(&mut self.acknowledged)
    }

    /// Waits until `last` was acknowledged, and takes all that were up to then.
    pub(super) async fn acknowledged_up_to(&mut self, last: SendTag) -> Vec<SendTag> {
        if !self.acknowledged.contains(&last) {
            self.until("for the last acknowledgement", |incoming| match incoming {
                Incoming::Acked(tags) => tags.contains(&last).then_some(()),
                _ => None,
            })
            .await;
        }
        std::mem::take(&mut self.acknowledged)
    }

    /// Ends the connection in an orderly way.
    pub(super) async fn leave(self) {
        self.shutdown.cancel();
        // Nobody reads any more; the task must end all the same.
        drop(self.incoming);
        within("the connection to end", self.task).await.unwrap();
    }
}
