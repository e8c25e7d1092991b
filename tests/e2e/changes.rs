//! What people do with messages after they were sent.

use cubist_client::model::{
    Anchor, DialogId, Draft, Forwarded, Message, MessageId, Status, UnixMillis,
};
use cubist_tests::{Person, World};

/// Waits until a message is as it should be.
async fn until(
    person: &Person,
    dialog: DialogId,
    id: MessageId,
    what: &str,
    is: impl Fn(&Message) -> bool,
) -> Message {
    person
        .until(what, async || {
            person
                .message(dialog, id)
                .await
                .filter(|message| is(message))
        })
        .await
}

async fn has_text(person: &Person, dialog: DialogId, id: MessageId, text: &str) -> Message {
    until(person, dialog, id, &format!("to see {text:?}"), |message| {
        message.text == text && message.edited_at.is_some()
    })
    .await
}

async fn has_reactions(
    person: &Person,
    dialog: DialogId,
    id: MessageId,
    expected: &[(&str, u32, bool)],
) {
    until(
        person,
        dialog,
        id,
        &format!("to see {expected:?}"),
        |message| {
            let shown: Vec<_> = message
                .reactions
                .iter()
                .map(|reaction| (reaction.emoji.as_str(), reaction.count, reaction.mine))
                .collect();
            shown == expected
        },
    )
    .await;
}

#[tokio::test]
async fn a_new_text_reaches_the_other_person_and_the_other_device() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    let id = alice.send(&bob, "helo").await;
    bob.sees(&alice, "helo").await;
    phone.sees_in(dialog, "helo").await;
    alice
        .account()
        .edit_message(id, "hello".to_owned())
        .await
        .unwrap();
    for person in [&alice, &bob, &phone] {
        let message = has_text(person, dialog, id, "hello").await;
        assert_eq!(message.previous_text.as_deref(), Some("helo"));
        person.has_exactly(dialog, &["hello"]).await;
    }
    let list = bob.knows(dialog).await;
    assert_eq!(list.last.unwrap().text, "hello");
}

#[tokio::test]
async fn a_text_changed_without_network_outlives_the_app_and_is_told_later() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let id = alice.send(&bob, "helo").await;
    bob.sees(&alice, "helo").await;
    alice.has_status(dialog, id, Status::Delivered).await;
    alice.loses_the_network().await;
    alice
        .account()
        .edit_message(id, "hello".to_owned())
        .await
        .unwrap();
    alice.quit().await;
    alice.reopen().await;
    has_text(&alice, dialog, id, "hello").await;
    alice.has_the_network_again().await;
    has_text(&bob, dialog, id, "hello").await;
}

#[tokio::test]
async fn who_was_away_finds_texts_changed_and_messages_gone() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let first = alice.send(&bob, "one").await;
    let second = alice.send(&bob, "two").await;
    bob.sees(&alice, "two").await;
    bob.reads(dialog, second).await;
    alice.has_status(dialog, second, Status::Read).await;
    bob.quit().await;
    let account = alice.account();
    account
        .edit_message(first, "eins".to_owned())
        .await
        .unwrap();
    account
        .delete_messages(dialog, vec![second], true)
        .await
        .unwrap();
    bob.reopen().await;
    has_text(&bob, dialog, first, "eins").await;
    let gone = until(&bob, dialog, second, "to see it deleted", |message| {
        message.deleted
    })
    .await;
    assert_eq!(gone.text, "");
    assert_eq!(bob.knows(dialog).await.unread, 0);
    assert!(alice.message(dialog, second).await.unwrap().deleted);
}

#[tokio::test]
async fn deleted_for_me_is_there_for_the_other() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let id = alice.send(&bob, "not mine").await;
    bob.sees(&alice, "not mine").await;
    bob.account()
        .delete_messages(dialog, vec![id], false)
        .await
        .unwrap();
    assert_eq!(bob.message(dialog, id).await, None);
    alice.send(&bob, "next").await;
    bob.sees(&alice, "next").await;
    bob.has_exactly(dialog, &["next"]).await;
    alice.has_exactly(dialog, &["not mine", "next"]).await;
    // A device that knew nothing finds what the server keeps for this person.
    let phone = world.another_device(&bob).await;
    phone.sees_in(dialog, "next").await;
    phone.has_exactly(dialog, &["next"]).await;
}

#[tokio::test]
async fn what_one_may_not_delete_for_everyone_comes_back_and_says_so() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let id = alice.send(&bob, "stays").await;
    bob.sees(&alice, "stays").await;
    bob.account()
        .delete_messages(dialog, vec![id], true)
        .await
        .unwrap();
    let back = until(&bob, dialog, id, "it to come back", |message| {
        !message.deleted
    })
    .await;
    assert_eq!(back.text, "stays");
    assert!(back.failure.is_some());
    assert_eq!(alice.message(dialog, id).await.unwrap().text, "stays");
}

#[tokio::test]
async fn reactions_are_counted_by_everyone_and_replaced() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let carol = world.person("carol").await;
    let dialog = alice.makes_group("Choir", &[&bob, &carol]).await;
    let id = alice.send_in(dialog, "when?").await;
    for person in [&bob, &carol] {
        person.sees_in(dialog, "when?").await;
    }
    bob.account()
        .react(id, "👍".to_owned(), true)
        .await
        .unwrap();
    carol
        .account()
        .react(id, "👍".to_owned(), true)
        .await
        .unwrap();
    has_reactions(&alice, dialog, id, &[("👍", 2, false)]).await;
    has_reactions(&bob, dialog, id, &[("👍", 2, true)]).await;
    let phone = world.another_device(&bob).await;
    phone.sees_in(dialog, "when?").await;
    has_reactions(&phone, dialog, id, &[("👍", 2, true)]).await;
    bob.account()
        .react(id, "👍".to_owned(), false)
        .await
        .unwrap();
    bob.account()
        .react(id, "🔥".to_owned(), true)
        .await
        .unwrap();
    for (person, mine) in [
        (&alice, false),
        (&carol, false),
        (&bob, true),
        (&phone, true),
    ] {
        let thumb = ("👍", 1, person.id == carol.id);
        has_reactions(person, dialog, id, &[thumb, ("🔥", 1, mine)]).await;
    }
    let mut who = alice.account().reactions_of(id).await.unwrap();
    who.sort();
    assert_eq!(
        who,
        [
            ("👍".to_owned(), vec![carol.id]),
            ("🔥".to_owned(), vec![bob.id])
        ]
    );
}

#[tokio::test]
async fn answers_mentions_and_fields_arrive_and_stay_in_the_history() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let question = alice.send(&bob, "what colour?").await;
    bob.sees(&alice, "what colour?").await;
    let draft = Draft {
        text: "@alice blue".to_owned(),
        reply_to: Some(question),
        mentions: vec![alice.id],
        silent: true,
        attachments: Vec::new(),
        preview_of: None,
        fields: vec![("colour".to_owned(), r#"{"name":"blue"}"#.to_owned())],
        ..Draft::default()
    };
    let id = bob.account().send(dialog, draft).await.unwrap();
    let phone = world.another_device(&alice).await;
    for person in [&alice, &phone] {
        let answer = person.sees_in(dialog, "@alice blue").await;
        let quote = answer.reply.unwrap();
        assert_eq!((quote.message, quote.sender), (question, Some(alice.id)));
        assert_eq!(quote.text, "what colour?");
        assert_eq!(answer.mentions, [alice.id]);
        assert_eq!(
            answer.fields,
            [("colour".to_owned(), r#"{"name":"blue"}"#.to_owned())]
        );
    }
    bob.account()
        .edit_message(id, "@alice red".to_owned())
        .await
        .unwrap();
    let changed = has_text(&alice, dialog, id, "@alice red").await;
    assert_eq!(
        changed.fields.len(),
        1,
        "a new text takes nothing else away"
    );
    assert!(changed.reply.is_some());
}

#[tokio::test]
async fn forwarded_messages_keep_their_order_and_their_author() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let carol = world.person("carol").await;
    let with_bob = alice.chat_with(&bob).await;
    let one = bob.send(&alice, "one").await;
    let two = alice.send(&bob, "two").await;
    alice.sees(&bob, "one").await;
    let with_carol = alice.chat_with(&carol).await;
    let group = alice.makes_group("Choir", &[&bob, &carol]).await;
    alice
        .account()
        .forward(
            vec![two, one],
            vec![with_carol, group],
            Some("look".to_owned()),
        )
        .await
        .unwrap();
    let last = if alice.transcript(with_bob).await[0].id == one {
        "two"
    } else {
        "one"
    };
    let first = carol.sees_in(with_carol, "one").await;
    carol.sees_in(with_carol, last).await;
    assert_eq!(carol.texts(with_carol).await[0], "look");
    let origin: Forwarded = first.forwarded.unwrap();
    assert_eq!((first.sender, origin.sender), (alice.id, bob.id));
    bob.sees_in(group, last).await;
    assert_eq!(bob.texts(group).await.last().unwrap(), last);
}

#[tokio::test]
async fn a_date_shows_what_was_said_from_then_on() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.send(&bob, "today").await;
    alice.has_sent_everything().await;
    let first = alice.transcript(dialog).await.remove(0);
    let at = |anchor: UnixMillis| {
        let account = alice.account();
        async move {
            let page = account.messages(dialog, Anchor::Date(anchor), 10).await;
            page.unwrap().items
        }
    };
    assert_eq!(at(UnixMillis(0)).await[0].id, first.id);
    assert_eq!(at(first.sent_at).await[0].id, first.id);
    // Nothing was said tomorrow: the newest is shown.
    let tomorrow = UnixMillis(first.sent_at.0 + 86_400_000);
    assert_eq!(at(tomorrow).await.last().unwrap().id, first.id);
}
