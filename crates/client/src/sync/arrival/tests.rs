use super::*;
use crate::model::{AppId, SystemLine};
use crate::sync::testing::parse_message;

const DIALOG: &str = "5356c64ab35c12bd3b108a41";
const MESSAGE: &str = "61f7de000000000000000001";

fn user(n: u64) -> UserId {
    UserId::new(n).unwrap()
}

fn arrival(xml: &str) -> Arrival {
    let who = Who {
        me: user(100),
        app: AppId::new(21).unwrap(),
        domain: "localhost".to_owned(),
        rooms: "muc.localhost".to_owned(),
    };
    read(&parse_message(xml), &who)
}

fn content(xml: &str) -> Content {
    let arrival = arrival(xml);
    let Arrival::Content(content) = arrival else {
        panic!("{arrival:?}");
    };
    *content
}

#[test]
fn a_private_message_names_its_dialog_and_opponent() {
    let content = content(&format!(
        r#"<message xmlns="jabber:client" to="100-21@localhost" id="{MESSAGE}" type="chat" from="78-21@localhost/x"><body>test</body><extraParams xmlns="jabber:client"><date_sent>1643634366</date_sent><save_to_history>1</save_to_history><dialog_id>{DIALOG}</dialog_id><message_id>{MESSAGE}</message_id><colour>red</colour></extraParams><markable xmlns="urn:xmpp:chat-markers:0"/></message>"#
    ));
    assert_eq!(content.id.to_string(), MESSAGE);
    assert_eq!(
        content.place,
        Place::Private {
            opponent: user(78),
            dialog: Some(DIALOG.parse().unwrap())
        }
    );
    assert_eq!(
        content.sent_at,
        Some(UnixMillis::from_seconds(1_643_634_366))
    );
    assert!(content.in_history);
    assert_eq!(content.extra.entries.len(), 1, "only what is the app's own");
}

#[test]
fn a_room_message_takes_dialog_and_sender_from_the_address() {
    let content = content(&format!(
        r#"<message xmlns="jabber:client" from="21_{DIALOG}@muc.localhost/78" to="100-21@localhost/r" type="groupchat" id="{MESSAGE}"><body>hi</body></message>"#
    ));
    assert_eq!(
        (content.place, content.sender),
        (Place::Room(DIALOG.parse().unwrap()), user(78))
    );
    assert!(!content.in_history);
}

#[test]
fn the_own_message_of_another_device_belongs_to_whom_it_was_sent() {
    let carbon = |from: &str| {
        format!(
            r#"<message xmlns="jabber:client" from="{from}" to="100-21@localhost/r" type="chat"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="100-21@localhost/other" to="78-21@localhost" type="chat" id="{MESSAGE}"><body>from my phone</body></message></forwarded></sent></message>"#
        )
    };
    let content = content(&carbon("100-21@localhost"));
    assert_eq!(content.sender, user(100));
    assert_eq!(
        content.place,
        Place::Private {
            opponent: user(78),
            dialog: None
        }
    );
    // Only the own account may copy; anyone else could put words into anybody's mouth.
    assert_eq!(arrival(&carbon("66-21@localhost/evil")), Arrival::Nothing);
}

#[test]
fn a_millisecond_date_and_a_delay_are_understood() {
    let dated = |inside: &str| {
        content(&format!(
            r#"<message xmlns="jabber:client" from="78-21@localhost/x" to="100-21@localhost" type="chat" id="{MESSAGE}"><body>t</body>{inside}</message>"#
        ))
        .sent_at
    };
    assert_eq!(
        dated(
            r#"<extraParams xmlns="jabber:client"><date_sent>1643634366123</date_sent></extraParams>"#
        ),
        Some(UnixMillis(1_643_634_366_123))
    );
    assert_eq!(
        dated(r#"<delay xmlns="urn:xmpp:delay" stamp="2018-12-06T12:04:48Z"/>"#),
        Some(UnixMillis::from_seconds(1_544_097_888))
    );
    assert_eq!(dated(""), None);
}

#[test]
fn an_attachment_alone_is_content() {
    let content = content(&format!(
        r#"<message xmlns="jabber:client" from="78-21@localhost/x" to="100-21@localhost" type="chat" id="{MESSAGE}"><extraParams xmlns="jabber:client"><attachment type="photo" uid="u"/></extraParams></message>"#
    ));
    assert_eq!(content.extra.attachments().count(), 1);
}

#[test]
fn an_id_that_is_none_gets_one_that_every_copy_gets() {
    let with = |id: &str, from: &str| {
        content(&format!(
            r#"<message xmlns="jabber:client" from="{from}-21@localhost/x" to="100-21@localhost" type="chat" {id}><body>t</body></message>"#
        ))
        .id
    };
    assert_eq!(with(r#"id="b5""#, "78"), with(r#"id="b5""#, "78"));
    assert_ne!(with(r#"id="b5""#, "78"), with(r#"id="b6""#, "78"));
    assert_ne!(with(r#"id="b5""#, "78"), with(r#"id="b5""#, "79"));
    assert_eq!(with("", "78"), with("", "78"));
}

#[test]
fn markers_typing_edits_and_removals_are_told_apart() {
    let about = |inside: &str| {
        arrival(&format!(
            r#"<message xmlns="jabber:client" from="78-21@localhost/x" to="100-21@localhost" type="chat" id="aaaaaaaaaaaaaaaaaaaaaaaa">{inside}</message>"#
        ))
    };
    let id: MessageId = MESSAGE.parse().unwrap();
    assert_eq!(
        about(&format!(
            r#"<received xmlns="urn:xmpp:chat-markers:0" id="{MESSAGE}"/>"#
        )),
        Arrival::Marker {
            message: id,
            from: user(78),
            status: Status::Delivered,
            at: None,
        }
    );
    assert_eq!(
        about(&format!(
            r#"<displayed xmlns="urn:xmpp:chat-markers:0" id="{MESSAGE}"/>"#
        )),
        Arrival::Marker {
            message: id,
            from: user(78),
            status: Status::Read,
            at: None,
        }
    );
    let place = Place::Private {
        opponent: user(78),
        dialog: None,
    };
    assert_eq!(
        about(r#"<composing xmlns="http://jabber.org/protocol/chatstates"/>"#),
        Arrival::Typing {
            place,
            from: user(78),
            composing: true
        }
    );
    assert_eq!(
        about(r#"<paused xmlns="http://jabber.org/protocol/chatstates"/>"#),
        Arrival::Typing {
            place,
            from: user(78),
            composing: false
        }
    );
    assert_eq!(
        about(&format!(
            r#"<body>new</body><replace xmlns="urn:xmpp:message-correct:0" id="{MESSAGE}"/>"#
        )),
        Arrival::Correction {
            message: id,
            place,
            by: user(78),
            text: "new".to_owned(),
            extra: ExtraParams::new(),
            at: None,
        }
    );
    assert_eq!(
        about(&format!(
            r#"<remove xmlns="urn:xmpp:message-delete:0" id="{MESSAGE}"/>"#
        )),
        Arrival::Removal { message: id, place }
    );
    assert_eq!(about("<subject>x</subject>"), Arrival::Nothing);
    assert_eq!(
        about(r#"<received xmlns="urn:xmpp:chat-markers:0" id="short"/>"#),
        Arrival::Nothing
    );
}

#[test]
fn a_correction_that_waited_says_what_changes_and_when() {
    let stanza = format!(
        r#"<message xmlns="jabber:client" from="21_{DIALOG}@muc.localhost/78" to="100-21@localhost/r" type="groupchat"><body>new</body><replace xmlns="urn:xmpp:message-correct:0" id="{MESSAGE}" last="true"/><extraParams><dialog_id>{DIALOG}</dialog_id><colour>red</colour></extraParams><delay xmlns="urn:xmpp:delay" stamp="1970-01-01T00:16:40Z"/></message>"#
    );
    assert_eq!(
        arrival(&stanza),
        Arrival::Correction {
            message: MESSAGE.parse().unwrap(),
            place: Place::Room(DIALOG.parse().unwrap()),
            by: UserId::new(78).unwrap(),
            text: "new".to_owned(),
            extra: ExtraParams::new().with("colour", "red"),
            at: Some(UnixMillis::from_seconds(1_000)),
        }
    );
}

#[test]
fn reactions_are_those_of_the_person_named_where_the_server_says() {
    let reacted = |from: &str, kind: &str, extra: &str| {
        arrival(&format!(
            r#"<message xmlns="jabber:client" from="{from}" to="100-21@localhost" type="{kind}">{extra}<reactions user_id="9" message_id="{MESSAGE}"><reaction add="true" type="👍"/><reaction remove="true" type="👎"/></reactions></message>"#
        ))
    };
    let expected = |place: Place| Arrival::Reactions {
        message: MESSAGE.parse().unwrap(),
        place,
        user: UserId::new(9).unwrap(),
        added: vec!["👍".to_owned()],
        removed: vec!["👎".to_owned()],
    };
    let named = format!("<extraParams><dialog_id>{DIALOG}</dialog_id></extraParams>");
    let room = format!("21_{DIALOG}@muc.localhost");
    let here = Place::Room(DIALOG.parse().unwrap());
    for (from, kind, extra) in [
        ("78-21@localhost/r", "chat", named.as_str()),
        ("localhost", "chat", named.as_str()),
        (&format!("{room}/9"), "groupchat", ""),
        (&room, "groupchat", ""),
    ] {
        assert_eq!(reacted(from, kind, extra), expected(here), "{from}");
    }
    let private = Place::Private {
        opponent: UserId::new(78).unwrap(),
        dialog: None,
    };
    assert_eq!(reacted("78-21@localhost/r", "chat", ""), expected(private));
    assert_eq!(reacted("localhost", "chat", ""), Arrival::Nothing);
}

#[test]
fn refusals_are_sorted_by_what_a_person_can_do() {
    let kind = |from: &str, error: &str| {
        let arrival = arrival(&format!(
            r#"<message xmlns="jabber:client" from="{from}" to="100-21@localhost/r" type="error" id="{MESSAGE}"><body>x</body>{error}</message>"#
        ));
        let Arrival::Refusal { failure, .. } = arrival else {
            panic!("{arrival:?}");
        };
        failure.kind
    };
    let error = |code: u16, kind: &str, condition: &str| {
        format!(
            r#"<error code="{code}" type="{kind}"><{condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>"#
        )
    };
    let person = "78-21@localhost";
    let room = format!("21_{DIALOG}@muc.localhost");
    assert_eq!(
        kind(person, &error(503, "cancel", "service-unavailable")),
        FailureKind::Blocked
    );
    assert_eq!(
        kind(person, &error(403, "auth", "forbidden")),
        FailureKind::Refused
    );
    assert_eq!(
        kind(&room, &error(403, "auth", "forbidden")),
        FailureKind::NotMember
    );
    assert_eq!(
        kind(person, &error(406, "modify", "policy-violation")),
        FailureKind::TooLarge
    );
    assert_eq!(
        kind(person, &error(500, "wait", "resource-constraint")),
        FailureKind::Server
    );
    assert_eq!(
        kind(person, &error(500, "cancel", "internal-server-error")),
        FailureKind::Server
    );
}

#[test]
fn people_of_another_application_say_nothing() {
    assert_eq!(
        arrival(&format!(
            r#"<message xmlns="jabber:client" from="78-22@localhost/x" to="100-21@localhost" type="chat" id="{MESSAGE}"><body>t</body></message>"#
        )),
        Arrival::Nothing
    );
}

#[test]
fn a_system_message_about_a_dialog_asks_to_look() {
    assert_eq!(
        arrival(&format!(
            r#"<message xmlns="jabber:client" type="headline" from="78-21@localhost/x" to="100-21@localhost" id="{MESSAGE}"><body>dialog/NEW_DIALOG</body><extraParams xmlns="jabber:client"><moduleIdentifier>SystemNotifications</moduleIdentifier><dialogId>{DIALOG}</dialogId></extraParams></message>"#
        )),
        Arrival::News(News {
            dialog: DIALOG.parse().unwrap(),
            sender: UserId::new(78).unwrap(),
            sent_at: None,
            lines: vec![(MESSAGE.parse().unwrap(), SystemLine::Created)],
        })
    );
}

#[test]
fn a_call_is_told_once_per_call_and_by_others_only() {
    let signal = |from: u64, kind: &str, session: &str| {
        arrival(&format!(
            r#"<message xmlns="jabber:client" type="headline" from="{from}-21@localhost/x" to="100-21@localhost"><extraParams xmlns="jabber:client"><moduleIdentifier>WebRTCVideoChat</moduleIdentifier><signalType>{kind}</signalType><sessionID>{session}</sessionID><callType>2</callType></extraParams></message>"#
        ))
    };
    let first = signal(78, "call", "s1");
    let Arrival::Call {
        from, video, at, ..
    } = &first
    else {
        panic!("{first:?}");
    };
    assert_eq!((*from, *video, *at), (user(78), false, None));
    assert_eq!(
        first,
        signal(78, "call", "s1"),
        "repeated until it is answered"
    );
    assert_ne!(first, signal(78, "call", "s2"));
    assert_ne!(first, signal(79, "call", "s1"));
    assert_eq!(signal(78, "hangUp", "s1"), Arrival::Nothing);
    assert_eq!(signal(100, "call", "s1"), Arrival::Nothing);
}

#[test]
fn a_headline_of_another_program_is_noted() {
    let said = arrival(
        r#"<message xmlns="jabber:client" type="headline" from="78-21@localhost/x" to="100-21@localhost"><body>poll/OPENED</body></message>"#,
    );
    assert_eq!(said, Arrival::Unknown { from: user(78) });
}

#[test]
fn a_message_that_says_something_in_fields_alone_is_a_message() {
    let said = |params: &str| {
        arrival(&format!(
            r#"<message xmlns="jabber:client" id="{MESSAGE}" type="chat" from="78-21@localhost/x"><extraParams xmlns="jabber:client"><save_to_history>1</save_to_history><dialog_id>{DIALOG}</dialog_id>{params}</extraParams></message>"#
        ))
    };
    let Arrival::Content(content) = said("<meeting_id>77</meeting_id>") else {
        panic!("it is not shown");
    };
    assert_eq!(content.text, "");
    assert_eq!(said(""), Arrival::Nothing);
    assert_eq!(said("<silent>1</silent>"), Arrival::Nothing);
}
