//! Who is blocked.

use std::collections::BTreeSet;

use crate::engine::Account;
use crate::engine::account::people::request_error;
use crate::error::Error;
use crate::model::{Block, PrivacyList, UserId};
use crate::store::privacy as cached;
use crate::sync::context::Context;
use crate::sync::privacy;

/// Longest name of a list, in characters.
const MAX_NAME: usize = 100;

/// Most people of one list.
const MAX_PEOPLE: usize = 1000;

impl Account {
    /// Everyone who is blocked, ascending; from the cache.
    pub async fn blocked(&self) -> Result<Vec<Block>, Error> {
        self.look(cached::blocked).await
    }

    /// Blocks someone, or changes whether the block is mutual. Without a privacy list in force one
    /// is made.
    pub async fn block(&self, user: UserId, mutual: bool) -> Result<(), Error> {
        if user == self.inner.me {
            return Err(Error::InvalidInput { field: "user" });
        }
        let context = self.context()?;
        told(privacy::block(&context, user, mutual).await, &context)?;
        context.activity.ask_again(user);
        Ok(())
    }

    /// Blocks someone no longer.
    pub async fn unblock(&self, user: UserId) -> Result<(), Error> {
        let context = self.context()?;
        told(privacy::unblock(&context, user).await, &context)?;
        context.activity.ask_again(user);
        Ok(())
    }

    /// Every privacy list, by name; from the cache.
    pub async fn privacy_lists(&self) -> Result<Vec<PrivacyList>, Error> {
        self.look(cached::lists).await
    }

    /// Makes a list, or gives it other people. `is_default` counts for nothing here.
    pub async fn save_privacy_list(&self, list: PrivacyList) -> Result<(), Error> {
        let name = list.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
            return Err(Error::InvalidInput { field: "name" });
        }
        let mut people = BTreeSet::new();
        let each_once = list.items.iter().all(|item| people.insert(item.user));
        // A list without anybody is, to the server, the order to delete it.
        if people.is_empty() || !each_once || people.contains(&self.inner.me) {
            return Err(Error::InvalidInput { field: "items" });
        }
        if people.len() > MAX_PEOPLE {
            return Err(Error::TooMany {
                limit: u32::try_from(MAX_PEOPLE).unwrap_or(u32::MAX),
            });
        }
        let context = self.context()?;
        told(privacy::save(&context, name, &list.items).await, &context)
    }

    /// Deletes a list. With the one in force nobody is blocked any more.
    pub async fn delete_privacy_list(&self, name: String) -> Result<(), Error> {
        let context = self.context()?;
        told(privacy::delete(&context, &name).await, &context)
    }

    /// Puts a list in force; `None` puts none.
    pub async fn set_default_privacy_list(&self, name: Option<String>) -> Result<(), Error> {
        let context = self.context()?;
        told(privacy::set_default(&context, name).await, &context)
    }
}

fn told(outcome: Result<(), privacy::Error>, context: &Context) -> Result<(), Error> {
    outcome.map_err(|error| match error {
        privacy::Error::Line(error) => request_error(error, &context.who.domain),
        privacy::Error::Answer => Error::Server {
            status: 200,
            message: "the answer says nothing about privacy lists".to_owned(),
        },
        privacy::Error::NoList => Error::NotFound,
        privacy::Error::Address => Error::InvalidInput { field: "domain" },
        privacy::Error::Store(error) => Error::Storage(error),
    })
}
