//! Messages of the history and the calls about them.

use serde_json::{Value, json};

use crate::ext::extra_params::{Attachment, ExtraParams};
use crate::rest::message::custom_keys;
use crate::rest::{CreateMessage, Message, Page, UnreadCounts, UpdateMessage};
use crate::timestamp::UnixMillis;

const PAGE: &str = concat!(
    r#"{"skip":0,"limit":100,"items":[{"_id":"5c094682e588ce59fff87424","chat_dialog_id":"5c093376e588ce6856f873fe","#,
    r#""message":"What's the price?","date_sent":1544111746,"sender_id":29085,"recipient_id":0,"attachments":[],"#,
    r#""read_ids":[29085,29086],"delivered_ids":[29085,29086],"reactions":null,"views_count":0,"edited_at":null,"read":0,"#,
    r#""created_at":"2018-12-06T15:55:46Z","updated_at":"2018-12-06T16:05:21Z"}]}"#
);

fn message(extra: &Value) -> Message {
    let mut value = json!({
        "_id": "5c094682e588ce59fff87424", "chat_dialog_id": "5c093376e588ce6856f873fe", "sender_id": 29085, "date_sent": 1_544_111_746,
    });
    value
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_page_of_the_documentation_is_read_and_written() {
    let page: Page<Message> = serde_json::from_str(PAGE).unwrap();
    assert_eq!(
        (page.items.len(), page.unreadable, page.total_entries),
        (1, 0, None)
    );
    assert_eq!(page.items[0].recipient_id, None);
    assert_eq!(serde_json::to_string(&page).unwrap(), PAGE);
}

#[test]
fn all_but_ids_may_be_missing_or_odd() {
    let bare = message(&json!({}));
    assert_eq!(
        bare,
        Message::new(
            bare.id,
            bare.chat_dialog_id,
            bare.sender_id,
            UnixMillis(1_544_111_746_000)
        )
    );
    let odd = message(&json!({
        "message": null, "date_sent": "1544111746.5", "recipient_id": null, "attachments": {"0": {"type": "image", "size": 7}},
        "read_ids": null, "delivered_ids": ["29085"], "reactions": [], "views_count": null, "edited_at": 1_544_111_746, "read": true,
    }));
    assert_eq!(odd.date_sent.0, UnixMillis(1_544_111_746_500));
    assert_eq!(odd.attachments[0].get("size"), Some("7"));
    assert_eq!(
        (odd.read_ids.len(), odd.delivered_ids.len(), odd.read),
        (0, 1, true)
    );
    assert_eq!(odd.edited_at.unwrap().0, UnixMillis(1_544_111_746_000));
}

#[test]
fn a_message_without_its_ids_is_rejected() {
    let whole = json!({"_id": "5c094682e588ce59fff87424", "chat_dialog_id": "5c093376e588ce6856f873fe", "sender_id": 1});
    assert!(serde_json::from_value::<Message>(whole.clone()).is_ok());
    for key in ["_id", "chat_dialog_id", "sender_id"] {
        let mut value = whole.clone();
        value.as_object_mut().unwrap().remove(key);
        assert!(serde_json::from_value::<Message>(value).is_err(), "{key}");
    }
}

#[test]
fn reactions_are_read_and_written() {
    let reacted = message(&json!({"reactions": {"own": ["👍"], "total": {"👌": 1, "👍": 2}}}));
    let reactions = reacted.reactions.as_ref().unwrap();
    assert_eq!(
        (reactions.own.as_slice(), reactions.total["👍"]),
        (&["👍".to_owned()][..], 2)
    );
    assert_eq!(
        serde_json::to_value(&reacted).unwrap()["reactions"],
        json!({"own": ["👍"], "total": {"👌": 1, "👍": 2}})
    );
}

#[test]
fn custom_keys_stand_beside_the_others_and_never_replace_them() {
    let mut custom = message(&json!({"country": "USA", "nested": {"a": "b"}}));
    assert_eq!(custom.custom["country"], json!("USA"));
    custom.custom.insert("sender_id".to_owned(), json!(1));
    let text = serde_json::to_string(&custom).unwrap();
    assert_eq!(text.matches("sender_id").count(), 1, "{text}");
    assert!(
        text.contains(r#""country":"USA","nested":{"a":"b"}"#),
        "{text}"
    );
}

#[test]
fn a_stanzas_parameters_become_custom_keys_without_the_platforms_own() {
    let mut extra = ExtraParams::new()
        .with("save_to_history", "1")
        .with("dialog_id", "5356c64ab35c12bd3b108a41")
        .with("message_id", "61f7de000000000000000001")
        .with("date_sent", "1")
        .with("read", "1")
        .with("country", "USA");
    extra.push_attachment(Attachment {
        attributes: vec![("type".to_owned(), "photo".to_owned())],
    });
    assert_eq!(
        Value::Object(custom_keys(&extra)),
        json!({"country": "USA"})
    );
}

#[test]
fn a_messages_custom_keys_and_attachments_become_parameters_again() {
    let stored = message(&json!({"country": "USA", "attachments": [{"type": "photo"}]}));
    let expected = {
        let mut extra = ExtraParams::new().with("country", "USA");
        extra.push_attachment(Attachment {
            attributes: vec![("type".to_owned(), "photo".to_owned())],
        });
        extra
    };
    assert_eq!(stored.extra_params(), expected);
}

#[test]
fn creating_a_message_takes_attachments_as_array_or_object() {
    let text = r#"{"chat_dialog_id":"5356c64ab35c12bd3b108a41","message":"hi","send_to_chat":1,"attachments":[{"type":"image","uid":"u"}],"country":"USA"}"#;
    let create: CreateMessage = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&create).unwrap(), text);
    let docs = text.replace(
        r#"[{"type":"image","uid":"u"}]"#,
        r#"{"0":{"type":"image","uid":"u"}}"#,
    );
    assert_eq!(
        serde_json::from_str::<CreateMessage>(&docs).unwrap(),
        create
    );
    assert!(serde_json::from_str::<CreateMessage>(r#"{"chat_dialog_id":"5356"}"#).is_err());
}

#[test]
fn marking_and_editing_are_read_and_written() {
    let text = r#"{"chat_dialog_id":"5356c64ab35c12bd3b108a41","read":1,"delivered":1,"message":"corrected"}"#;
    let update: UpdateMessage = serde_json::from_str(text).unwrap();
    assert!(update.read && update.delivered);
    assert_eq!(serde_json::to_string(&update).unwrap(), text);
    assert_eq!(
        serde_json::from_str::<UpdateMessage>("{}").unwrap(),
        UpdateMessage::default()
    );
}

#[test]
fn unread_counts_are_read_and_written() {
    let text = r#"{"total":5,"5356c64ab35c12bd3b108a41":3,"5c093376e588ce6856f873fe":2}"#;
    let counts: UnreadCounts = serde_json::from_str(text).unwrap();
    assert_eq!((counts.total, counts.dialogs.len()), (5, 2));
    assert_eq!(
        counts.dialogs[&"5356c64ab35c12bd3b108a41".parse().unwrap()],
        3
    );
    assert_eq!(serde_json::to_string(&counts).unwrap(), text);
    let odd: UnreadCounts =
        serde_json::from_str(r#"{"total":null,"x":1,"5356c64ab35c12bd3b108a41":"4"}"#).unwrap();
    assert_eq!((odd.total, odd.dialogs.len()), (0, 1));
    assert!(serde_json::from_str::<UnreadCounts>("[]").is_err());
}
