//! Every request and answer about privacy lists.

use crate::ext::xep0016_privacy::{
    PersonRule, PrivacyAction, PrivacyGet, PrivacyItem, PrivacyList, PrivacyNames, PrivacyQuery,
    PrivacySet, PrivacyStanzas, PrivacySubject, RosterState,
};
use crate::ids::{AppId, UserId};
use crate::stanza::ParseError;
use crate::xml::{Framing, example};

/// What the official SDK sends for "allow 18, block 34, block 48 both ways".
const CAPTURED: &str = concat!(
    r#"<query xmlns="jabber:iq:privacy"><list name="myList">"#,
    r#"<item type="jid" value="18-21@localhost" action="allow" order="1"><message/><presence-in/><presence-out/><iq/></item>"#,
    r#"<item type="jid" value="muc.localhost/18" action="allow" order="2"><message/><presence-in/><presence-out/><iq/></item>"#,
    r#"<item type="jid" value="34-21@localhost" action="deny" order="3"><message/><presence-in/><presence-out/><iq/></item>"#,
    r#"<item type="jid" value="muc.localhost/34" action="deny" order="4"><message/><presence-in/><presence-out/><iq/></item>"#,
    r#"<item type="jid" value="48-21@localhost" action="deny" order="5"/>"#,
    r#"<item type="jid" value="muc.localhost/48" action="deny" order="6"/>"#,
    r#"</list></query>"#
);

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

fn read(xml: &str) -> PrivacyQuery {
    PrivacyQuery::from_element(&example(xml)).unwrap()
}

fn query(inner: &str) -> String {
    format!(r#"<query xmlns="jabber:iq:privacy">{inner}</query>"#)
}

fn rules() -> [PersonRule; 3] {
    [
        PersonRule {
            user: user(18),
            action: PrivacyAction::Allow,
            mutual: false,
        },
        PersonRule::block(user(34), false),
        PersonRule::block(user(48), true),
    ]
}

fn list_of(rules: &[PersonRule]) -> PrivacyList {
    let app = AppId::new(21).unwrap();
    PrivacyList::of_people(
        "myList",
        rules.iter().copied(),
        app,
        "localhost",
        "muc.localhost",
    )
    .unwrap()
}

#[test]
fn the_list_of_the_official_sdk_reads_and_writes() {
    let captured = read(CAPTURED);
    assert_eq!(captured, PrivacyQuery::of_list(list_of(&rules())));
    assert_eq!(captured.to_element().to_xml(Framing::Tcp), CAPTURED);
    let Ok(PrivacySet::Edit(list)) = captured.clone().into_set() else {
        panic!("not an edit");
    };
    assert_eq!(list.people(), rules());
    assert_eq!(
        captured.into_list(),
        Some(list),
        "as an answer it is the list"
    );
}

#[test]
fn people_are_written_in_the_order_of_their_numbers_and_once() {
    let [allow, block, mutual] = rules();
    let list = list_of(&[mutual, block, PersonRule::block(user(18), true), allow]);
    assert_eq!(list, list_of(&rules()));
    let allowed_both_ways = PersonRule {
        mutual: true,
        ..allow
    };
    assert_eq!(
        list_of(&[allowed_both_ways]),
        list_of(&[allow]),
        "only blocks are mutual"
    );
    let bad = PrivacyList::of_people("l", rules(), AppId::new(21).unwrap(), "", "muc");
    assert!(bad.is_err());
}

#[test]
fn rules_apply_by_their_numbers_and_the_first_one_counts() {
    let list = read(&query(concat!(
        r#"<list name="l"><item type="jid" value="2-21@h" action="deny" order="9"/>"#,
        r#"<item type="jid" value="1-21@h" action="deny" order="5"/>"#,
        r#"<item type="jid" value="1-21@h" action="allow" order="4"/>"#,
        r#"<item type="jid" value="3-21@h" action="deny" order="3"><presence-in/></item>"#,
        r#"<item type="jid" value="muc.h/4" action="deny" order="2"/>"#,
        r#"<item type="group" value="friends" action="deny" order="1"/></list>"#
    )))
    .into_list()
    .unwrap();
    let people: Vec<_> = list
        .people()
        .into_iter()
        .map(|rule| (rule.user.get(), rule.action))
        .collect();
    assert_eq!(
        people,
        [(1, PrivacyAction::Allow), (2, PrivacyAction::Deny)]
    );
    let in_rooms: Vec<_> = list
        .items
        .iter()
        .filter_map(|item| item.subject.room_user())
        .collect();
    assert_eq!(in_rooms, [user(4)]);
}

#[test]
fn every_request_reads_as_what_it_means_and_writes_its_bytes() {
    let get = |inner: &str, written: PrivacyQuery, meant: PrivacyGet| {
        let xml = if inner.is_empty() {
            r#"<query xmlns="jabber:iq:privacy"/>"#.to_owned()
        } else {
            query(inner)
        };
        assert_eq!(read(&xml), written);
        assert_eq!(written.to_element().to_xml(Framing::Tcp), xml);
        assert_eq!(written.into_get(), Ok(meant));
    };
    get("", PrivacyQuery::get_names(), PrivacyGet::Names);
    get(
        r#"<list name="myList"/>"#,
        PrivacyQuery::get_list("myList"),
        PrivacyGet::List {
            name: "myList".to_owned(),
        },
    );
    let set = |inner: &str, written: PrivacyQuery, meant: PrivacySet| {
        assert_eq!(read(&query(inner)), written);
        assert_eq!(written.to_element().to_xml(Framing::Tcp), query(inner));
        assert_eq!(written.into_set(), Ok(meant));
    };
    let name = || Some("myList".to_owned());
    set(
        r#"<default name="myList"/>"#,
        PrivacyQuery::set_default(name()),
        PrivacySet::Default(name()),
    );
    set(
        "<default/>",
        PrivacyQuery::set_default(None),
        PrivacySet::Default(None),
    );
    set(
        r#"<active name="myList"/>"#,
        PrivacyQuery::set_active(name()),
        PrivacySet::Active(name()),
    );
    set(
        "<active/>",
        PrivacyQuery::set_active(None),
        PrivacySet::Active(None),
    );
    set(
        r#"<list name="myList"/>"#,
        PrivacyQuery::delete("myList"),
        PrivacySet::Delete {
            name: "myList".to_owned(),
        },
    );
}

#[test]
fn the_names_are_told_with_the_default_and_the_active_list() {
    let names = PrivacyNames {
        active: Some("y".to_owned()),
        default: Some("x".to_owned()),
        names: vec!["x".to_owned(), "y".to_owned()],
    };
    let xml = query(r#"<active name="y"/><default name="x"/><list name="x"/><list name="y"/>"#);
    assert_eq!(
        PrivacyQuery::of_names(names.clone())
            .to_element()
            .to_xml(Framing::Tcp),
        xml
    );
    assert_eq!(read(&xml).into_names(), names);
    let live = query(r#"<default name="x"/><list name="x"/><list name="y"/><list name="x"/>"#);
    assert_eq!(
        read(&live).into_names(),
        PrivacyNames {
            active: None,
            ..names
        }
    );
    assert_eq!(
        read(&query("<active/><default/>")).into_names(),
        PrivacyNames::default(),
        "an empty choice is none"
    );
}

#[test]
fn every_form_of_a_rule_reads_and_writes() {
    let check = |xml: &str, item: PrivacyItem| {
        let list = query(&format!(r#"<list name="l">{xml}</list>"#));
        let expected = PrivacyQuery::of_list(PrivacyList {
            name: "l".to_owned(),
            items: vec![item],
        });
        assert_eq!(read(&list), expected);
        assert_eq!(expected.to_element().to_xml(Framing::Tcp), list);
    };
    let item = |subject, action, stanzas| PrivacyItem {
        subject,
        action,
        order: 7,
        stanzas,
    };
    check(
        r#"<item action="allow" order="7"/>"#,
        item(
            PrivacySubject::Everyone,
            PrivacyAction::Allow,
            PrivacyStanzas::EVERYTHING,
        ),
    );
    check(
        r#"<item type="group" value="Enemies" action="deny" order="7"><message/></item>"#,
        item(
            PrivacySubject::Group("Enemies".to_owned()),
            PrivacyAction::Deny,
            PrivacyStanzas {
                message: true,
                ..PrivacyStanzas::EVERYTHING
            },
        ),
    );
    for (value, state) in [
        ("both", RosterState::Both),
        ("from", RosterState::From),
        ("to", RosterState::To),
        ("none", RosterState::None),
    ] {
        check(
            &format!(
                r#"<item type="subscription" value="{value}" action="deny" order="7"><presence-in/><presence-out/><iq/></item>"#
            ),
            item(
                PrivacySubject::Roster(state),
                PrivacyAction::Deny,
                PrivacyStanzas {
                    message: false,
                    ..PrivacyStanzas::FOUR
                },
            ),
        );
    }
}

#[test]
fn children_decide_which_way_a_rule_works() {
    let everything = PrivacyStanzas::EVERYTHING;
    assert!(everything.covers_incoming_messages() && everything.covers_outgoing_messages());
    let four = PrivacyStanzas::FOUR;
    assert!(four.covers_incoming_messages() && !four.covers_outgoing_messages());
    let presence = PrivacyStanzas {
        presence_in: true,
        ..everything
    };
    assert!(!presence.covers_incoming_messages() && !presence.covers_outgoing_messages());
}

#[test]
fn what_means_nothing_as_a_request_is_refused() {
    let bad = Err(ParseError::MissingChild("list"));
    for inner in [
        r#"<active name="a"/>"#,
        "<default/>",
        r#"<list name="a"/><list name="b"/>"#,
        r#"<list name="a"><item action="deny" order="1"/></list>"#,
    ] {
        assert_eq!(read(&query(inner)).into_get(), bad, "{inner}");
    }
    let bad = Err(ParseError::MissingChild("list"));
    for inner in [
        "",
        r#"<active name="a"/><default name="a"/>"#,
        r#"<default name="a"/><list name="a"/>"#,
        r#"<list name="a"/><list name="b"/>"#,
    ] {
        assert_eq!(read(&query(inner)).into_set(), bad, "{inner}");
    }
}

#[test]
fn a_list_with_a_rule_that_is_not_understood_is_rejected() {
    let check = |inner: &str, expected: ParseError| {
        assert_eq!(
            PrivacyQuery::from_element(&example(&query(inner))),
            Err(expected),
            "{inner}"
        );
    };
    let in_list = |item: &str| format!("<list name='l'>{item}</list>");
    check("<list/>", ParseError::MissingAttribute("name"));
    check("<lists/>", ParseError::UnexpectedElement);
    check(
        "<default name='a'/><default name='b'/>",
        ParseError::MissingChild("default"),
    );
    check("<active/><active/>", ParseError::MissingChild("active"));
    for (item, expected) in [
        ("<item order='1'/>", ParseError::MissingAttribute("action")),
        (
            "<item action='hide' order='1'/>",
            ParseError::InvalidAttribute("action"),
        ),
        (
            "<item action='deny'/>",
            ParseError::MissingAttribute("order"),
        ),
        (
            "<item action='deny' order='-1'/>",
            ParseError::InvalidAttribute("order"),
        ),
        (
            "<item action='deny' order='1'/><item action='allow' order='1'/>",
            ParseError::InvalidAttribute("order"),
        ),
        (
            "<item type='jid' action='deny' order='1'/>",
            ParseError::MissingAttribute("value"),
        ),
        (
            "<item type='jid' value='@' action='deny' order='1'/>",
            ParseError::InvalidAttribute("value"),
        ),
        (
            "<item type='subscription' value='all' action='deny' order='1'/>",
            ParseError::InvalidAttribute("value"),
        ),
        (
            "<item type='mood' value='bad' action='deny' order='1'/>",
            ParseError::InvalidAttribute("type"),
        ),
        (
            "<item action='deny' order='1'><presence/></item>",
            ParseError::UnexpectedElement,
        ),
    ] {
        check(&in_list(item), expected);
    }
    assert_eq!(
        PrivacyQuery::from_element(&example("<query/>")),
        Err(ParseError::UnexpectedElement)
    );
}
