//! Dialogs: listed, looked up, made.

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::{
    ArrayStyle, CreateDialog, Dialog, DialogKind, ListQuery, Operator, Page as WirePage,
};
use reqwest::Method;

use crate::rest::client::Client;
use crate::rest::error::Error;
use crate::rest::query::{DialogFilter, Page};
use crate::rest::transport::Request;

const PATH: &str = "chat/Dialog";

impl Client {
    /// One page of the caller's dialogs, last activity first.
    pub async fn dialogs(&self, filter: &DialogFilter) -> Result<Page<Dialog>, Error> {
        let query = filter.to_query().encode(ArrayStyle::Comma);
        let page: WirePage<Dialog> = self.call(&Request::get(PATH, query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some dialogs could not be read");
        }
        Ok(Page {
            items: page.items,
            total: page.total_entries,
        })
    }

    /// One dialog, if the caller can see it.
    pub async fn dialog(&self, id: DialogId) -> Result<Option<Dialog>, Error> {
        let filter = DialogFilter {
            ids: vec![id],
            limit: Some(1),
            ..DialogFilter::default()
        };
        let page = self.dialogs(&filter).await?;
        Ok(page.items.into_iter().find(|dialog| dialog.id == id))
    }

    /// The private dialog with `user`; the same one every time.
    pub async fn create_private(&self, user: UserId) -> Result<Dialog, Error> {
        let body = creation(DialogKind::Private, None, &[user]);
        let request = Request::with_body(Method::POST, PATH, &body)?.idempotent();
        self.call(&request).await
    }

    /// A new group. Not repeated after a failure: a second one would be made.
    pub async fn create_group(&self, name: &str, users: &[UserId]) -> Result<Dialog, Error> {
        let body = creation(DialogKind::Group, Some(name), users);
        self.call(&Request::with_body(Method::POST, PATH, &body)?)
            .await
    }
}

impl DialogFilter {
    fn to_query(&self) -> ListQuery {
        let mut query = ListQuery::default().sort_by("last_message_date_sent", true);
        if !self.ids.is_empty() {
            query = query.filter_list("_id", Operator::In, &self.ids);
        }
        if let Some(since) = self.updated_since {
            query = query.filter("updated_at", Operator::Gte, since.seconds());
        }
        query.limit = self.limit.map(u64::from);
        query.skip = Some(u64::from(self.skip)).filter(|skip| *skip > 0);
        query
    }
}

fn creation(kind: DialogKind, name: Option<&str>, users: &[UserId]) -> CreateDialog {
    CreateDialog {
        kind,
        name: name.map(str::to_owned),
        occupants_ids: users.to_vec(),
        description: None,
        photo: None,
        extensions: None,
        permissions: None,
        admins_ids: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::rest::ArrayStyle;

    use crate::model::UnixMillis;
    use crate::rest::query::DialogFilter;

    #[test]
    fn a_filter_becomes_the_platforms_query() {
        let encode = |filter: &DialogFilter| filter.to_query().encode(ArrayStyle::Comma);
        let all = DialogFilter::default();
        assert_eq!(encode(&all), "sort_desc=last_message_date_sent");
        let some = DialogFilter {
            ids: vec![
                "5356c64ab35c12bd3b108a41".parse().unwrap(),
                "5356c64ab35c12bd3b108a42".parse().unwrap(),
            ],
            updated_since: Some(UnixMillis(1_455_098_137_900)),
            skip: 100,
            limit: Some(50),
        };
        assert_eq!(
            encode(&some),
            "_id[in]=5356c64ab35c12bd3b108a41%2C5356c64ab35c12bd3b108a42&limit=50&skip=100\
             &sort_desc=last_message_date_sent&updated_at[gte]=1455098137"
        );
    }
}
