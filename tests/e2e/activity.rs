//! Who is there, and who was.

use std::time::Duration;

use cubist_client::model::{Activity, UserId};
use cubist_client::{ClientEvent, Error};
use cubist_tests::{Person, World};
use tokio::sync::broadcast::Receiver;

/// Reads events until one tells of someone's activity that fits.
async fn hears(
    events: &mut Receiver<ClientEvent>,
    of: UserId,
    fits: impl Fn(Activity) -> bool,
) -> Activity {
    let waiting = async {
        loop {
            if let ClientEvent::ActivityChanged { people, .. } = events.recv().await.unwrap()
                && let Some((_, activity)) = people.iter().find(|(user, _)| *user == of)
                && fits(*activity)
            {
                return *activity;
            }
        }
    };
    cubist_tests::within("news of someone's activity", waiting).await
}

fn is_online(activity: Activity) -> bool {
    activity == Activity::Online
}

fn was_seen(activity: Activity) -> bool {
    matches!(activity, Activity::LastSeen(_))
}

async fn watches(person: &Person, other: &Person) -> Receiver<ClientEvent> {
    let events = person.events();
    person
        .account()
        .watch_activity(vec![other.id])
        .await
        .unwrap();
    events
}

#[tokio::test]
async fn someone_who_is_watched_is_seen_to_go_and_to_come() {
    let world = World::new().await;
    let (alice, mut bob) = (world.person("alice").await, world.person("bob").await);
    let mut events = watches(&alice, &bob).await;
    hears(&mut events, bob.id, is_online).await;
    bob.quit().await;
    hears(&mut events, bob.id, was_seen).await;
    bob.reopen().await;
    hears(&mut events, bob.id, is_online).await;
}

#[tokio::test]
async fn watching_goes_on_after_a_session_that_was_not_resumed() {
    let mut world = World::apart().await;
    let (alice, mut bob) = (world.person("alice").await, world.person("bob").await);
    let mut events = watches(&alice, &bob).await;
    hears(&mut events, bob.id, is_online).await;
    bob.quit().await;
    hears(&mut events, bob.id, was_seen).await;
    // Sessions do not outlive the backend.
    world.restart_backend().await;
    alice.account().network_changed();
    hears(&mut events, bob.id, was_seen).await;
    bob.reopen().await;
    hears(&mut events, bob.id, is_online).await;
}

#[tokio::test]
async fn a_profile_tells_when_someone_was_there_and_what_both_are_in() {
    let world = World::new().await;
    let (alice, mut bob) = (world.person("alice").await, world.person("bob").await);
    let group = alice.makes_group("Hiking", &[&bob]).await;
    bob.quit().await;
    let mut events = alice.events();
    let profile = alice.account().profile(bob.id).await.unwrap();
    assert_eq!(profile.user.name, "bob");
    assert_eq!(profile.shared_groups, [group]);
    assert_eq!((profile.activity, profile.block), (None, None));
    hears(&mut events, bob.id, was_seen).await;
}

#[tokio::test]
async fn nobody_says_anything_of_someone_who_does_not_exist() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let nobody = UserId::new(999_999).unwrap();
    let mut events = alice.events();
    alice.account().watch_activity(vec![nobody]).await.unwrap();
    let hidden = |activity| activity == Activity::Hidden;
    hears(&mut events, nobody, hidden).await;
    let profile = alice.account().profile(nobody).await;
    assert!(matches!(profile, Err(Error::NotFound)), "{profile:?}");
}

#[tokio::test]
async fn a_ping_is_answered_and_ends_in_time_when_it_is_not() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let limit = Duration::from_secs(10);
    let took = alice.account().ping(limit).await.unwrap();
    assert!(took < limit);
    alice.loses_the_network().await;
    let pinged = alice.account().ping(limit).await;
    assert!(matches!(pinged, Err(Error::Offline)), "{pinged:?}");
}
