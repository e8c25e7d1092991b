//! An account without a network: a real cache, a line that only listens, and a REST API whose
//! answers are written down beforehand. For rules that have nothing to do with the network; whole
//! stories run against the real backend elsewhere.

mod dialogs;
mod messages;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cubist_protocol::rest::{self, DialogKind};
use cubist_protocol::stanza::{Iq, Message as WireMessage, Stanza};
use cubist_protocol::xml::{Limits, read_frame};
use futures::future::BoxFuture;
use tempfile::TempDir;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::attachments::progress::Progress;
use crate::clock::{Clock, SystemRandom};
use crate::connection::{NotConnected, RequestError, SendTag};
use crate::events::ClientEvent;
use crate::model::{
    AppId, ConnectionState, DialogId, MessageId, OfflineReason, UnixMillis, UserId,
};
use crate::rest::{Error, MessageFilter, Sort};
use crate::store::testing::{ME, account_id, dialog_id, user_id};
use crate::store::{self, RawKey, Store};
use crate::sync::api::{Answer, Api};
use crate::sync::context::{Context, Parts, Who};
use crate::sync::incoming::{self, Batch};
use crate::sync::line::Line;

/// A clock that stands still unless a test moves it.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

/// The second at which it stands at first.
pub(crate) const NOW: i64 = 1_000_000;

impl TestClock {
    pub(crate) fn set(&self, now: UnixMillis) {
        self.0.store(now.0, Ordering::Release);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::Acquire))
    }
}

/// The server's side of a request.
pub(crate) type Answering = Box<dyn FnMut(&Iq) -> Result<Iq, RequestError> + Send>;

/// A line whose other end is the test.
pub(crate) struct TestLine {
    state: Mutex<ConnectionState>,
    sent: mpsc::UnboundedSender<(Stanza, Option<SendTag>)>,
    /// What the server says to requests, and what it was asked; without more it agrees to all.
    pub(crate) server: Mutex<Answering>,
    /// Every request, in its order.
    pub(crate) requests: Mutex<Vec<Iq>>,
}

impl TestLine {
    pub(crate) fn set_online(&self, online: bool) {
        *self.state.lock().unwrap() = if online {
            ConnectionState::Online
        } else {
            ConnectionState::Offline {
                reason: OfflineReason::Unreachable,
            }
        };
    }
}

impl Line for TestLine {
    fn send(
        &self,
        stanza: Stanza,
        tag: Option<SendTag>,
    ) -> BoxFuture<'_, Result<(), NotConnected>> {
        let outcome = if self.state() == ConnectionState::Online {
            self.sent.send((stanza, tag)).map_err(|_| NotConnected)
        } else {
            Err(NotConnected)
        };
        Box::pin(std::future::ready(outcome))
    }

    fn request(&self, iq: Iq) -> BoxFuture<'_, Result<Iq, RequestError>> {
        let answer = if self.state() == ConnectionState::Online {
            self.requests.lock().unwrap().push(iq.clone());
            (self.server.lock().unwrap())(&iq)
        } else {
            Err(RequestError::NotConnected)
        };
        Box::pin(std::future::ready(answer))
    }

    fn ping(&self, _: Duration) -> BoxFuture<'_, Result<Duration, RequestError>> {
        let outcome = if self.state() == ConnectionState::Online {
            Ok(Duration::ZERO)
        } else {
            Err(RequestError::NotConnected)
        };
        Box::pin(std::future::ready(outcome))
    }

    fn connect_now(&self) {}

    fn network_changed(&self) {}

    fn state(&self) -> ConnectionState {
        *self.state.lock().unwrap()
    }
}

/// A server that holds dialogs and messages and answers like the API: filters, order, pages.
#[derive(Default)]
pub(crate) struct TestApi {
    pub(crate) dialogs: Mutex<Vec<rest::Dialog>>,
    pub(crate) messages: Mutex<Vec<rest::Message>>,
    pub(crate) people: Mutex<Vec<rest::User>>,
    pub(crate) files: Mutex<HashMap<String, Vec<u8>>>,
    /// Messages the server does not let this person delete.
    pub(crate) kept: Mutex<Vec<MessageId>>,
    /// Who reacted, to whatever message.
    pub(crate) reactors: Mutex<rest::ReactionUsers>,
    /// Every request, in words.
    pub(crate) asked: Mutex<Vec<String>>,
    /// Dialogs the server counts in every list and does not give in a form that can be read.
    pub(crate) unreadable: Mutex<u64>,
    /// Failures to answer with first.
    pub(crate) failures: Mutex<VecDeque<Error>>,
}

impl TestApi {
    fn ask(&self, what: String) -> Result<(), Error> {
        self.asked.lock().unwrap().push(what);
        match self.failures.lock().unwrap().pop_front() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn done<T: Send + 'static>(answer: Result<T, Error>) -> Answer<'static, T> {
        Box::pin(std::future::ready(answer))
    }
}

impl Api for TestApi {
    fn messages<'a>(&'a self, filter: &'a MessageFilter) -> Answer<'a, Vec<rest::Message>> {
        let asked = self.ask(format!(
            "messages {:?}..{:?} since {:?} skip {}",
            filter.sent_since.map(UnixMillis::seconds),
            filter.sent_until.map(UnixMillis::seconds),
            filter.updated_since.map(UnixMillis::seconds),
            filter.skip
        ));
        Self::done(asked.map(|()| {
            let mut found = self.messages.lock().unwrap().clone();
            found.retain(|message| {
                let sent = message.date_sent.0;
                message.chat_dialog_id == filter.dialog
                    && filter.sent_since.is_none_or(|since| sent >= since)
                    && filter.sent_until.is_none_or(|until| sent <= until)
                    && filter
                        .updated_since
                        .is_none_or(|since| message.updated_at.is_some_and(|at| at.0 >= since))
            });
            // Within a second the order is nobody's promise: against the ids, to be unkind.
            found.sort_by_key(|message| (message.date_sent.0, std::cmp::Reverse(message.id)));
            if filter.sort == Sort::Descending {
                found.reverse();
            }
            found
                .into_iter()
                .skip(filter.skip as usize)
                .take(filter.limit as usize)
                .collect()
        }))
    }

    fn users<'a>(&'a self, ids: &'a [UserId]) -> Answer<'a, Vec<rest::User>> {
        let asked = self.ask(format!("users {ids:?}"));
        Self::done(asked.map(|()| {
            let mut people = self.people.lock().unwrap().clone();
            people.retain(|person| ids.contains(&person.id));
            people
        }))
    }

    fn search_users<'a>(&'a self, query: &'a str) -> Answer<'a, Vec<rest::User>> {
        Self::done(self.ask(format!("search {query}")).map(|()| Vec::new()))
    }

    fn mark_all_read(&self, dialog: DialogId) -> Answer<'_, ()> {
        Self::done(self.ask(format!("read all {dialog}")))
    }

    fn mark_read<'a>(&'a self, _: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()> {
        Self::done(self.ask(format!("read {}", ids.len())))
    }

    fn mark_delivered<'a>(&'a self, _: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()> {
        Self::done(self.ask(format!("delivered {}", ids.len())))
    }

    fn file<'a>(&'a self, name: &'a str, _: usize) -> Answer<'a, Vec<u8>> {
        let asked = self.ask(format!("file {name}"));
        Self::done(asked.and_then(|()| {
            let file = self.files.lock().unwrap().get(name).cloned();
            file.ok_or(Error::NotFound {
                message: String::new(),
            })
        }))
    }

    fn clock_offset_millis(&self) -> Option<i64> {
        None
    }
}

/// One account under test.
pub(crate) struct World {
    pub(crate) context: Arc<Context>,
    pub(crate) api: Arc<TestApi>,
    pub(crate) line: Arc<TestLine>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) sent: mpsc::UnboundedReceiver<(Stanza, Option<SendTag>)>,
    pub(crate) events: broadcast::Receiver<ClientEvent>,
    _dir: TempDir,
}

impl World {
    /// An account of person 1 that is online and knows private dialog 1 (with person 2) and
    /// group 2 (with 2 and 3).
    pub(crate) async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let (events, receiver) = broadcast::channel(1024);
        let publish = events.clone();
        let store = Store::open(
            dir.path().join("cache.db"),
            RawKey::new([1; 32]),
            account_id(),
            user_id(ME),
            Arc::new(move |changes| {
                for event in changes {
                    publish.send(event).ok();
                }
            }),
        )
        .await
        .unwrap();
        store
            .write(|tx| {
                use crate::model::DialogKind::{Group, Private};
                use crate::store::testing::dialog;
                store::dialogs::save(tx, &dialog(1, Private, &[ME, 2]))?;
                store::dialogs::save(tx, &dialog(2, Group, &[ME, 2, 3]))
            })
            .await
            .unwrap();
        let (to_test, sent) = mpsc::unbounded_channel();
        let line = Arc::new(TestLine {
            state: Mutex::new(ConnectionState::Online),
            sent: to_test,
            server: Mutex::new(Box::new(|iq| Ok(iq.result(None)))),
            requests: Mutex::default(),
        });
        let api = Arc::new(TestApi::default());
        let files = Progress::new(account_id(), events.clone());
        let clock = Arc::new(TestClock(AtomicI64::new(NOW * 1_000)));
        let context = Arc::new(Context::new(Parts {
            files,
            downloads: Arc::default(),
            account: account_id(),
            who: Who {
                me: user_id(ME),
                app: AppId::new(21).unwrap(),
                domain: "localhost".to_owned(),
                rooms: "muc.localhost".to_owned(),
            },
            store,
            api: Arc::clone(&api) as Arc<dyn Api>,
            line: Arc::clone(&line) as Arc<dyn Line>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(SystemRandom),
            events,
            shutdown: CancellationToken::new(),
        }));
        Self {
            context,
            api,
            line,
            clock,
            sent,
            events: receiver,
            _dir: dir,
        }
    }

    /// A session begins that is not resumed.
    pub(crate) fn start_session(&self) -> u64 {
        incoming::session_started(&self.context, false);
        self.context.progress.epoch()
    }

    /// These stanzas arrive together.
    pub(crate) async fn arrive(&self, stanzas: &[&str]) {
        let mut batch = Batch::default();
        for xml in stanzas {
            batch.stanza(&parse(xml), &self.context);
        }
        incoming::process(&self.context, batch).await.unwrap();
    }

    /// The server acknowledges.
    pub(crate) async fn ack(&self, tags: &[SendTag]) {
        let mut batch = Batch::default();
        batch.acked(tags);
        incoming::process(&self.context, batch).await.unwrap();
    }

    /// The next stanza that goes out.
    pub(crate) async fn next_sent(&mut self) -> (WireMessage, Option<SendTag>) {
        let (stanza, tag) = tokio::time::timeout(DEADLINE, self.sent.recv())
            .await
            .expect("something is sent in time")
            .unwrap();
        match stanza {
            Stanza::Message(message) => (*message, tag),
            other @ (Stanza::Presence(_) | Stanza::Iq(_)) => panic!("{other:?}"),
        }
    }

    /// Everything that has gone out so far.
    pub(crate) fn sent_so_far(&mut self) -> Vec<Stanza> {
        std::iter::from_fn(|| self.sent.try_recv().ok().map(|(stanza, _)| stanza)).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.context.shutdown.cancel();
    }
}

/// Far more than anything here takes; reached only by a test that fails.
pub(crate) const DEADLINE: std::time::Duration = std::time::Duration::from_secs(20);

pub(crate) fn parse(xml: &str) -> Stanza {
    let mut elements = read_frame(xml, &Limits::default()).unwrap();
    Stanza::from_element(elements.remove(0)).unwrap()
}

pub(crate) fn parse_message(xml: &str) -> WireMessage {
    let stanza = parse(xml);
    let Stanza::Message(message) = stanza else {
        panic!("{stanza:?}");
    };
    *message
}

pub(crate) fn wire_dialog(n: u32, kind: DialogKind, occupants: &[u64]) -> rest::Dialog {
    let text = format!(
        r#"{{"_id":"{}","type":{},"name":"dialog {n}","user_id":1,"occupants_ids":{occupants:?},
            "created_at":"1970-01-01T00:00:10Z","updated_at":"1970-01-12T13:46:40Z"}}"#,
        dialog_id(n),
        kind.number()
    );
    serde_json::from_str(&text).unwrap()
}
