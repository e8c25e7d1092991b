//! A list that scrolls, a line that breaks, and a server that answers late or not at all.

use std::sync::Arc;

use cubist_protocol::ext::status_streaming::StatusSubscription;
use cubist_protocol::ext::tigase_mobile::MobileSwitch;
use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, StanzaError};

use super::{MOST_WATCHED, heard, round, tell};
use crate::connection::RequestError;
use crate::events::ClientEvent;
use crate::model::{Activity, UnixMillis, UserId};
use crate::store::testing::{ME, user_id};
use crate::sync::testing::{NOW, World, parse};

fn watch(world: &World, users: &[u64]) {
    let people: Vec<UserId> = users.iter().map(|&id| user_id(id)).collect();
    let known = world.context.activity.watch(&people, user_id(ME));
    tell(&world.context, known);
}

/// Each person was last there as many minutes ago as their number says; nobody knows person 13.
fn minutes_by_number(world: &World) {
    *world.line.server.lock().unwrap() = Box::new(|iq| {
        let IqBody::Get(IqPayload::LastActivity(_)) = iq.body else {
            return Ok(iq.result(None));
        };
        let user = iq.to.as_ref().unwrap().user_id().unwrap().get();
        if user == 13 {
            let error = StanzaError::new(Condition::Forbidden);
            return Err(RequestError::Refused(Box::new(error)));
        }
        let answer = LastActivity::seconds_ago(user * 60);
        Ok(iq.result(Some(IqPayload::LastActivity(answer))))
    });
}

/// What the server was asked since the last call: `+2` and `-2` for subscriptions, `?2` for
/// questions, `active` and `inactive`.
fn asked(world: &World) -> Vec<String> {
    let requests = std::mem::take(&mut *world.line.requests.lock().unwrap());
    requests.iter().map(in_words).collect()
}

fn in_words(iq: &Iq) -> String {
    match &iq.body {
        IqBody::Set(IqPayload::StatusSubscription(StatusSubscription { user, enable })) => {
            let sign = if *enable { '+' } else { '-' };
            format!("{sign}{}", user.user_id().unwrap())
        }
        IqBody::Get(IqPayload::LastActivity(LastActivity::Query)) => {
            format!("?{}", iq.to.as_ref().unwrap().user_id().unwrap())
        }
        IqBody::Set(IqPayload::Mobile(MobileSwitch::Active)) => "active".to_owned(),
        IqBody::Set(IqPayload::Mobile(MobileSwitch::Inactive)) => "inactive".to_owned(),
        other @ (IqBody::Get(_) | IqBody::Set(_) | IqBody::Result(_) | IqBody::Error { .. }) => {
            panic!("{other:?}")
        }
    }
}

fn told(world: &mut World) -> Vec<(u64, Activity)> {
    let mut told = Vec::new();
    while let Ok(event) = world.events.try_recv() {
        if let ClientEvent::ActivityChanged { people, .. } = event {
            told.extend(
                people
                    .iter()
                    .map(|(user, activity)| (user.get(), *activity)),
            );
        }
    }
    told.sort_unstable_by_key(|(user, _)| *user);
    told
}

fn minutes_ago(minutes: i64) -> Activity {
    Activity::LastSeen(UnixMillis::from_seconds(NOW - minutes * 60))
}

#[tokio::test]
async fn only_what_differs_from_the_former_screen_is_asked() {
    let mut world = World::new().await;
    minutes_by_number(&world);
    world.start_session();
    watch(&world, &[2, 3]);
    round(&world.context).await;
    let mut first = asked(&world);
    first.sort();
    assert_eq!(first, ["+2", "+3", "?2", "?3"]);
    assert_eq!(told(&mut world), [(2, minutes_ago(2)), (3, minutes_ago(3))]);

    watch(&world, &[3, 13]);
    round(&world.context).await;
    assert_eq!(asked(&world), ["-2", "+13", "?13"]);
    assert_eq!(
        told(&mut world),
        [(3, minutes_ago(3)), (13, Activity::Hidden)],
        "what is known is told at once, also to a page that began anew"
    );
    watch(&world, &[3, 13]);
    round(&world.context).await;
    assert_eq!(asked(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_session_that_was_not_resumed_has_everything_renewed() {
    let world = World::new().await;
    minutes_by_number(&world);
    world.start_session();
    watch(&world, &[2]);
    world.context.activity.set_active(false);
    round(&world.context).await;
    assert_eq!(asked(&world), ["inactive", "+2", "?2"]);
    crate::sync::incoming::session_started(&world.context, true);
    round(&world.context).await;
    assert_eq!(asked(&world), Vec::<String>::new());
    world.start_session();
    round(&world.context).await;
    assert_eq!(asked(&world), ["inactive", "+2", "?2"]);
}

#[tokio::test]
async fn what_could_not_be_asked_is_asked_after_the_next_resumption() {
    let world = World::new().await;
    world.start_session();
    *world.line.server.lock().unwrap() = Box::new(|_| Err(RequestError::SessionLost));
    watch(&world, &[2]);
    world.context.activity.set_active(false);
    round(&world.context).await;
    assert_eq!(asked(&world), ["inactive", "+2"]);
    minutes_by_number(&world);
    crate::sync::incoming::session_started(&world.context, true);
    round(&world.context).await;
    assert_eq!(asked(&world), ["inactive", "+2", "?2"]);
}

#[tokio::test]
async fn a_push_of_any_type_is_heard_about_those_who_are_watched() {
    let mut world = World::new().await;
    minutes_by_number(&world);
    world.start_session();
    watch(&world, &[2]);
    round(&world.context).await;
    told(&mut world);
    for kind in ["result", "set", "get"] {
        for (seconds, activity) in [(0, Activity::Online), (60, minutes_ago(1))] {
            for user in [2, 3] {
                world
                    .arrive(&[&format!(
                        "<iq xmlns='jabber:client' type='{kind}' id='x' from='{user}-21@localhost'>\
                         <query xmlns='jabber:iq:last' seconds='{seconds}'/></iq>"
                    )])
                    .await;
            }
            assert_eq!(told(&mut world), [(2, activity)], "{kind}");
        }
    }
    // Somebody of another application has the same number.
    world
        .arrive(&[
            "<iq xmlns='jabber:client' type='set' id='x' from='2-22@localhost'>\
             <query xmlns='jabber:iq:last' seconds='0'/></iq>",
        ])
        .await;
    assert_eq!(told(&mut world), []);
}

#[tokio::test]
async fn an_answer_that_a_push_has_overtaken_is_dropped() {
    let mut world = World::new().await;
    world.start_session();
    let context = Arc::clone(&world.context);
    *world.line.server.lock().unwrap() = Box::new(move |iq| {
        if let IqBody::Get(_) = iq.body {
            let push = parse(
                "<iq xmlns='jabber:client' type='result' id='x' from='2-21@localhost'>\
                 <query xmlns='jabber:iq:last' seconds='0'/></iq>",
            );
            let cubist_protocol::stanza::Stanza::Iq(push) = push else {
                panic!("{push:?}");
            };
            heard(&context, &push);
        }
        let old = IqPayload::LastActivity(LastActivity::seconds_ago(600));
        Ok(iq.result(Some(old)))
    });
    watch(&world, &[2]);
    round(&world.context).await;
    assert_eq!(told(&mut world), [(2, Activity::Online)]);
}

#[tokio::test]
async fn a_glance_asks_once_and_follows_nobody() {
    let mut world = World::new().await;
    minutes_by_number(&world);
    world.start_session();
    assert_eq!(world.context.activity.glance(user_id(5)), None);
    round(&world.context).await;
    assert_eq!(asked(&world), ["?5"]);
    assert_eq!(told(&mut world), [(5, minutes_ago(5))]);
    watch(&world, &[2]);
    round(&world.context).await;
    told(&mut world);
    assert_eq!(
        world.context.activity.glance(user_id(2)),
        Some(minutes_ago(2))
    );
    round(&world.context).await;
    assert_eq!(asked(&world), ["+2", "?2"]);
}

#[tokio::test]
async fn a_screen_cannot_watch_without_bound_nor_oneself() {
    let world = World::new().await;
    world.start_session();
    let everyone: Vec<u64> = (ME..1000).collect();
    watch(&world, &everyone);
    let plan = world.context.activity.plan();
    assert_eq!(plan.start.len(), MOST_WATCHED);
    assert!(!plan.start.contains(&user_id(ME)));
}
