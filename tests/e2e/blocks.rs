//! Who does not want to hear of whom.

use cubist_client::ClientEvent;
use cubist_client::model::{
    Activity, Block, DialogId, FailureKind, Message, MessageId, PrivacyAction, PrivacyItem,
    PrivacyList, Status,
};
use cubist_tests::{Person, World};

/// Waits until a message is refused because of a block.
async fn is_refused(sender: &Person, dialog: DialogId, message: MessageId) -> Message {
    let failed = sender
        .until("the block to be told", async || {
            let message = sender.message(dialog, message).await?;
            (message.status == Status::Failed).then_some(message)
        })
        .await;
    let failure = failed.failure.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::Blocked, "{failure:?}");
    failed
}

fn of(person: &Person, mutual: bool) -> Block {
    Block {
        user: person.id,
        mutual,
    }
}

#[tokio::test]
async fn a_blocked_person_is_told_and_comes_through_after_the_block() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.account().block(alice.id, false).await.unwrap();
    assert_eq!(bob.account().blocked().await.unwrap(), [of(&alice, false)]);
    let refused = alice.send(&bob, "let me in").await;
    is_refused(&alice, dialog, refused).await;
    // One way only: the one who blocks still reaches the other.
    bob.send(&alice, "not today").await;
    alice.sees(&bob, "not today").await;
    assert_eq!(bob.texts(dialog).await, ["not today"]);
    bob.account().unblock(alice.id).await.unwrap();
    assert_eq!(bob.account().blocked().await.unwrap(), []);
    alice.account().retry(refused).await.unwrap();
    assert_eq!(bob.sees(&alice, "let me in").await.id, refused);
}

#[tokio::test]
async fn a_mutual_block_stops_both_and_says_so() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.account().block(alice.id, true).await.unwrap();
    let one = alice.send(&bob, "hello?").await;
    is_refused(&alice, dialog, one).await;
    let other = bob.send(&alice, "never mind").await;
    let failed = is_refused(&bob, dialog, other).await;
    let words = failed.failure.unwrap().text.unwrap_or_default();
    assert!(words.contains("blocked"), "{words:?}");
    // It becomes one-way without being taken off first.
    bob.account().block(alice.id, false).await.unwrap();
    bob.account().retry(other).await.unwrap();
    alice.sees(&bob, "never mind").await;
    let again = alice.send(&bob, "hello?!").await;
    is_refused(&alice, dialog, again).await;
}

#[tokio::test]
async fn in_a_group_the_blocked_are_silent_for_the_one_who_blocks_alone() {
    let world = World::new().await;
    let (alice, bob, carol) = (
        world.person("alice").await,
        world.person("bob").await,
        world.person("carol").await,
    );
    let group = alice.makes_group("Hiking", &[&bob, &carol]).await;
    for member in [&bob, &carol] {
        member.knows(group).await;
    }
    carol.send_in(group, "Saturday?").await;
    bob.sees_in(group, "Saturday?").await;
    bob.account().block(alice.id, false).await.unwrap();
    // What comes in by itself counts: the history is everybody's.
    let mut events = bob.events();
    alice.send_in(group, "rain").await;
    carol.sees_in(group, "rain").await;
    carol.send_in(group, "sun").await;
    let heard = async {
        let mut heard = Vec::new();
        loop {
            if let ClientEvent::MessagesChanged { messages, .. } = events.recv().await.unwrap() {
                heard.extend(messages.into_iter().map(|message| message.text));
            }
            if heard.iter().any(|text| text == "sun") {
                return heard;
            }
        }
    };
    let heard = cubist_tests::within("carol's message", heard).await;
    assert!(!heard.contains(&"rain".to_owned()), "{heard:?}");
    // The sender is not told who does not listen.
    alice
        .until("the message to be sent", async || {
            let all = alice.transcript(group).await;
            let rain = all.into_iter().find(|message| message.text == "rain")?;
            (rain.status >= Status::Sent).then_some(())
        })
        .await;
}

#[tokio::test]
async fn blocks_are_there_without_network_and_on_every_device() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    bob.account().block(alice.id, true).await.unwrap();
    let phone = world.another_device(&bob).await;
    phone
        .until("the blocks to be read", async || {
            let blocked = phone.account().blocked().await.unwrap();
            (blocked == [of(&alice, true)]).then_some(())
        })
        .await;
    bob.quit().await;
    bob.rest.go_down();
    bob.chat.go_down();
    bob.reopen().await;
    assert_eq!(bob.account().blocked().await.unwrap(), [of(&alice, true)]);
    let block = bob.account().profile(alice.id).await.unwrap().block;
    assert_eq!(block, Some(of(&alice, true)));
    // Meanwhile the other device changes its mind.
    phone.account().unblock(alice.id).await.unwrap();
    bob.has_the_network_again().await;
    bob.until("the change to be read", async || {
        let blocked = bob.account().blocked().await.unwrap();
        blocked.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn of_several_lists_the_chosen_one_counts() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let list = |name: &str, action| PrivacyList {
        name: name.to_owned(),
        is_default: false,
        items: vec![PrivacyItem {
            user: alice.id,
            action,
            mutual: false,
        }],
    };
    let account = bob.account();
    let friendly = list("friendly", PrivacyAction::Allow);
    let quiet = list("quiet", PrivacyAction::Deny);
    account.save_privacy_list(friendly.clone()).await.unwrap();
    account.save_privacy_list(quiet.clone()).await.unwrap();
    assert_eq!(account.privacy_lists().await.unwrap(), [friendly, quiet]);
    alice.send(&bob, "one").await;
    bob.sees(&alice, "one").await;
    let choose = async |name: &str| {
        let name = Some(name.to_owned());
        account.set_default_privacy_list(name).await.unwrap();
    };
    choose("quiet").await;
    let two = alice.send(&bob, "two").await;
    is_refused(&alice, dialog, two).await;
    choose("friendly").await;
    assert_eq!(account.blocked().await.unwrap(), []);
    alice.send(&bob, "three").await;
    bob.sees(&alice, "three").await;
    account
        .delete_privacy_list("friendly".to_owned())
        .await
        .unwrap();
    let left = account.privacy_lists().await.unwrap();
    let names: Vec<_> = left.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, ["quiet"]);
}

#[tokio::test]
async fn whether_one_is_there_is_hidden_from_the_blocked() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    bob.account().block(alice.id, false).await.unwrap();
    let mut events = alice.events();
    alice.account().watch_activity(vec![bob.id]).await.unwrap();
    let answer = async {
        loop {
            if let ClientEvent::ActivityChanged { people, .. } = events.recv().await.unwrap() {
                return people;
            }
        }
    };
    let people = cubist_tests::within("an answer", answer).await;
    assert_eq!(people, [(bob.id, Activity::Hidden)]);
}
