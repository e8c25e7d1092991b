//! XEP-0198: counts, and coming back after a cut.

use crate::support::{Client, World, bodies, body, eventually};
use cubist_protocol::ids::UserId;

/// A connection that is logged in and ready to resume.
async fn returning(world: &World, user: UserId) -> Client {
    let mut client = world.websocket().await;
    client.log_in(user).await;
    client
}

/// The texts a client gets next, as many as `count`.
async fn texts(client: &mut Client, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        texts.extend(body(&client.stanza().await).map(str::to_owned));
    }
    texts
}

#[tokio::test]
async fn resumption_is_offered_to_those_who_ask_for_it() {
    let world = World::with(|config| config.timing.resume_seconds = 77).await;
    let alice = world.user("alice").await;
    let mut client = world.bound(alice).await;
    client
        .send("<enable xmlns=\"urn:xmpp:sm:3\" resume=\"true\"/>")
        .await;
    let enabled = client.next().await;
    assert!(
        enabled.starts_with("<enabled xmlns=\"urn:xmpp:sm:3\" id=\""),
        "{enabled}"
    );
    assert!(
        enabled.ends_with("\" resume=\"true\" max=\"77\"/>"),
        "{enabled}"
    );
    client.send("<enable xmlns=\"urn:xmpp:sm:3\"/>").await;
    let again = client.next().await;
    assert!(
        again.starts_with("<failed xmlns=\"urn:xmpp:sm:3\"><unexpected-request"),
        "{again}"
    );
}

#[tokio::test]
async fn after_a_cut_nothing_is_lost_and_nothing_comes_twice() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (mut b, id) = world.online_resumable(bob).await;
    a.say(bob, "m1", "one").await;
    assert_eq!(body(&b.stanza().await), Some("one"));
    a.say(bob, "m2", "two").await;
    a.settle().await;
    let received = b.received;
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    a.say(bob, "m3", "three").await;
    a.settle().await;

    let mut b = returning(&world, bob).await;
    let resumed = b.resume(&id, received).await;
    assert_eq!(
        resumed,
        format!("<resumed xmlns=\"urn:xmpp:sm:3\" h=\"2\" previd=\"{id}\"/>")
    );
    b.received = received;
    assert_eq!(texts(&mut b, 2).await, ["two", "three"]);
    b.acknowledge().await;
    a.say(bob, "m4", "four").await;
    assert_eq!(body(&b.stanza().await), Some("four"));
    b.acknowledge().await;
    b.settle().await;
    b.acknowledge().await;
    b.close().await;
    // All was acknowledged, by way of the resumed session; so nothing waits on disk.
    world.nothing_waits_for(bob).await;
    let mut again = world.online(bob).await;
    assert_eq!(again.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_count_in_the_answer_covers_all_that_is_on_disk() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, id) = world.online_resumable(alice).await;
    for n in 0..50 {
        a.say(bob, &format!("m{n}"), "x").await;
    }
    drop(a);
    let mut a = returning(&world, alice).await;
    let resumed = a.resume(&id, 0).await;
    let h: usize = resumed
        .split_once(" h=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0
        .parse()
        .unwrap();
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    // Carbons and presence count, too.
    assert_eq!(world.history(alice, dialog).await.len(), h - 2);
}

#[tokio::test]
async fn a_client_may_return_before_the_server_noticed_the_cut() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (mut old, id) = world.online_resumable(bob).await;
    a.say(bob, "m1", "one").await;
    a.settle().await;
    let mut new = returning(&world, bob).await;
    let resumed = new.resume(&id, 2).await;
    assert!(resumed.starts_with("<resumed"), "{resumed}");
    assert_eq!(texts(&mut new, 1).await, ["one"]);
    loop {
        let element = old.next().await;
        if element.starts_with("<stream:error") {
            assert!(element.contains("<conflict"), "{element}");
            break;
        }
    }
    assert_eq!(world.router.sessions_of(bob), 1);
}

#[tokio::test]
async fn only_the_same_user_can_resume_and_only_what_exists() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (a, id) = world.online_resumable(alice).await;
    let unknown = "<failed xmlns=\"urn:xmpp:sm:3\"><item-not-found xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></failed>";
    let mut thief = returning(&world, bob).await;
    assert_eq!(thief.resume(&id, 0).await, unknown);
    assert_eq!(thief.resume("no-such-session", 0).await, unknown);
    // The stream is still good for a new session.
    thief.bind().await;
    thief.become_available().await;
    assert_eq!(world.router.sessions_of(alice), 1);
    drop(a);
}

#[tokio::test]
async fn a_session_nobody_resumes_gives_its_stanzas_to_the_next_login() {
    let world = World::with(|config| config.timing.resume_seconds = 1).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (mut b, id) = world.online_resumable(bob).await;
    a.say(bob, "m1", "written and acknowledged").await;
    b.stanza().await;
    b.acknowledge().await;
    b.settle().await;
    b.acknowledge().await;
    a.say(bob, "m2", "written but not acknowledged").await;
    b.stanza().await;
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    a.say(bob, "m3", "sent to the sleeping session").await;
    a.settle().await;

    // A new session does not wait for the old one's end; it gets what is on disk, and the rest when that ends.
    let mut b = world.online(bob).await;
    let (one, two) = (b.next().await, b.next().await);
    let mut got = bodies(&[one, two])
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    got.sort();
    assert_eq!(
        got,
        [
            "sent to the sleeping session",
            "written but not acknowledged"
        ]
    );
    assert_eq!(b.settle().await, Vec::<String>::new());

    let mut late = returning(&world, bob).await;
    let failed = late.resume(&id, 0).await;
    assert_eq!(
        failed,
        "<failed xmlns=\"urn:xmpp:sm:3\" h=\"3\"><item-not-found xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/></failed>"
    );
    drop(b);
    world.nothing_waits_for(bob).await;
    let mut again = world.online(bob).await;
    assert_eq!(again.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_another_device_acknowledged_is_not_queued_when_a_session_expires() {
    let world = World::with(|config| config.limits.connections_per_user = 2).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (phone, id) = world.online_resumable(bob).await;
    let mut laptop = world.online(bob).await;
    drop(phone);
    eventually(|| world.router.sessions_of(bob) == 1).await;
    a.say(bob, "m1", "for both").await;
    assert_eq!(body(&laptop.next().await), Some("for both"));
    laptop.settle().await;

    // A third session makes the sleeping one end before its time.
    let mut tablet = world.online(bob).await;
    assert!(
        returning(&world, bob)
            .await
            .resume(&id, 2)
            .await
            .starts_with("<failed")
    );
    assert_eq!(laptop.settle().await, Vec::<String>::new());
    assert_eq!(tablet.settle().await, Vec::<String>::new());
    world.nothing_waits_for(bob).await;
}

#[tokio::test]
async fn a_sleeping_device_gets_what_another_one_took_from_the_disk() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (phone, id) = world.online_resumable(bob).await;
    drop(phone);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "one").await;
    a.settle().await;
    let mut laptop = world.online(bob).await;
    assert_eq!(body(&laptop.next().await), Some("one"));
    laptop.settle().await;
    a.say(bob, "m2", "two").await;
    assert_eq!(body(&laptop.next().await), Some("two"));
    world.nothing_waits_for(bob).await;

    let mut phone = returning(&world, bob).await;
    assert!(phone.resume(&id, 2).await.starts_with("<resumed"));
    assert_eq!(texts(&mut phone, 2).await, ["one", "two"]);
    assert_eq!(phone.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_message_for_a_sleeping_session_is_on_disk_before_it_is_acknowledged() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (b, _) = world.online_resumable(bob).await;
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    let mut a = world.online(alice).await;
    a.send(&format!(
        "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"m1\" xmlns=\"jabber:client\"><body>live only</body></message>"
    ))
    .await;
    a.settle().await;
    let queued = world.state.queued(bob, None, 10).await.unwrap();
    assert_eq!(queued.len(), 1);
    assert!(queued[0].stanza.contains("live only"));
}

#[tokio::test]
async fn a_polite_farewell_ends_the_session_for_good() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let (a, id) = world.online_resumable(alice).await;
    a.close().await;
    let mut a = returning(&world, alice).await;
    let failed = a.resume(&id, 0).await;
    assert!(
        failed.starts_with("<failed xmlns=\"urn:xmpp:sm:3\" h=\"2\">"),
        "{failed}"
    );
}

#[tokio::test]
async fn resumption_can_be_switched_off() {
    let world = World::with(|config| config.timing.resume_seconds = 0).await;
    let alice = world.user("alice").await;
    let mut client = world.bound(alice).await;
    assert_eq!(client.enable(true).await, None);
}

/// Draws numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % (most + 1)
    }
}

/// Cuts the connection without a word and resumes on a new one. Returns how many of the own stanzas the server has.
async fn cut_and_resume(world: &World, user: UserId, client: &mut Client, id: &str) -> u32 {
    let received = client.received;
    *client = returning(world, user).await;
    let resumed = client.resume(id, received).await;
    client.received = received;
    let rest = resumed
        .strip_prefix("<resumed xmlns=\"urn:xmpp:sm:3\" h=\"")
        .expect("it resumes");
    rest.split_once('"').unwrap().0.parse().unwrap()
}

#[tokio::test]
async fn over_a_line_that_breaks_again_and_again_every_message_arrives_once_and_in_order() {
    const MESSAGES: u64 = 300;
    let world = World::with(|config| config.limits.stanza_burst = 10_000).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, a_id) = world.online_resumable(alice).await;
    let (mut b, b_id) = world.online_resumable(bob).await;
    let before = u64::from(a.count().await);
    let send = async {
        let mut dice = Dice(7);
        let mut next = 0;
        while next < MESSAGES {
            for _ in 0..=dice.up_to(20).min(MESSAGES - next - 1) {
                a.say(bob, &format!("m{next}"), &next.to_string()).await;
                next += 1;
            }
            // What the server had not taken is sent again, with the same ids.
            next = u64::from(cut_and_resume(&world, alice, &mut a, &a_id).await) - before;
        }
    };
    let receive = async {
        let mut dice = Dice(8);
        let mut got: Vec<u64> = Vec::new();
        while got.len() < usize::try_from(MESSAGES).unwrap() {
            for _ in 0..=dice.up_to(10) {
                if got.last() == Some(&(MESSAGES - 1)) {
                    break;
                }
                got.extend(body(&b.stanza().await).map(|text| text.parse::<u64>().unwrap()));
            }
            cut_and_resume(&world, bob, &mut b, &b_id).await;
        }
        got
    };
    let ((), got) = tokio::join!(send, receive);
    assert!(got.iter().copied().eq(0..MESSAGES), "{got:?}");
    b.settle().await;
    b.acknowledge().await;
    b.settle().await;
    world.nothing_waits_for(bob).await;
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let stored = world
        .state
        .count_messages(alice, dialog, Vec::new())
        .await
        .unwrap();
    assert_eq!(u64::try_from(stored).unwrap(), MESSAGES);
}
