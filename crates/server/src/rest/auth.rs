//! Who calls: the three grades of a session.

use axum::http::StatusCode;
use cubist_protocol::ids::UserId;

use crate::rest::App;
use crate::rest::answer::Refusal;
use crate::rest::call::Call;
use crate::state::Session;

/// A call's session, looked up (and so prolonged) once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller {
    /// No token.
    Nobody,
    /// A token that is unknown or expired.
    Stale,
    /// A session, perhaps without a user.
    Known(Session),
}

impl Caller {
    pub(super) fn of(app: &App, call: &Call) -> Self {
        match call.token.as_deref() {
            None => Self::Nobody,
            Some(token) => app
                .state
                .use_session(token)
                .map_or(Self::Stale, Self::Known),
        }
    }

    /// When the session ends, for the answer's header.
    pub(super) fn expires_at(&self) -> Option<i64> {
        match self {
            Self::Known(session) => Some(session.expires_at),
            Self::Nobody | Self::Stale => None,
        }
    }

    /// The session, or the refusal of a call that needs one.
    pub(super) fn session(&self) -> Result<Session, Refusal> {
        match self {
            Self::Known(session) => Ok(*session),
            Self::Stale => Err(Refusal::session_expired()),
            Self::Nobody => Err(Refusal::new(StatusCode::UNAUTHORIZED, "Token is required")),
        }
    }

    /// The user, or the refusal of a call that needs one.
    pub(super) fn user(&self) -> Result<UserId, Refusal> {
        self.session()?
            .user
            .ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "Forbidden. Need user."))
    }
}
