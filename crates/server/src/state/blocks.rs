//! What the default privacy lists forbid, in memory: asked for every receiver of every message.
//!
//! A person without a default list, which is nearly everyone, costs one look into a map.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use cubist_protocol::ids::UserId;

use crate::state::privacy::{PrivacyItem, PrivacyScope};
use crate::state::{State, StateError};

/// What is about to pass from one person to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StanzaKind {
    /// A message of any type.
    Message,
    /// That somebody is there, or when they were.
    Presence,
    /// A question or an answer.
    Iq,
}

/// Whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Nobody minds.
    Free,
    /// The receiver's default list denies it.
    DeniedByReceiver,
    /// The sender's own default list denies it: a block in both directions.
    DeniedBySender,
}

/// Whose block stops a message between two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// The one it is for.
    Recipient,
    /// The one who sends it.
    Sender,
}

/// The rules of all default lists.
#[derive(Default)]
pub(crate) struct Blocks(RwLock<HashMap<UserId, Rules>>);

/// A default list: per address its items by order, as (deny, stanzas).
type Rules = HashMap<(PrivacyScope, UserId), Vec<(bool, u8)>>;

impl Blocks {
    pub(crate) fn load(lists: Vec<(UserId, Vec<PrivacyItem>)>) -> Self {
        let blocks = Self::default();
        for (user, items) in lists {
            blocks.set(user, &items);
        }
        blocks
    }

    /// The user's default list is this one from now on; `items` by their order.
    pub(crate) fn set(&self, user: UserId, items: &[PrivacyItem]) {
        let mut rules = Rules::new();
        for item in items {
            rules
                .entry((item.scope, item.user))
                .or_default()
                .push((item.deny, item.stanzas));
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rules.is_empty() {
            all.remove(&user);
        } else {
            all.insert(user, rules);
        }
    }

    /// The user has no default list any more.
    pub(crate) fn forget(&self, user: UserId) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&user);
    }

    pub(crate) fn passage(
        &self,
        scope: PrivacyScope,
        kind: StanzaKind,
        from: UserId,
        to: UserId,
    ) -> Passage {
        let (incoming, outgoing) = match kind {
            StanzaKind::Message => (PrivacyItem::MESSAGE, 0),
            StanzaKind::Presence => (PrivacyItem::PRESENCE_IN, PrivacyItem::PRESENCE_OUT),
            StanzaKind::Iq => (PrivacyItem::IQ, 0),
        };
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let denies = |list: UserId, other: UserId, bit: u8| {
            let items = all
                .get(&list)
                .and_then(|rules| rules.get(&(scope, other)))?;
            let fitting = items
                .iter()
                .find(|(_, stanzas)| *stanzas == 0 || stanzas & bit != 0)?;
            Some(fitting.0)
        };
        // Who blocked the other is told so rather than that they are blocked, too.
        if denies(from, to, outgoing).unwrap_or_default() {
            Passage::DeniedBySender
        } else if denies(to, from, incoming).unwrap_or_default() {
            Passage::DeniedByReceiver
        } else {
            Passage::Free
        }
    }
}

impl State {
    /// Whether something may pass from one person to another, by their default privacy lists.
    pub fn may_pass(
        &self,
        scope: PrivacyScope,
        kind: StanzaKind,
        from: UserId,
        to: UserId,
    ) -> Passage {
        self.inner.blocks.passage(scope, kind, from, to)
    }
}

/// Fails if one of two people blocks messages between them.
pub(crate) fn check_message(blocks: &Blocks, from: UserId, to: UserId) -> Result<(), StateError> {
    let by = match blocks.passage(PrivacyScope::Person, StanzaKind::Message, from, to) {
        Passage::Free => return Ok(()),
        Passage::DeniedByReceiver => Blocker::Recipient,
        Passage::DeniedBySender => Blocker::Sender,
    };
    Err(StateError::Blocked { by })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_WAY: u8 = PrivacyItem::MESSAGE
        | PrivacyItem::PRESENCE_IN
        | PrivacyItem::PRESENCE_OUT
        | PrivacyItem::IQ;

    fn user(id: u64) -> UserId {
        UserId::new(id).unwrap()
    }

    fn item(order: u32, scope: PrivacyScope, about: u64, deny: bool, stanzas: u8) -> PrivacyItem {
        PrivacyItem {
            order,
            scope,
            user: user(about),
            deny,
            stanzas,
        }
    }

    fn of_ann(items: &[PrivacyItem]) -> Blocks {
        Blocks::load(vec![(user(1), items.to_vec())])
    }

    fn between(blocks: &Blocks, kind: StanzaKind, from: u64, to: u64) -> Passage {
        blocks.passage(PrivacyScope::Person, kind, user(from), user(to))
    }

    #[test]
    fn a_one_way_block_stops_the_blocked_person_only() {
        let blocks = of_ann(&[item(1, PrivacyScope::Person, 2, true, ONE_WAY)]);
        for kind in [StanzaKind::Message, StanzaKind::Iq, StanzaKind::Presence] {
            assert_eq!(between(&blocks, kind, 2, 1), Passage::DeniedByReceiver);
        }
        assert_eq!(between(&blocks, StanzaKind::Message, 1, 2), Passage::Free);
        assert_eq!(between(&blocks, StanzaKind::Iq, 1, 2), Passage::Free);
        // When the blocker was there is not told to the blocked.
        assert_eq!(
            between(&blocks, StanzaKind::Presence, 1, 2),
            Passage::DeniedBySender
        );
        assert_eq!(between(&blocks, StanzaKind::Message, 3, 1), Passage::Free);
    }

    #[test]
    fn an_item_without_stanzas_stops_both() {
        let blocks = of_ann(&[item(1, PrivacyScope::Person, 2, true, 0)]);
        assert_eq!(
            between(&blocks, StanzaKind::Message, 2, 1),
            Passage::DeniedByReceiver
        );
        assert_eq!(
            between(&blocks, StanzaKind::Message, 1, 2),
            Passage::DeniedBySender
        );
    }

    #[test]
    fn the_first_item_that_fits_decides() {
        let blocks = of_ann(&[
            item(1, PrivacyScope::Person, 2, false, PrivacyItem::MESSAGE),
            item(2, PrivacyScope::Person, 2, true, 0),
        ]);
        assert_eq!(between(&blocks, StanzaKind::Message, 2, 1), Passage::Free);
        assert_eq!(
            between(&blocks, StanzaKind::Iq, 2, 1),
            Passage::DeniedByReceiver
        );
    }

    #[test]
    fn rooms_and_people_are_told_apart() {
        let blocks = of_ann(&[item(1, PrivacyScope::Room, 2, true, 0)]);
        assert_eq!(between(&blocks, StanzaKind::Message, 2, 1), Passage::Free);
        let in_room = blocks.passage(PrivacyScope::Room, StanzaKind::Message, user(2), user(1));
        assert_eq!(in_room, Passage::DeniedByReceiver);
    }

    #[test]
    fn a_list_that_is_no_longer_the_default_forbids_nothing() {
        let blocks = of_ann(&[item(1, PrivacyScope::Person, 2, true, 0)]);
        blocks.forget(user(1));
        assert_eq!(between(&blocks, StanzaKind::Message, 2, 1), Passage::Free);
    }
}
