//! The account's own person.

use cubist_protocol::rest::{Change, UpdateUser};

use crate::engine::Account;
use crate::engine::credentials::StoredIdentity;
use crate::error::Error;
use crate::model::{ProfileEdit, Secret, User};
use crate::rest::Client;
use crate::store::{pictures, users};
use crate::sync;

/// Shortest password the platform takes, in characters.
const MIN_PASSWORD: usize = 8;

impl Account {
    /// One's own profile, from the cache if it is there.
    pub async fn own_profile(&self) -> Result<User, Error> {
        let me = self.inner.me;
        let known = self.look(move |db| users::one(db, me)).await?;
        if let Some(known) = known {
            if let Ok(context) = self.context() {
                context.people.want([me]);
            }
            return Ok(known);
        }
        let found = self.client()?.users(&[me]).await?;
        let person = sync::user(found.first().ok_or(Error::NotFound)?);
        self.learn(person.clone()).await?;
        Ok(person)
    }

    /// Changes one's own profile. Who signs in with what is changed here signs in with the new one
    /// from then on.
    pub async fn update_profile(&self, edit: ProfileEdit) -> Result<User, Error> {
        if edit.is_empty() {
            return self.own_profile().await;
        }
        if edit
            .name
            .as_ref()
            .is_some_and(|name| name.trim().is_empty())
        {
            return Err(Error::InvalidInput { field: "name" });
        }
        let client = self.client()?;
        let identity = client.identity().map(StoredIdentity::from);
        let next = identity.and_then(|identity| renamed(identity, &edit).transpose());
        let next = next.transpose()?;
        let change = |field: Option<String>| match field.map(|text| text.trim().to_owned()) {
            None => Change::Keep,
            Some(text) if text.is_empty() => Change::Clear,
            Some(text) => Change::Set(text),
        };
        let changes = UpdateUser {
            full_name: change(edit.name),
            login: change(edit.login),
            email: change(edit.email),
            phone: change(edit.phone),
            website: change(edit.website),
            ..UpdateUser::default()
        };
        let person = self.change_own(&client, changes).await?;
        if let Some(identity) = next {
            self.keep_identity(&client, identity).await?;
        }
        Ok(person)
    }

    /// Changes the password, here and on the server; the chat line signs in with the new one from
    /// then on. A wrong old password is [`Error::Validation`] or [`Error::Credentials`], as the
    /// server likes.
    pub async fn change_password(&self, old: Secret, new: Secret) -> Result<(), Error> {
        if new.expose().chars().count() < MIN_PASSWORD {
            return Err(Error::InvalidInput { field: "password" });
        }
        let context = self.context()?;
        let client = self.client()?;
        client.change_password(self.inner.me, &old, &new).await?;
        let identity = client.identity().map(StoredIdentity::from);
        if let Some(identity) = identity.and_then(|identity| identity.with_password(new)) {
            self.keep_identity(&client, identity).await?;
        }
        // Should the server have ended the line meanwhile, the old password was refused.
        context.line.connect_now();
        Ok(())
    }

    /// Gives oneself a picture, or none.
    pub async fn set_avatar(&self, picture: Option<Vec<u8>>) -> Result<User, Error> {
        let client = self.client()?;
        let before = self.own_profile().await?.avatar;
        let avatar = match picture {
            Some(bytes) => Change::Set(self.upload_picture(bytes).await?),
            None => Change::Clear,
        };
        let changes = UpdateUser {
            avatar,
            ..UpdateUser::default()
        };
        let person = self.change_own(&client, changes).await?;
        if let Some(before) = before.filter(|before| person.avatar.as_ref() != Some(before)) {
            self.discard_picture(&client, &before).await;
        }
        Ok(person)
    }

    async fn change_own(&self, client: &Client, changes: UpdateUser) -> Result<User, Error> {
        let person = client.update_user(self.inner.me, changes).await?;
        let person = sync::user(&person);
        self.learn(person.clone()).await?;
        Ok(person)
    }

    /// Who gives up a picture does not want to leave it with the server. Not worth an error: the
    /// profile is changed already.
    async fn discard_picture(&self, client: &Client, name: &str) {
        let forgotten = name.to_owned();
        let removed = self
            .inner
            .store
            .write(move |tx| pictures::remove(tx, &forgotten))
            .await;
        if let Err(error) = removed {
            tracing::warn!(%error, "the old picture stays in the cache");
        }
        let Ok(uid) = name.parse() else { return };
        let deleted = match client.blob(&uid).await {
            Ok(blob) => client.delete_blob(blob.id).await,
            Err(error) => Err(error),
        };
        if let Err(error) = deleted {
            tracing::info!(%error, "the old picture was not deleted on the server");
        }
    }

    /// The password is the person's, by the server's word; makes a session and drops it.
    pub(in crate::engine) async fn check_password(&self, password: Secret) -> Result<(), Error> {
        let client = self.client()?;
        let identity = match client.identity().map(StoredIdentity::from) {
            Some(StoredIdentity::Token { .. }) | None => {
                let person = self.own_profile().await?;
                let login = person.login.map(|login| StoredIdentity::Login {
                    login,
                    password: password.clone(),
                });
                let email = person.email.map(|email| StoredIdentity::Email {
                    email,
                    password: password.clone(),
                });
                login.or(email).ok_or(Error::Credentials)?
            }
            Some(identity) => identity.with_password(password).ok_or(Error::Credentials)?,
        };
        match client.check_identity(identity.into()).await {
            Ok(user) if user == self.inner.me => Ok(()),
            // Whether the login or the password is wrong is nobody's business.
            Ok(_) | Err(crate::rest::Error::NotFound { .. }) => Err(Error::Credentials),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the person on the server.
    pub(in crate::engine) async fn delete_own_user(&self) -> Result<(), Error> {
        Ok(self.client()?.delete_user(self.inner.me).await?)
    }
}

/// What one signs in with after an edit, if that is something else than before.
fn renamed(identity: StoredIdentity, edit: &ProfileEdit) -> Result<Option<StoredIdentity>, Error> {
    let given = |field: &Option<String>| {
        let text = field.as_ref().map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let (login, email) = (given(&edit.login), given(&edit.email));
    Ok(match identity {
        StoredIdentity::Login { password, .. } if edit.login.is_some() => {
            Some(match (login, email) {
                (Some(login), _) => StoredIdentity::Login { login, password },
                (None, Some(email)) => StoredIdentity::Email { email, password },
                // Nobody could sign in any more.
                (None, None) => return Err(Error::InvalidInput { field: "login" }),
            })
        }
        StoredIdentity::Email { password, .. } if edit.email.is_some() => {
            Some(match (email, login) {
                (Some(email), _) => StoredIdentity::Email { email, password },
                (None, Some(login)) => StoredIdentity::Login { login, password },
                (None, None) => return Err(Error::InvalidInput { field: "email" }),
            })
        }
        StoredIdentity::Login { .. }
        | StoredIdentity::Email { .. }
        | StoredIdentity::Token { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::renamed;
    use crate::engine::credentials::StoredIdentity;
    use crate::error::Error;
    use crate::model::{ProfileEdit, Secret};

    fn login(login: &str) -> StoredIdentity {
        StoredIdentity::Login {
            login: login.to_owned(),
            password: Secret::new("pw11111111"),
        }
    }

    fn email(email: &str) -> StoredIdentity {
        StoredIdentity::Email {
            email: email.to_owned(),
            password: Secret::new("pw11111111"),
        }
    }

    fn edit(login: Option<&str>, email: Option<&str>) -> ProfileEdit {
        ProfileEdit {
            login: login.map(str::to_owned),
            email: email.map(str::to_owned),
            ..ProfileEdit::default()
        }
    }

    #[test]
    fn one_signs_in_with_the_new_login_or_address() {
        let after = |identity, login, email| renamed(identity, &edit(login, email)).unwrap();
        assert_eq!(after(login("a"), Some(" b "), None), Some(login("b")));
        assert_eq!(after(login("a"), None, Some("x@y")), None);
        assert_eq!(after(email("x@y"), None, Some("z@y")), Some(email("z@y")));
        assert_eq!(after(email("x@y"), Some("b"), None), None);
        assert_eq!(
            after(login("a"), Some(""), Some("x@y")),
            Some(email("x@y")),
            "the address takes the place of the login"
        );
        let token = StoredIdentity::Token {
            token: Secret::new("t"),
        };
        assert_eq!(after(token, Some("b"), Some("x@y")), None);
    }

    #[test]
    fn what_one_signs_in_with_cannot_be_taken_away() {
        let refused = |identity, login, email, wanted: &str| {
            let error = renamed(identity, &edit(login, email)).unwrap_err();
            assert!(
                matches!(error, Error::InvalidInput { field } if field == wanted),
                "{error:?}"
            );
        };
        refused(login("a"), Some(""), None, "login");
        refused(email("x@y"), None, Some(" "), "email");
    }
}
