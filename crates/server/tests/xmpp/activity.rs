//! When somebody was last here, and being told when they come and go.

use cubist_protocol::ext::status_streaming::StatusSubscription;
use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Iq, IqBody, IqPayload, Stanza};

use crate::support::{Client, World, eventually};

const QUERY: &str = "<query xmlns=\"jabber:iq:last\"/>";

/// The seconds in an answer or a push about `user`.
fn seconds(stanza: &str, user: UserId) -> u64 {
    assert!(
        stanza.starts_with("<iq") && stanza.contains("type=\"result\""),
        "{stanza}"
    );
    assert!(
        stanza.contains(&format!("from=\"{user}-21@localhost\"")),
        "{stanza}"
    );
    let (_, rest) = stanza
        .split_once("<query xmlns=\"jabber:iq:last\" seconds=\"")
        .unwrap();
    rest.split_once('"').unwrap().0.parse().unwrap()
}

fn subscription(user: UserId, enable: bool) -> String {
    format!(
        "<subscribe xmlns=\"https://connectycube.com/protocol/status_streaming\" \
         user_jid=\"{user}-21@localhost\" enable=\"{enable}\"/>"
    )
}

async fn last_activity(client: &mut Client, user: UserId) -> u64 {
    let answer = client
        .ask("get", &format!("{user}-21@localhost"), QUERY)
        .await;
    seconds(&answer, user)
}

#[tokio::test]
async fn who_is_here_was_active_now_and_who_is_away_some_time_ago() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    // Never here: since the account was made.
    assert!(last_activity(&mut a, bob).await >= 1);
    // Connected, but not yet available.
    let mut b = world.bound(bob).await;
    assert!(last_activity(&mut a, bob).await >= 1);
    b.become_available().await;
    assert_eq!(last_activity(&mut a, bob).await, 0);
    b.close().await;
    eventually(|| world.router.online_users() == [alice]).await;
    let away = last_activity(&mut a, bob).await;
    assert!((1..60).contains(&away), "{away}");
    assert_eq!(last_activity(&mut a, alice).await, 0);
}

#[tokio::test]
async fn nobody_was_never_here() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let answer = a.ask("get", "999999-21@localhost", QUERY).await;
    assert!(
        answer.contains("<error code=\"404\" type=\"cancel\"><item-not-found"),
        "{answer}"
    );
    let nobody = subscription(UserId::new(999_999).unwrap(), true);
    assert!(a.ask("set", "", &nobody).await.contains("<item-not-found"));
    let foreign = nobody.replace("-21@localhost", "-21@example.org");
    assert!(a.ask("set", "", &foreign).await.contains("<item-not-found"));
}

#[tokio::test]
async fn followers_hear_of_the_first_device_and_of_the_end_of_the_last() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.order(&subscription(bob, true)).await;
    let phone = world.online(bob).await;
    let push = a.stanza().await;
    assert_eq!(seconds(&push, bob), 0);
    assert!(push.contains(&format!("to=\"{}\"", a.jid)), "{push}");
    let laptop = world.online(bob).await;
    phone.close().await;
    eventually(|| world.router.sessions_of(bob) == 1).await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    laptop.close().await;
    assert!(seconds(&a.stanza().await, bob) >= 1);
}

#[tokio::test]
async fn a_subscription_ends_when_asked_to_and_with_the_connection() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.order(&subscription(bob, true)).await;
    a.order(&subscription(bob, false)).await;
    a.order(&subscription(bob, false)).await;
    world.online(bob).await.close().await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    a.order(&subscription(bob, true)).await;
    a.close().await;
    let mut a = world.online(alice).await;
    let b = world.online(bob).await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    drop(b);
}

#[tokio::test]
async fn a_lost_client_keeps_its_subscriptions_if_it_resumes_and_misses_no_last_word() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, id) = world.online_resumable(alice).await;
    a.order(&subscription(bob, true)).await;
    let received = a.received;
    drop(a);
    eventually(|| world.router.sessions_of(alice) == 0).await;
    // They come and go and come; only the last word counts.
    world.online(bob).await.close().await;
    let b = world.online(bob).await;
    let mut a = world.websocket().await;
    a.log_in(alice).await;
    assert!(a.resume(&id, received).await.starts_with("<resumed"));
    // On a slow machine the word before may have been written already.
    while seconds(&a.stanza().await, bob) != 0 {}
    drop(b);
    assert!(seconds(&a.stanza().await, bob) >= 1);
}

#[tokio::test]
async fn a_lost_device_counts_as_long_as_it_can_come_back() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (b, _) = world.online_resumable(bob).await;
    a.order(&subscription(bob, true)).await;
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    assert_eq!(last_activity(&mut a, bob).await, 0);
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn followers_hear_when_a_lost_device_did_not_come_back_in_time() {
    let world = World::with(|config| config.timing.resume_seconds = 1).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (b, _) = world.online_resumable(bob).await;
    a.order(&subscription(bob, true)).await;
    drop(b);
    assert!(seconds(&a.stanza().await, bob) >= 1);
}

#[tokio::test]
async fn a_session_follows_so_many_people_and_no_more() {
    let world = World::with(|config| config.limits.stanza_burst = 10_000).await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let mut refused = Vec::new();
    for n in 0..1_010 {
        let user = world.user(&format!("person{n}")).await;
        let answer = a.ask("set", "", &subscription(user, true)).await;
        if answer.contains("type=\"error\"") {
            refused.push(answer);
        }
    }
    assert_eq!(refused.len(), 10);
    assert!(
        refused[0].contains("<policy-violation") && refused[0].contains("1000"),
        "{}",
        refused[0]
    );
}

#[tokio::test]
async fn thousands_who_follow_one_person_each_hear_once() {
    const FOLLOWERS: usize = 2_000;
    let world = World::with(|config| config.limits.connections_per_user = FOLLOWERS + 10).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        let mut session = world.router.connect_local(alice).await;
        let payload = IqPayload::StatusSubscription(StatusSubscription {
            user: format!("{bob}-21@localhost").parse().unwrap(),
            enable: true,
        });
        let request = Stanza::Iq(Iq::set("s", payload));
        session.outgoing.send(request).await.unwrap();
        let answer = session.incoming.recv().await.unwrap();
        assert!(
            matches!(
                answer,
                Stanza::Iq(Iq {
                    body: IqBody::Result(None),
                    ..
                })
            ),
            "{answer:?}"
        );
        followers.push(session);
    }
    let b = world.online(bob).await;
    for session in &mut followers {
        let push = session.incoming.recv().await.unwrap();
        let Stanza::Iq(iq) = push else {
            panic!("{push:?}");
        };
        assert_eq!(iq.from.unwrap().user_id(), Some(bob));
        assert!(session.incoming.try_recv().is_err());
    }
    drop(b);
}
