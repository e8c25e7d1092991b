//! People, in the forms that lists and single answers have.

use serde_json::json;

use crate::ids::UserId;
use crate::rest::{
    Change, Count, NewUserEnvelope, NumberedPage, OnlineUsers, Page, UpdateUser,
    UpdateUserEnvelope, User, UserEnvelope,
};

fn user(value: serde_json::Value) -> User {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_bare_and_a_wrapped_user_are_the_same() {
    let bare = user(json!({"id": 81, "login": "john"}));
    assert_eq!(user(json!({"user": {"id": 81, "login": "john"}})), bare);
    let envelope: UserEnvelope =
        serde_json::from_value(json!({"user": {"id": 81, "login": "john"}})).unwrap();
    assert_eq!(envelope.user, bare);
    assert_eq!(
        User {
            login: Some("john".to_owned()),
            ..User::new(UserId::new(81).unwrap())
        },
        bare
    );
}

#[test]
fn odd_forms_of_fields_are_read() {
    let odd = user(json!({
        "_id": "5c094c0ce588ce6856f87422", "id": "81", "phone": 4930, "external_id": 7, "custom_data": {"a": 1},
        "user_tags": ["vip", "x"], "timezone": "120", "blob_id": 0, "is_guest": 1, "created_at": 1_544_010_993, "updated_at": "soon",
    }));
    assert_eq!(odd.id.get(), 81);
    assert_eq!(
        (odd.phone.as_deref(), odd.external_id.as_deref()),
        (Some("4930"), Some("7"))
    );
    assert_eq!(odd.custom_data.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(
        (odd.user_tags.len(), odd.timezone, odd.is_guest),
        (2, Some(120), true)
    );
    assert!(odd.created_at.is_some() && odd.updated_at.is_none());
}

#[test]
fn tags_are_read_from_text_and_written_as_text() {
    let tagged = user(json!({"id": 81, "user_tags": "vip, accountant"}));
    assert_eq!(tagged.user_tags, ["vip", "accountant"]);
    let written = serde_json::to_value(&tagged).unwrap();
    assert_eq!(written["user_tags"], json!("vip,accountant"));
    assert_eq!(written.get("is_guest"), None);
}

#[test]
fn a_user_without_number_is_rejected() {
    for value in [
        json!({}),
        json!({"id": 0}),
        json!({"id": null}),
        json!({"user": {}}),
        json!({"user": null}),
        json!("81"),
    ] {
        assert!(
            serde_json::from_value::<User>(value.clone()).is_err(),
            "{value}"
        );
    }
}

#[test]
fn a_page_of_the_search_is_read_and_written() {
    let text = r#"{"limit":10,"skip":0,"total_entries":1,"items":[{"id":81},{"user":{"id":82}}]}"#;
    let page: Page<User> = serde_json::from_str(text).unwrap();
    assert_eq!(
        (page.limit, page.skip, page.total_entries),
        (10, 0, Some(1))
    );
    assert_eq!(
        page.items
            .iter()
            .map(|user| user.id.get())
            .collect::<Vec<_>>(),
        [81, 82]
    );
    let written = serde_json::to_string(&Page::<User>::new(Vec::new(), 0, 10, Some(1))).unwrap();
    assert_eq!(
        written,
        r#"{"total_entries":1,"skip":0,"limit":10,"items":[]}"#
    );
}

#[test]
fn signing_up_reads_and_writes_what_the_official_sdk_sends() {
    let text = r#"{"user":{"login":"john","password":"pw11111111","full_name":"John","tag_list":["a","b"]}}"#;
    let new: NewUserEnvelope = serde_json::from_str(text).unwrap();
    assert_eq!(new.user.tag_list, ["a", "b"]);
    assert_eq!(serde_json::to_string(&new).unwrap(), text);
    assert!(!format!("{new:?}").contains("pw11111111"));
    assert!(serde_json::from_str::<NewUserEnvelope>("{}").is_err());
}

#[test]
fn an_update_tells_clearing_from_keeping() {
    let text =
        r#"{"user":{"full_name":"John","avatar":null,"password":"new","old_password":"old"}}"#;
    let update: UpdateUserEnvelope = serde_json::from_str(text).unwrap();
    assert_eq!(update.user.full_name, Change::Set("John".to_owned()));
    assert_eq!(update.user.avatar, Change::Clear);
    assert_eq!(update.user.phone, Change::Keep);
    assert_eq!(serde_json::to_string(&update).unwrap(), text);
    assert!(!format!("{update:?}").contains("old"));
}

#[test]
fn a_new_password_needs_the_old_one() {
    let update = UpdateUserEnvelope {
        user: UpdateUser {
            password: Some("new secret".to_owned()),
            old_password: Some("old secret".to_owned()),
            ..UpdateUser::default()
        },
    };
    let text = r#"{"user":{"password":"new secret","old_password":"old secret"}}"#;
    assert_eq!(serde_json::to_string(&update).unwrap(), text);
    assert_eq!(
        serde_json::from_str::<UpdateUserEnvelope>(text).unwrap(),
        update
    );
    assert!(!format!("{update:?}").contains("secret"));
}

#[test]
fn a_numbered_page_of_people_found_by_a_field_is_read() {
    let page: NumberedPage<User> = serde_json::from_value(json!({
        "current_page": 1, "per_page": 10, "total_entries": "2",
        "items": [{"user": {"id": 81}}, {"id": 82}, {"user": {"login": "nobody"}}],
    }))
    .unwrap();
    assert_eq!(
        (page.current_page, page.per_page, page.total_entries),
        (1, 10, 2)
    );
    assert_eq!((page.items.len(), page.unreadable), (2, 1));
    assert_eq!(
        serde_json::to_string(&NumberedPage::<User>::new(Vec::new(), 1, 10, 0)).unwrap(),
        r#"{"current_page":1,"per_page":10,"total_entries":0,"items":[]}"#
    );
    assert!(serde_json::from_value::<NumberedPage<User>>(json!({"current_page": 1})).is_err());
}

#[test]
fn people_online_are_listed_or_counted() {
    let online: OnlineUsers =
        serde_json::from_value(json!({"users": [{"id": 81}, {"user": {"id": 82}}]})).unwrap();
    assert_eq!(online.users.len(), 2);
    let count: Count = serde_json::from_str(r#"{"count":3}"#).unwrap();
    assert_eq!(serde_json::to_string(&count).unwrap(), r#"{"count":3}"#);
    assert!(serde_json::from_value::<OnlineUsers>(json!({"items": []})).is_err());
}

#[test]
fn a_change_is_applied_to_what_was_there() {
    assert_eq!(Change::Keep.apply(Some(1)), Some(1));
    assert_eq!(Change::Clear.apply(Some(1)), None);
    assert_eq!(Change::Set(2).apply(Some(1)), Some(2));
}
