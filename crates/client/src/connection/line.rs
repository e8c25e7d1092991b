//! The task behind a connection: attempts, sessions and waits in turn, and what survives from one
//! socket to the next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::connection::attempt::{self, Failure};
use crate::connection::backoff::Backoff;
use crate::connection::config::ConnectionConfig;
use crate::connection::dial::has_route;
use crate::connection::error::{Error, RequestError};
use crate::connection::handle::{Command, HandleEnds, Nudges};
use crate::connection::incoming::Incoming;
use crate::connection::negotiate::{Established, Management, Outcome, Resumable};
use crate::connection::requests::Requests;
use crate::connection::session;
use crate::connection::stream_management::{Inbound, Outbound};
use crate::connection::wake::WakeWatch;
use crate::model::{ConnectionState, OfflineReason, SignedOutReason};

/// The task's whole state.
pub(super) struct Line {
    pub(super) config: ConnectionConfig,
    pub(super) shutdown: CancellationToken,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) incoming: mpsc::Sender<Incoming>,
    pub(super) nudges: Arc<Nudges>,
    pub(super) wake: WakeWatch,
    pub(super) requests: Requests,
    /// Stanzas the server has not confirmed; survives the socket while the session may.
    pub(super) outbound: Outbound,
    /// Stanzas of the server, counted; survives likewise.
    pub(super) inbound: Arc<Inbound>,
    state: watch::Sender<ConnectionState>,
    /// The lost session, if the server keeps it.
    resumable: Option<Resumable>,
    /// Full address of the present or lost session.
    jid: Option<cubist_protocol::jid::Jid>,
    /// The server's acknowledgements were wrong once: they are not asked for again.
    distrusts_management: bool,
    /// The server refused the current password: the next one must be fresh.
    is_password_refused: bool,
    /// Failed attempts, and sessions that died young, in a row.
    failures: u32,
    /// What happened and was not taken by the reader yet. It holds up nothing: a reader that
    /// stalls must not keep the connection from coming back.
    pub(super) pending: VecDeque<Incoming>,
}

/// The task is over: it was told to stop, or nobody is left to speak to.
#[derive(Debug)]
pub(super) struct Over;

impl Line {
    pub(super) fn new(
        config: ConnectionConfig,
        ends: HandleEnds,
        incoming: mpsc::Sender<Incoming>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            wake: WakeWatch::new(config.clock.clone(), config.timing.wake_check),
            config,
            shutdown,
            commands: ends.commands,
            incoming,
            nudges: ends.nudges,
            requests: Requests::new(rand::random()),
            outbound: Outbound::default(),
            inbound: ends.inbound,
            state: ends.state,
            resumable: None,
            jid: None,
            distrusts_management: false,
            is_password_refused: false,
            failures: 0,
            pending: VecDeque::new(),
        }
    }

    /// Runs until told to stop.
    pub(super) async fn run(mut self) {
        let Over = self.run_until_over().await;
        self.requests.fail_all();
        self.state.send_replace(ConnectionState::Offline {
            reason: OfflineReason::Stopped,
        });
        // For whoever still listens; a full channel must not keep the task alive.
        let stopped = Incoming::State(*self.state.borrow());
        if self.incoming.try_send(stopped).is_err() {
            tracing::debug!("nobody hears that the connection stopped");
        }
    }

    /// Announces a state unless it is the present one.
    fn change_state(&mut self, state: ConnectionState) {
        let is_new = self.state.send_if_modified(|present| {
            let differs = *present != state;
            *present = state;
            differs
        });
        if is_new {
            self.report(Incoming::State(state));
        }
    }

    /// Puts an event behind those that wait. Of several states in a row the last one counts, so
    /// that a stalled reader cannot make the queue grow.
    fn report(&mut self, event: Incoming) {
        if let (Some(last @ Incoming::State(_)), Incoming::State(_)) =
            (self.pending.back_mut(), &event)
        {
            *last = event;
        } else {
            self.pending.push_back(event);
        }
    }

    async fn run_until_over(&mut self) -> Over {
        match self.run_forever().await {
            Ok(never) => match never {},
            Err(over) => over,
        }
    }

    async fn run_forever(&mut self) -> Result<std::convert::Infallible, Over> {
        // The first state is already in the watch; the stream of events begins with it too.
        let first = *self.state.borrow();
        self.report(Incoming::State(first));
        // A person who sees "no network" or a bad certificate is not told of every new try.
        let mut is_quiet = false;
        loop {
            if !is_quiet {
                self.change_state(ConnectionState::Connecting {
                    attempt: self.failures.saturating_add(1),
                    next_in: None,
                });
            }
            let Some(result) = self.attempt().await? else {
                continue;
            };
            let failure = match result {
                Ok(established) => {
                    let started = Instant::now();
                    self.is_password_refused = false;
                    let error = self.hold(established).await?;
                    if started.elapsed() >= self.config.timing.stable_after {
                        self.failures = 0;
                    } else {
                        self.failures = self.failures.saturating_add(1);
                    }
                    if matches!(error, Error::Replaced) {
                        Failure::SignedOut(SignedOutReason::Replaced)
                    } else {
                        Failure::Passing(error)
                    }
                }
                Err(failure) => {
                    self.failures = self.failures.saturating_add(1);
                    failure
                }
            };
            is_quiet = match failure {
                Failure::Passing(error) => self.wait_after(&error).await?,
                Failure::SignedOut(reason) => {
                    self.wait_signed_out(reason).await?;
                    false
                }
            };
        }
    }

    /// One attempt. `None` if the network changed meanwhile: what was begun leads nowhere.
    async fn attempt(&mut self) -> Result<Option<Result<Established, Failure>>, Over> {
        let Self {
            config,
            shutdown,
            commands,
            incoming,
            outbound,
            inbound,
            resumable,
            distrusts_management,
            is_password_refused,
            nudges,
            pending,
            ..
        } = self;
        let attempt = attempt::run(attempt::Means {
            config,
            resumable: resumable.as_ref(),
            inbound,
            wants_management: !*distrusts_management,
            is_password_refused,
        });
        tokio::pin!(attempt);
        loop {
            tokio::select! {
                result = &mut attempt => return Ok(Some(result)),
                () = shutdown.cancelled() => return Err(Over),
                delivered = deliver(incoming, pending) => delivered?,
                command = commands.recv() => match command {
                    None => return Err(Over),
                    Some(command) => defer(command, outbound),
                },
                () = nudges.network.notified() => return Ok(None),
            }
        }
    }

    /// Holds a session until its connection is lost, and settles what becomes of it.
    async fn hold(&mut self, established: Established) -> Result<Error, Over> {
        let Established {
            socket,
            outcome,
            early,
        } = established;
        let (resumed, has_management) = match outcome {
            Outcome::Resumed { h } => {
                match self.outbound.ack(h) {
                    Ok(tags) if tags.is_empty() => {}
                    Ok(tags) => self.report(Incoming::Acked(tags)),
                    Err(_) => {
                        self.distrusts_management = true;
                        self.forget_session();
                        return Ok(Error::CountTooHigh);
                    }
                }
                (true, true)
            }
            Outcome::New {
                jid,
                management,
                earlier_h,
            } => {
                if let Some(h) = earlier_h
                    && let Ok(tags) = self.outbound.ack(h)
                    && !tags.is_empty()
                {
                    self.report(Incoming::Acked(tags));
                }
                self.forget_session();
                self.jid = Some(jid);
                let has_management = management != Management::None;
                if let Management::Resumable(resumable) = management {
                    self.resumable = Some(resumable);
                }
                (false, has_management)
            }
        };
        let Some(jid) = self.jid.clone() else {
            // A session is only resumed after one with an address.
            return Ok(Error::Unexpected("the resumption"));
        };
        self.change_state(ConnectionState::Online);
        self.report(Incoming::SessionStarted { resumed, jid });
        let start = session::Start {
            socket,
            early,
            resumed,
            has_management,
        };
        let error = session::run(self, start).await?;
        tracing::info!(%error, "the connection was lost");

        // From here on nobody can add to the queue; what is in it belongs to the lost session.
        let state = if matches!(error, Error::Replaced) {
            ConnectionState::SignedOut {
                reason: SignedOutReason::Replaced,
            }
        } else {
            ConnectionState::Connecting {
                attempt: self.failures.saturating_add(1),
                next_in: None,
            }
        };
        self.change_state(state);
        while let Ok(command) = self.commands.try_recv() {
            defer(command, &mut self.outbound);
        }
        self.requests.fail_all();
        let has_wrong_counts = matches!(error, Error::CountTooHigh | Error::NotAcknowledged);
        self.distrusts_management |= has_wrong_counts;
        // The stanza that broke the stream would come again with the session.
        let is_spoilt = matches!(error, Error::Xml(_) | Error::Replaced);
        if has_wrong_counts || is_spoilt || self.resumable.is_none() {
            self.forget_session();
        }
        Ok(error)
    }

    /// Gives up the earlier session: everything unconfirmed is reported, counts begin at zero.
    fn forget_session(&mut self) {
        self.resumable = None;
        self.inbound.reset();
        let unsent = self.outbound.reset();
        if !unsent.is_empty() {
            self.report(Incoming::Unsent(unsent));
        }
    }

    /// Waits before the next attempt; returns whether that attempt should be quiet.
    async fn wait_after(&mut self, error: &Error) -> Result<bool, Over> {
        let timing = self.config.timing;
        let backoff = Backoff {
            first: timing.backoff_first,
            cap: timing.backoff_cap,
        };
        let chance = rand::random::<f64>();
        let delay = match self.failures {
            // A session of some age was lost: most likely the network moved, and the server is
            // there. The chance keeps everybody of a restarted server from coming back at once.
            0 => timing.backoff_first.mul_f64(chance / 2.0),
            failures => backoff.delay(failures, chance),
        };
        tracing::info!(%error, delay_ms = delay.as_millis(), "no connection");
        let reason = error.offline_reason();
        let (state, is_quiet) = match reason {
            OfflineReason::NoNetwork
            | OfflineReason::Certificate
            | OfflineReason::Proxy
            | OfflineReason::ProxyLogin
            | OfflineReason::Stopped
            | OfflineReason::Unreadable
            | OfflineReason::LaterVersion => (ConnectionState::Offline { reason }, true),
            OfflineReason::Unreachable | OfflineReason::Refused => {
                let state = ConnectionState::Connecting {
                    attempt: self.failures.saturating_add(1),
                    next_in: Some(delay),
                };
                (state, false)
            }
        };
        self.change_state(state);
        match self.wait(Some(delay)).await? {
            Woken::Timer => Ok(is_quiet),
            Woken::Asked => Ok(false),
            Woken::Network => {
                self.failures = 0;
                Ok(false)
            }
        }
    }

    /// Waits until somebody asks for a connection.
    async fn wait_signed_out(&mut self, reason: SignedOutReason) -> Result<(), Over> {
        self.forget_session();
        self.change_state(ConnectionState::SignedOut { reason });
        while self.wait(None).await? != Woken::Asked {}
        self.failures = 0;
        self.is_password_refused = false;
        Ok(())
    }

    /// Waits for `delay` (or for ever), or until there is a reason not to.
    async fn wait(&mut self, delay: Option<Duration>) -> Result<Woken, Over> {
        let deadline = delay.map(|delay| Instant::now() + delay);
        let mut was_routed = true;
        loop {
            let period = self.config.timing.wake_check;
            let timer = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return Err(Over),
                delivered = deliver(&self.incoming, &mut self.pending) => delivered?,
                () = self.nudges.connect.notified() => {
                    self.nudges.clear();
                    return Ok(Woken::Asked);
                }
                () = self.nudges.network.notified() => {
                    self.nudges.clear();
                    return Ok(Woken::Network);
                }
                command = self.commands.recv() => match command {
                    None => return Err(Over),
                    Some(command) => defer(command, &mut self.outbound),
                },
                () = self.wake.woke() => return Ok(Woken::Network),
                () = timer => return Ok(Woken::Timer),
                () = sleep(period) => {
                    let is_routed = has_route().await;
                    if is_routed && !was_routed {
                        return Ok(Woken::Network);
                    }
                    was_routed = is_routed;
                }
            }
        }
    }
}

/// Hands one event over when the reader has room; with none left, resolves when the reader is gone.
pub(super) async fn deliver(
    incoming: &mpsc::Sender<Incoming>,
    pending: &mut VecDeque<Incoming>,
) -> Result<(), Over> {
    if pending.is_empty() {
        incoming.closed().await;
        return Err(Over);
    }
    let place = incoming.reserve().await.map_err(|_| Over)?;
    if let Some(event) = pending.pop_front() {
        place.send(event);
    }
    Ok(())
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    /// The wait itself.
    Timer,
    /// [`crate::connection::ConnectionHandle::connect_now`].
    Asked,
    /// Another network, or a machine that slept.
    Network,
}

/// A command that came without a session: the stanza waits for the session to be resumed or given
/// up, a request is told at once.
fn defer(command: Command, outbound: &mut Outbound) {
    match command {
        Command::Send { stanza, tag } => outbound.push(stanza.to_element(), tag),
        // Who asked may have given up already.
        Command::Request { reply, .. } => drop(reply.send(Err(RequestError::SessionLost))),
    }
}
