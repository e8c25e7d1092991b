//! Finding public dialogs (guide: "Explore public chats"; the wire is a list with one condition on the type).
//!
//! The platform lists the caller's own dialogs. A list whose only condition on the type is "public" is
//! taken for the question which ones there are, however it is spelled.

use crate::rest::dialog::DialogKind;
use crate::rest::query::{ListQuery, Operator};

const TYPE: &str = "type";

/// The query string's parts that ask for public dialogs, by a part of their name when there is one,
/// the liveliest first.
pub fn explore(name: &str, skip: u64, limit: u64) -> ListQuery {
    let query = ListQuery::default().filter(TYPE, Operator::Eq, DialogKind::Public.number());
    let name = name.trim();
    let query = if name.is_empty() {
        query
    } else {
        query.filter("name", Operator::Ctn, name)
    };
    query
        .sort_by("last_message_date_sent", true)
        .skip(skip)
        .limit(limit)
}
