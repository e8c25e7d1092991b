//! Dialogs and the calls that make and change them.

use serde_json::{Value, json};

use crate::ids::UserId;
use crate::rest::{
    Change, CreateDialog, Dialog, DialogKind, LastMessageStatus, Page, UpdateDialog,
};

const GROUP: &str = concat!(
    r#"{"_id":"5c094c0ce588ce6856f87422","user_id":29085,"type":2,"name":"hello kitty","description":"Cute chat","photo":null,"#,
    r#""occupants_ids":[29085,29086,29087],"admins_ids":[29085],"pinned_messages_ids":["5c0e7a13e588ce6b6f3ebf80"],"#,
    r#""last_message":"nope?","last_message_id":"5c0e7a13e588ce6b6f3ebf80","last_message_user_id":29086,"#,
    r#""last_message_date_sent":1544452627,"last_message_status":"sent","unread_messages_count":1,"#,
    r#""xmpp_room_jid":"21_5c094c0ce588ce6856f87422@muc.chat.example","extensions":null,"permissions":null,"#,
    r#""created_at":"2018-12-06T16:19:24Z","updated_at":"2018-12-10T14:37:07Z"}"#
);

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

fn dialog(value: Value) -> Dialog {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_group_of_the_documentation_is_read_and_written() {
    let group: Dialog = serde_json::from_str(GROUP).unwrap();
    assert_eq!(group.kind, DialogKind::Group);
    assert_eq!(group.occupants_ids, [user(29085), user(29086), user(29087)]);
    assert_eq!(group.last_message_status, Some(LastMessageStatus::Sent));
    assert_eq!(
        group.xmpp_room_jid.as_ref().unwrap().dialog_id(),
        Some(group.id)
    );
    assert_eq!(serde_json::to_string(&group).unwrap(), GROUP);
}

#[test]
fn all_but_id_and_type_may_be_missing_or_odd() {
    let bare = dialog(json!({"_id": "5c094c0ce588ce6856f87422", "type": 3}));
    assert_eq!(
        bare,
        Dialog::new(
            "5c094c0ce588ce6856f87422".parse().unwrap(),
            DialogKind::Private
        )
    );
    let odd = dialog(json!({
        "_id": "5c094c0ce588ce6856f87422", "type": "3", "user_id": 0, "occupants_ids": "81, 82,x", "unread_messages_count": null,
        "last_message_id": "", "last_message_status": "seen", "last_message_date_sent": null, "xmpp_room_jid": "@",
        "extensions": {"a": 1, "b": null, "c": [2]}, "permissions": {"allow_preview": 1}, "admins_ids": null,
    }));
    assert_eq!(odd.occupants_ids, [user(81), user(82)]);
    assert_eq!(
        (odd.user_id, odd.last_message_id, odd.last_message_status),
        (None, None, None)
    );
    assert_eq!((odd.unread_messages_count, odd.xmpp_room_jid), (0, None));
    assert_eq!(
        odd.extensions.unwrap().into_iter().collect::<Vec<_>>(),
        [
            ("a".to_owned(), "1".to_owned()),
            ("c".to_owned(), "[2]".to_owned())
        ]
    );
    assert!(odd.permissions.unwrap().allow_preview);
}

#[test]
fn a_dialog_without_id_or_with_an_unknown_type_is_rejected() {
    for value in [
        json!({"type": 3}),
        json!({"_id": "5356", "type": 3}),
        json!({"_id": "5c094c0ce588ce6856f87422", "type": 6}),
    ] {
        assert!(
            serde_json::from_value::<Dialog>(value.clone()).is_err(),
            "{value}"
        );
    }
}

#[test]
fn one_unreadable_dialog_does_not_hide_the_others() {
    let group: Value = serde_json::from_str(GROUP).unwrap();
    let page: Page<Dialog> = serde_json::from_value(json!({
        "total_entries": 3, "skip": 0, "limit": 100, "items": [group, {"_id": "5c094c0ce588ce6856f87423", "type": 9}, null],
    }))
    .unwrap();
    assert_eq!(
        (page.items.len(), page.unreadable, page.total_entries),
        (1, 2, Some(3))
    );
    assert!(
        serde_json::from_value::<Page<Dialog>>(json!({"items": {"count": 3}})).is_err(),
        "a count is no page"
    );
}

#[test]
fn types_are_numbered_as_documented() {
    let kinds = [
        DialogKind::Broadcast,
        DialogKind::Group,
        DialogKind::Private,
        DialogKind::Public,
        DialogKind::Meeting,
    ];
    assert_eq!(serde_json::to_string(&kinds).unwrap(), "[1,2,3,4,5]");
    assert_eq!(
        serde_json::from_str::<Vec<DialogKind>>("[1,2,3,4,5]").unwrap(),
        kinds
    );
}

#[test]
fn creating_a_private_dialog_is_written_as_the_official_sdk_does() {
    let text = r#"{"type":3,"occupants_ids":"56"}"#;
    assert_eq!(
        serde_json::to_string(&CreateDialog::private(user(56))).unwrap(),
        text
    );
    assert_eq!(
        serde_json::from_str::<CreateDialog>(text).unwrap(),
        CreateDialog::private(user(56))
    );
}

#[test]
fn creating_a_group_takes_members_as_text_or_array() {
    let text = r#"{"type":2,"name":"Friday party","occupants_ids":"29085, 29086","description":"d","photo":"party.jpg","extensions":{"location":"Sun bar"},"permissions":{"allow_preview":true},"admins_ids":"29086"}"#;
    let group: CreateDialog = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&group).unwrap(), text);
    for members in [
        json!([29085, 29086]),
        json!(["29085", "29086"]),
        json!("29085,29086"),
        json!({"0": 29085, "1": 29086}),
    ] {
        let group: CreateDialog =
            serde_json::from_value(json!({"type": 2, "name": "n", "occupants_ids": members}))
                .unwrap();
        assert_eq!(
            group,
            CreateDialog::group("n", vec![user(29085), user(29086)])
        );
    }
    assert!(serde_json::from_str::<CreateDialog>(r#"{"name":"n"}"#).is_err());
}

#[test]
fn updates_are_read_and_written() {
    for text in [
        r#"{"name":"Crossfit2"}"#,
        r#"{"description":null,"photo":"p"}"#,
        r#"{"push_all":{"occupants_ids":[97,789],"pinned_messages_ids":["5c0e7a13e588ce6b6f3ebf80"]}}"#,
        r#"{"pull_all":{"admins_ids":[45,89]}}"#,
        "{}",
    ] {
        let update: UpdateDialog = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&update).unwrap(), text);
    }
    let cleared: UpdateDialog = serde_json::from_str(r#"{"description":null}"#).unwrap();
    assert_eq!(
        (cleared.description, cleared.photo),
        (Change::Clear, Change::Keep)
    );
}
