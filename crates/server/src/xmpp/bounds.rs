//! The limits of the live side: those of the configuration, and the technical ones behind them.

use std::time::Duration;

use cubist_protocol::xml::Limits;

use crate::config::Config;

/// How many times the largest stanza may be read at all. Between the two a client is told which message was too
/// large; beyond, its connection ends.
const LARGEST_FRAME_FACTOR: usize = 4;

/// Bounds of connections and sessions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// What one stanza may be.
    pub(super) stanza: Limits,
    /// What is read at all.
    pub(super) frame: Limits,
    /// Stanzas per second of one connection, sustained.
    pub(super) stanzas_per_second: u32,
    /// Stanzas that may come at once before that counts.
    pub(super) stanza_burst: u32,
    /// Stanzas of one connection whose commit is awaited at the same time: what a single sender can put into one
    /// group commit.
    pub(super) in_flight: usize,
    /// Bytes of those stanzas, so that a few large ones do as well.
    pub(super) in_flight_bytes: usize,
    /// Sessions of one user.
    pub(super) sessions_per_user: usize,
    /// Sockets altogether.
    pub(super) connections: usize,
    /// Sockets that have not logged in.
    pub(super) pending_connections: usize,
    /// Stanzas a session may hold before its user's messages go to disk first.
    pub(super) queue_stanzas: usize,
    /// The same in bytes.
    pub(super) queue_bytes: usize,
    /// Rooms a session may have joined.
    pub(super) joined_rooms: usize,
    /// Sessions in a room that hear of comings and goings, and that are listed. A fuller room stays silent about
    /// them: with everyone told of everyone, its traffic would grow with the square of its size.
    pub(super) room_audience: usize,
    /// People whose last activity a session may follow.
    pub(super) watched_people: usize,
    /// From accepting a socket to a bound session.
    pub(super) login_time: Duration,
    /// Silence after which the client is asked whether it is there.
    pub(super) idle_time: Duration,
    /// Silence after that question that counts as a lost socket.
    pub(super) answer_time: Duration,
    /// How long one write may take.
    pub(super) write_time: Duration,
    /// How long a lost session waits for its client; zero switches resumption off.
    pub(super) resume_time: Duration,
}

impl Bounds {
    /// The bounds that follow from the configuration.
    pub(super) fn new(config: &Config) -> Self {
        let limits = &config.limits;
        let timing = &config.timing;
        let stanza = Limits {
            max_depth: limits.stanza_depth,
            max_attributes: limits.stanza_attributes,
            max_stanza_bytes: limits.stanza_bytes,
        };
        let largest = limits.stanza_bytes.saturating_mul(LARGEST_FRAME_FACTOR);
        let answer_time = Duration::from_secs(timing.ping_answer_seconds);
        Self {
            stanza,
            frame: Limits {
                max_stanza_bytes: largest,
                ..stanza
            },
            stanzas_per_second: limits.stanzas_per_second,
            stanza_burst: limits.stanza_burst,
            in_flight: 512,
            in_flight_bytes: limits.stanza_bytes.saturating_mul(8),
            sessions_per_user: limits.connections_per_user,
            connections: limits.connections,
            pending_connections: limits.pending_connections,
            queue_stanzas: limits.unacknowledged_stanzas,
            // A queue of ordinary messages (about 1 KiB) meets the count first; one of the largest stanzas this.
            queue_bytes: limits.stanza_bytes.saturating_mul(32),
            joined_rooms: 1_000,
            room_audience: 1_000,
            // An app follows those who are on its screen, some dozens.
            watched_people: 1_000,
            login_time: Duration::from_secs(timing.login_seconds),
            idle_time: Duration::from_secs(timing.ping_seconds),
            answer_time,
            // A socket that takes nothing for as long as a ping may take is as lost as one that answers nothing.
            write_time: answer_time,
            resume_time: Duration::from_secs(timing.resume_seconds),
        }
    }
}
