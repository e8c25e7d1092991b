//! REST sessions that end behind the engine's back.

use cubist_client::model::Status;
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
