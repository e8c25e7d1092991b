//! One session on one socket: the loop that reads, writes, acknowledges and watches the time.

use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::ext::xep0280_carbons::CarbonsSwitch;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, Presence, Stanza, StanzaError};
use cubist_protocol::stream::StreamElement;
use cubist_protocol::xml::Element;
use tokio::time::{Instant, sleep_until};

use crate::connection::error::Error;
use crate::connection::handle::Command;
use crate::connection::incoming::{Incoming, SendTag};
use crate::connection::keepalive::{Due, Keepalive};
use crate::connection::line::{Line, Over, deliver};
use crate::connection::negotiate::stream_error;
use crate::connection::requests::{Reply, is_news};
use crate::connection::socket::{Received, Socket};

/// Commands are taken while fewer bytes than this wait to be written.
const WRITE_HIGH: usize = 64 * 1024;

/// Nothing is read while this much waits to be written: a server that asks faster than it takes
/// answers would otherwise fill this machine's memory.
const WRITE_LIMIT: usize = 1024 * 1024;

/// Commands are taken while fewer stanzas than this are unconfirmed.
const MAX_UNACKED: usize = 512;

/// Commands taken at a time; one `<r/>` follows them all.
const BATCH: usize = 64;

/// What a session starts with.
pub(super) struct Start {
    pub(super) socket: Socket,
    /// Stanzas that came before stream management counted.
    pub(super) early: Vec<Stanza>,
    /// The earlier session goes on.
    pub(super) resumed: bool,
    /// The server acknowledges stanzas.
    pub(super) has_management: bool,
}

/// Holds the session until the connection is lost; returns why.
pub(super) async fn run(line: &mut Line, start: Start) -> Result<Error, Over> {
    let mut session = Session::new(line, start);
    let result = session.run().await;
    if result.is_err() {
        session.part().await;
    }
    result
}

/// What the loop does next.
enum Step {
    Nothing,
    /// The task is over.
    Over,
    Socket(Result<Received, Error>),
    /// The batch is filled.
    Commands,
    /// More was handled, and an acknowledgement is owed.
    Settle,
    /// The connection is suspect.
    Probe,
}

struct Session<'a> {
    line: &'a mut Line,
    socket: Socket,
    keepalive: Keepalive,
    has_management: bool,
    /// Without stream management, a ping after the stanzas stands for `<r/>` (RFC 6120 §10.1: a
    /// server handles one client's stanzas in order): its id, and the count its answer confirms.
    barrier: Option<(String, u32)>,
    /// When to ask again about stanzas nobody confirmed.
    ask_again: Option<Instant>,
    /// When the confirmation must have grown.
    ack_due: Option<Instant>,
    /// When to send an `<a/>` that was answered too low before.
    settle_at: Option<Instant>,
    /// An `<r/>` was answered with less than everything received.
    owes_ack: bool,
}

impl<'a> Session<'a> {
    fn new(line: &'a mut Line, start: Start) -> Self {
        let timing = line.config.timing;
        let mut session = Self {
            keepalive: Keepalive::new(timing.ping_after, timing.ping_limit, Instant::now()),
            line,
            socket: start.socket,
            has_management: start.has_management,
            barrier: None,
            ask_again: None,
            ack_due: None,
            settle_at: None,
            owes_ack: false,
        };
        session.begin(start.resumed, start.early);
        session
    }

    fn begin(&mut self, resumed: bool, early: Vec<Stanza>) {
        if resumed {
            let framing = self.socket.framing();
            for element in self.line.outbound.unacked() {
                self.socket.queue(element.to_xml(framing));
            }
            if self.line.outbound.len() > 0 {
                self.request_ack();
            }
            return;
        }
        // XEP-0280 before the presence, so that the first message already has its copy.
        let id = self.line.requests.id();
        self.line.requests.ignore(id.clone());
        let carbons = Iq::set(id, IqPayload::Carbons(CarbonsSwitch::Enable));
        self.write(carbons.to_element(), None);
        self.write(Presence::default().to_element(), None);
        for stanza in early {
            // These were not counted by the server; the token's position in this session's count
            // would be wrong, so they get one of no session.
            self.deliver(
                stanza,
                crate::connection::incoming::HandledToken::uncounted(),
            );
        }
    }

    async fn run(&mut self) -> Result<Error, Over> {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            if let Err(error) = self.on_time() {
                return Ok(error);
            }
            // While anything waits for the reader, nothing more is read.
            let is_stalled = !self.line.pending.is_empty();
            if is_stalled {
                self.keepalive.pause();
            } else {
                self.keepalive.resume(Instant::now());
            }
            let reads = !is_stalled && self.socket.queued_bytes() < WRITE_LIMIT;
            let takes =
                self.socket.queued_bytes() < WRITE_HIGH && self.line.outbound.len() < MAX_UNACKED;
            let next_timer = self.next_timer();
            let line = &mut *self.line;
            let step = tokio::select! {
                () = line.shutdown.cancelled() => Step::Over,
                delivered = deliver(&line.incoming, &mut line.pending) => match delivered {
                    Ok(()) => Step::Nothing,
                    Err(Over) => Step::Over,
                },
                progress = self.socket.progress(reads) => Step::Socket(progress),
                count = line.commands.recv_many(&mut batch, BATCH), if takes => match count {
                    0 => Step::Over,
                    _ => Step::Commands,
                },
                () = line.inbound.progress(), if self.owes_ack && self.settle_at.is_none() => {
                    Step::Settle
                }
                () = line.nudges.connect.notified() => Step::Nothing,
                () = line.nudges.network.notified() => Step::Probe,
                () = line.wake.woke() => Step::Probe,
                () = sleep_until(next_timer) => Step::Nothing,
            };
            match step {
                Step::Nothing => {}
                Step::Over => return Err(Over),
                Step::Socket(progress) => {
                    let result = match progress {
                        Ok(received) => self.on_received(received),
                        Err(error) => Err(error),
                    };
                    if let Err(error) = result {
                        return Ok(error);
                    }
                }
                Step::Commands => self.on_commands(batch.drain(..)),
                Step::Settle => {
                    let delay = self.line.config.timing.ack_delay;
                    self.settle_at = Some(Instant::now() + delay);
                }
                Step::Probe => self.probe(),
            }
        }
    }

    /// Ends the session in an orderly way. What is queued is written first.
    async fn part(self) {
        let Self {
            line,
            mut socket,
            has_management,
            ..
        } = self;
        if has_management {
            let ack = StreamManagement::Ack {
                h: line.inbound.h(),
            };
            socket.queue(ack.to_element().to_xml(socket.framing()));
        }
        socket.close(line.config.timing.close).await;
    }

    fn next_timer(&self) -> Instant {
        let now = Instant::now();
        let keepalive = match self.keepalive.due(now) {
            Due::Wait(until) => until,
            Due::Ask | Due::Lost => now,
        };
        [self.ask_again, self.ack_due, self.settle_at]
            .into_iter()
            .flatten()
            .fold(keepalive, Instant::min)
    }

    /// Does what is due.
    fn on_time(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        let last_byte = self.socket.last_byte();
        self.keepalive.received_at(last_byte);
        match self.keepalive.due(now) {
            Due::Wait(_) => {}
            Due::Ask => self.ping(),
            Due::Lost => return Err(Error::TimedOut("the session")),
        }
        if self.settle_at.is_some_and(|at| at <= now) {
            self.settle_at = None;
            self.send_ack();
        }
        // While nothing is read, acknowledgements wait unseen.
        if self.line.pending.is_empty() {
            if self.ack_due.is_some_and(|at| at <= now) {
                // The server lives, or the keep-alive would have said so; its count does not.
                return Err(Error::NotAcknowledged);
            }
            if self.ask_again.is_some_and(|at| at <= now) {
                self.request_ack();
            }
        } else {
            let timing = self.line.config.timing;
            self.ask_again = self.ask_again.map(|at| at.max(now + timing.ack_request));
            self.ack_due = self.ack_due.map(|at| at.max(now + timing.ack_limit));
        }
        Ok(())
    }

    fn on_received(&mut self, received: Received) -> Result<(), Error> {
        match received {
            Received::Element(element) => self.on_element(element),
            Received::Garbage { is_stanza } => {
                if is_stanza {
                    // Both sides count it; sent again, it would be no better.
                    let token = self.line.inbound.received();
                    self.line.inbound.handled(&token);
                }
                Ok(())
            }
            Received::Written => Ok(()),
            Received::Close => Err(Error::Closed),
            Received::Open(_) => Err(Error::Unexpected("the session")),
        }
    }

    fn on_element(&mut self, element: Element) -> Result<(), Error> {
        if Stanza::is_stanza(&element) {
            let token = self.line.inbound.received();
            match Stanza::from_element(element) {
                Ok(stanza) => self.deliver(stanza, token),
                Err(error) => {
                    tracing::warn!(%error, "a stanza was not well-made");
                    self.line.inbound.handled(&token);
                }
            }
            return Ok(());
        }
        match StreamElement::from_element(element)? {
            StreamElement::StreamManagement(StreamManagement::Request) if self.has_management => {
                self.send_ack();
                self.owes_ack = self.line.inbound.is_behind();
                Ok(())
            }
            StreamElement::StreamManagement(StreamManagement::Ack { h }) if self.has_management => {
                self.confirm(h)
            }
            StreamElement::Error(error) => {
                tracing::info!(
                    condition = error.condition.as_str(),
                    text = error.text,
                    "the server ends the stream"
                );
                Err(stream_error(error.condition))
            }
            // Nothing a session needs.
            StreamElement::StreamManagement(_)
            | StreamElement::Open(_)
            | StreamElement::Close(_)
            | StreamElement::Features(_)
            | StreamElement::StartTls(_)
            | StreamElement::Sasl(_)
            | StreamElement::Stanza(_)
            | StreamElement::Unknown(_) => Ok(()),
        }
    }

    /// Deals with a stanza here, or passes it on.
    fn deliver(&mut self, stanza: Stanza, token: crate::connection::incoming::HandledToken) {
        let passed_on = match stanza {
            Stanza::Message(_) | Stanza::Presence(_) => Some(stanza),
            Stanza::Iq(iq) if iq.is_request() => {
                self.answer(&iq);
                is_news(&iq).then_some(Stanza::Iq(iq))
            }
            Stanza::Iq(iq) => self.on_answer(iq).map(Stanza::Iq),
        };
        match passed_on {
            Some(stanza) => self
                .line
                .pending
                .push_back(Incoming::Stanza(Box::new(stanza), token)),
            None => self.line.inbound.handled(&token),
        }
    }

    /// RFC 6120 §8.2.3: every request is answered.
    fn answer(&mut self, iq: &Iq) {
        let is_known = is_news(iq) || matches!(iq.body, IqBody::Get(IqPayload::Ping));
        let answer = if is_known {
            iq.result(None)
        } else {
            iq.error(StanzaError::new(Condition::ServiceUnavailable))
        };
        self.write(answer.to_element(), None);
    }

    /// An answer somebody waits for goes there; a result with content that nobody asked for is
    /// how the platform announces some changes, and is passed on.
    fn on_answer(&mut self, iq: Iq) -> Option<Iq> {
        if let Some((id, count)) = &self.barrier
            && *id == iq.id
        {
            let count = *count;
            self.barrier = None;
            if self.confirm(count).is_err() {
                tracing::debug!("a ping was answered after the count began anew");
            }
            return None;
        }
        let unasked = self.line.requests.answer(iq)?;
        matches!(unasked.body, IqBody::Result(Some(_))).then_some(unasked)
    }

    fn on_commands(&mut self, commands: impl Iterator<Item = Command>) {
        let mut has_tag = false;
        for command in commands {
            match command {
                Command::Send { stanza, tag } => {
                    has_tag |= tag.is_some();
                    self.write(stanza.to_element(), tag);
                }
                Command::Request { iq, reply } => self.write_request(*iq, reply),
            }
        }
        if has_tag {
            self.request_ack();
        }
    }

    fn write_request(&mut self, mut iq: Iq, reply: Reply) {
        iq.id = self.line.requests.id();
        self.line.requests.expect(iq.id.clone(), reply);
        self.keepalive.asked(Instant::now());
        self.write(iq.to_element(), None);
    }

    /// Queues a stanza, and keeps it until it is confirmed.
    fn write(&mut self, element: Element, tag: Option<SendTag>) {
        self.socket.queue(element.to_xml(self.socket.framing()));
        // Without stream management only those count that somebody wants to hear of.
        if self.has_management || tag.is_some() {
            self.line.outbound.push(element, tag);
        }
    }

    /// The server has handled `h` stanzas.
    fn confirm(&mut self, h: u32) -> Result<(), Error> {
        let before = self.line.outbound.len();
        let tags = self.line.outbound.ack(h).map_err(|_| Error::CountTooHigh)?;
        if !tags.is_empty() {
            self.line.pending.push_back(Incoming::Acked(tags));
        }
        if self.line.outbound.len() == 0 {
            self.ask_again = None;
            self.ack_due = None;
        } else if self.line.outbound.len() < before {
            let timing = self.line.config.timing;
            self.ack_due = Some(Instant::now() + timing.ack_limit);
            if !self.has_management {
                self.request_ack();
            }
        }
        Ok(())
    }

    /// Asks the server what it has handled.
    fn request_ack(&mut self) {
        let (now, timing) = (Instant::now(), self.line.config.timing);
        if self.has_management {
            self.write_management(&StreamManagement::Request);
        } else if self.barrier.is_none() {
            let id = self.line.requests.id();
            let ping = Iq::get(id.clone(), IqPayload::Ping);
            self.write(ping.to_element(), None);
            self.barrier = Some((id, self.line.outbound.sent()));
        }
        self.keepalive.asked(now);
        self.ask_again = Some(now + timing.ack_request);
        self.ack_due = self.ack_due.or(Some(now + timing.ack_limit));
    }

    /// Says how many of the server's stanzas are stored.
    fn send_ack(&mut self) {
        let h = self.line.inbound.h();
        self.owes_ack = self.owes_ack && self.line.inbound.is_behind();
        self.write_management(&StreamManagement::Ack { h });
    }

    fn write_management(&mut self, element: &StreamManagement) {
        let xml = element.to_element().to_xml(self.socket.framing());
        self.socket.queue(xml);
    }

    /// XEP-0199: asks whether the server is there.
    fn ping(&mut self) {
        let id = self.line.requests.id();
        self.line.requests.ignore(id.clone());
        let ping = Iq::get(id, IqPayload::Ping);
        self.write(ping.to_element(), None);
        self.keepalive.asked(Instant::now());
    }

    /// Finds out quickly whether the connection survived a change.
    fn probe(&mut self) {
        self.ping();
        let limit = self.line.config.timing.probe_limit;
        self.keepalive.asked_within(Instant::now(), limit);
    }
}
