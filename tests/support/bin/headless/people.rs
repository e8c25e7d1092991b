//! Requests about people: whether they are there, blocks and reports.

use cubist_client::Account;
use cubist_client::model::{DialogId, MessageId, UserId};
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;
use crate::values;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub(crate) enum PeopleCall {
    SearchPeople {
        query: String,
    },
    WatchActivity {
        users: Vec<UserId>,
    },
    SetActive {
        active: bool,
    },
    Block {
        user: UserId,
        mutual: bool,
    },
    Unblock {
        user: UserId,
    },
    Blocked {},
    ReportUser {
        user: UserId,
        reason: String,
    },
    ReportMessage {
        dialog: DialogId,
        message: MessageId,
        reason: String,
    },
}

/// Does it.
pub(crate) async fn run(account: &Account, call: PeopleCall) -> Result<Value, Failure> {
    match call {
        PeopleCall::SearchPeople { query } => {
            let found = account.search_people(query).await?;
            return Ok(found.iter().map(values::user).collect());
        }
        PeopleCall::WatchActivity { users } => account.watch_activity(users).await?,
        PeopleCall::SetActive { active } => account.set_active(active).await?,
        PeopleCall::Block { user, mutual } => account.block(user, mutual).await?,
        PeopleCall::Unblock { user } => account.unblock(user).await?,
        PeopleCall::Blocked {} => {
            return Ok(account.blocked().await?.iter().map(values::block).collect());
        }
        PeopleCall::ReportUser { user, reason } => account.report_user(user, reason).await?,
        PeopleCall::ReportMessage {
            dialog,
            message,
            reason,
        } => account.report_message(dialog, message, reason).await?,
    }
    Ok(Value::Null)
}
