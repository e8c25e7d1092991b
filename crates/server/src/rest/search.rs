//! `/chat/search`

use cubist_protocol::ids::DialogId;
use cubist_protocol::rest::{SearchEnvelope, SearchResults};
use cubist_protocol::timestamp::UnixMillis;

use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::dialogs::object;
use crate::rest::users::to_usize;
use crate::rest::{App, convert};
use crate::state::Search;

/// `GET /chat/search`: parts of messages and of dialogs' names, among what the caller sees.
pub(super) async fn search(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let query = &call.query;
    let text = query.value("search_text").unwrap_or_default().to_owned();
    let mut dialogs = Vec::new();
    let mut names_dialogs = false;
    for id in query.list("chat_dialog_ids") {
        names_dialogs = true;
        dialogs.extend(id.parse::<DialogId>());
    }
    if names_dialogs && dialogs.is_empty() {
        return Err(Refusal::field("chat_dialog_ids", "names no dialog"));
    }
    let sent = match (query.value("end_date"), query.value("start_date")) {
        (None, None) => None,
        (Some(oldest), Some(newest)) => {
            Some((moment("end_date", oldest)?, moment("start_date", newest)?))
        }
        (Some(_), None) => return Err(Refusal::field("start_date", "is required with end_date")),
        (None, Some(_)) => return Err(Refusal::field("end_date", "is required with start_date")),
    };
    let wanted = Search {
        text,
        dialogs,
        sent,
        limit: to_usize(query.limit.unwrap_or_default()),
    };
    let found = app.state.search(user, wanted).await?;
    Answer::ok(&SearchEnvelope {
        results: SearchResults {
            dialogs: found
                .dialogs
                .into_iter()
                .map(|dialog| object(app, dialog, user))
                .collect(),
            messages: found.messages.into_iter().map(convert::message).collect(),
            users: Vec::new(),
        },
    })
}

fn moment(field: &str, text: &str) -> Result<i64, Refusal> {
    UnixMillis::from_number_or_iso8601(text)
        .map(UnixMillis::seconds)
        .ok_or_else(|| Refusal::field(field, "is no date"))
}
