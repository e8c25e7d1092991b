//! Reacting to messages, and who did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::rest::tolerant;

/// The body of `PUT /chat/Message/{id}/reactions`: one of the two, or both to replace one by the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeReactions {
    /// The reaction to add.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub add: Option<String>,
    /// The reaction to take back.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub remove: Option<String>,
}

/// The answer of `GET /chat/Message/{id}/reactions`: who reacted, by reaction.
pub type ReactionUsers = BTreeMap<String, Vec<UserId>>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rest::{ChangeReactions, ReactionUsers};

    #[test]
    fn a_change_names_what_comes_and_what_goes() {
        for (body, add, remove) in [
            (json!({ "add": "🔥" }), Some("🔥"), None),
            (json!({ "remove": "👎" }), None, Some("👎")),
            (
                json!({ "add": "👎", "remove": "🚀" }),
                Some("👎"),
                Some("🚀"),
            ),
        ] {
            let change = ChangeReactions {
                add: add.map(str::to_owned),
                remove: remove.map(str::to_owned),
            };
            assert_eq!(serde_json::to_value(&change).unwrap(), body);
            assert_eq!(
                serde_json::from_value::<ChangeReactions>(body).unwrap(),
                change
            );
        }
    }

    #[test]
    fn who_reacted_is_listed_by_reaction() {
        let text = r#"{"👍":[67456,5687],"🚀":[9736]}"#;
        let users: ReactionUsers = serde_json::from_str(text).unwrap();
        assert_eq!(
            users["👍"]
                .iter()
                .map(|user| user.get())
                .collect::<Vec<_>>(),
            [67456, 5687]
        );
        assert_eq!(serde_json::to_string(&users).unwrap(), text);
    }
}
