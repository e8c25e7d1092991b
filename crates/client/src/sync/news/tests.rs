use super::*;
use crate::store::testing::{ME, dialog_id, message_id, user_id};
use crate::sync::testing::{World, parse_message};

fn headline(from: u64, to: u64, body: &str, params: &str) -> Message {
    let dialog = dialog_id(2);
    parse_message(&format!(
        r#"<message xmlns="jabber:client" type="headline" id="{}" from="{from}-21@localhost/x" to="{to}-21@localhost"><body>{body}</body><extraParams xmlns="jabber:client"><moduleIdentifier>SystemNotifications</moduleIdentifier><dialogId>{dialog}</dialogId>{params}</extraParams></message>"#,
        message_id(1)
    ))
}

fn said_lines(from: u64, to: u64, body: &str, params: &str) -> Vec<SystemLine> {
    let message = headline(from, to, body, params);
    let news = super::read(&message, message_id(1), user_id(from), user_id(ME)).unwrap();
    assert_eq!((news.dialog, news.sender), (dialog_id(2), user_id(from)));
    news.lines.into_iter().map(|(_, line)| line).collect()
}

fn users(ids: &[u64]) -> Vec<UserId> {
    ids.iter().map(|&id| user_id(id)).collect()
}

#[test]
fn every_word_of_the_platforms_apps_is_the_line_it_means() {
    let check = |from, to, body: &str, params: &str, expected: &[SystemLine]| {
        assert_eq!(said_lines(from, to, body, params), expected, "{body}");
    };
    let added = |ids: &[u64]| SystemLine::Added { users: users(ids) };
    let removed = |ids: &[u64]| SystemLine::Removed { users: users(ids) };
    check(3, ME, "dialog/NEW_DIALOG", "", &[SystemLine::Created]);
    check(3, ME, "dialog/ADDED_TO_DIALOG", "", &[added(&[ME])]);
    let both = "<addedParticipantsIds>1,5</addedParticipantsIds>";
    check(3, ME, "dialog/ADDED_TO_DIALOG", both, &[added(&[ME, 5])]);
    check(3, ME, "dialog/ADD_PARTICIPANTS", both, &[added(&[ME, 5])]);
    // The copy of what another device of this person sent.
    check(ME, 4, "dialog/ADDED_TO_DIALOG", "", &[added(&[4])]);
    check(ME, 4, "dialog/REMOVED_FROM_DIALOG", "", &[removed(&[4])]);
    check(3, ME, "dialog/REMOVED_FROM_DIALOG", "", &[]);
    check(3, ME, "dialog/DELETE_DIALOG", "", &[]);
    let gone = "<removedParticipantsIds>5</removedParticipantsIds>";
    check(3, ME, "dialog/REMOVE_PARTICIPANTS", gone, &[removed(&[5])]);
    check(
        5,
        ME,
        "dialog/REMOVE_PARTICIPANTS",
        gone,
        &[SystemLine::Left],
    );
    check(5, ME, "dialog/REMOVE_PARTICIPANTS", "", &[]);
    check(3, ME, "dialog/UPDATE_DIALOG", "", &[]);
}

#[test]
fn one_update_of_several_things_is_several_lines_with_the_same_ids_everywhere() {
    let params = "<name>Hiking</name><photo>1</photo><addedAdminsIds>2,3</addedAdminsIds>";
    let read = || {
        let message = headline(3, ME, "dialog/UPDATE_DIALOG", params);
        super::read(&message, message_id(1), user_id(3), user_id(ME))
            .unwrap()
            .lines
    };
    let lines = read();
    assert_eq!(lines[0].0, message_id(1));
    assert_eq!(
        lines
            .iter()
            .map(|(_, line)| line.clone())
            .collect::<Vec<_>>(),
        [
            SystemLine::Renamed {
                name: "Hiking".to_owned()
            },
            SystemLine::PhotoChanged,
            SystemLine::AdminsAdded {
                users: users(&[2, 3])
            }
        ]
    );
    let ids: BTreeSet<MessageId> = lines.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(read(), lines);
}

#[test]
fn unknown_words_and_other_channels_are_no_news() {
    let read = |message: &Message| super::read(message, message_id(1), user_id(3), user_id(ME));
    assert_eq!(read(&headline(3, ME, "dialog/DANCE", "")), None);
    let mut call = headline(3, ME, "dialog/NEW_DIALOG", "");
    let extra = call.extra.as_mut().unwrap();
    extra.set("moduleIdentifier", "WebRTCVideoChat");
    assert_eq!(read(&call), None);
    let endless = format!("<name>{}</name>", "x".repeat(5_000));
    let SystemLine::Renamed { name } = &said_lines(3, ME, "dialog/UPDATE_DIALOG", &endless)[0]
    else {
        panic!("a rename");
    };
    assert_eq!(name.len(), 200);
}

#[tokio::test]
async fn a_deed_is_told_to_everyone_under_one_id_and_read_as_the_line_that_stays_here() {
    let mut world = World::new().await;
    let added = SystemEvent::AddParticipants(users(&[4, 5]));
    let deed = Deed::new(&world.context, dialog_id(2), added);
    deed.tell(&world.context, &users(&[ME, 2, 3])).await;
    let own: Vec<_> = deed
        .lines(user_id(ME))
        .into_iter()
        .map(|record| (record.id, record.line))
        .collect();
    let mut told = Vec::new();
    for _ in 0..4 {
        let (message, tag) = world.next_sent().await;
        assert_eq!((message.id, tag), (Some(deed.id.to_string()), None));
        let to = message.to.as_ref().unwrap().user_id().unwrap();
        told.push((to.get(), message.body.clone().unwrap()));
        let heard = super::read(
            &Message {
                id: None,
                ..message
            },
            deed.id,
            user_id(ME),
            to,
        );
        assert_eq!(heard.unwrap().lines, own, "what {to} sees");
    }
    let expected = [
        (4, "dialog/ADDED_TO_DIALOG"),
        (5, "dialog/ADDED_TO_DIALOG"),
        (2, "dialog/ADD_PARTICIPANTS"),
        (3, "dialog/ADD_PARTICIPANTS"),
    ];
    assert_eq!(told, expected.map(|(to, word)| (to, word.to_owned())));
    assert!(world.sent_so_far().is_empty());
}

#[tokio::test]
async fn many_people_are_told_up_to_a_bound_and_nobody_means_the_own_devices() {
    let mut world = World::new().await;
    let deleted = Deed::new(&world.context, dialog_id(2), SystemEvent::DeleteDialog);
    let everyone: Vec<UserId> = (2..1_000).map(user_id).collect();
    deleted.tell(&world.context, &everyone).await;
    assert_eq!(world.sent_so_far().len(), TOLD_AT_MOST);
    deleted.tell(&world.context, &[user_id(ME)]).await;
    let (message, _) = world.next_sent().await;
    assert_eq!(message.to.unwrap().user_id(), Some(user_id(ME)));
    world.line.set_online(false);
    deleted.tell(&world.context, &everyone).await;
    assert!(
        world.sent_so_far().is_empty(),
        "nobody hears without a line"
    );
}
