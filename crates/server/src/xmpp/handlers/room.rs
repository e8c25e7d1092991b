//! XEP-0045: being seen in a room. Getting its messages needs no joining.
//!
//! An occupant's name in the room is the user's number, whatever name was asked for.

use std::sync::Arc;

use cubist_protocol::ext::xep0030_disco_items::DiscoItems;
use cubist_protocol::ext::xep0045_muc::{Affiliation, MucItem, MucUser, status};
use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::stanza::{Condition, Iq, IqPayload, Presence, PresenceKind, StanzaError};
use cubist_protocol::xml::Framing;
use futures::FutureExt;

use crate::state::{DialogCard, DialogKind};

use crate::xmpp::handlers::occupant::{actor, gone, here, presence_of, say_farewell, sees};
use crate::xmpp::handlers::{Outcome, Work, answer_iq, finished, refuse_iq, stanza_error};
use crate::xmpp::rooms::Notice;
use crate::xmpp::router::Router;
use crate::xmpp::session::{Outgoing, Session};

/// Begins with a presence to a room.
pub(super) fn begin(
    router: &Router,
    session: &Arc<Session>,
    presence: Presence,
    dialog: DialogId,
) -> Work {
    let router = router.clone();
    let session = Arc::clone(session);
    match presence.kind {
        PresenceKind::Available => async move {
            let _turn = session.turn().await;
            match join(&router, &session, &presence, dialog).await {
                Ok(answer) => Outcome::Reply(answer.to_xml(Framing::Tcp)),
                Err(Refused::Because(error)) => match presence.error_reply(error) {
                    Some(refusal) => Outcome::Reply(refusal.to_xml(Framing::Tcp)),
                    None => Outcome::Done,
                },
                Err(Refused::Stopping) => Outcome::Abandoned,
            }
        }
        .boxed(),
        PresenceKind::Unavailable => async move {
            let _turn = session.turn().await;
            leave(&router, &session, dialog).await;
            let own = MucUser {
                item: Some(gone(Affiliation::Member, None)),
                statuses: vec![status::SELF_PRESENCE],
            };
            let answer = Presence {
                from: Some(router.names().occupant(dialog, session.user)),
                to: Some(session.jid.clone()),
                ..own.presence(PresenceKind::Unavailable)
            };
            Outcome::Reply(answer.to_xml(Framing::Tcp))
        }
        .boxed(),
        PresenceKind::Probe
        | PresenceKind::Subscribe
        | PresenceKind::Subscribed
        | PresenceKind::Unsubscribe
        | PresenceKind::Unsubscribed
        | PresenceKind::Error => finished(Outcome::Done),
    }
}

/// Why somebody has no business in a room.
pub(super) enum Refused {
    /// The answer.
    Because(StanzaError),
    /// The backend is stopping; there is none.
    Stopping,
}

impl Refused {
    fn with(condition: Condition, text: impl Into<String>) -> Self {
        Self::Because(StanzaError::new(condition).with_text(text))
    }
}

/// The dialog, if the user may enter its room.
pub(super) async fn admit(
    router: &Router,
    user: UserId,
    dialog: DialogId,
) -> Result<Arc<DialogCard>, Refused> {
    let state = router.state();
    let found = async {
        let Some(card) = state.dialog_card(&dialog).await? else {
            return Ok(None);
        };
        let is_in = state.is_in_dialog(user, &card).await?;
        Ok(Some((card, is_in)))
    };
    match found.await {
        Ok(Some((_, false))) => Err(Refused::with(
            Condition::Forbidden,
            "You are not an occupant of this dialog.",
        )),
        Ok(Some((card, true))) if card.kind == DialogKind::Private => Err(Refused::with(
            Condition::NotAllowed,
            "A private dialog is no room.",
        )),
        Ok(Some((card, true))) => Ok(card),
        Ok(None) => Err(Refused::with(
            Condition::ItemNotFound,
            "There is no such dialog.",
        )),
        Err(error) => Err(stanza_error(&error).map_or(Refused::Stopping, Refused::Because)),
    }
}

/// §7.2: first those who are there, then the own presence, which is returned.
async fn join(
    router: &Router,
    session: &Arc<Session>,
    presence: &Presence,
    dialog: DialogId,
) -> Result<Presence, Refused> {
    let user = session.user;
    let names = router.names();
    let card = admit(router, user, dialog).await?;
    let text = presence_of(
        router,
        dialog,
        user,
        PresenceKind::Available,
        here(&card, user),
        &[],
    );
    let bounds = router.bounds();
    let joined = router.rooms().join(
        dialog,
        session,
        bounds.joined_rooms,
        &Notice {
            text: &text,
            reaches: &|viewer| sees(router, viewer, user),
            audience: bounds.room_audience,
        },
    );
    let Ok(others) = joined else {
        let most = bounds.joined_rooms;
        let text = format!("A session can be in {most} rooms at a time.");
        return Err(Refused::with(Condition::ResourceConstraint, text));
    };
    // Somebody may have removed the user in between, and found nobody to put out.
    if let Err(refused) = admit(router, user, dialog).await {
        leave(router, session, dialog).await;
        return Err(refused);
    }
    for other in others
        .into_iter()
        .filter(|other| sees(router, user, *other))
    {
        let text = presence_of(
            router,
            dialog,
            other,
            PresenceKind::Available,
            here(&card, other),
            &[],
        );
        session.offer(Outgoing {
            text,
            to_resource: true,
            custody: None,
        });
    }
    let own = MucUser {
        item: Some(MucItem {
            nick: Some(user.to_string()),
            jid: Some(session.jid.clone()),
            ..here(&card, user)
        }),
        statuses: vec![status::SELF_PRESENCE],
    };
    Ok(Presence {
        id: presence.id.clone(),
        from: Some(names.occupant(dialog, user)),
        to: Some(session.jid.clone()),
        ..own.presence(PresenceKind::Available)
    })
}

/// §7.14, or the session's end.
async fn leave(router: &Router, session: &Session, dialog: DialogId) {
    if !router.rooms().has(dialog, session.serial) {
        return;
    }
    // Who is no longer in the dialog, or cannot be asked for, leaves as nobody in particular.
    let card = router.state().dialog_card(&dialog).await.ok().flatten();
    let affiliation = card.map_or(Affiliation::None, |card| {
        here(&card, session.user).affiliation
    });
    let user = session.user;
    let item = gone(affiliation, None);
    let text = presence_of(router, dialog, user, PresenceKind::Unavailable, item, &[]);
    router.rooms().leave(
        dialog,
        session,
        &Notice {
            text: &text,
            reaches: &|viewer| sees(router, viewer, user),
            audience: router.bounds().room_audience,
        },
    );
}

/// The session wants to see nobody: it leaves all its rooms, also those it was about to join.
pub(super) fn leave_all_in_turn(router: &Router, session: &Arc<Session>) -> Work {
    let router = router.clone();
    let session = Arc::clone(session);
    async move {
        let _turn = session.turn().await;
        leave_all(&router, &session).await;
        Outcome::Done
    }
    .boxed()
}

/// The session is over: it leaves all its rooms.
pub(in crate::xmpp) async fn leave_all(router: &Router, session: &Session) {
    for dialog in router.rooms().of_session(session.serial) {
        leave(router, session, dialog).await;
    }
}

/// §9.4: people are no longer in the dialog, by their own wish or somebody else's.
pub(in crate::xmpp) fn put_out(router: &Router, dialog: DialogId, by: UserId, users: &[UserId]) {
    for user in users.iter().copied() {
        let (item, codes): (_, &[u16]) = if user == by {
            (gone(Affiliation::None, None), &[])
        } else {
            (
                gone(Affiliation::None, Some(actor(router, by))),
                &[status::BANNED],
            )
        };
        let text = presence_of(
            router,
            dialog,
            user,
            PresenceKind::Unavailable,
            item.clone(),
            codes,
        );
        let sessions = router.rooms().put_out(
            dialog,
            user,
            &Notice {
                text: &text,
                reaches: &|viewer| sees(router, viewer, user),
                audience: router.bounds().room_audience,
            },
        );
        say_farewell(router, dialog, user, &item, codes, &sessions);
    }
}

/// §10.9: the dialog is gone.
pub(in crate::xmpp) fn close(router: &Router, dialog: DialogId, by: UserId) {
    for session in router.rooms().close(dialog) {
        let item = gone(Affiliation::None, Some(actor(router, by)));
        let user = session.user;
        say_farewell(router, dialog, user, &item, &[status::BANNED], &[session]);
    }
}

/// §6.5: who is in the room.
pub(super) fn items(router: &Router, session: &Arc<Session>, iq: Iq, dialog: DialogId) -> Work {
    let router = router.clone();
    let user = session.user;
    async move {
        if let Err(refused) = admit(&router, user, dialog).await {
            return refuse(&iq, refused);
        }
        let people = router.rooms().people(dialog, router.bounds().room_audience);
        let names = router.names();
        let items = DiscoItems::of(people.into_iter().map(|user| names.occupant(dialog, user)));
        answer_iq(&iq, Some(IqPayload::DiscoItems(items)))
    }
    .boxed()
}

/// XEP-0199 to the room; XEP-0410 to the own occupant in it.
pub(super) fn ping(router: &Router, session: &Arc<Session>, iq: Iq, dialog: DialogId) -> Work {
    let router = router.clone();
    let session = Arc::clone(session);
    async move {
        let _turn = session.turn().await;
        if let Err(refused) = admit(&router, session.user, dialog).await {
            return refuse(&iq, refused);
        }
        let Some(occupant) = iq.to.as_ref().filter(|to| !to.is_bare()) else {
            return answer_iq(&iq, None);
        };
        if occupant.occupant_user_id() != Some(session.user) {
            refuse_iq(&iq, Condition::ServiceUnavailable, "Service not available.")
        } else if router.rooms().has(dialog, session.serial) {
            answer_iq(&iq, None)
        } else {
            refuse_iq(
                &iq,
                Condition::NotAcceptable,
                "You have not joined this room.",
            )
        }
    }
    .boxed()
}

/// The negative answer to a request.
pub(super) fn refuse(iq: &Iq, refused: Refused) -> Outcome {
    match refused {
        Refused::Because(error) => Outcome::Reply(iq.error(error).to_xml(Framing::Tcp)),
        Refused::Stopping => Outcome::Abandoned,
    }
}
