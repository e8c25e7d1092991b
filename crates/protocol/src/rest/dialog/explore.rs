//! Finding public dialogs (guide: "Explore public chats"; the wire is a list with one condition on the type).
//!
//! The platform lists the caller's own dialogs. A list whose only condition on the type is "public" is
//! taken for the question which ones there are; client and backend agree on it here.

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

/// Whether a list query asks for all public dialogs, however it is spelled: `type=4`, `type[]=4`,
/// `type[in]=4`.
pub fn is_explore(query: &ListQuery) -> bool {
    let conditions: Vec<_> = query
        .filters
        .iter()
        .filter(|filter| filter.field == TYPE)
        .collect();
    let [condition] = conditions.as_slice() else {
        return false;
    };
    let public = DialogKind::Public.number().to_string();
    matches!(condition.operator, Operator::Eq | Operator::In)
        && condition.list().next().is_some()
        && condition.list().all(|value| value == public)
}
