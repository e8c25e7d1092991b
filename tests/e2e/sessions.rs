//! REST sessions that end behind the engine's back.

use cubist_client::model::{DialogId, Status};
use cubist_tests::World;
use rusqlite::Connection;

#[tokio::test]
async fn a_session_that_expired_is_renewed_and_the_request_is_made_again() {
    let mut world = World::apart().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    world.stop_backend().await;
    forget_all_sessions(&world);
    world.start_backend().await;
    for person in [&alice, &bob] {
        person.account().network_changed();
        person.is_online().await;
    }
    // Each of these needs a session, and none is left.
    let group = alice.makes_group("After the expiry", &[&bob]).await;
    let found = bob
        .account()
        .search_people("alice".to_owned())
        .await
        .unwrap();
    assert_eq!(found[0].id, alice.id);
    let message = alice.send_in(group, "still signed in").await;
    bob.sees_in(group, "still signed in").await;
    alice.has_status(group, message, Status::Delivered).await;
    alice.send(&bob, "here as well").await;
    bob.sees_in(dialog, "here as well").await;
}

#[tokio::test]
async fn a_session_that_expired_before_a_batch_leaves_nothing_of_it_undone() {
    let mut world = World::apart().await;
    let (alice, bob) = world.pair().await;
    let mut wanted = Vec::new();
    for name in ["one", "two", "three"] {
        wanted.push(alice.makes_group(name, &[&bob]).await);
    }
    let bobs = bob.makes_group("bob's", &[&alice]).await;
    alice.knows(bobs).await;
    world.stop_backend().await;
    forget_all_sessions(&world);
    world.start_backend().await;
    for person in [&alice, &bob] {
        person.account().network_changed();
        person.is_online().await;
    }
    let nobodys: DialogId = "5356c64ab35c12bd3b108a41".parse().unwrap();
    let asked = wanted.iter().copied().chain([bobs, nobodys]).collect();
    let outcome = alice.account().delete_dialogs(asked, true).await.unwrap();
    // What is gone already counts as gone.
    wanted.push(nobodys);
    wanted.sort_unstable();
    assert_eq!(outcome.deleted, wanted);
    assert_eq!(outcome.refused, [bobs], "only its owner may");
    for dialog in wanted {
        alice.has_lost(dialog).await;
        bob.has_lost(dialog).await;
    }
    alice.knows(bobs).await;
}

/// What two hours without a request do, without the two hours.
fn forget_all_sessions(world: &World) {
    let database = std::fs::read_dir(world.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|ending| ending == "db" || ending == "sqlite")
        })
        .unwrap();
    let sessions = Connection::open(database)
        .unwrap()
        .execute("DELETE FROM sessions", [])
        .unwrap();
    assert!(sessions >= 2, "each of the two had a session");
}
