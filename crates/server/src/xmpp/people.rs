//! Who is here, and who may know it.

use cubist_protocol::ids::UserId;

use crate::state::{Passage, PrivacyScope, StanzaKind, StateError};

use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

impl Router {
    /// Whether the user can be reached, now or as soon as a lost client is back.
    pub(super) fn is_present(&self, user: UserId) -> bool {
        self.sessions(user)
            .iter()
            .any(|session| session.is_present())
    }

    /// Whether some device of the user is present and somebody looks at it.
    pub(super) fn has_active(&self, user: UserId) -> bool {
        self.sessions(user)
            .iter()
            .any(|session| session.is_active())
    }

    /// Seconds since the user was last here, never 0, which would mean that they are. Of somebody who never was, the
    /// seconds since the account was made.
    pub(super) async fn seconds_since(&self, user: UserId) -> Result<u64, StateError> {
        let state = self.state();
        let at = match state.last_activity(user).await? {
            Some(at) => at,
            None => state.user(user).await?.created_at,
        };
        let seconds = state.clock().seconds().saturating_sub(at);
        Ok(u64::try_from(seconds).unwrap_or_default().max(1))
    }

    /// Whether `viewer` may learn that `person` comes and goes.
    pub(super) fn may_see(&self, viewer: UserId, person: UserId) -> bool {
        let passage =
            self.state()
                .may_pass(PrivacyScope::Person, StanzaKind::Presence, person, viewer);
        passage == Passage::Free
    }

    /// XEP-0016: whether another session of the same user has made that privacy list its active one.
    pub(super) fn is_active_elsewhere(&self, session: &Session, list: &str) -> bool {
        self.sessions(session.user).iter().any(|other| {
            other.serial != session.serial && other.active_list().as_deref() == Some(list)
        })
    }
}
