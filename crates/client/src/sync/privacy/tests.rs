//! A server that keeps lists as XEP-0016 says, and refuses to change the one in force.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cubist_protocol::ext::xep0016_privacy::{PersonRule, PrivacyAction as WireAction};
use cubist_protocol::ext::xep0016_privacy::{
    PrivacyGet, PrivacyItem as WireItem, PrivacyList as WireList, PrivacyNames, PrivacyQuery,
    PrivacySet, PrivacyStanzas, PrivacySubject,
};
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, StanzaError};

use super::{Error, OWN_LIST, block, delete, look, save, set_default, unblock};
use crate::connection::RequestError;
use crate::model::{Block, PrivacyAction, PrivacyItem, PrivacyList};
use crate::store::privacy;
use crate::store::testing::user_id;
use crate::sync::testing::World;

#[derive(Default)]
struct Keeper {
    lists: BTreeMap<String, WireList>,
    default: Option<String>,
    /// Every order, in words.
    orders: Vec<String>,
    /// Orders from this one on get no answer.
    breaks_at: Option<usize>,
    /// Orders to write a list are refused.
    refuses_edits: bool,
}

impl Keeper {
    fn answer(&mut self, iq: &Iq) -> Result<Iq, RequestError> {
        let refused = |condition| Err(RequestError::Refused(Box::new(StanzaError::new(condition))));
        match &iq.body {
            IqBody::Get(IqPayload::Privacy(query)) => {
                let answer = match query.clone().into_get().unwrap() {
                    PrivacyGet::Names => PrivacyQuery::of_names(PrivacyNames {
                        active: None,
                        default: self.default.clone(),
                        names: self.lists.keys().cloned().collect(),
                    }),
                    PrivacyGet::List { name } => match self.lists.get(&name) {
                        Some(list) => PrivacyQuery::of_list(list.clone()),
                        None => return refused(Condition::ItemNotFound),
                    },
                };
                Ok(iq.result(Some(IqPayload::Privacy(answer))))
            }
            IqBody::Set(IqPayload::Privacy(query)) => {
                if self.breaks_at.is_some_and(|at| self.orders.len() >= at) {
                    return Err(RequestError::SessionLost);
                }
                match query.clone().into_set().unwrap() {
                    PrivacySet::Default(name) => {
                        self.orders.push(format!("default {name:?}"));
                        self.default = name;
                    }
                    PrivacySet::Edit(list) => {
                        if self.refuses_edits || self.default.as_ref() == Some(&list.name) {
                            return refused(Condition::Conflict);
                        }
                        self.orders.push(format!("edit {}", list.name));
                        self.lists.insert(list.name.clone(), list);
                    }
                    PrivacySet::Delete { name } => {
                        if self.default.as_ref() == Some(&name) {
                            return refused(Condition::Conflict);
                        }
                        self.orders.push(format!("delete {name}"));
                        self.lists.remove(&name);
                    }
                    other @ PrivacySet::Active(_) => panic!("{other:?}"),
                }
                Ok(iq.result(None))
            }
            other
            @ (IqBody::Get(_) | IqBody::Set(_) | IqBody::Result(_) | IqBody::Error { .. }) => {
                panic!("{other:?}")
            }
        }
    }
}

async fn world() -> (World, Arc<Mutex<Keeper>>) {
    let world = World::new().await;
    let server = Arc::new(Mutex::new(Keeper::default()));
    let answering = Arc::clone(&server);
    *world.line.server.lock().unwrap() = Box::new(move |iq| answering.lock().unwrap().answer(iq));
    (world, server)
}

fn orders(server: &Mutex<Keeper>) -> Vec<String> {
    std::mem::take(&mut server.lock().unwrap().orders)
}

fn people(name: &str, rules: &[PersonRule]) -> WireList {
    let app = cubist_protocol::ids::AppId::new(21).unwrap();
    WireList::of_people(
        name,
        rules.iter().copied(),
        app,
        "localhost",
        "muc.localhost",
    )
    .unwrap()
}

fn allow(user: u64) -> PersonRule {
    PersonRule {
        user: user_id(user),
        action: WireAction::Allow,
        mutual: false,
    }
}

fn deny(user: u64, mutual: bool) -> PersonRule {
    PersonRule::block(user_id(user), mutual)
}

async fn blocked(world: &World) -> Vec<(u64, bool)> {
    let blocked: Vec<Block> = world.context.store.read(privacy::blocked).await.unwrap();
    let in_numbers = |block: &Block| (block.user.get(), block.mutual);
    blocked.iter().map(in_numbers).collect()
}

#[tokio::test]
async fn the_first_block_makes_a_list_and_puts_it_in_force() {
    let (world, server) = world().await;
    block(&world.context, user_id(7), false).await.unwrap();
    assert_eq!(
        orders(&server),
        ["edit cubist", r#"default Some("cubist")"#]
    );
    let expected = people(OWN_LIST, &[deny(7, false)]);
    assert_eq!(server.lock().unwrap().lists[OWN_LIST], expected);
    assert_eq!(blocked(&world).await, [(7, false)]);
    block(&world.context, user_id(7), false).await.unwrap();
    assert_eq!(orders(&server), Vec::<String>::new(), "nothing to change");
}

#[tokio::test]
async fn the_list_in_force_is_extended_and_everything_else_in_it_stays() {
    let (world, server) = world().await;
    let stranger = |order, user: &str| WireItem {
        subject: PrivacySubject::Jid(user.parse().unwrap()),
        action: WireAction::Deny,
        order,
        stanzas: PrivacyStanzas::FOUR,
    };
    let everyone = WireItem {
        subject: PrivacySubject::Everyone,
        action: WireAction::Allow,
        order: 99,
        stanzas: PrivacyStanzas::EVERYTHING,
    };
    {
        let mut server = server.lock().unwrap();
        let mut list = people("mine", &[allow(3), deny(4, true), deny(5, false)]);
        for item in &mut list.items {
            item.order += 10;
        }
        list.items.push(everyone.clone());
        list.items.push(stranger(2, "spam@elsewhere.example"));
        server.lists.insert("mine".to_owned(), list);
        server.default = Some("mine".to_owned());
    }
    block(&world.context, user_id(9), true).await.unwrap();
    assert_eq!(
        orders(&server),
        ["default None", "edit mine", r#"default Some("mine")"#]
    );
    let list = server.lock().unwrap().lists["mine"].clone();
    let expected = [allow(3), deny(4, true), deny(5, false), deny(9, true)];
    assert_eq!(list.people(), {
        let mut all = vec![];
        all.extend(expected);
        all
    });
    assert_eq!(
        list.items.first(),
        Some(&stranger(1, "spam@elsewhere.example")),
        "asked before the people, as it was"
    );
    assert_eq!(
        list.items.last(),
        Some(&WireItem {
            order: 10,
            ..everyone
        })
    );
    assert_eq!(
        blocked(&world).await,
        [(4, true), (5, false), (9, true)],
        "who is let through is not blocked"
    );
    unblock(&world.context, user_id(4)).await.unwrap();
    assert_eq!(blocked(&world).await, [(5, false), (9, true)]);
    unblock(&world.context, user_id(3)).await.unwrap();
    let list = server.lock().unwrap().lists["mine"].clone();
    assert_eq!(
        list.people().first(),
        Some(&allow(3)),
        "nobody blocked them"
    );
}

#[tokio::test]
async fn a_block_becomes_mutual_and_one_way_again() {
    let (world, _server) = world().await;
    for mutual in [false, true, false] {
        block(&world.context, user_id(7), mutual).await.unwrap();
        assert_eq!(blocked(&world).await, [(7, mutual)]);
    }
}

#[tokio::test]
async fn the_last_unblocked_person_takes_the_list_along() {
    let (world, server) = world().await;
    block(&world.context, user_id(7), true).await.unwrap();
    orders(&server);
    unblock(&world.context, user_id(7)).await.unwrap();
    assert_eq!(orders(&server), ["default None", "delete cubist"]);
    assert_eq!(blocked(&world).await, []);
    unblock(&world.context, user_id(7)).await.unwrap();
    assert_eq!(orders(&server), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_change_leaves_the_old_list_in_force() {
    let (world, server) = world().await;
    block(&world.context, user_id(7), false).await.unwrap();
    server.lock().unwrap().refuses_edits = true;
    let error = block(&world.context, user_id(8), false).await.unwrap_err();
    assert!(matches!(error, Error::Line(RequestError::Refused(_))));
    assert_eq!(server.lock().unwrap().default.as_deref(), Some(OWN_LIST));
    assert_eq!(blocked(&world).await, [(7, false)]);
}

#[tokio::test]
async fn a_change_that_was_interrupted_is_finished_by_the_next_session() {
    let (world, server) = world().await;
    block(&world.context, user_id(7), false).await.unwrap();
    orders(&server);
    // The line breaks after "decline", and again after "update".
    for breaks_at in [1, 2] {
        server.lock().unwrap().breaks_at = Some(breaks_at);
        block(&world.context, user_id(8), false).await.unwrap_err();
        assert_eq!(server.lock().unwrap().default, None);
        assert_eq!(
            blocked(&world).await,
            [(7, false)],
            "the cache tells what must hold"
        );
        server.lock().unwrap().breaks_at = None;
        orders(&server);
        look(&world.context).await.unwrap();
        assert_eq!(orders(&server), [r#"default Some("cubist")"#]);
        orders(&server);
    }
    assert_eq!(blocked(&world).await, [(7, false), (8, false)]);
    look(&world.context).await.unwrap();
    assert_eq!(orders(&server), Vec::<String>::new());
}

#[tokio::test]
async fn what_another_device_changed_is_known_after_a_look() {
    let (world, server) = world().await;
    {
        let mut server = server.lock().unwrap();
        let list = people("other", &[deny(5, true), allow(6)]);
        server.lists.insert("other".to_owned(), list);
        server.default = Some("other".to_owned());
    }
    look(&world.context).await.unwrap();
    assert_eq!(blocked(&world).await, [(5, true)]);
    server.lock().unwrap().default = None;
    look(&world.context).await.unwrap();
    assert_eq!(blocked(&world).await, []);
}

#[tokio::test]
async fn several_lists_are_kept_and_one_is_chosen() {
    let (world, server) = world().await;
    let item = |user, action, mutual| PrivacyItem {
        user: user_id(user),
        action,
        mutual,
    };
    let work = [
        item(4, PrivacyAction::Deny, false),
        item(5, PrivacyAction::Allow, false),
    ];
    let night = [item(6, PrivacyAction::Deny, true)];
    save(&world.context, "work", &work).await.unwrap();
    save(&world.context, "night", &night).await.unwrap();
    assert_eq!(orders(&server), ["edit work", "edit night"]);
    assert_eq!(blocked(&world).await, []);
    set_default(&world.context, Some("night".to_owned()))
        .await
        .unwrap();
    assert_eq!(blocked(&world).await, [(6, true)]);
    orders(&server);
    // The one in force is declined first; the other one is not.
    save(&world.context, "night", &work).await.unwrap();
    save(&world.context, "work", &night).await.unwrap();
    assert_eq!(
        orders(&server),
        [
            "default None",
            "edit night",
            r#"default Some("night")"#,
            "edit work"
        ]
    );
    let lists = world.context.store.read(privacy::lists).await.unwrap();
    let list = |name: &str, is_default, items: &[PrivacyItem]| PrivacyList {
        name: name.to_owned(),
        is_default,
        items: items.to_vec(),
    };
    assert_eq!(
        lists,
        [list("night", true, &work), list("work", false, &night)]
    );
    delete(&world.context, "night").await.unwrap();
    assert_eq!(orders(&server), ["default None", "delete night"]);
    assert_eq!(blocked(&world).await, []);
    for missing in [
        delete(&world.context, "night").await,
        set_default(&world.context, Some("night".to_owned())).await,
    ] {
        assert!(matches!(missing, Err(Error::NoList)));
    }
    set_default(&world.context, None).await.unwrap();
}
