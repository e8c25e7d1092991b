//! The words by which apps tell one another about dialogs.

use crate::ext::extra_params::ExtraParams;
use crate::ext::system_message::{DialogChanges, SystemEvent, SystemMessage};
use crate::ids::{DialogId, UserId};
use crate::jid::Jid;
use crate::stanza::Message;
use crate::timestamp::UnixMillis;
use crate::xml::{Framing, example};

const DIALOG: &str = "5356c64ab35c12bd3b108a41";
const ID: &str = "6b03030b9377a3117a000000";

fn users(ids: &[u64]) -> Vec<UserId> {
    ids.iter().map(|id| UserId::new(*id).unwrap()).collect()
}

fn to() -> Jid {
    "123234-21@localhost".parse().unwrap()
}

fn headline(body: &str, params: &str) -> String {
    format!(
        r#"<message type="headline" id="{ID}" to="123234-21@localhost"><body>{body}</body><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier>{params}</extraParams></message>"#
    )
}

fn read(xml: &str) -> Option<SystemMessage> {
    SystemMessage::from_message(&Message::from_element(example(xml)).unwrap())
}

#[test]
fn every_word_reads_and_writes() {
    let check = |word: &str, params: &str, event: SystemEvent| {
        let dialog: DialogId = DIALOG.parse().unwrap();
        let message = SystemMessage::new(dialog, event, UnixMillis(1_544_097_888_000));
        let xml = headline(
            word,
            &format!("<dialogId>{DIALOG}</dialogId>{params}<date_sent>1544097888</date_sent>"),
        );
        assert_eq!(message.to_message(ID, to()).to_xml(Framing::Tcp), xml);
        assert_eq!(read(&xml), Some(message), "{word}");
    };
    check("dialog/NEW_DIALOG", "", SystemEvent::NewDialog);
    check("dialog/ADDED_TO_DIALOG", "", SystemEvent::AddedToDialog);
    check(
        "dialog/REMOVED_FROM_DIALOG",
        "",
        SystemEvent::RemovedFromDialog,
    );
    check("dialog/DELETE_DIALOG", "", SystemEvent::DeleteDialog);
    check(
        "dialog/ADD_PARTICIPANTS",
        "<addedParticipantsIds>1,2</addedParticipantsIds>",
        SystemEvent::AddParticipants(users(&[1, 2])),
    );
    check(
        "dialog/REMOVE_PARTICIPANTS",
        "<removedParticipantsIds>3</removedParticipantsIds>",
        SystemEvent::RemoveParticipants(users(&[3])),
    );
    check(
        "dialog/UPDATE_DIALOG",
        "",
        SystemEvent::UpdateDialog(DialogChanges::default()),
    );
    check(
        "dialog/UPDATE_DIALOG",
        "<name>Tom &amp; co</name><photo>1</photo><description>1</description><extensions>1</extensions><addedAdminsIds>4,5</addedAdminsIds><removedAdminsIds>6</removedAdminsIds>",
        SystemEvent::UpdateDialog(DialogChanges {
            name: Some("Tom & co".to_owned()),
            photo: true,
            description: true,
            extensions: true,
            admins_added: users(&[4, 5]),
            admins_removed: users(&[6]),
        }),
    );
}

#[test]
fn the_example_of_the_guide_is_an_update() {
    let captured = r#"<message type="headline" id="6b03030b9377a3117a000000" to="123234-21@localhost" xmlns="jabber:client"><body>dialog/UPDATE_DIALOG</body><extraParams xmlns="jabber:client"><moduleIdentifier>SystemNotifications</moduleIdentifier><photo_uid>7caf</photo_uid><name>Our photos</name></extraParams></message>"#;
    let message = read(captured).unwrap();
    assert_eq!((message.dialog, message.date_sent), (None, None));
    assert_eq!(
        message.event,
        SystemEvent::UpdateDialog(DialogChanges {
            name: Some("Our photos".to_owned()),
            photo: true,
            ..DialogChanges::default()
        })
    );
}

#[test]
fn unknown_words_and_parameters_are_kept() {
    let xml = headline(
        "pets/FED",
        &format!("<dialogId>{DIALOG}</dialogId><cat><name>Tom</name></cat><x>1</x>"),
    );
    let message = read(&xml).unwrap();
    assert_eq!(message.event, SystemEvent::Other("pets/FED".to_owned()));
    assert_eq!(message.extra.text("x").as_deref(), Some("1"));
    assert_eq!(message.to_message(ID, to()).to_xml(Framing::Tcp), xml);
    let known = read(&headline(
        "dialog/NEW_DIALOG",
        "<theme>dark</theme><name>n</name>",
    ))
    .unwrap();
    assert_eq!(
        known.extra,
        ExtraParams::new().with("theme", "dark").with("name", "n"),
        "a name belongs to updates only"
    );
}

#[test]
fn a_parameter_beside_the_message_cannot_take_the_place_of_its_own() {
    let mut message = SystemMessage::new(
        DIALOG.parse().unwrap(),
        SystemEvent::AddParticipants(users(&[1])),
        UnixMillis(0),
    );
    message.extra.set("dialogId", "5356c64ab35c12bd3b108a42");
    message.extra.set("addedParticipantsIds", "99");
    message.extra.set("moduleIdentifier", "WebRTCVideoChat");
    let back = SystemMessage::from_message(&message.to_message(ID, to())).unwrap();
    assert_eq!(back.event, message.event);
    assert_eq!(back.dialog, message.dialog);
}

#[test]
fn other_forms_of_lists_flags_and_dialogs_are_read() {
    let event = |word: &str, params: &str| read(&headline(word, params)).unwrap().event;
    for list in [
        "<addedParticipantsIds> 1, 2,x,0 </addedParticipantsIds>",
        "<addedParticipantsIds><0>1</0><1>2</1></addedParticipantsIds>",
    ] {
        assert_eq!(
            event("dialog/ADD_PARTICIPANTS", list),
            SystemEvent::AddParticipants(users(&[1, 2])),
            "{list}"
        );
    }
    assert_eq!(
        event("dialog/REMOVE_PARTICIPANTS", ""),
        SystemEvent::RemoveParticipants(Vec::new())
    );
    assert_eq!(
        event(
            "dialog/UPDATE_DIALOG",
            "<photo>0</photo><description/><extensions><city>Rom</city></extensions>"
        ),
        SystemEvent::UpdateDialog(DialogChanges {
            description: true,
            extensions: true,
            ..DialogChanges::default()
        })
    );
    let by_server = read(&headline(
        "dialog/NEW_DIALOG",
        &format!("<dialog_id>{DIALOG}</dialog_id>"),
    ))
    .unwrap();
    assert_eq!(by_server.dialog, Some(DIALOG.parse().unwrap()));
    let odd = read(&headline("dialog/NEW_DIALOG", "<dialogId>all</dialogId>")).unwrap();
    assert_eq!(odd.dialog, None);
    assert_eq!(odd.extra.text("dialogId").as_deref(), Some("all"));
}

#[test]
fn other_messages_are_none() {
    for xml in [
        r#"<message type="headline"><body>dialog/NEW_DIALOG</body></message>"#,
        r#"<message type="headline"><body>dialog/NEW_DIALOG</body><extraParams><dialogId>5356c64ab35c12bd3b108a41</dialogId></extraParams></message>"#,
        r#"<message type="headline"><extraParams><moduleIdentifier>WebRTCVideoChat</moduleIdentifier><signalType>call</signalType></extraParams></message>"#,
        r#"<message type="chat"><body>dialog/NEW_DIALOG</body><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier></extraParams></message>"#,
    ] {
        assert_eq!(read(xml), None, "{xml}");
    }
    let wordless = r#"<message type="headline"><extraParams><moduleIdentifier>SystemNotifications</moduleIdentifier></extraParams></message>"#;
    assert_eq!(
        read(wordless).unwrap().event,
        SystemEvent::Other(String::new())
    );
}
