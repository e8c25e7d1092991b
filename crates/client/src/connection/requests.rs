//! IQ requests and the answers they wait for (RFC 6120 §8.2.3).

use std::collections::HashMap;

use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::stanza::{Iq, IqBody, IqPayload};
use tokio::sync::oneshot;

use crate::connection::error::RequestError;

/// Where an answer goes.
pub(super) type Reply = oneshot::Sender<Result<Iq, RequestError>>;

/// Whether a request tells of a change instead of asking for something: that someone came or went
/// (the platform's `status_streaming`, of whatever type), or that another device changed a privacy
/// list (XEP-0016 §2.6).
pub(super) fn is_news(iq: &Iq) -> bool {
    match &iq.body {
        IqBody::Get(payload) | IqBody::Set(payload) => match payload {
            IqPayload::LastActivity(LastActivity::Answer { .. }) => true,
            IqPayload::Privacy(_) => matches!(iq.body, IqBody::Set(_)),
            IqPayload::LastActivity(LastActivity::Query)
            | IqPayload::Bind(_)
            | IqPayload::Session
            | IqPayload::Ping
            | IqPayload::Carbons(_)
            | IqPayload::DiscoInfo(_)
            | IqPayload::DiscoItems(_)
            | IqPayload::StatusSubscription(_)
            | IqPayload::Mobile(_)
            | IqPayload::Other(_) => false,
        },
        IqBody::Result(_) | IqBody::Error { .. } => false,
    }
}

/// The requests of one session that have no answer yet.
#[derive(Debug)]
pub(super) struct Requests {
    /// Part of every id, so that nobody who sees none of them can answer in the server's place.
    prefix: String,
    /// Makes ids differ.
    next: u64,
    /// `None` where an answer is expected and of no interest.
    waiting: HashMap<String, Option<Reply>>,
}

impl Requests {
    /// `secret` must be unguessable.
    pub(super) fn new(secret: u64) -> Self {
        Self {
            prefix: format!("{secret:016x}"),
            next: 0,
            waiting: HashMap::new(),
        }
    }

    /// A fresh id.
    pub(super) fn id(&mut self) -> String {
        self.next += 1;
        format!("{}-{}", self.prefix, self.next)
    }

    /// Keeps `reply` until an answer with `id` comes.
    pub(super) fn expect(&mut self, id: String, reply: Reply) {
        // Those who stopped waiting are swept out here, where the map would otherwise grow.
        self.waiting
            .retain(|_, reply| reply.as_ref().is_none_or(|reply| !reply.is_closed()));
        self.waiting.insert(id, Some(reply));
    }

    /// Swallows the answer with `id`: it is sent for its effect alone.
    pub(super) fn ignore(&mut self, id: String) {
        self.waiting.insert(id, None);
    }

    /// Gives an answer to the one who waits for it; gives back what nobody waits for.
    pub(super) fn answer(&mut self, iq: Iq) -> Option<Iq> {
        let Some(reply) = self.waiting.remove(&iq.id) else {
            return Some(iq);
        };
        let result = match iq.body {
            IqBody::Error { error, .. } => Err(RequestError::Refused(Box::new(error))),
            IqBody::Get(_) | IqBody::Set(_) | IqBody::Result(_) => Ok(iq),
        };
        if let Some(reply) = reply {
            // The one who asked may have given up meanwhile; then the answer is of no use.
            drop(reply.send(result));
        }
        None
    }

    /// The session is gone, and every answer with it.
    pub(super) fn fail_all(&mut self) {
        for reply in self.waiting.drain().filter_map(|(_, reply)| reply) {
            drop(reply.send(Err(RequestError::SessionLost)));
        }
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::stanza::{Condition, Iq, IqPayload, StanzaError};
    use tokio::sync::oneshot;

    use super::Requests;
    use crate::connection::error::RequestError;

    #[test]
    fn an_answer_reaches_the_one_who_asked_and_no_other() {
        let mut requests = Requests::new(7);
        let (first, second) = (requests.id(), requests.id());
        assert_ne!(first, second);
        let (reply, mut answer) = oneshot::channel();
        requests.expect(first.clone(), reply);
        let unknown = Iq::get(second, IqPayload::Ping).result(None);
        assert_eq!(requests.answer(unknown.clone()), Some(unknown));
        let result = Iq::get(first, IqPayload::Ping).result(None);
        assert_eq!(requests.answer(result.clone()), None);
        assert_eq!(answer.try_recv().unwrap(), Ok(result.clone()));
        assert_eq!(requests.answer(result.clone()), Some(result));
    }

    #[test]
    fn an_error_is_a_refusal_with_the_servers_reason() {
        let mut requests = Requests::new(7);
        let id = requests.id();
        let (reply, mut answer) = oneshot::channel();
        requests.expect(id.clone(), reply);
        let error = StanzaError::new(Condition::ItemNotFound);
        requests.answer(Iq::get(id, IqPayload::Ping).error(error.clone()));
        assert_eq!(
            answer.try_recv().unwrap(),
            Err(RequestError::Refused(Box::new(error)))
        );
    }

    #[test]
    fn a_lost_session_answers_everybody() {
        let mut requests = Requests::new(7);
        let id = requests.id();
        let (reply, mut answer) = oneshot::channel();
        requests.expect(id, reply);
        requests.fail_all();
        assert_eq!(answer.try_recv().unwrap(), Err(RequestError::SessionLost));
    }
}
