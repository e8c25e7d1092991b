//! What goes between a person and a room.

use crate::ext::xep0045_muc::{
    Affiliation, MucActor, MucHistory, MucItem, MucJoin, MucUser, Role, leave, status,
};
use crate::jid::Jid;
use crate::stanza::{Condition, ParseError, Presence, PresenceKind, StanzaError};
use crate::timestamp::UnixMillis;
use crate::xml::{Framing, example};

const ROOM: &str = "21_5356c64ab35c12bd3b108a41@muc.localhost";

fn jid(text: &str) -> Jid {
    text.parse().unwrap()
}

fn read(xml: &str) -> Presence {
    Presence::from_element(example(xml)).unwrap()
}

fn occupant() -> MucItem {
    MucItem {
        affiliation: Affiliation::Admin,
        role: Role::Moderator,
        nick: Some("100".to_owned()),
        jid: Some(jid("100-21@localhost/1700000001-chat-4242")),
        ..MucItem::default()
    }
}

#[test]
fn joining_as_the_official_sdk_does_it() {
    let captured = format!(
        r#"<presence id="995ec507:join" from="4448514-21@localhost/r" to="{ROOM}/4448514" xmlns="jabber:client"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>"#
    );
    assert_eq!(read(&captured).muc_join(), Some(MucJoin::without_history()));
    let join =
        MucJoin::without_history().presence("995ec507:join", jid(&format!("{ROOM}/4448514")));
    assert_eq!(
        join.to_xml(Framing::Tcp),
        format!(
            r#"<presence id="995ec507:join" to="{ROOM}/4448514"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>"#
        )
    );
}

#[test]
fn leaving_as_the_official_sdk_does_it() {
    let captured = format!(
        r#"<presence type="unavailable" from="4448514-21@localhost/r" to="{ROOM}/4448514" xmlns="jabber:client"/>"#
    );
    let mut presence = leave(jid(&format!("{ROOM}/4448514")));
    assert_eq!(
        presence.to_xml(Framing::Tcp),
        format!(r#"<presence type="unavailable" to="{ROOM}/4448514"/>"#)
    );
    presence.from = Some(jid("4448514-21@localhost/r"));
    assert_eq!(read(&captured), presence);
    assert_eq!(presence.muc_join(), None);
}

#[test]
fn all_that_can_be_said_when_joining_reads_and_writes() {
    let xml = r#"<x xmlns="http://jabber.org/protocol/muc"><password>s</password><history maxchars="1" maxstanzas="2" seconds="3" since="2018-12-06T12:04:48Z"/></x>"#;
    let join = MucJoin {
        password: Some("s".to_owned()),
        history: Some(MucHistory {
            max_chars: Some(1),
            max_stanzas: Some(2),
            seconds: Some(3),
            since: Some(UnixMillis(1_544_097_888_000)),
        }),
    };
    assert_eq!(MucJoin::from_element(&example(xml)).as_ref(), Ok(&join));
    assert_eq!(join.to_element().to_xml(Framing::Tcp), xml);
    let bare = r#"<x xmlns="http://jabber.org/protocol/muc"/>"#;
    assert_eq!(
        MucJoin::from_element(&example(bare)),
        Ok(MucJoin::default())
    );
    assert_eq!(MucJoin::default().to_element().to_xml(Framing::Tcp), bare);
}

#[test]
fn a_join_with_impossible_bounds_is_rejected_but_still_a_join() {
    let check = |history: &str, expected: ParseError| {
        let xml = format!("<x xmlns='http://jabber.org/protocol/muc'><history {history}/></x>");
        assert_eq!(
            MucJoin::from_element(&example(&xml)),
            Err(expected),
            "{history}"
        );
        let presence = read(&format!("<presence to='{ROOM}/1'>{xml}</presence>"));
        assert_eq!(presence.muc_join(), Some(MucJoin::default()), "{history}");
    };
    check(
        "maxstanzas='-1'",
        ParseError::InvalidAttribute("maxstanzas"),
    );
    check("maxchars='a'", ParseError::InvalidAttribute("maxchars"));
    check("seconds=''", ParseError::InvalidAttribute("seconds"));
    check("since='soon'", ParseError::InvalidAttribute("since"));
    assert_eq!(
        MucJoin::from_element(&example("<x/>")),
        Err(ParseError::UnexpectedElement)
    );
}

#[test]
fn the_answer_of_the_live_service_is_read() {
    let captured = r#"<presence from="21_601100000000000000000001@muc.chat.connectycube.com/100" xmlns="jabber:client" id="995ec507:join" to="100-21@chat.connectycube.com/1700000001-chat-4242"><x xmlns="http://jabber.org/protocol/muc#user"><item nick="100" affiliation="admin" role="moderator" jid="100-21@localhost/1700000001-chat-4242"/><status code="110"/><status code="100"/></x></presence>"#;
    let user = read(captured).muc_user().unwrap();
    assert_eq!(
        user,
        MucUser {
            item: Some(occupant()),
            statuses: vec![status::SELF_PRESENCE, status::NON_ANONYMOUS],
        }
    );
    assert!(user.is_self() && !user.is_removal());
    assert_eq!(
        user.to_element().to_xml(Framing::Tcp),
        r#"<x xmlns="http://jabber.org/protocol/muc#user"><item nick="100" affiliation="admin" role="moderator" jid="100-21@localhost/1700000001-chat-4242"/><status code="110"/><status code="100"/></x>"#
    );
}

#[test]
fn a_presence_about_the_receiver_carries_the_element_of_the_sdk() {
    let user = MucUser {
        item: Some(occupant()),
        statuses: vec![status::SELF_PRESENCE],
    };
    let mut presence = user.presence(PresenceKind::Available);
    presence.id = Some("a:join".to_owned());
    let xml = presence.to_xml(Framing::WebSocket);
    assert_eq!(
        xml,
        r#"<presence xmlns="jabber:client" id="a:join"><x xmlns="http://jabber.org/protocol/muc#user"><item nick="100" affiliation="admin" role="moderator" jid="100-21@localhost/1700000001-chat-4242"/><status code="110"/><xmlns xmlns="urn:cubist:sdk-compat:0"><code>110</code></xmlns></x></presence>"#
    );
    assert_eq!(read(&xml).muc_user(), Some(user), "one status, not two");
}

#[test]
fn the_element_of_the_sdk_alone_is_a_status() {
    for inner in [
        "<xmlns><code>110</code></xmlns>",
        r#"<k:xmlns xmlns:k="urn:example:sdk-compat"><k:code>110</k:code></k:xmlns>"#,
    ] {
        let xml = format!(r#"<x xmlns="http://jabber.org/protocol/muc#user">{inner}</x>"#);
        let user = MucUser::from_element(&example(&xml)).unwrap();
        assert_eq!(user.statuses, [110], "{inner}");
    }
}

#[test]
fn a_presence_about_someone_else_is_the_standard_one() {
    let user = MucUser {
        item: Some(MucItem {
            affiliation: Affiliation::Member,
            ..MucItem::default()
        }),
        statuses: Vec::new(),
    };
    assert_eq!(
        user.presence(PresenceKind::Unavailable)
            .to_xml(Framing::Tcp),
        r#"<presence type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user"><item affiliation="member" role="none"/></x></presence>"#
    );
}

#[test]
fn a_removal_names_who_did_it_where_the_sdk_looks() {
    let user = MucUser {
        item: Some(MucItem {
            actor: Some(MucActor {
                jid: Some(jid("78-21@localhost")),
                nick: None,
            }),
            reason: Some("enough".to_owned()),
            ..MucItem::default()
        }),
        statuses: vec![status::SELF_PRESENCE, status::KICKED],
    };
    let xml = user
        .presence(PresenceKind::Unavailable)
        .to_xml(Framing::Tcp);
    let item = r#"<item affiliation="none" role="none"><actor jid="78-21@localhost"/><reason>enough</reason></item>"#;
    assert_eq!(
        xml,
        format!(
            r#"<presence type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user">{item}<status code="110"/><status code="307"/><xmlns xmlns="urn:cubist:sdk-compat:0"><code>301</code></xmlns></x>{}</presence>"#,
            item.replace(
                "<item ",
                r#"<item xmlns="http://jabber.org/protocol/muc#user" "#
            )
        )
    );
    let back = read(&xml).muc_user().unwrap();
    assert!(back.is_self() && back.is_removal());
    assert_eq!(back.item, user.item);
}

#[test]
fn a_refused_join_is_answered_with_its_own_element() {
    let join = read(&format!(
        r#"<presence id="a:join" from="1-21@localhost/r" to="{ROOM}/1"><x xmlns="http://jabber.org/protocol/muc"/></presence>"#
    ));
    let refusal = join
        .error_reply(StanzaError::new(Condition::Forbidden).with_text("You are not a member."))
        .unwrap();
    assert_eq!(
        refusal.to_xml(Framing::Tcp),
        format!(
            r#"<presence type="error" id="a:join" from="{ROOM}/1" to="1-21@localhost/r"><x xmlns="http://jabber.org/protocol/muc"/><error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">You are not a member.</text></error></presence>"#
        )
    );
    assert_eq!(
        refusal.error_reply(StanzaError::new(Condition::Forbidden)),
        None,
        "errors are never answered"
    );
}

#[test]
fn what_a_room_cannot_say_is_rejected() {
    let check = |inner: &str, expected: ParseError| {
        let xml = format!("<x xmlns='http://jabber.org/protocol/muc#user'>{inner}</x>");
        assert_eq!(
            MucUser::from_element(&example(&xml)),
            Err(expected),
            "{inner}"
        );
        let presence = read(&format!("<presence>{xml}</presence>"));
        assert_eq!(presence.muc_user(), None, "{inner}");
    };
    check("<status/>", ParseError::MissingAttribute("code"));
    check("<status code='x'/>", ParseError::InvalidAttribute("code"));
    check(
        "<status code='70000'/>",
        ParseError::InvalidAttribute("code"),
    );
    check(
        "<item affiliation='king'/>",
        ParseError::InvalidAttribute("affiliation"),
    );
    check("<item role='fool'/>", ParseError::InvalidAttribute("role"));
    check("<item jid='@'/>", ParseError::InvalidAttribute("jid"));
    check(
        "<item><actor jid='@'/></item>",
        ParseError::InvalidAttribute("jid"),
    );
    assert_eq!(
        MucUser::from_element(&example("<x xmlns='http://jabber.org/protocol/muc'/>")),
        Err(ParseError::UnexpectedElement)
    );
}
