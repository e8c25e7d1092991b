//! More than two people.

use cubist_client::model::{DialogKind, Status};
use cubist_tests::World;

#[tokio::test]
async fn everyone_in_a_group_reads_what_one_writes() {
    let world = World::new().await;
    let (alice, bob, carol) = (
        world.person("alice").await,
        world.person("bob").await,
        world.person("carol").await,
    );
    let group = alice.makes_group("Hiking", &[&bob, &carol]).await;
    let hello = alice.send_in(group, "Saturday?").await;
    for other in [&bob, &carol] {
        let seen = other.sees_in(group, "Saturday?").await;
        assert_eq!((seen.id, seen.sender), (hello, alice.id));
        // The message can come before what the backend tells of its dialog.
        let card = other
            .until("to know the group's name", async || {
                let card = other.account().dialog(group).await.unwrap()?;
                (card.name == "Hiking").then_some(card)
            })
            .await;
        assert_eq!((card.kind, card.owner), (DialogKind::Group, alice.id));
        assert_eq!(card.occupants, [alice.id, bob.id, carol.id]);
    }
    bob.send_in(group, "Yes").await;
    carol.sees_in(group, "Yes").await;
    alice.sees_in(group, "Yes").await;
    // One's own reflection is not a second message.
    alice.has_exactly(group, &["Saturday?", "Yes"]).await;
}

#[tokio::test]
async fn a_group_message_tells_who_has_it_and_who_has_read_it() {
    let world = World::new().await;
    let (alice, bob, carol) = (
        world.person("alice").await,
        world.person("bob").await,
        world.person("carol").await,
    );
    let group = alice.makes_group("Hiking", &[&bob, &carol]).await;
    let hello = alice.send_in(group, "Saturday?").await;
    alice
        .until("both to have it", async || {
            let message = alice.message(group, hello).await?;
            (message.delivered_to == [bob.id, carol.id]).then_some(())
        })
        .await;
    bob.reads(group, hello).await;
    let seen = alice
        .until("bob to have read it", async || {
            alice
                .message(group, hello)
                .await
                .filter(|message| !message.read_by.is_empty())
        })
        .await;
    assert_eq!(seen.read_by, [bob.id], "carol has not");
    carol.reads(group, hello).await;
    alice
        .until("both to have read it", async || {
            let message = alice.message(group, hello).await?;
            (message.read_by == [bob.id, carol.id] && message.status == Status::Read).then_some(())
        })
        .await;
}

#[tokio::test]
async fn someone_who_was_away_finds_the_group_and_all_that_was_said() {
    let world = World::new().await;
    let (alice, mut bob) = (world.person("alice").await, world.person("bob").await);
    bob.quit().await;
    let group = alice.makes_group("Hiking", &[&bob]).await;
    for text in ["one", "two", "three"] {
        alice.send_in(group, text).await;
    }
    alice.has_sent_everything().await;
    bob.reopen().await;
    bob.sees_in(group, "three").await;
    bob.until("to have all of it", async || {
        (bob.texts(group).await == ["one", "two", "three"]).then_some(())
    })
    .await;
    bob.has_unread(group, 3).await;
}
