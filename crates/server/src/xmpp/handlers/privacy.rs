//! XEP-0016: privacy lists, by which the platform blocks people.
//!
//! A list takes effect as the default one. The active list of a session is kept as the XEP wants it (it is named, and
//! other sessions cannot change it), but as on the platform it lets nobody through and keeps nobody away.
//!
//! Other devices are not told of changes: the official SDK takes any such push for somebody's last activity.

use std::sync::Arc;

use cubist_protocol::ext::xep0016_privacy::{
    self as wire, PrivacyAction, PrivacyGet, PrivacyList, PrivacyQuery, PrivacySet, PrivacyStanzas,
    PrivacySubject,
};
use cubist_protocol::stanza::{Condition, Iq, IqPayload};
use futures::FutureExt;

use crate::state::{PrivacyItem, PrivacyScope, StateError};

use crate::xmpp::handlers::{Outcome, Work, answer_iq, finished, refuse_iq, refuse_iq_for};
use crate::xmpp::names::{Addressee, Names};
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// Begins with a request about the user's lists.
pub(super) fn begin(
    router: &Router,
    session: &Arc<Session>,
    iq: Iq,
    query: PrivacyQuery,
    is_set: bool,
) -> Work {
    let router = router.clone();
    let session = Arc::clone(session);
    if is_set {
        let Ok(order) = query.into_set() else {
            return finished(one_at_a_time(&iq));
        };
        async move {
            let _turn = session.turn().await;
            set(&router, &session, &iq, order).await
        }
        .boxed()
    } else {
        let Ok(question) = query.into_get() else {
            return finished(one_at_a_time(&iq));
        };
        async move {
            let _turn = session.turn().await;
            get(&router, &session, &iq, question).await
        }
        .boxed()
    }
}

fn one_at_a_time(iq: &Iq) -> Outcome {
    let text = "A request is about one list.";
    refuse_iq(iq, Condition::BadRequest, text)
}

/// §2.3.
async fn get(router: &Router, session: &Session, iq: &Iq, question: PrivacyGet) -> Outcome {
    let state = router.state();
    let answer = match question {
        PrivacyGet::Names => state.privacy_names(session.user).await.map(|names| {
            Some(PrivacyQuery::of_names(wire::PrivacyNames {
                active: session.active_list(),
                default: names.default,
                names: names.lists,
            }))
        }),
        PrivacyGet::List { name } => {
            let items = state.privacy_list(session.user, name.clone()).await;
            items.map(|items| {
                let items = items?;
                let items = items.iter().map(|item| written(router.names(), item));
                Some(PrivacyQuery::of_list(PrivacyList {
                    name,
                    items: items.collect(),
                }))
            })
        }
    };
    match answer {
        Ok(Some(query)) => answer_iq(iq, Some(IqPayload::Privacy(query))),
        Ok(None) => no_such_list(iq),
        Err(error) => refuse_iq_for(iq, &error),
    }
}

/// §2.4 to §2.8.
async fn set(router: &Router, session: &Session, iq: &Iq, order: PrivacySet) -> Outcome {
    let state = router.state();
    let user = session.user;
    let done = match order {
        PrivacySet::Active(None) => {
            session.set_active_list(None);
            Ok(())
        }
        PrivacySet::Active(Some(name)) => match state.privacy_list(user, name.clone()).await {
            Ok(Some(_)) => {
                session.set_active_list(Some(name));
                Ok(())
            }
            Ok(None) => Err(StateError::NotFound),
            Err(error) => Err(error),
        },
        PrivacySet::Default(name) => state.set_default_privacy_list(user, name).await,
        PrivacySet::Edit(list) => {
            if router.is_active_elsewhere(session, &list.name) {
                return in_use(iq);
            }
            let items = match read(router.names(), &list) {
                Ok(items) => items,
                Err((condition, text)) => return refuse_iq(iq, condition, text),
            };
            state.set_privacy_list(user, list.name, items).await
        }
        PrivacySet::Delete { name } => {
            if router.is_active_elsewhere(session, &name) {
                return in_use(iq);
            }
            let deleted = state.delete_privacy_list(user, name.clone()).await;
            if deleted.is_ok() && session.active_list().as_ref() == Some(&name) {
                session.set_active_list(None);
            }
            deleted
        }
    };
    match done {
        Ok(()) => answer_iq(iq, None),
        Err(StateError::NotFound) => no_such_list(iq),
        Err(error) => refuse_iq_for(iq, &error),
    }
}

fn no_such_list(iq: &Iq) -> Outcome {
    refuse_iq(iq, Condition::ItemNotFound, "There is no such list.")
}

/// §2.6, §2.8.
fn in_use(iq: &Iq) -> Outcome {
    let text = "Can not modify list while being in use by other session.";
    refuse_iq(iq, Condition::Conflict, text)
}

/// The rules as they are stored, by their order, or why they cannot be.
fn read(names: &Names, list: &PrivacyList) -> Result<Vec<PrivacyItem>, (Condition, &'static str)> {
    let read = |item: &wire::PrivacyItem| {
        let jid = match &item.subject {
            PrivacySubject::Jid(jid) => jid,
            PrivacySubject::Everyone | PrivacySubject::Group(_) | PrivacySubject::Roster(_) => {
                let text = "Rules are about people here: type jid.";
                return Err((Condition::FeatureNotImplemented, text));
            }
        };
        let room_user = item
            .subject
            .room_user()
            .filter(|_| names.is_rooms(jid.domain()));
        let (scope, user) = match (names.addressee(jid), room_user) {
            (Addressee::User(user), _) if jid.is_bare() => (PrivacyScope::Person, user),
            (_, Some(user)) => (PrivacyScope::Room, user),
            (_, None) => {
                let text = "A rule is about a person's bare address, or about a person in rooms.";
                return Err((Condition::BadRequest, text));
            }
        };
        Ok(PrivacyItem {
            order: item.order,
            scope,
            user,
            deny: item.action == PrivacyAction::Deny,
            stanzas: bits(item.stanzas),
        })
    };
    let mut items = list.items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    items.sort_unstable_by_key(|item| item.order);
    Ok(items)
}

/// A stored rule as it is sent.
fn written(names: &Names, item: &PrivacyItem) -> wire::PrivacyItem {
    let jid = match item.scope {
        PrivacyScope::Person => names.user(item.user),
        PrivacyScope::Room => names.in_rooms(item.user),
    };
    wire::PrivacyItem {
        subject: PrivacySubject::Jid(jid),
        action: if item.deny {
            PrivacyAction::Deny
        } else {
            PrivacyAction::Allow
        },
        order: item.order,
        stanzas: PrivacyStanzas {
            message: item.stanzas & PrivacyItem::MESSAGE != 0,
            presence_in: item.stanzas & PrivacyItem::PRESENCE_IN != 0,
            presence_out: item.stanzas & PrivacyItem::PRESENCE_OUT != 0,
            iq: item.stanzas & PrivacyItem::IQ != 0,
        },
    }
}

fn bits(stanzas: PrivacyStanzas) -> u8 {
    let chosen = [
        (stanzas.message, PrivacyItem::MESSAGE),
        (stanzas.presence_in, PrivacyItem::PRESENCE_IN),
        (stanzas.presence_out, PrivacyItem::PRESENCE_OUT),
        (stanzas.iq, PrivacyItem::IQ),
    ];
    chosen
        .into_iter()
        .filter(|(is_chosen, _)| *is_chosen)
        .fold(0, |bits, (_, bit)| bits | bit)
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ids::{AppId, UserId};

    use super::*;

    fn names() -> Names {
        Names::new("localhost", "muc.localhost", AppId::new(21).unwrap()).unwrap()
    }

    fn item(value: &str, order: u32, stanzas: PrivacyStanzas) -> wire::PrivacyItem {
        wire::PrivacyItem {
            subject: PrivacySubject::Jid(value.parse().unwrap()),
            action: PrivacyAction::Deny,
            order,
            stanzas,
        }
    }

    fn list(items: Vec<wire::PrivacyItem>) -> PrivacyList {
        PrivacyList {
            name: "l".to_owned(),
            items,
        }
    }

    #[test]
    fn people_and_people_in_rooms_are_told_apart_and_come_in_their_order() {
        let some = PrivacyStanzas {
            message: true,
            iq: true,
            ..PrivacyStanzas::default()
        };
        let (person, room) = (
            item("34-21@localhost", 7, some),
            item("muc.localhost/34", 2, PrivacyStanzas::EVERYTHING),
        );
        let items = read(&names(), &list(vec![person.clone(), room.clone()])).unwrap();
        let user = UserId::new(34).unwrap();
        let expected = |order, scope, stanzas| PrivacyItem {
            order,
            scope,
            user,
            deny: true,
            stanzas,
        };
        assert_eq!(
            items,
            [
                expected(2, PrivacyScope::Room, 0),
                expected(
                    7,
                    PrivacyScope::Person,
                    PrivacyItem::MESSAGE | PrivacyItem::IQ
                )
            ]
        );
        let back: Vec<_> = items.iter().map(|item| written(&names(), item)).collect();
        assert_eq!(back, [room, person]);
    }

    #[test]
    fn rules_about_anything_but_people_of_this_application_are_refused() {
        for value in [
            "34-22@localhost",
            "34-21@example.org",
            "34-21@localhost/phone",
            "muc.example.org/34",
            "muc.localhost/x",
            "localhost",
            "21_5356c64ab35c12bd3b108a41@muc.localhost/34",
        ] {
            let refused = read(&names(), &list(vec![item(value, 1, PrivacyStanzas::FOUR)]));
            assert_eq!(refused.unwrap_err().0, Condition::BadRequest, "{value}");
        }
        let everyone = wire::PrivacyItem {
            subject: PrivacySubject::Everyone,
            ..item("localhost", 1, PrivacyStanzas::FOUR)
        };
        let refused = read(&names(), &list(vec![everyone]));
        assert_eq!(refused.unwrap_err().0, Condition::FeatureNotImplemented);
    }
}
