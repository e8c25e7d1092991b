//! What clients may do at most.

use serde::Deserialize;

/// Limits. Going over one is answered with a protocol error and costs nobody else anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a REST request body.
    pub request_bytes: usize,
    /// REST requests per second of one session (or address, without a session), sustained.
    pub requests_per_second: u32,
    /// How many requests may come at once before `requests_per_second` counts.
    pub request_burst: u32,
    /// Failed logins of one account per minute, REST and chat together, before it must wait.
    pub failed_logins_per_minute: u32,
    /// Bytes of one XMPP stanza.
    pub stanza_bytes: usize,
    /// Depth of elements in a stanza.
    pub stanza_depth: usize,
    /// Attributes of one element.
    pub stanza_attributes: usize,
    /// Stanzas per second of one connection, sustained.
    pub stanzas_per_second: u32,
    /// How many stanzas may come at once before `stanzas_per_second` counts.
    pub stanza_burst: u32,
    /// Bytes of a message's text (UTF-8).
    pub body_bytes: usize,
    /// Bytes of a message's own fields and attachments together, as JSON.
    pub extra_bytes: usize,
    /// Live connections of one user; a further one ends the oldest.
    pub connections_per_user: usize,
    /// Live connections altogether.
    pub connections: usize,
    /// Connections that have not logged in yet.
    pub pending_connections: usize,
    /// Stanzas sent to a session and not acknowledged yet; more ends the session, its stanzas go to the queue.
    pub unacknowledged_stanzas: usize,
    /// Items of a list page; larger wishes are cut to it.
    pub page: usize,
    /// Stanzas waiting for one absent user; beyond it the oldest are dropped (history keeps the messages).
    pub offline_stanzas: usize,
    /// Occupants of a group.
    pub occupants: usize,
    /// Ids in one request (mark, search by ids).
    pub ids_per_request: usize,
    /// Seconds a client's `date_sent` may lie ahead of the backend's clock; later ones are replaced by now.
    pub clock_skew_seconds: u32,
    /// REST sessions of one user; a further one ends the longest unused.
    pub sessions_per_user: usize,
    /// Bytes of an uploaded file.
    pub blob_bytes: u64,
    /// Bytes of all files of one user that are here.
    pub blob_bytes_per_user: u64,
    /// Uploads that one user has begun and not completed.
    pub unfinished_blobs: usize,
    /// Privacy lists of one user.
    pub privacy_lists: usize,
    /// Items of a privacy list; the official SDK needs two for each person.
    pub privacy_items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: 1 << 20,
            // An app that opens asks for a dozen things at once and is then quiet.
            requests_per_second: 50,
            request_burst: 200,
            failed_logins_per_minute: 20,
            stanza_bytes: 256 << 10,
            stanza_depth: 32,
            stanza_attributes: 64,
            // A resend after a long offline time comes as one burst.
            stanzas_per_second: 100,
            stanza_burst: 1000,
            body_bytes: 64 << 10,
            extra_bytes: 64 << 10,
            connections_per_user: 10,
            connections: 10_000,
            pending_connections: 500,
            unacknowledged_stanzas: 5_000,
            page: 100,
            offline_stanzas: 10_000,
            occupants: 1_000,
            ids_per_request: 1_000,
            clock_skew_seconds: 300,
            sessions_per_user: 50,
            // The service's published limit.
            blob_bytes: 100 << 20,
            blob_bytes_per_user: 10 << 30,
            unfinished_blobs: 100,
            privacy_lists: 50,
            privacy_items: 2_000,
        }
    }
}

impl Limits {
    /// The limits that make no sense at zero, with their names.
    pub(super) fn at_least_one(&self) -> [(&'static str, usize); 22] {
        [
            ("limits.request_bytes", self.request_bytes),
            (
                "limits.requests_per_second",
                self.requests_per_second as usize,
            ),
            ("limits.request_burst", self.request_burst as usize),
            (
                "limits.failed_logins_per_minute",
                self.failed_logins_per_minute as usize,
            ),
            ("limits.stanza_bytes", self.stanza_bytes),
            ("limits.stanza_depth", self.stanza_depth),
            ("limits.stanza_attributes", self.stanza_attributes),
            (
                "limits.stanzas_per_second",
                self.stanzas_per_second as usize,
            ),
            ("limits.stanza_burst", self.stanza_burst as usize),
            ("limits.body_bytes", self.body_bytes),
            ("limits.connections_per_user", self.connections_per_user),
            ("limits.connections", self.connections),
            ("limits.pending_connections", self.pending_connections),
            ("limits.unacknowledged_stanzas", self.unacknowledged_stanzas),
            ("limits.page", self.page),
            ("limits.offline_stanzas", self.offline_stanzas),
            ("limits.occupants", self.occupants),
            ("limits.ids_per_request", self.ids_per_request),
            ("limits.sessions_per_user", self.sessions_per_user),
            ("limits.unfinished_blobs", self.unfinished_blobs),
            ("limits.privacy_lists", self.privacy_lists),
            ("limits.privacy_items", self.privacy_items),
        ]
    }
}
