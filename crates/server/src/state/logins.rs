//! Who may log in: over REST by login or e-mail, to the chat by number.

use cubist_protocol::ids::UserId;
use rusqlite::OptionalExtension;

use crate::state::{State, StateError, User};

/// How a person names themselves at a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By login.
    Login(String),
    /// By e-mail.
    Email(String),
}

/// Whether a chat login is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatLogin {
    /// The secret is the account's password or one of its session tokens.
    Accepted,
    /// Unknown account or wrong secret; the two are not told apart.
    Refused,
    /// Too many failures lately; try again later.
    Throttled,
}

impl State {
    /// Checks a REST login. [`StateError::NotFound`] for an unknown person (a client may then offer to sign up),
    /// [`StateError::BadCredentials`] for a wrong password.
    pub async fn check_login(
        &self,
        identity: &Identity,
        password: &str,
    ) -> Result<User, StateError> {
        let user = self.user_by_identity(identity).await?;
        let stored = self
            .stored_password(user.id)
            .await?
            .ok_or(StateError::NotFound)?;
        if self
            .inner
            .passwords
            .verify(user.id, &stored, password)
            .await?
        {
            Ok(user)
        } else {
            Err(StateError::BadCredentials)
        }
    }

    /// Checks a chat login: `secret` is the account's password or one of its session tokens.
    ///
    /// Cheap for a reconnect: a token is looked up in memory, and a password that was checked lately is recognised
    /// without hashing it again.
    pub async fn verify_chat_login(
        &self,
        user: UserId,
        secret: &str,
    ) -> Result<ChatLogin, StateError> {
        if self.is_token_of(secret, user) {
            self.touch(user);
            return Ok(ChatLogin::Accepted);
        }
        let Some(stored) = self.stored_password(user).await? else {
            return Ok(ChatLogin::Refused);
        };
        match self.inner.passwords.verify(user, &stored, secret).await {
            Ok(true) => {
                self.touch(user);
                Ok(ChatLogin::Accepted)
            }
            Ok(false) => Ok(ChatLogin::Refused),
            Err(StateError::Throttled { .. }) => Ok(ChatLogin::Throttled),
            Err(error) => Err(error),
        }
    }

    /// The stored hash; `None` for an unknown user.
    pub(crate) async fn stored_password(&self, user: UserId) -> Result<Option<String>, StateError> {
        self.read(move |db| {
            Ok(db
                .prepare_cached("SELECT password FROM users WHERE id = ?1")?
                .query_row([user.as_i64()], |row| row.get(0))
                .optional()?)
        })
        .await
    }
}
