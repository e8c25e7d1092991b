//! People: by id, and by what one knows of them.

use std::collections::HashSet;

use cubist_protocol::ids::UserId;
use cubist_protocol::rest::{ArrayStyle, ListQuery, Operator, Page as WirePage, User};
use futures::future::try_join_all;

use crate::rest::client::Client;
use crate::rest::error::Error;
use crate::rest::transport::Request;

/// The largest page of the users' list.
const PAGE: usize = 100;

/// The shortest beginning of a name the server looks for.
const MIN_START_CHARS: usize = 4;

impl Client {
    /// Users by id (v2, batches of 100). Unknown ids are missing from the answer.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        let mut users = Vec::with_capacity(ids.len());
        for batch in ids.chunks(PAGE) {
            let query = ListQuery::default().filter_list("id", Operator::In, batch);
            users.extend(self.users_page(&query).await?);
        }
        Ok(users)
    }

    /// People by the beginning of their name or login (4 characters or more; the server gives at
    /// most five of each), by the whole of it otherwise, or by e-mail address.
    pub async fn search_users(&self, query: &str) -> Result<Vec<User>, Error> {
        let pages = searches(query);
        let found = try_join_all(pages.iter().map(|query| self.users_page(query))).await?;
        let mut seen = HashSet::new();
        Ok(found
            .into_iter()
            .flatten()
            .filter(|user| seen.insert(user.id))
            .collect())
    }

    async fn users_page(&self, query: &ListQuery) -> Result<Vec<User>, Error> {
        let query = query
            .clone()
            .limit(PAGE as u64)
            .encode(ArrayStyle::Brackets);
        let page: WirePage<User> = self.call(&Request::get("users/v2", query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some users could not be read");
        }
        Ok(page.items)
    }
}

/// One list per field: conditions on several fields in one query would all have to hold.
fn searches(query: &str) -> Vec<ListQuery> {
    let query = query.trim();
    if query.is_empty() {
        return Vec::new();
    }
    let is_long = query.chars().count() >= MIN_START_CHARS;
    let operator = if is_long {
        Operator::StartWith
    } else {
        Operator::Eq
    };
    let by = |field: &str, operator| ListQuery::default().filter(field, operator, query);
    let mut searches = vec![by("full_name", operator), by("login", operator)];
    if query.contains('@') {
        searches.push(by("email", Operator::Eq));
    }
    searches
}

#[cfg(test)]
mod tests {
    use cubist_protocol::rest::ArrayStyle;

    use super::searches;

    fn encoded(query: &str) -> Vec<String> {
        searches(query)
            .iter()
            .map(|query| query.encode(ArrayStyle::Brackets))
            .collect()
    }

    #[test]
    fn a_short_word_is_looked_for_as_a_whole_and_a_longer_one_as_a_beginning() {
        assert_eq!(encoded(" bob "), ["full_name=bob", "login=bob"]);
        assert_eq!(
            encoded("äöüß"),
            [
                "full_name[start_with]=%C3%A4%C3%B6%C3%BC%C3%9F",
                "login[start_with]=%C3%A4%C3%B6%C3%BC%C3%9F",
            ]
        );
        assert_eq!(encoded("  "), Vec::<String>::new());
    }

    #[test]
    fn an_address_is_looked_for_as_one_too() {
        assert_eq!(encoded("b@x.y").last().unwrap(), "email=b%40x.y");
    }
}
