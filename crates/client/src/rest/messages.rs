//! A dialog's history, and what has been read of it.

use cubist_protocol::ids::{DialogId, MessageId};
use cubist_protocol::rest::{
    ArrayStyle, ChangeReactions, DeleteResult, ListQuery, Message, Operator, Page as WirePage,
    ReactionUsers, SearchEnvelope, UnreadCounts, UpdateMessage,
};
use reqwest::Method;

use crate::rest::client::Client;
use crate::rest::error::Error;
use crate::rest::membership::deletion;
use crate::rest::query::{MessageFilter, SearchFilter, Sort};
use crate::rest::transport::Request;

const PATH: &str = "chat/Message";

/// Ids in one path or parameter: 100 of them are 2.5 kB, which every server takes.
const IDS: usize = 100;

impl Client {
    /// One page of a dialog's history. Never marks anything as read.
    pub async fn messages(&self, filter: &MessageFilter) -> Result<Vec<Message>, Error> {
        let query = filter.to_query().encode(ArrayStyle::Comma);
        let page: WirePage<Message> = self.call(&Request::get(PATH, query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some messages could not be read");
        }
        Ok(page.items)
    }

    /// The newest messages of a public dialog for someone who is not in it, oldest first, as many as
    /// the server shows. Never marks anything as read.
    pub async fn preview(&self, dialog: DialogId) -> Result<Vec<Message>, Error> {
        let query = ListQuery::default()
            .param("chat_dialog_id", dialog)
            .param("mark_as_read", 0)
            .param("preview", 1)
            .encode(ArrayStyle::Comma);
        let page: WirePage<Message> = self.call(&Request::get(PATH, query)).await?;
        if page.unreadable > 0 {
            tracing::warn!(count = page.unreadable, "some messages could not be read");
        }
        Ok(page.items)
    }

    /// Messages with a text, newest first. Never marks anything as read.
    pub async fn search(&self, filter: &SearchFilter) -> Result<Vec<Message>, Error> {
        let query = filter.to_query().encode(ArrayStyle::Comma);
        let found: SearchEnvelope = self.call(&Request::get("chat/search", query)).await?;
        Ok(found.results.messages)
    }

    /// Unread counts of the given dialogs, and of all.
    pub async fn unread(&self, dialogs: &[DialogId]) -> Result<UnreadCounts, Error> {
        let mut counts = UnreadCounts::default();
        // Without any dialog the server still tells the total.
        let batches = if dialogs.is_empty() {
            vec![dialogs]
        } else {
            dialogs.chunks(IDS).collect()
        };
        for batch in batches {
            let query = if batch.is_empty() {
                String::new()
            } else {
                ListQuery::default()
                    .param("chat_dialog_ids", joined(batch))
                    .encode(ArrayStyle::Comma)
            };
            let request = Request::get(format!("{PATH}/unread"), query);
            let answer: UnreadCounts = self.call(&request).await?;
            counts.total = answer.total;
            counts.dialogs.extend(answer.dialogs);
        }
        Ok(counts)
    }

    /// Marks messages as read (and delivered).
    pub async fn mark_read(&self, dialog: DialogId, ids: &[MessageId]) -> Result<(), Error> {
        let update = UpdateMessage {
            chat_dialog_id: Some(dialog),
            read: true,
            delivered: true,
            ..UpdateMessage::default()
        };
        self.update(ids, &update).await
    }

    /// Marks a whole dialog as read.
    pub async fn mark_all_read(&self, dialog: DialogId) -> Result<(), Error> {
        let update = UpdateMessage {
            chat_dialog_id: Some(dialog),
            read: true,
            ..UpdateMessage::default()
        };
        let request = Request::with_body(Method::PUT, PATH, &update)?;
        self.call_for_effect(&request).await
    }

    /// Marks messages as delivered.
    pub async fn mark_delivered(&self, dialog: DialogId, ids: &[MessageId]) -> Result<(), Error> {
        let update = UpdateMessage {
            chat_dialog_id: Some(dialog),
            delivered: true,
            ..UpdateMessage::default()
        };
        self.update(ids, &update).await
    }

    /// Deletes messages, for the caller or for everyone; the answer says of each what became of it.
    /// At most 100 at once.
    pub async fn delete_messages(
        &self,
        ids: &[MessageId],
        for_all: bool,
    ) -> Result<DeleteResult, Error> {
        // Without ids the same call would have no meaning a server must refuse.
        if ids.is_empty() {
            return Ok(DeleteResult::default());
        }
        let request = deletion(format!("{PATH}/{}", joined(ids)), for_all);
        self.call(&request).await
    }

    /// Adds a reaction of the caller, takes one back, or both.
    pub async fn change_reactions(
        &self,
        id: MessageId,
        change: &ChangeReactions,
    ) -> Result<(), Error> {
        let path = format!("{PATH}/{id}/reactions");
        let request = Request::with_body(Method::PUT, path, change)?;
        self.call_for_effect(&request).await
    }

    /// Who reacted to a message, by reaction.
    pub async fn reactions(&self, id: MessageId) -> Result<ReactionUsers, Error> {
        let path = format!("{PATH}/{id}/reactions");
        self.call(&Request::get(path, String::new())).await
    }

    async fn update(&self, ids: &[MessageId], update: &UpdateMessage) -> Result<(), Error> {
        // Without ids the same call would mean the whole dialog.
        for batch in ids.chunks(IDS) {
            let path = format!("{PATH}/{}", joined(batch));
            let request = Request::with_body(Method::PUT, path, update)?;
            self.call_for_effect(&request).await?;
        }
        Ok(())
    }
}

impl MessageFilter {
    fn to_query(&self) -> ListQuery {
        let mut query = ListQuery::default()
            .param("chat_dialog_id", self.dialog)
            .param("mark_as_read", 0)
            .sort_by("date_sent", self.sort == Sort::Descending)
            .limit(u64::from(self.limit));
        if !self.ids.is_empty() {
            query = query.filter_list("_id", Operator::In, &self.ids);
        }
        let bounds = [
            ("date_sent", Operator::Gte, self.sent_since),
            ("date_sent", Operator::Lte, self.sent_until),
            ("updated_at", Operator::Gte, self.updated_since),
        ];
        for (field, operator, bound) in bounds {
            if let Some(bound) = bound {
                query = query.filter(field, operator, bound.seconds());
            }
        }
        query.skip = Some(u64::from(self.skip)).filter(|skip| *skip > 0);
        query
    }
}

impl SearchFilter {
    fn to_query(&self) -> ListQuery {
        let mut query = ListQuery::default()
            .param("search_text", &self.text)
            .limit(u64::from(self.limit));
        if !self.dialogs.is_empty() {
            query = query.param("chat_dialog_ids", joined(&self.dialogs));
        }
        // The search goes back in time: its start is the newer of the two.
        if let Some((oldest, newest)) = self.sent {
            query = query
                .param("start_date", newest.to_iso8601())
                .param("end_date", oldest.to_iso8601());
        }
        query
    }
}

fn joined<T: ToString>(ids: &[T]) -> String {
    let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use cubist_protocol::rest::ArrayStyle;

    use crate::model::UnixMillis;
    use crate::rest::query::{MessageFilter, SearchFilter, Sort};

    #[test]
    fn a_search_names_the_newer_date_as_its_start() {
        let everywhere = SearchFilter {
            text: "lorem ipsum".to_owned(),
            dialogs: Vec::new(),
            sent: None,
            limit: 100,
        };
        assert_eq!(
            everywhere.to_query().encode(ArrayStyle::Comma),
            "limit=100&search_text=lorem%20ipsum"
        );
        let narrow = SearchFilter {
            dialogs: vec![
                "5356c64ab35c12bd3b108a41".parse().unwrap(),
                "5356c64ab35c12bd3b108a42".parse().unwrap(),
            ],
            sent: Some((UnixMillis(0), UnixMillis(86_400_999))),
            ..everywhere
        };
        assert_eq!(
            narrow.to_query().encode(ArrayStyle::Comma),
            "chat_dialog_ids=5356c64ab35c12bd3b108a41%2C5356c64ab35c12bd3b108a42\
             &end_date=1970-01-01T00%3A00%3A00Z&limit=100&search_text=lorem%20ipsum\
             &start_date=1970-01-02T00%3A00%3A00Z"
        );
    }

    #[test]
    fn a_filter_becomes_the_platforms_query_and_marks_nothing() {
        let dialog = "5356c64ab35c12bd3b108a41".parse().unwrap();
        let newest = MessageFilter::newest(dialog, 50);
        assert_eq!(
            newest.to_query().encode(ArrayStyle::Comma),
            "chat_dialog_id=5356c64ab35c12bd3b108a41&limit=50&mark_as_read=0&sort_desc=date_sent"
        );
        let between = MessageFilter {
            sent_since: Some(UnixMillis(1_000_999)),
            sent_until: Some(UnixMillis(2_000_000)),
            updated_since: Some(UnixMillis(3_000_000)),
            sort: Sort::Ascending,
            skip: 7,
            ..newest
        };
        assert_eq!(
            between.to_query().encode(ArrayStyle::Comma),
            "chat_dialog_id=5356c64ab35c12bd3b108a41&date_sent[gte]=1000&date_sent[lte]=2000\
             &limit=50&mark_as_read=0&skip=7&sort_asc=date_sent&updated_at[gte]=3000"
        );
    }
}
