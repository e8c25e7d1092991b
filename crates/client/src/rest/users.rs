//! People: by id, and by what one knows of them.

use std::collections::HashSet;

use cubist_protocol::ids::UserId;
use cubist_protocol::rest::{
    ArrayStyle, ListQuery, Operator, Page as WirePage, UpdateUser, UpdateUserEnvelope, User,
    UserEnvelope,
};
use futures::future::try_join_all;
use reqwest::Method;

use crate::model::Secret;
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

    /// People by name, login, e-mail address or telephone number: by the whole of it, and from 4
    /// characters on by its beginning, too (the server gives at most five of each then). Who fits
    /// exactly comes first.
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

    /// Changes one's own profile; gives it back as it is then.
    pub async fn update_user(&self, id: UserId, user: UpdateUser) -> Result<User, Error> {
        let body = UpdateUserEnvelope { user };
        let request = Request::with_body(Method::PUT, format!("users/{id}"), &body)?;
        Ok(self.call::<UserEnvelope>(&request).await?.user)
    }

    /// Changes one's own password. Not repeated after a failure: the second time the old password
    /// would be wrong.
    pub async fn change_password(
        &self,
        id: UserId,
        old: &Secret,
        new: &Secret,
    ) -> Result<(), Error> {
        let user = UpdateUser {
            password: Some(new.expose().to_owned()),
            old_password: Some(old.expose().to_owned()),
            ..UpdateUser::default()
        };
        let body = UpdateUserEnvelope { user };
        let request = Request {
            is_idempotent: false,
            ..Request::with_body(Method::PUT, format!("users/{id}"), &body)?
        };
        self.call_for_effect(&request).await
    }

    /// Deletes one's own user, with everything the server keeps of them.
    pub async fn delete_user(&self, id: UserId) -> Result<(), Error> {
        let request = Request {
            method: Method::DELETE,
            is_idempotent: false,
            ..Request::get(format!("users/{id}"), String::new())
        };
        self.call_for_effect(&request).await
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

/// One list per field and operator: conditions on several fields in one query would all have to
/// hold.
fn searches(query: &str) -> Vec<ListQuery> {
    let query = query.trim();
    if query.is_empty() {
        return Vec::new();
    }
    let mut fields = vec![("full_name", query.to_owned()), ("login", query.to_owned())];
    if query.contains('@') {
        fields.push(("email", query.to_owned()));
    }
    if let Some(number) = telephone_number(query) {
        // As it was typed, too: a server may compare it with what its owner typed.
        if number != query {
            fields.push(("phone", query.to_owned()));
        }
        fields.push(("phone", number));
    }
    let is_long = |text: &str| text.chars().count() >= MIN_START_CHARS;
    let beginnings = fields
        .iter()
        .filter(|(_, text)| is_long(text))
        .map(|(field, text)| (*field, Operator::StartWith, text));
    fields
        .iter()
        .map(|(field, text)| (*field, Operator::Eq, text))
        .chain(beginnings)
        .map(|(field, operator, text)| ListQuery::default().filter(field, operator, text))
        .collect()
}

/// What somebody typed as a telephone number, without what people put between the digits.
fn telephone_number(query: &str) -> Option<String> {
    let is_between = |c: char| matches!(c, ' ' | '-' | '/' | '.' | '(' | ')');
    let number: String = query.chars().filter(|&c| !is_between(c)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number = digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
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
    fn a_short_word_is_looked_for_as_a_whole_and_a_longer_one_as_a_beginning_too() {
        assert_eq!(encoded(" bob "), ["full_name=bob", "login=bob"]);
        assert_eq!(
            encoded("äöüß"),
            [
                "full_name=%C3%A4%C3%B6%C3%BC%C3%9F",
                "login=%C3%A4%C3%B6%C3%BC%C3%9F",
                "full_name[start_with]=%C3%A4%C3%B6%C3%BC%C3%9F",
                "login[start_with]=%C3%A4%C3%B6%C3%BC%C3%9F",
            ]
        );
        assert_eq!(encoded("  "), Vec::<String>::new());
    }

    #[test]
    fn an_address_is_looked_for_as_one_too() {
        let asked = encoded("b@x.y");
        assert!(asked.contains(&"email=b%40x.y".to_owned()));
        assert!(asked.contains(&"email[start_with]=b%40x.y".to_owned()));
        assert!(!encoded("bob").iter().any(|asked| asked.contains("email")));
    }

    #[test]
    fn a_number_is_looked_for_however_it_is_typed() {
        for typed in ["+49 (30) 12-34", "+49301234"] {
            let asked = encoded(typed);
            assert!(asked.contains(&"phone=%2B49301234".to_owned()), "{asked:?}");
            assert!(asked.contains(&"phone[start_with]=%2B49301234".to_owned()));
        }
        let asked = encoded("+49 30 1234");
        assert!(
            asked.contains(&"phone=%2B49%2030%201234".to_owned()),
            "as it was typed, too: {asked:?}"
        );
        assert!(encoded("110").contains(&"phone=110".to_owned()));
        for word in ["bob", "12", "r2d2", "+"] {
            let asked = encoded(word);
            assert!(!asked.iter().any(|asked| asked.contains("phone")), "{word}");
        }
    }
}
