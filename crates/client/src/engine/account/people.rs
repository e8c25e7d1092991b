//! Other people: names, profiles, searches, reports, and when they were last there.

use std::time::Duration;

use crate::connection::RequestError;
use crate::engine::Account;
use crate::error::Error;
use crate::model::{DialogId, MessageId, Profile, User, UserId};
use crate::store::{messages, privacy, users};
use crate::sync::{self, activity, people};

/// Longest reason of a report, in characters.
const MAX_REASON: usize = 1000;

impl Account {
    /// People from the cache. Those unknown, or of whom the server last told more than a day ago,
    /// are asked for in one request and arrive as an event.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        let ids = ids.to_vec();
        let since = people::fresh_since(self.inner.shared.clock.now());
        let (known, stale) = self
            .look(move |db| Ok((users::load(db, &ids)?, users::stale(db, &ids, since)?)))
            .await?;
        if let Ok(context) = self.context() {
            context.people.want(stale);
        }
        Ok(known)
    }

    /// Finds people on the server by name, login, e-mail address or telephone number: by the whole
    /// of it, and from four characters on by its beginning, too.
    pub async fn search_people(&self, query: String) -> Result<Vec<User>, Error> {
        let context = self.context()?;
        let query = query.trim();
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let found = context.api.search_users(query).await?;
        let found: Vec<User> = found.iter().map(sync::user).collect();
        let kept = found.clone();
        let now = context.clock.now();
        self.inner
            .store
            .write(move |tx| users::save(tx, &kept, now))
            .await?;
        Ok(found)
    }

    /// Someone's profile, from the cache at once. What the server tells beyond it (a newer profile,
    /// when they were last there) arrives as events. Someone the cache does not know is asked for.
    pub async fn profile(&self, user: UserId) -> Result<Profile, Error> {
        let context = self.context().ok();
        let known = self.look(move |db| users::one(db, user)).await?;
        let person = match (known, &context) {
            (Some(person), Some(context)) => {
                context.people.refresh(user);
                person
            }
            (Some(person), None) => person,
            (None, Some(context)) => {
                let found = context.api.users(&[user]).await?;
                let found = found.iter().find(|found| found.id == user);
                let person = sync::user(found.ok_or(Error::NotFound)?);
                self.learn(person.clone()).await?;
                person
            }
            (None, None) => return Err(Error::NotFound),
        };
        let (block, shared_groups) = self
            .look(move |db| {
                let blocked = privacy::blocked(db)?;
                let block = blocked.into_iter().find(|block| block.user == user);
                let groups = if user == db.me() {
                    Vec::new()
                } else {
                    users::shared_groups(db, user)?
                };
                Ok((block, groups))
            })
            .await?;
        let activity = context
            .filter(|_| user != self.inner.me)
            .and_then(|context| context.activity.glance(user));
        Ok(Profile {
            user: person,
            activity,
            block,
            shared_groups,
        })
    }

    /// From now on it is followed when these people are there, and nobody else, until the next
    /// call. What is known is told as an event at once, what is not as soon as the server says.
    /// People beyond the 200th are left out.
    #[allow(
        clippy::unused_async,
        reason = "every call of the facade is awaited alike, and this one may come to wait"
    )]
    pub async fn watch_activity(&self, users: Vec<UserId>) -> Result<(), Error> {
        self.attention().watched.clone_from(&users);
        if let Ok(context) = self.context() {
            let known = context.activity.watch(&users, self.inner.me);
            activity::tell(&context, known);
        }
        Ok(())
    }

    /// Says whether somebody looks at a window of this account: the platform may send pushes to
    /// other devices when nobody does. Remembered over sessions.
    #[allow(
        clippy::unused_async,
        reason = "every call of the facade is awaited alike, and this one may come to wait"
    )]
    pub async fn set_active(&self, active: bool) -> Result<(), Error> {
        self.attention().is_active = active;
        if let Ok(context) = self.context() {
            context.activity.set_active(active);
        }
        Ok(())
    }

    /// Asks the chat server whether it is there; gives back how long the answer took. No answer
    /// within `limit` is [`Error::Unreachable`].
    pub async fn ping(&self, limit: Duration) -> Result<Duration, Error> {
        let context = self.context()?;
        let answer = context.line.ping(limit).await;
        answer.map_err(|error| request_error(error, &context.who.domain))
    }

    /// Reports a person to those who run the application.
    pub async fn report_user(&self, user: UserId, reason: String) -> Result<(), Error> {
        if user == self.inner.me {
            return Err(Error::InvalidInput { field: "user" });
        }
        let reason = checked_reason(&reason)?;
        Ok(self.client()?.report_user(user, reason).await?)
    }

    /// Reports somebody's message to those who run the application.
    pub async fn report_message(
        &self,
        dialog: DialogId,
        message: MessageId,
        reason: String,
    ) -> Result<(), Error> {
        let reason = checked_reason(&reason)?;
        let found = self.look(move |db| messages::load(db, message)).await?;
        let found = found.filter(|message| message.dialog == dialog);
        if found.ok_or(Error::NotFound)?.sender == self.inner.me {
            return Err(Error::InvalidInput { field: "message" });
        }
        Ok(self.client()?.report_message(message, reason).await?)
    }
}

fn checked_reason(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(Error::InvalidInput { field: "reason" });
    }
    Ok(reason)
}

/// What an IQ without a good answer means to the one who uses the engine.
pub(super) fn request_error(error: RequestError, host: &str) -> Error {
    use cubist_protocol::stanza::Condition;
    match error {
        RequestError::NotConnected => Error::Offline,
        RequestError::SessionLost | RequestError::TimedOut => Error::Unreachable {
            host: host.to_owned(),
        },
        RequestError::Refused(error) => match error.condition {
            Condition::ItemNotFound => Error::NotFound,
            Condition::Forbidden | Condition::NotAllowed | Condition::NotAuthorized => {
                Error::Forbidden
            }
            Condition::Conflict => Error::Conflict {
                message: error.text.unwrap_or_default(),
            },
            Condition::BadRequest
            | Condition::FeatureNotImplemented
            | Condition::Gone
            | Condition::InternalServerError
            | Condition::JidMalformed
            | Condition::NotAcceptable
            | Condition::PolicyViolation
            | Condition::RecipientUnavailable
            | Condition::Redirect
            | Condition::RegistrationRequired
            | Condition::RemoteServerNotFound
            | Condition::RemoteServerTimeout
            | Condition::ResourceConstraint
            | Condition::ServiceUnavailable
            | Condition::SubscriptionRequired
            | Condition::UndefinedCondition
            | Condition::UnexpectedRequest => Error::Server {
                status: error.code.unwrap_or_default(),
                message: error
                    .text
                    .unwrap_or_else(|| error.condition.as_str().to_owned()),
            },
        },
    }
}
