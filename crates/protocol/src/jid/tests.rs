//! Rules of addresses.

use crate::ids::{AppId, DialogId, UserId};
use crate::jid::{Jid, JidError};

fn app() -> AppId {
    AppId::new(21).unwrap()
}

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

fn dialog() -> DialogId {
    "5356c64ab35c12bd3b108a41".parse().unwrap()
}

#[test]
fn builds_the_addresses_of_the_platform() {
    assert_eq!(
        Jid::user(user(4_448_514), app(), "localhost")
            .unwrap()
            .to_string(),
        "4448514-21@localhost"
    );
    let room = Jid::room(app(), dialog(), "muc.localhost").unwrap();
    assert_eq!(
        room.to_string(),
        "21_5356c64ab35c12bd3b108a41@muc.localhost"
    );
    let occupant = Jid::occupant(app(), dialog(), "muc.localhost", user(78)).unwrap();
    assert_eq!(
        occupant.to_string(),
        "21_5356c64ab35c12bd3b108a41@muc.localhost/78"
    );
    assert_eq!(occupant.to_bare(), room);
}

#[test]
fn reads_the_parts_of_a_full_address() {
    let jid: Jid = "4448514-21@localhost/1700000001-chat-4242".parse().unwrap();
    assert_eq!(
        (jid.local(), jid.domain(), jid.resource()),
        (
            Some("4448514-21"),
            "localhost",
            Some("1700000001-chat-4242")
        )
    );
    assert_eq!(jid.as_user(), Some((user(4_448_514), app())));
    assert!(!jid.is_bare());
    assert!(jid.same_bare(&jid.to_bare()));
}

#[test]
fn the_first_slash_begins_the_resource() {
    let jid: Jid = "a@b/c/d@e".parse().unwrap();
    assert_eq!(
        (jid.local(), jid.domain(), jid.resource()),
        (Some("a"), "b", Some("c/d@e"))
    );
    assert_eq!("b/c@d".parse::<Jid>().unwrap().local(), None);
}

#[test]
fn rejects_what_is_no_address() {
    let check =
        |text: &str, expected: JidError| assert_eq!(text.parse::<Jid>(), Err(expected), "{text:?}");
    check("", JidError::EmptyPart);
    check("@b", JidError::EmptyPart);
    check("a@", JidError::EmptyPart);
    check("a@b/", JidError::EmptyPart);
    check("a@b@c", JidError::ForbiddenCharacter);
    check("a b@c", JidError::ForbiddenCharacter);
    check("a@b c", JidError::ForbiddenCharacter);
    check("a<@b", JidError::ForbiddenCharacter);
    check("a@b/\u{1}", JidError::ForbiddenCharacter);
    check(&format!("a@{}", "b".repeat(1024)), JidError::TooLong);
    check(&format!("{}@b", "a".repeat(1024)), JidError::TooLong);
}

#[test]
fn case_matters_in_the_resource_only() {
    let jid: Jid = "ABC@Example.ORG/Phone".parse().unwrap();
    assert_eq!(jid.to_string(), "abc@example.org/Phone");
}

#[test]
fn only_user_addresses_name_users_and_only_rooms_name_dialogs() {
    let user_id = |text: &str| text.parse::<Jid>().unwrap().user_id().map(UserId::get);
    assert_eq!(user_id("78-21@localhost"), Some(78));
    assert_eq!(user_id("78@localhost"), None);
    assert_eq!(user_id("0-21@localhost"), None);
    assert_eq!(user_id("x78-21@localhost"), None);
    assert_eq!(user_id("localhost"), None);
    let dialog_id = |text: &str| text.parse::<Jid>().unwrap().dialog_id();
    assert_eq!(
        dialog_id("21_5356c64ab35c12bd3b108a41@muc.localhost/78"),
        Some(dialog())
    );
    assert_eq!(dialog_id("21_5356@muc.localhost"), None);
    assert_eq!(dialog_id("78-21@localhost"), None);
}

#[test]
fn an_occupants_resource_counts_by_its_leading_digits() {
    let occupant = |text: &str| {
        text.parse::<Jid>()
            .unwrap()
            .occupant_user_id()
            .map(UserId::get)
    };
    assert_eq!(
        occupant("21_5356c64ab35c12bd3b108a41@muc.localhost/78"),
        Some(78)
    );
    assert_eq!(
        occupant("21_5356c64ab35c12bd3b108a41@muc.localhost/78-21"),
        Some(78)
    );
    assert_eq!(
        occupant("21_5356c64ab35c12bd3b108a41@muc.localhost/nick"),
        None
    );
    assert_eq!(occupant("21_5356c64ab35c12bd3b108a41@muc.localhost"), None);
    assert_eq!(occupant("78-21@localhost/78"), None, "not a room");
}
