//! Dialogs: listed, looked up, made.

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::dialog::explore;
use cubist_protocol::rest::{
    ArrayStyle, CreateDialog, Dialog, ListQuery, Operator, Page as WirePage,
};
use reqwest::Method;

use crate::rest::client::Client;
use crate::rest::error::Error;
use crate::rest::query::{DialogFilter, Page};
use crate::rest::transport::Request;

pub(super) const PATH: &str = "chat/Dialog";

impl Client {
    /// One page of the caller's dialogs, last activity first.
    pub async fn dialogs(&self, filter: &DialogFilter) -> Result<Page<Dialog>, Error> {
        self.dialog_page(&filter.to_query()).await
    }

    /// One page of the application's public dialogs whose name has `name` in it, last activity
    /// first, whether or not the caller is in them.
    pub async fn explore(&self, name: &str, skip: u32, limit: u32) -> Result<Page<Dialog>, Error> {
        self.dialog_page(&explore(name, u64::from(skip), u64::from(limit)))
            .await
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
        let body = CreateDialog::private(user);
        let request = Request::with_body(Method::POST, PATH, &body)?.idempotent();
        self.call(&request).await
    }

    /// A new group or public dialog. Not repeated after a failure: a second one would be made.
    pub async fn create_dialog(&self, dialog: &CreateDialog) -> Result<Dialog, Error> {
        self.call(&Request::with_body(Method::POST, PATH, dialog)?)
            .await
    }

    async fn dialog_page(&self, query: &ListQuery) -> Result<Page<Dialog>, Error> {
        let query = query.encode(ArrayStyle::Comma);
        let page: WirePage<Dialog> = self.call(&Request::get(PATH, query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some dialogs could not be read");
        }
        Ok(Page {
            items: page.items,
            total: page.total_entries,
        })
    }
}

impl DialogFilter {
    fn to_query(&self) -> ListQuery {
        let mut query = ListQuery::default().sort_by("last_message_date_sent", true);
        if !self.ids.is_empty() {
            query = query.filter_list("_id", Operator::In, &self.ids);
        }
        if !self.kinds.is_empty() {
            let numbers = self.kinds.iter().map(|kind| kind.number());
            query = query.filter_list("type", Operator::In, numbers);
        }
        if let Some(since) = self.updated_since {
            query = query.filter("updated_at", Operator::Gte, since.seconds());
        }
        query.limit = self.limit.map(u64::from);
        query.skip = Some(u64::from(self.skip)).filter(|skip| *skip > 0);
        query
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::rest::{ArrayStyle, DialogKind};

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
            kinds: vec![DialogKind::Group, DialogKind::Public],
            updated_since: Some(UnixMillis(1_455_098_137_900)),
            skip: 100,
            limit: Some(50),
        };
        assert_eq!(
            encode(&some),
            "_id[in]=5356c64ab35c12bd3b108a41%2C5356c64ab35c12bd3b108a42&limit=50&skip=100\
             &sort_desc=last_message_date_sent&type[in]=2%2C4&updated_at[gte]=1455098137"
        );
    }
}
