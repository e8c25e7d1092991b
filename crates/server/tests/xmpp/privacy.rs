//! Keeping privacy lists (XEP-0016): what is stored, what is refused. What lists do stands in `blocks`.

use std::fmt::Write;

use cubist_protocol::ids::UserId;

use crate::support::{Client, World};

/// A request or an answer about privacy lists.
fn query(inner: &str) -> String {
    format!("<query xmlns=\"jabber:iq:privacy\">{inner}</query>")
}

const ALL: &str = "<message/><presence-in/><presence-out/><iq/>";

/// A rule; `stanzas` are its children.
fn item(value: &str, action: &str, order: u32, stanzas: &str) -> String {
    let head =
        format!("<item type=\"jid\" value=\"{value}\" action=\"{action}\" order=\"{order}\"");
    if stanzas.is_empty() {
        format!("{head}/>")
    } else {
        format!("{head}>{stanzas}</item>")
    }
}

/// A list as the official SDK writes it: each person is blocked, both ways if so.
pub fn blocking(name: &str, people: &[(UserId, bool)]) -> String {
    let mut items = String::new();
    let mut order = 0;
    for (user, is_mutual) in people {
        for value in [
            format!("{user}-21@localhost"),
            format!("muc.localhost/{user}"),
        ] {
            order += 1;
            items += &item(&value, "deny", order, if *is_mutual { "" } else { ALL });
        }
    }
    query(&format!("<list name=\"{name}\">{items}</list>"))
}

pub fn default(name: &str) -> String {
    query(&format!("<default name=\"{name}\"/>"))
}

pub fn no_default() -> String {
    query("<default/>")
}

async fn names(client: &mut Client) -> String {
    let answer = client
        .ask("get", "", "<query xmlns=\"jabber:iq:privacy\"/>")
        .await;
    let (_, rest) = answer
        .split_once("<query xmlns=\"jabber:iq:privacy\"")
        .unwrap();
    rest.split_once("</iq>").unwrap().0.to_owned()
}

async fn list(client: &mut Client, name: &str) -> String {
    client
        .ask("get", "", &query(&format!("<list name=\"{name}\"/>")))
        .await
}

#[tokio::test]
async fn a_list_is_made_shown_replaced_and_deleted() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let mut a = world.online(alice).await;
    assert_eq!(names(&mut a).await, "/>");
    let both = blocking("l", &[(bob, false), (carol, true)]);
    a.order(&both).await;
    assert!(list(&mut a, "l").await.contains(&both));
    let one = blocking("l", &[(carol, false)]);
    a.order(&one).await;
    assert!(list(&mut a, "l").await.contains(&one));
    a.order(&default("l")).await;
    a.order(&blocking("m", &[(bob, true)])).await;
    assert_eq!(
        names(&mut a).await,
        "><default name=\"l\"/><list name=\"l\"/><list name=\"m\"/></query>"
    );
    a.order(&query("<list name=\"l\"/>")).await;
    assert_eq!(names(&mut a).await, "><list name=\"m\"/></query>");
    for gone in [
        list(&mut a, "l").await,
        a.ask("set", "", &query("<list name=\"l\"/>")).await,
    ] {
        assert!(
            gone.contains("<error code=\"404\" type=\"cancel\"><item-not-found"),
            "{gone}"
        );
    }
}

#[tokio::test]
async fn a_list_is_shown_by_the_order_of_its_rules() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let (first, second) = (
        item("muc.localhost/9", "allow", 3, "<message/>"),
        item("9-21@localhost", "deny", 70, "<presence-in/><iq/>"),
    );
    a.order(&query(&format!("<list name=\"l\">{second}{first}</list>")))
        .await;
    let shown = list(&mut a, "l").await;
    assert!(
        shown.contains(&query(&format!("<list name=\"l\">{first}{second}</list>"))),
        "{shown}"
    );
}

#[tokio::test]
async fn declining_updating_and_activating_is_the_way_of_the_guide() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let mut a = world.online(alice).await;
    a.order(&blocking("l", &[(bob, false)])).await;
    a.order(&default("l")).await;
    a.order(&no_default()).await;
    a.order(&blocking("l", &[(bob, false), (carol, false)]))
        .await;
    a.order(&default("l")).await;
    // Declining twice is no mistake.
    a.order(&no_default()).await;
    a.order(&no_default()).await;
    assert_eq!(names(&mut a).await, "><list name=\"l\"/></query>");
}

#[tokio::test]
async fn an_active_list_is_named_to_its_session_and_kept_from_others() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut phone, mut laptop) = (world.online(alice).await, world.online(alice).await);
    phone.order(&blocking("l", &[(bob, false)])).await;
    phone.order(&query("<active name=\"l\"/>")).await;
    assert_eq!(
        names(&mut phone).await,
        "><active name=\"l\"/><list name=\"l\"/></query>"
    );
    assert_eq!(names(&mut laptop).await, "><list name=\"l\"/></query>");
    for change in [blocking("l", &[]), blocking("l", &[(bob, true)])] {
        let refused = laptop.ask("set", "", &change).await;
        assert!(
            refused.contains("<error code=\"409\" type=\"cancel\"><conflict"),
            "{refused}"
        );
        assert!(
            refused.contains("Can not modify list while being in use by other session"),
            "{refused}"
        );
    }
    // Its own session may change it, and others again once it is declined or gone.
    phone.order(&blocking("l", &[(bob, true)])).await;
    phone.order(&query("<active/>")).await;
    laptop.order(&blocking("l", &[(bob, false)])).await;
    laptop.order(&query("<active name=\"l\"/>")).await;
    laptop.order(&query("<list name=\"l\"/>")).await;
    assert_eq!(names(&mut laptop).await, "/>");
}

#[tokio::test]
async fn nothing_can_be_used_that_does_not_exist() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    a.order(&blocking("l", &[(alice, false)])).await;
    a.order(&default("l")).await;
    for order in [query("<active name=\"x\"/>"), default("x")] {
        let refused = a.ask("set", "", &order).await;
        assert!(refused.contains("<item-not-found"), "{refused}");
    }
    // The failed choice changed nothing.
    assert_eq!(
        names(&mut a).await,
        "><default name=\"l\"/><list name=\"l\"/></query>"
    );
}

#[tokio::test]
async fn rules_that_mean_nothing_are_refused_and_change_nothing() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let good = blocking("l", &[(bob, false)]);
    a.order(&good).await;
    let of = |items: &str| query(&format!("<list name=\"l\">{items}</list>"));
    let ok = item("9-21@localhost", "deny", 1, "");
    for bad in [
        of(&(ok.clone() + &item("8-21@localhost", "deny", 1, ""))),
        of(&item("9-21@localhost", "deny", 1, "").replace("\"1\"", "\"-1\"")),
        of(&item("9-21@localhost", "deny", 1, "").replace("\"1\"", "\"first\"")),
        of(&item("9-21@localhost", "deny", 1, "").replace("\"1\"", "\"99999999999\"")),
        of(&item("9-21@localhost", "deny", 1, "").replace(" order=\"1\"", "")),
        of(&item("9-21@localhost", "perhaps", 1, "")),
        of(&item("9-21@localhost", "deny", 1, "<everything/>")),
        of(&item("", "deny", 1, "")),
        of(&item("@", "deny", 1, "")),
        of(&item("9-22@localhost", "deny", 1, "")),
        of(&item("9-21@example.org", "deny", 1, "")),
        of(&item("9-21@localhost/phone", "deny", 1, "")),
        of("<item type=\"colour\" value=\"red\" action=\"deny\" order=\"1\"/>"),
        query(&format!("<list>{ok}</list>")),
        query(&format!(
            "<list name=\"l\">{ok}</list><list name=\"m\">{ok}</list>"
        )),
        query("<active name=\"l\"/><default name=\"l\"/>"),
        query(""),
    ] {
        let refused = a.ask("set", "", &bad).await;
        assert!(
            refused.contains("<error code=\"400\" type=\"modify\"><bad-request"),
            "{bad}: {refused}"
        );
    }
    for unsupported in [
        "<item action=\"deny\" order=\"1\"/>",
        "<item type=\"group\" value=\"friends\" action=\"deny\" order=\"1\"/>",
        "<item type=\"subscription\" value=\"none\" action=\"deny\" order=\"1\"/>",
    ] {
        let refused = a.ask("set", "", &of(unsupported)).await;
        assert!(refused.contains("<feature-not-implemented"), "{refused}");
    }
    let refused = a
        .ask("get", "", &query("<list name=\"l\"/><list name=\"m\"/>"))
        .await;
    assert!(refused.contains("<bad-request"), "{refused}");
    assert!(list(&mut a, "l").await.contains(&good));
    assert_eq!(names(&mut a).await, "><list name=\"l\"/></query>");
}

#[tokio::test]
async fn huge_lists_too_many_lists_and_long_names_are_refused() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let mut items = String::new();
    for order in 1..=2_100 {
        write!(
            items,
            "<item type=\"jid\" value=\"9-21@localhost\" action=\"deny\" order=\"{order}\"/>"
        )
        .unwrap();
    }
    let huge = query(&format!("<list name=\"l\">{items}</list>"));
    let long = blocking(&"n".repeat(300), &[(alice, false)]);
    for refused in [a.ask("set", "", &huge).await, a.ask("set", "", &long).await] {
        assert!(
            refused.contains("<error code=\"406\" type=\"modify\"><policy-violation"),
            "{refused}"
        );
        assert!(
            refused.contains("maximum") || refused.contains("between"),
            "{refused}"
        );
    }
    let mut refused = 0;
    for n in 0..60 {
        let answer = a
            .ask("set", "", &blocking(&format!("l{n}"), &[(alice, false)]))
            .await;
        refused += usize::from(answer.contains("<policy-violation"));
    }
    assert_eq!(refused, 10);
}

#[tokio::test]
async fn lists_are_the_users_own_and_outlast_the_backend() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.order(&blocking("l", &[(bob, false)])).await;
    a.order(&default("l")).await;
    assert_eq!(names(&mut b).await, "/>");
    assert!(list(&mut b, "l").await.contains("<item-not-found"));
    drop((a, b));
    let world = World::on(world.stop().await, |_| {}).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    assert_eq!(
        names(&mut a).await,
        "><default name=\"l\"/><list name=\"l\"/></query>"
    );
    b.say(alice, "m1", "hello").await;
    assert!(b.next().await.contains("<service-unavailable"));
}
