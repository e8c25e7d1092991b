//! Dialogs: changed, joined, left, deleted.

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::dialog::{Notifications, NotificationsEnvelope};
use cubist_protocol::rest::{
    ArrayStyle, DeleteResult, Dialog, ListQuery, Page as WirePage, UpdateDialog, User,
};
use reqwest::Method;
use serde::Deserialize;

use crate::rest::client::Client;
use crate::rest::dialogs::PATH;
use crate::rest::error::Error;
use crate::rest::query::Page;
use crate::rest::transport::Request;

impl Client {
    /// Changes a dialog's own properties, its members and its lists. The answer is the dialog as
    /// it is then.
    pub async fn update_dialog(
        &self,
        id: DialogId,
        update: &UpdateDialog,
    ) -> Result<Dialog, Error> {
        let path = format!("{PATH}/{id}");
        self.call(&Request::with_body(Method::PUT, path, update)?)
            .await
    }

    /// Takes the caller out of a group.
    pub async fn leave_dialog(&self, id: DialogId, me: UserId) -> Result<(), Error> {
        let update = UpdateDialog::remove_occupants(vec![me]);
        let path = format!("{PATH}/{id}");
        // Whoever is out does not see the dialog any more: no promise about the answer's form.
        self.call_for_effect(&Request::with_body(Method::PUT, path, &update)?)
            .await
    }

    /// Adds to (`push_all`) or removes from (`pull_all`) the admins. The owner's right.
    pub async fn update_admins(
        &self,
        id: DialogId,
        update: &UpdateDialog,
    ) -> Result<Dialog, Error> {
        let path = format!("{PATH}/{id}/admins");
        self.call(&Request::with_body(Method::PUT, path, update)?)
            .await
    }

    /// Deletes one dialog, for the caller or for everyone.
    pub async fn delete_dialog(&self, id: DialogId, for_all: bool) -> Result<(), Error> {
        let request = deletion(format!("{PATH}/{id}"), for_all);
        self.call_for_effect(&request).await
    }

    /// Deletes several dialogs in one call; the answer says of each what became of it.
    pub async fn delete_dialogs(
        &self,
        ids: &[DialogId],
        for_all: bool,
    ) -> Result<DeleteResult, Error> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let request = deletion(format!("{PATH}/{}", ids.join(",")), for_all);
        self.call(&request).await
    }

    /// Hides all present messages of a dialog from the caller.
    pub async fn clear_history(&self, id: DialogId) -> Result<(), Error> {
        let request = deletion(format!("{PATH}/clearHistory/{id}"), false);
        self.call_for_effect(&request).await
    }

    /// Joins a public dialog, or a group.
    pub async fn subscribe(&self, id: DialogId) -> Result<Dialog, Error> {
        let request = Request {
            method: Method::POST,
            ..Request::get(format!("{PATH}/{id}/subscribe"), String::new())
        };
        self.call(&request).await
    }

    /// Leaves a public dialog.
    pub async fn unsubscribe(&self, id: DialogId) -> Result<(), Error> {
        let request = deletion(format!("{PATH}/{id}/subscribe"), false);
        self.call_for_effect(&request).await
    }

    /// Whether the caller is notified of messages in a dialog.
    pub async fn notifications(&self, id: DialogId) -> Result<bool, Error> {
        let path = format!("{PATH}/{id}/notifications");
        let answer: NotificationsEnvelope = self.call(&Request::get(path, String::new())).await?;
        Ok(answer.notifications.enabled)
    }

    /// Changes that; returns what the server holds then.
    pub async fn set_notifications(&self, id: DialogId, enabled: bool) -> Result<bool, Error> {
        let path = format!("{PATH}/{id}/notifications");
        let body = Notifications { enabled };
        let request = Request::with_body(Method::PUT, path, &body)?;
        let answer: NotificationsEnvelope = self.call(&request).await?;
        Ok(answer.notifications.enabled)
    }

    /// One page of those in a public dialog.
    pub async fn occupants(
        &self,
        id: DialogId,
        skip: u32,
        limit: u32,
    ) -> Result<Page<User>, Error> {
        let query = ListQuery::default()
            .limit(u64::from(limit))
            .skip(u64::from(skip))
            .encode(ArrayStyle::Comma);
        let path = format!("{PATH}/{id}/occupants");
        let page: WirePage<Occupant> = self.call(&Request::get(path, query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some occupants could not be read");
        }
        Ok(Page {
            items: page.items.into_iter().map(Occupant::into_user).collect(),
            total: page.total_entries,
        })
    }
}

/// The guide shows people as they are; other clients of the platform expect them wrapped.
#[derive(Deserialize)]
#[serde(untagged)]
enum Occupant {
    Wrapped { user: Box<User> },
    Bare(Box<User>),
}

impl Occupant {
    fn into_user(self) -> User {
        match self {
            Self::Wrapped { user } | Self::Bare(user) => *user,
        }
    }
}

/// Deleting twice is deleting once. The parameter stands in the query, where every server of the
/// platform's other clients reads it.
pub(super) fn deletion(path: String, for_all: bool) -> Request {
    let query = if for_all { "force=1" } else { "" };
    Request {
        method: Method::DELETE,
        ..Request::get(path, query.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::rest::Page as WirePage;
    use reqwest::Method;

    use super::{Occupant, deletion};

    #[test]
    fn occupants_are_read_bare_and_wrapped() {
        let text = r#"{"items":[{"id":7,"full_name":"Ann"},{"user":{"id":8,"login":"bob"}}]}"#;
        let page: WirePage<Occupant> = serde_json::from_str(text).unwrap();
        let users: Vec<_> = page.items.into_iter().map(Occupant::into_user).collect();
        assert_eq!(users.len(), 2);
        assert_eq!(users[0].full_name.as_deref(), Some("Ann"));
        assert_eq!(users[1].login.as_deref(), Some("bob"));
    }

    #[test]
    fn a_deletion_is_for_all_only_when_it_says_so() {
        let own = deletion("p".to_owned(), false);
        assert_eq!((own.method, own.query.as_str()), (Method::DELETE, ""));
        let all = deletion("p".to_owned(), true);
        assert_eq!(all.query, "force=1");
        assert!(all.is_idempotent && all.body.is_none());
    }
}
