//! Dialogs and the calls that make and change them.

use serde_json::{Value, json};

use crate::ids::UserId;
use crate::rest::{
    ArrayStyle, Change, CreateDialog, Dialog, DialogKind, LastMessageStatus, Notifications,
    NotificationsEnvelope, Page, UpdateDialog, User, explore,
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

#[test]
fn a_public_dialog_is_created_with_its_permission_and_counts_its_members() {
    let text = r#"{"type":4,"name":"Blockchain trends","permissions":{"allow_preview":true}}"#;
    let create = CreateDialog::public("Blockchain trends", true);
    assert_eq!(serde_json::to_string(&create).unwrap(), text);
    assert_eq!(serde_json::from_str::<CreateDialog>(text).unwrap(), create);
    let public = dialog(json!({
        "_id": "5c094c0ce588ce6856f87422", "type": 4, "occupants_ids": [], "occupants_count": "7",
    }));
    assert_eq!(
        (public.occupants_ids.len(), public.occupants_count),
        (0, Some(7))
    );
    let written = serde_json::to_value(&public).unwrap();
    assert_eq!(
        (&written["occupants_ids"], &written["occupants_count"]),
        (&json!([]), &json!(7))
    );
}

#[test]
fn members_and_admins_are_pushed_and_pulled() {
    let people = || vec![user(45), user(89)];
    let written = |update: &UpdateDialog| serde_json::to_string(update).unwrap();
    assert_eq!(
        written(&UpdateDialog::add_occupants(people())),
        r#"{"push_all":{"occupants_ids":[45,89]}}"#
    );
    assert_eq!(
        written(&UpdateDialog::remove_occupants(people())),
        r#"{"pull_all":{"occupants_ids":[45,89]}}"#
    );
    assert_eq!(
        written(&UpdateDialog::add_admins(people())),
        r#"{"push_all":{"admins_ids":[45,89]}}"#
    );
    assert_eq!(
        written(&UpdateDialog::remove_admins(people())),
        r#"{"pull_all":{"admins_ids":[45,89]}}"#
    );
    let texts: UpdateDialog =
        serde_json::from_value(json!({"push_all": {"admins_ids": "45, 89"}})).unwrap();
    assert_eq!(texts, UpdateDialog::add_admins(people()));
}

#[test]
fn the_notifications_of_a_dialog_are_on_or_off() {
    for (enabled, number) in [(true, 1), (false, 0)] {
        let text = format!(r#"{{"notifications":{{"enabled":{number}}}}}"#);
        let answer = NotificationsEnvelope::new(enabled);
        assert_eq!(serde_json::to_string(&answer).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<NotificationsEnvelope>(&text).unwrap(),
            answer
        );
        for form in [
            json!({"enabled": number}),
            json!({"enabled": enabled}),
            json!({"enabled": number.to_string()}),
        ] {
            let request: Notifications = serde_json::from_value(form.clone()).unwrap();
            assert_eq!(request.enabled, enabled, "{form}");
        }
    }
    for bad in [json!({}), json!({"enabled": null}), json!({"enabled": "x"})] {
        assert!(
            serde_json::from_value::<Notifications>(bad.clone()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_page_of_members_may_be_wrapped_and_without_numbers() {
    let page: Page<User> =
        serde_json::from_value(json!({"items": [{"id": 51941}, {"user": {"id": 51946}}]})).unwrap();
    assert_eq!(
        page.items.iter().map(|one| one.id).collect::<Vec<_>>(),
        [user(51941), user(51946)]
    );
    assert_eq!((page.skip, page.limit, page.total_entries), (0, 0, None));
}

#[test]
fn exploring_is_a_list_with_one_condition_on_the_type() {
    let query = explore(" sport ", 100, 50);
    assert_eq!(
        query.encode(ArrayStyle::Comma),
        "limit=50&name[ctn]=sport&skip=100&sort_desc=last_message_date_sent&type=4"
    );
    assert_eq!(
        explore(" ", 0, 10).encode(ArrayStyle::Comma),
        "limit=10&skip=0&sort_desc=last_message_date_sent&type=4"
    );
}
