use cubist_protocol::stanza::StanzaError;

use super::*;
use crate::store::testing::{ME, dialog_id, user_id};
use crate::sync::testing::{World, parse};

fn presence(kind: &str, from: u64, inside: &str) -> String {
    let room = dialog_id(2);
    format!(
        r#"<presence xmlns="jabber:client" {kind} from="21_{room}@muc.localhost/{from}" to="1-21@localhost/r">{inside}</presence>"#
    )
}

const OWN: &str = r#"<x xmlns="http://jabber.org/protocol/muc#user"><item affiliation="member" role="participant"/><status code="110"/></x>"#;
const OTHERS: &str = r#"<x xmlns="http://jabber.org/protocol/muc#user"><item affiliation="member" role="participant"/></x>"#;

/// Lets `ask` wait for its answer, says some presences, and gives what became of it.
async fn answered(
    world: &mut World,
    ask: impl Future<Output = Result<(), Error>>,
    presences: &[String],
) -> Result<(), Error> {
    let context = Arc::clone(&world.context);
    let (outcome, ()) = tokio::join!(ask, async {
        let (sent, _) = world.sent.recv().await.unwrap();
        assert!(matches!(sent, Stanza::Presence(_)), "{sent:?}");
        for text in presences {
            let Stanza::Presence(presence) = parse(text) else {
                panic!("{text}");
            };
            context.rooms.heard(&presence, &context.who);
        }
    });
    outcome
}

#[tokio::test]
async fn a_room_is_joined_when_it_says_so_of_oneself_and_left_likewise() {
    let mut world = World::new().await;
    let context = Arc::clone(&world.context);
    let said = [presence("", 3, OTHERS), presence("", ME, OWN)];
    let joined = answered(&mut world, join(&context, dialog_id(2)), &said).await;
    assert_eq!(joined, Ok(()));

    // A new session is in no room.
    join_again(&context).await;
    assert_eq!(world.sent_so_far().len(), 1);

    let said = [presence(r#"type="unavailable""#, ME, OWN)];
    let left = answered(&mut world, leave(&context, dialog_id(2)), &said).await;
    assert_eq!(left, Ok(()));
    join_again(&context).await;
    assert_eq!(leave(&context, dialog_id(2)).await, Ok(()));
    assert!(world.sent_so_far().is_empty(), "left already");
}

#[tokio::test]
async fn a_room_that_lets_nobody_in_says_why() {
    let mut world = World::new().await;
    let context = Arc::clone(&world.context);
    for (condition, expected) in [
        ("forbidden", Error::Forbidden),
        ("item-not-found", Error::NotFound),
        ("feature-not-implemented", Error::Unsupported),
    ] {
        let error = format!(
            r#"<error type="auth"><{condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>"#
        );
        let said = [presence(r#"type="error""#, ME, &error)];
        let joined = answered(&mut world, join(&context, dialog_id(2)), &said).await;
        assert_eq!(joined, Err(expected));
    }
    world.line.set_online(false);
    assert_eq!(join(&context, dialog_id(2)).await, Err(Error::NotConnected));
}

#[tokio::test]
async fn who_is_in_a_room_is_asked_of_the_room() {
    let world = World::new().await;
    let room = world.context.who.room(dialog_id(2)).unwrap();
    *world.line.server.lock().unwrap() = Box::new(move |iq| {
        assert_eq!(iq.to, Some(room.clone()));
        let present = [3, ME].map(|id| room.with_resource(&id.to_string()).unwrap());
        Ok(iq.result(Some(IqPayload::DiscoItems(DiscoItems::of(present)))))
    });
    assert_eq!(
        occupants(&world.context, dialog_id(2)).await,
        Ok(vec![user_id(ME), user_id(3)])
    );
    *world.line.server.lock().unwrap() = Box::new(|_| {
        let error = StanzaError::new(Condition::ItemNotFound);
        Err(RequestError::Refused(Box::new(error)))
    });
    assert_eq!(
        occupants(&world.context, dialog_id(2)).await,
        Err(Error::NotFound)
    );
}
