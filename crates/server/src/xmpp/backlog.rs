//! Reads the offline queue into a session: at login, and whenever messages went to disk because the session could
//! not take them in time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::state::State;

use crate::xmpp::names::Names;
use crate::xmpp::session::Custody;
use crate::xmpp::session::Outgoing;
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Entries read at once: a batch for the socket, and little memory.
const PAGE: usize = 64;

/// How long to wait after the database failed.
const RETRY: Duration = Duration::from_secs(1);

/// Runs as long as a connection serves the session.
pub(super) async fn read_backlog(session: &Session, state: &State, names: &Names) -> Infallible {
    loop {
        let after = session.backlog_due().await;
        match state.queued(session.user, after, PAGE).await {
            Ok(page) => {
                let is_last = page.len() < PAGE;
                let mut stanzas = Vec::with_capacity(page.len());
                for entry in page {
                    let stanza =
                        wire::delayed(&entry.stanza, entry.at, names).map(|(text, to_resource)| {
                            let custody =
                                Custody::new(session.user, Arc::from(entry.stanza), Some(entry.id));
                            Outgoing {
                                text: text.into(),
                                to_resource,
                                custody: Some(custody),
                            }
                        });
                    if stanza.is_none() {
                        tracing::error!(user = %session.user, entry = entry.id.0, "a queued stanza cannot be read");
                    }
                    stanzas.push((entry.id, stanza));
                }
                session.take_backlog(stanzas, is_last);
            }
            Err(error) => {
                tracing::warn!(user = %session.user, %error, "cannot read the offline queue");
                session.backlog_failed();
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
