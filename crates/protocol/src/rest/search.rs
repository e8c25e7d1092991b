//! Searching dialogs and messages on the server.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::rest::page::readable;
use crate::rest::{Dialog, Message, User};

/// The answer of `GET /chat/search`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchEnvelope {
    /// What was found.
    pub results: SearchResults,
}

/// What a search found; of each list what is not of the expected form is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    /// Dialogs by their names.
    #[serde(default, deserialize_with = "items")]
    pub dialogs: Vec<Dialog>,
    /// Messages by their texts, newest first.
    #[serde(default, deserialize_with = "items")]
    pub messages: Vec<Message>,
    /// Always empty so far.
    #[serde(default, deserialize_with = "items")]
    pub users: Vec<User>,
}

fn items<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let values = Option::<Vec<Value>>::deserialize(deserializer)?;
    Ok(readable(values.unwrap_or_default()).0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rest::SearchEnvelope;

    #[test]
    fn results_have_three_lists() {
        let empty = r#"{"results":{"dialogs":[],"messages":[],"users":[]}}"#;
        let read: SearchEnvelope = serde_json::from_str(empty).unwrap();
        assert_eq!(read, SearchEnvelope::default());
        assert_eq!(serde_json::to_string(&read).unwrap(), empty);
    }

    #[test]
    fn one_odd_hit_does_not_hide_the_others() {
        let message = json!({
            "_id": "5c094682e588ce59fff87424", "chat_dialog_id": "5c093376e588ce6856f873fe", "sender_id": 29085,
            "date_sent": 1_544_111_746, "message": "lorem ipsum",
        });
        let dialog = json!({ "_id": "5c093376e588ce6856f873fe", "type": 2, "name": "Lorem" });
        let answer = json!({ "results": { "dialogs": [dialog, 7], "messages": [{}, message], "users": null } });
        let read: SearchEnvelope = serde_json::from_value(answer).unwrap();
        assert_eq!(read.results.dialogs.len(), 1);
        assert_eq!(
            read.results.messages[0].message.as_deref(),
            Some("lorem ipsum")
        );
        assert!(read.results.users.is_empty());
    }
}
