//! The client's side of a connection: what it sends, handled in order, and whether it is still there.

use std::sync::Arc;

use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Iq, IqPayload, Stanza, StanzaError};
use cubist_protocol::stream::{StreamElement, StreamErrorCondition};
use cubist_protocol::xml::{Element, Framing};
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use futures::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use crate::state::StateError;

use crate::xmpp::connection::{End, Ending};
use crate::xmpp::handlers::{self, Outcome};
use crate::xmpp::pace::Pace;
use crate::xmpp::resource;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::transport::{Input, Source};
use crate::xmpp::wire;

/// An `<r/>` may wait this many times the usual answering time, since its answer may stand behind many stanzas that
/// are read slowly on purpose.
const REQUEST_PATIENCE: u32 = 4;

/// Something the client sent, in the order it was sent, once it is dealt with.
enum Landed {
    /// A stanza: counted.
    Stanza {
        /// What is left to do.
        outcome: Outcome,
        /// Its bytes.
        weight: usize,
    },
    /// `<r/>`: the client asks for our count.
    Request,
    /// `<enable/>`: the client switches stream management on.
    Enable {
        /// Whether it wants to resume.
        resume: bool,
    },
}

/// What is under way, in the order it came.
type Flights = FuturesOrdered<BoxFuture<'static, Landed>>;

/// One connection's reading.
struct Reading<'a> {
    router: &'a Router,
    session: &'a Arc<Session>,
    framing: Framing,
    ending: &'a Ending,
    flights: Flights,
    /// Bytes of the stanzas in `flights`.
    weight: usize,
    /// Set when a stanza could not be taken: later ones must not be counted, or the count would cover it.
    is_short: bool,
}

/// Reads until the connection is over and everything read is dealt with.
pub(super) async fn read(
    router: &Router,
    session: &Arc<Session>,
    framing: Framing,
    source: &mut Source,
    ending: &Ending,
) {
    let bounds = router.bounds();
    let mut reading = Reading {
        router,
        session,
        framing,
        ending,
        flights: Flights::new(),
        weight: 0,
        is_short: false,
    };
    let mut pace = Pace::new(
        bounds.stanzas_per_second,
        bounds.stanza_burst,
        Instant::now(),
    );
    // Until when the client, having sent too fast, is not read.
    let mut pause: Option<Instant> = None;
    let mut heard = Instant::now();
    // Since when the question whether the client is there has no answer.
    let mut asked: Option<Instant> = None;
    while !(ending.is_set() && reading.flights.is_empty()) {
        let may_read = !ending.is_set()
            && pause.is_none()
            && reading.flights.len() < bounds.in_flight
            && reading.weight < bounds.in_flight_bytes;
        let check = asked.map_or(heard + bounds.idle_time, |asked| asked + bounds.answer_time);
        tokio::select! {
            biased;
            Some(landed) = reading.flights.next() => reading.land(landed).await,
            () = ending.wait(), if !ending.is_set() => {}
            input = source.next(), if may_read => {
                heard = Instant::now();
                asked = None;
                match input {
                    Some(input) => {
                        if !input.is_acknowledgement() {
                            pause = pace.take(heard);
                        }
                        reading.take(input).await;
                    }
                    None => ending.set(End::Lost),
                }
            }
            () = sleep_until(pause.unwrap_or(heard)), if pause.is_some() => pause = None,
            () = sleep_until(check), if may_read => {
                let now = Instant::now();
                if asked.is_some() {
                    ending.set(End::Lost);
                } else {
                    asked = Some(now);
                    reading.ask(now);
                }
            }
        }
        let overdue = |asked: Instant| asked.elapsed() > bounds.answer_time * REQUEST_PATIENCE;
        if session.asked_at().is_some_and(overdue) {
            ending.set(End::Lost);
        }
    }
}

impl Reading<'_> {
    /// Begins with what the client sent.
    async fn take(&mut self, input: Input) {
        match input {
            Input::Element { element, weight } => self.element(element, weight).await,
            Input::Close => self.ending.set(End::Closed),
            Input::Rejected { head, error } => self.rejected(head, &error),
            Input::Broken(error) => self.ending.set(End::Broken(error.stream_condition())),
            // A stream that is open already. RFC 6120 §4.3.3 allows it only after SASL; nothing depends on it.
            Input::Open => {}
        }
    }

    async fn element(&mut self, element: Element, weight: usize) {
        let head = wire::head(&element);
        match StreamElement::from_element(element) {
            Ok(StreamElement::Stanza(stanza)) => {
                let work = handlers::begin(self.router, self.session, stanza).await;
                self.weight += weight;
                self.flights.push_back(
                    work.map(move |outcome| Landed::Stanza { outcome, weight })
                        .boxed(),
                );
            }
            Ok(StreamElement::StreamManagement(element)) => self.stream_management(&element),
            Err(error) if Stanza::is_stanza(&head) => {
                let error = StanzaError::new(error.condition()).with_text(error.to_string());
                self.rejected(Some(head), &error);
            }
            Ok(_) | Err(_) => match self.framing {
                // RFC 6120 §4.9.3.24.
                Framing::Tcp => self
                    .ending
                    .set(End::Broken(StreamErrorCondition::UnsupportedStanzaType)),
                // One frame that means nothing is no reason to end a WebSocket's stream.
                Framing::WebSocket => tracing::debug!(name = head.name(), "unknown element"),
            },
        }
    }

    /// Answers a stanza that was not taken. It counts all the same: the client sent it.
    fn rejected(&mut self, head: Option<Element>, error: &StanzaError) {
        let Some(mut head) = head else {
            // Nothing legible, so no id. The error itself tells the client that something got lost.
            head_only_error(self.session, error);
            return;
        };
        let is_stanza = Stanza::is_stanza(&head);
        head.set_attr("from", self.session.jid.to_string());
        let reply = wire::refusal(&head, error).map_or(Outcome::Done, Outcome::Reply);
        if is_stanza {
            self.flights.push_back(
                futures::future::ready(Landed::Stanza {
                    outcome: reply,
                    weight: 0,
                })
                .boxed(),
            );
        }
    }

    fn stream_management(&mut self, element: &StreamManagement) {
        let landed = match element {
            StreamManagement::Ack { h } => {
                let delivered = self.session.acknowledge(*h);
                if !delivered.is_empty() {
                    self.router
                        .state()
                        .confirm_queued(self.session.user, delivered);
                }
                return;
            }
            StreamManagement::Request => Landed::Request,
            StreamManagement::Enable { resume, .. } => Landed::Enable { resume: *resume },
            StreamManagement::Resume { .. } => {
                self.write(&StreamManagement::Failed {
                    h: None,
                    condition: Some(Condition::UnexpectedRequest),
                });
                return;
            }
            StreamManagement::Enabled { .. }
            | StreamManagement::Resumed { .. }
            | StreamManagement::Failed { .. } => {
                return;
            }
        };
        self.flights
            .push_back(futures::future::ready(landed).boxed());
    }

    /// Takes the outcome of what the client sent; called in the order of sending.
    async fn land(&mut self, landed: Landed) {
        match landed {
            Landed::Stanza { outcome, weight } => {
                self.weight -= weight;
                if !settle(self.router, self.session, outcome).await {
                    self.is_short = true;
                    self.ending.set(End::Stopping);
                }
                if !self.is_short {
                    self.session.count_handled();
                }
            }
            Landed::Request => {
                self.session.answer_request();
            }
            Landed::Enable { resume } => self.enable(resume),
        }
    }

    /// XEP-0198 §3.
    fn enable(&self, resume: bool) {
        let time = self.router.bounds().resume_time;
        let id = (resume && !time.is_zero()).then(resource::random_name);
        let max = id.as_ref().and_then(|_| u32::try_from(time.as_secs()).ok());
        let enabled = StreamManagement::Enabled {
            id: id.clone(),
            resume: id.is_some(),
            max,
            location: None,
        };
        if !self
            .session
            .enable_flow(id.clone(), enabled.to_element().to_xml(self.framing))
        {
            self.write(&StreamManagement::Failed {
                h: None,
                condition: Some(Condition::UnexpectedRequest),
            });
        } else if let Some(id) = id {
            self.router.offer_resumption(id, self.session);
        }
    }

    /// Asks whether the client is still there.
    fn ask(&self, now: Instant) {
        if !self.session.ask(now) {
            let mut ping = Iq::get(resource::random_name(), IqPayload::Ping);
            ping.from = Some(self.router.names().server());
            ping.to = Some(self.session.jid.clone());
            self.session.reply(ping.to_xml(Framing::Tcp));
        }
    }

    fn write(&self, element: &StreamManagement) {
        self.session
            .write_plain(element.to_element().to_xml(self.framing));
    }
}

/// Does what an outcome asks for. `false` if the stanza must not count as taken.
pub(super) async fn settle(router: &Router, session: &Session, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Done => true,
        Outcome::Reply(stanza) => {
            session.reply(stanza);
            true
        }
        Outcome::Dispatch(dispatch) => match router.dispatch(*dispatch).await {
            Ok(()) => true,
            Err(StateError::Stopping) => false,
            Err(error) => {
                // It is in the history, if it was to be stored; only the offline queue lacks it.
                tracing::error!(%error, "a stanza could not be queued for an absent user");
                true
            }
        },
        Outcome::Abandoned => false,
    }
}

/// XEP-0198 `<a/>`.
pub(super) fn acknowledgement(h: u32, framing: Framing) -> String {
    StreamManagement::Ack { h }.to_element().to_xml(framing)
}

/// An error for something that could not be read at all.
fn head_only_error(session: &Session, error: &StanzaError) {
    let message = Element::new("message", ns::CLIENT)
        .with_attr("type", "error")
        .with_attr("to", session.jid.to_string())
        .with_child(error.to_element());
    session.reply(message.to_xml(Framing::Tcp));
}
