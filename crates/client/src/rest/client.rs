//! The session and the repetition around every call.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cubist_protocol::ids::AppId;
use cubist_protocol::rest::ErrorBody;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::sleep;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::connection::Trust;
use crate::model::{Identity, Secret, UnixMillis};
use crate::network::Ways;
use crate::rest::error::{Error, from_answer};
use crate::rest::session::Session;
use crate::rest::transport::{Answer, Pass, Request, Transport};

/// Waits before the second and the third try of a call that may be repeated. Longer ones are for
/// the one who asked: a screen should hear of the failure before it looks dead.
const RETRY_WAITS: [Duration; 2] = [Duration::from_millis(400), Duration::from_millis(1600)];

/// A waiting time of the server up to this is waited out here; a longer one is passed on.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Two answers within a second of each other say the same: `Date` has whole seconds.
const OFFSET_PRECISION_MILLIS: i64 = 1500;

/// What a [`Client`] must be told.
#[derive(Clone, Debug)]
pub struct RestConfig {
    /// Base of the API, with or without a path. `http:` only on this machine.
    pub base: Url,
    /// Number of the application.
    pub app_id: AppId,
    /// Authorization key of the application.
    pub auth_key: Secret,
    /// Certificates that are believed.
    pub trust: Trust,
    /// Through which proxy the API is reached.
    pub ways: Ways,
}

/// The REST API for one account. Cheap to clone; clones share the session.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    /// The present session; a watch so that it can be kept on disk as it changes.
    session: watch::Sender<Option<Session>>,
    /// What a new session is made with.
    identity: Mutex<Option<Identity>>,
    /// Held while a new session is made, so that it is made once. Inside: how the last one went.
    renewal: tokio::sync::Mutex<()>,
    /// How often a session was made (or failed to be), and the last result.
    renewed: Mutex<(u64, Option<Result<Session, Error>>)>,
    /// Server's clock minus this one's.
    offset: Mutex<Option<i64>>,
    clock: Arc<dyn Clock>,
}

impl Client {
    /// A client without a session. Makes no request.
    pub fn new(config: RestConfig) -> Result<Self, Error> {
        Self::with_clock(config, Arc::new(SystemClock))
    }

    /// The same, comparing the server's time with `clock`.
    pub fn with_clock(config: RestConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let RestConfig {
            base,
            app_id,
            auth_key,
            trust,
            ways,
        } = config;
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(base, app_id, auth_key, &trust, &ways)?,
                session: watch::Sender::new(None),
                identity: Mutex::default(),
                renewal: tokio::sync::Mutex::default(),
                renewed: Mutex::default(),
                offset: Mutex::default(),
                clock,
            }),
        })
    }

    /// Whether the API answers, whatever it says. Needs no session and is not repeated.
    pub async fn reach(&self) -> Result<(), Error> {
        let request = Request::get("session", String::new());
        match self.inner.transport.exchange(&request, &Pass::None).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.error),
        }
    }

    /// Takes up a session of an earlier run, without a request. `identity` is what a new one is
    /// made with when it has expired.
    pub fn restore(&self, session: Session, identity: Identity) {
        *lock(&self.inner.identity) = Some(identity);
        self.inner.session.send_replace(Some(session));
    }

    /// Keeps `identity` without a session: the first call makes one.
    pub fn set_identity(&self, identity: Identity) {
        *lock(&self.inner.identity) = Some(identity);
    }

    /// The present session.
    pub fn session(&self) -> Option<Session> {
        self.inner.session.borrow().clone()
    }

    /// The session as it changes, to keep it on disk. Only a new token counts as a change.
    pub fn sessions(&self) -> watch::Receiver<Option<Session>> {
        self.inner.session.subscribe()
    }

    /// Server's clock minus this machine's, in milliseconds, as the latest answer's `Date` told;
    /// `None` before the first answer. Good to a second or so.
    pub fn clock_offset_millis(&self) -> Option<i64> {
        *lock(&self.inner.offset)
    }

    /// Makes a new session with the kept identity, once for all who ask at the same time. For a
    /// chat password that is a session token and was refused.
    pub async fn renew(&self) -> Result<Session, Error> {
        let stale = self.session().map(|session| session.token);
        self.renew_after(stale.as_ref()).await
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    /// What a new session would be made with.
    pub fn identity(&self) -> Option<Identity> {
        lock(&self.inner.identity).clone()
    }

    /// Forgets who this is.
    pub(super) fn forget(&self) {
        *lock(&self.inner.identity) = None;
        self.inner.session.send_replace(None);
    }

    /// Takes a new session.
    pub(super) fn adopt(&self, session: &Session) {
        self.inner.session.send_replace(Some(session.clone()));
    }

    /// A call with the session, whose answer is JSON.
    pub(super) async fn call<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Error> {
        let answer = self.call_for_answer(request).await?;
        parse(&answer.body)
    }

    /// A call with the session, whose answer says nothing beyond its status.
    pub(super) async fn call_for_effect(&self, request: &Request) -> Result<(), Error> {
        self.call_for_answer(request).await.map(drop)
    }

    /// A session that is not known to be gone.
    pub(super) async fn live_session(&self) -> Result<Session, Error> {
        match self.session() {
            Some(session) if !self.has_expired(&session) => Ok(session),
            Some(session) => self.renew_after(Some(&session.token)).await,
            None => self.renew_after(None).await,
        }
    }

    async fn call_for_answer(&self, request: &Request) -> Result<Answer, Error> {
        let session = self.live_session().await?;
        let answer = self
            .exchange(request, &Pass::Token(session.token.clone()))
            .await?;
        let answer = if is_session_gone(&answer) {
            let fresh = self.renew_after(Some(&session.token)).await?;
            self.exchange(request, &Pass::Token(fresh.token)).await?
        } else {
            answer
        };
        // A second refusal of a session made a moment ago is no question of time any more.
        accept(answer)
    }

    /// One call, repeated where that is safe and may help. Any status is an answer.
    pub(super) async fn exchange(&self, request: &Request, pass: &Pass) -> Result<Answer, Error> {
        let mut waits = RETRY_WAITS.into_iter();
        loop {
            let sent_at = self.inner.clock.now();
            let result = self.inner.transport.exchange(request, pass).await;
            let wait = waits.next();
            match result {
                Ok(answer) => {
                    self.note_times(&answer, pass, sent_at);
                    match (repeat_after(request, &answer), wait) {
                        (Some(asked), Some(wait)) => sleep(asked.max(jitter(wait))).await,
                        _ => return Ok(answer),
                    }
                }
                Err(failure) => {
                    let may_repeat = request.is_idempotent || failure.was_not_sent;
                    let may_help = matches!(failure.error, Error::Unreachable { .. });
                    match wait {
                        Some(wait) if may_repeat && may_help => sleep(jitter(wait)).await,
                        _ => return Err(failure.error),
                    }
                }
            }
        }
    }

    /// A new session in place of the one with the token `stale`. Those who come while one is being
    /// made, or after, share it, and share its failure too.
    pub(super) async fn renew_after(&self, stale: Option<&Secret>) -> Result<Session, Error> {
        let seen = lock(&self.inner.renewed).0;
        let _renewing = self.inner.renewal.lock().await;
        if let Some(present) = self.session()
            && Some(&present.token) != stale
        {
            return Ok(present);
        }
        {
            let renewed = lock(&self.inner.renewed);
            if let (true, Some(result)) = (renewed.0 != seen, &renewed.1) {
                return result.clone();
            }
        }
        let result = match self.identity() {
            Some(identity) => self.make_session(&identity).await,
            None => Err(Error::NotSignedIn),
        };
        if let Ok(session) = &result {
            self.adopt(session);
        }
        let mut renewed = lock(&self.inner.renewed);
        *renewed = (renewed.0.wrapping_add(1), Some(result.clone()));
        result
    }

    /// Whether the session is known to be gone, so that the question can be spared. A token given
    /// by somebody else cannot be replaced: the server decides about that one.
    fn has_expired(&self, session: &Session) -> bool {
        let is_replaceable = !matches!(self.identity(), None | Some(Identity::Token { .. }));
        let now = self.inner.clock.now();
        let offset = self.clock_offset_millis().unwrap_or_default();
        is_replaceable
            && session
                .expires_at
                .is_some_and(|expires_at| expires_at.0 <= now.0.saturating_add(offset))
    }

    /// Learns the server's time and the session's end.
    fn note_times(&self, answer: &Answer, pass: &Pass, sent_at: UnixMillis) {
        if let Some(date) = answer.date {
            let middle = sent_at.0.midpoint(self.inner.clock.now().0);
            // Half a second, because the header leaves out up to a whole one.
            let measured = date.0.saturating_add(500).saturating_sub(middle);
            let mut offset = lock(&self.inner.offset);
            let is_news = offset.is_none_or(|known| {
                known.abs_diff(measured) > OFFSET_PRECISION_MILLIS.unsigned_abs()
            });
            if is_news {
                *offset = Some(measured);
            }
        }
        if let (Some(expires_at), Pass::Token(token)) = (answer.expires_at, pass) {
            self.inner.session.send_if_modified(|session| {
                if let Some(session) = session
                    && session.token == *token
                {
                    session.expires_at = Some(expires_at);
                }
                // Moves with every call; not worth a write to the disk each time.
                false
            });
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("transport", &self.inner.transport)
            .finish_non_exhaustive()
    }
}

/// The answer if it is good.
pub(super) fn accept(answer: Answer) -> Result<Answer, Error> {
    if (200..300).contains(&answer.status) {
        Ok(answer)
    } else {
        Err(from_answer(answer.status, &answer.body, answer.retry_after))
    }
}

/// JSON of the promised form.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| {
        // Position and kind; the content may be private.
        tracing::warn!(line = error.line(), column = error.column(), category = ?error.classify(), "an answer was not of the promised form");
        Error::BadAnswer {
            reason: "it is not of the promised form",
        }
    })
}

/// The remedy is a new session: the platform's exact words, or its complaint about a missing one.
fn is_session_gone(answer: &Answer) -> bool {
    if answer.status != 401 {
        return false;
    }
    let body = ErrorBody::parse(&answer.body);
    body.is_session_expired() || body.first_text() == Some("Token is required")
}

/// After how long the call should be repeated, if at all.
fn repeat_after(request: &Request, answer: &Answer) -> Option<Duration> {
    match answer.status {
        // Refused before anything happened, whatever the call does.
        429 => answer
            .retry_after
            .or(Some(Duration::ZERO))
            .filter(|wait| *wait <= MAX_RETRY_AFTER),
        502..=504 if request.is_idempotent => {
            Some(answer.retry_after.unwrap_or_default()).filter(|wait| *wait <= MAX_RETRY_AFTER)
        }
        _ => None,
    }
}

/// Up to a quarter more, so that clients of one server do not come in step.
fn jitter(wait: Duration) -> Duration {
    wait + wait.mul_f64(rand::random::<f64>() / 4.0)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every value in here is replaced as a whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "client_tests.rs"]
pub(super) mod tests;
