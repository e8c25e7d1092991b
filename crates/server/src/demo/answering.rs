//! The person who answers: a session within this process that marks, types and replies like somebody at a phone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0085_chat_states::ChatState;
use cubist_protocol::ext::xep0333_markers::{Marker, MarkerKind};
use cubist_protocol::ids::{AppId, DialogId, UserId};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Demo;
use crate::delivery::Deliver;
use crate::demo::replies::reply_to;
use crate::state::State;

/// A chat in which nothing happened for so long costs no task any more.
const FORGET_AFTER: Duration = Duration::from_secs(600);
/// Messages of one chat that wait to be read. More are left unread, as by a person.
const WAITING: usize = 64;
/// How much longer each character of a reply takes to type, in milliseconds.
const PER_CHARACTER: u64 = 12;
/// Typing never takes longer than this many times the shortest time.
const LONGEST: u64 = 3;
/// Between two tries to connect after the router ended the session.
const RECONNECT: Duration = Duration::from_secs(1);

/// The answering person.
pub(super) struct Answering {
    state: State,
    router: Arc<dyn Deliver>,
    app: AppId,
    host: UserId,
}

/// A message that deserves attention.
struct Heard {
    id: String,
    text: String,
    dialog: Option<DialogId>,
}

/// What one chat needs to answer.
#[derive(Clone)]
struct Voice {
    state: State,
    /// Into the host's session.
    outgoing: mpsc::Sender<Stanza>,
    /// The other person.
    peer: Jid,
    pace: Demo,
}

impl Answering {
    pub(super) fn new(state: &State, router: &Arc<dyn Deliver>, app: AppId, host: UserId) -> Self {
        Self {
            state: state.clone(),
            router: Arc::clone(router),
            app,
            host,
        }
    }

    /// Answers until `shutdown`.
    pub(super) async fn run(self, shutdown: CancellationToken, tasks: TaskTracker) {
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.session(&shutdown, &tasks) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(RECONNECT) => {}
            }
        }
    }

    /// One connection of the person. Ends with it.
    async fn session(&self, shutdown: &CancellationToken, tasks: &TaskTracker) {
        let mut session = self.router.connect_local(self.host).await;
        let mut chats: HashMap<UserId, mpsc::Sender<Heard>> = HashMap::new();
        while let Some(stanza) = session.incoming.recv().await {
            let Stanza::Message(message) = stanza else {
                continue;
            };
            let Some((author, heard)) = self.listen(&message) else {
                continue;
            };
            if message.kind == MessageKind::Groupchat {
                // In groups the person only reads along.
                let voice = self.voice(&session.outgoing, &session.jid, author);
                let chat = async move {
                    voice.mark(MarkerKind::Received, &heard).await;
                    sleep_until(Instant::now() + voice.read_time()).await;
                    voice.mark(MarkerKind::Displayed, &heard).await;
                };
                spawn(tasks, shutdown, chat);
                continue;
            }
            let chat = chats.entry(author).or_insert_with(|| {
                let (sender, heard) = mpsc::channel(WAITING);
                spawn(
                    tasks,
                    shutdown,
                    self.voice(&session.outgoing, &session.jid, author)
                        .converse(heard),
                );
                sender
            });
            match chat.try_send(heard) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(_)) => {
                    tracing::debug!("a chat is too fast for its sample person");
                }
                Err(mpsc::error::TrySendError::Closed(heard)) => {
                    let (sender, later) = mpsc::channel(WAITING);
                    if sender.try_send(heard).is_ok() {
                        spawn(
                            tasks,
                            shutdown,
                            self.voice(&session.outgoing, &session.jid, author)
                                .converse(later),
                        );
                        chats.insert(author, sender);
                    }
                }
            }
        }
    }

    /// Whose content message it is; `None` for markers, typing, copies of the person's own, and the like.
    fn listen(&self, message: &Message) -> Option<(UserId, Heard)> {
        let has_content = message.body.is_some()
            || message
                .extra
                .as_ref()
                .is_some_and(|extra| extra.attachments().next().is_some());
        let is_plain = message.carbon.is_none()
            && message.marker.is_none()
            && message.replace.is_none()
            && message.remove.is_none();
        let from = message.from.as_ref()?;
        let (author, dialog) = match message.kind {
            MessageKind::Chat => (
                from.user_id()?,
                message.extra.as_ref().and_then(ExtraParams::dialog_id),
            ),
            MessageKind::Groupchat => (from.occupant_user_id()?, from.dialog_id()),
            MessageKind::Headline | MessageKind::Normal | MessageKind::Error => return None,
        };
        let id = message.id.clone()?;
        let text = message.body.clone().unwrap_or_default();
        (has_content && is_plain && author != self.host)
            .then_some((author, Heard { id, text, dialog }))
    }

    /// `own` is the person's own address, which has the domain.
    fn voice(&self, outgoing: &mpsc::Sender<Stanza>, own: &Jid, peer: UserId) -> Voice {
        Voice {
            state: self.state.clone(),
            outgoing: outgoing.clone(),
            // Only a domain that is none could fail, and this one is in use.
            peer: Jid::user(peer, self.app, own.domain()).unwrap_or_else(|_| own.to_bare()),
            pace: self.state.config().demo.clone(),
        }
    }
}

fn spawn(
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
    chat: impl Future<Output = ()> + Send + 'static,
) {
    let shutdown = shutdown.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = chat => {}
        }
    });
}

impl Voice {
    /// Reads, types and replies for as long as the chat goes on.
    async fn converse(self, mut heard: mpsc::Receiver<Heard>) {
        let mut turn = 0;
        loop {
            let Ok(Some(first)) = timeout_at(Instant::now() + FORGET_AFTER, heard.recv()).await
            else {
                return;
            };
            let Some(last) = self.read(first, &mut heard).await else {
                return;
            };
            let reply = reply_to(&last.text, turn);
            turn += 1;
            if !self.answer(reply, last.dialog).await {
                return;
            }
        }
    }

    /// Takes in a message and those that follow at once; what comes last is what gets answered.
    async fn read(&self, first: Heard, heard: &mut mpsc::Receiver<Heard>) -> Option<Heard> {
        let mut all = vec![first];
        let mut got = 0;
        let read_at = Instant::now() + self.read_time();
        loop {
            for message in all.iter().skip(got) {
                self.mark(MarkerKind::Received, message).await;
            }
            got = all.len();
            match timeout_at(read_at, heard.recv()).await {
                Ok(Some(message)) => all.push(message),
                Ok(None) | Err(_) => break,
            }
        }
        for message in &all {
            self.mark(MarkerKind::Displayed, message).await;
        }
        all.pop()
    }

    /// Types and sends; `false` once the session is over.
    async fn answer(&self, text: &str, dialog: Option<DialogId>) -> bool {
        self.typing(ChatState::Composing).await;
        let shortest = self.pace.type_for_ms;
        let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let takes = shortest.saturating_add(characters.saturating_mul(PER_CHARACTER));
        sleep_until(
            Instant::now() + Duration::from_millis(takes.min(shortest.saturating_mul(LONGEST))),
        )
        .await;
        self.typing(ChatState::Paused).await;
        let mut extra = ExtraParams::new();
        extra.set_save_to_history();
        if let Some(dialog) = dialog {
            extra.set_dialog_id(dialog);
        }
        let message = Message {
            id: Some(self.state.new_message_id().to_string()),
            body: Some(text.to_owned()),
            extra: Some(extra),
            markable: true,
            ..Message::new(MessageKind::Chat, self.peer.clone())
        };
        self.send(message).await
    }

    async fn typing(&self, state: ChatState) {
        let message = Message {
            chat_state: Some(state),
            ..Message::new(MessageKind::Chat, self.peer.clone())
        };
        self.send(message).await;
    }

    async fn mark(&self, kind: MarkerKind, heard: &Heard) {
        let mut extra = ExtraParams::new();
        if let Some(dialog) = heard.dialog {
            extra.set_dialog_id(dialog);
        }
        let message = Message {
            id: Some(self.state.new_message_id().to_string()),
            marker: Some(Marker {
                kind,
                id: heard.id.clone(),
            }),
            extra: Some(extra),
            ..Message::new(MessageKind::Chat, self.peer.clone())
        };
        self.send(message).await;
    }

    async fn send(&self, message: Message) -> bool {
        self.outgoing
            .send(Stanza::Message(Box::new(message)))
            .await
            .is_ok()
    }

    fn read_time(&self) -> Duration {
        Duration::from_millis(self.pace.read_after_ms)
    }
}
