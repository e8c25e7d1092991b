//! The platform's way with privacy lists: for each person two rules, one for what they write to the
//! user and one for what they write in rooms, in the order of the people's numbers.

use std::collections::BTreeMap;

use crate::ext::xep0016_privacy::{
    PrivacyAction, PrivacyItem, PrivacyList, PrivacyStanzas, PrivacySubject,
};
use crate::ids::{AppId, UserId};
use crate::jid::{Jid, JidError};

/// What a list says about one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonRule {
    /// The person.
    pub user: UserId,
    /// Whether they are blocked.
    pub action: PrivacyAction,
    /// Whether the user cannot write to them either; nothing but a block is mutual.
    pub mutual: bool,
}

impl PersonRule {
    /// A block, one-way or mutual.
    pub const fn block(user: UserId, mutual: bool) -> Self {
        Self {
            user,
            action: PrivacyAction::Deny,
            mutual,
        }
    }
}

impl PrivacyList {
    /// The list with these rules, written as the official SDK does it; the last rule about a person
    /// counts.
    ///
    /// Fails only when one of the domains is none.
    pub fn of_people(
        name: impl Into<String>,
        rules: impl IntoIterator<Item = PersonRule>,
        app: AppId,
        domain: &str,
        muc_domain: &str,
    ) -> Result<Self, JidError> {
        let rules: BTreeMap<UserId, PersonRule> =
            rules.into_iter().map(|rule| (rule.user, rule)).collect();
        let mut items = Vec::with_capacity(rules.len().saturating_mul(2));
        let mut order = 0;
        for rule in rules.into_values() {
            let is_mutual = rule.mutual && rule.action == PrivacyAction::Deny;
            let addresses = [
                Jid::user(rule.user, app, domain)?,
                Jid::new(None, muc_domain, Some(&rule.user.to_string()))?,
            ];
            for jid in addresses {
                order += 1;
                items.push(PrivacyItem {
                    subject: PrivacySubject::Jid(jid),
                    action: rule.action,
                    order,
                    stanzas: if is_mutual {
                        PrivacyStanzas::EVERYTHING
                    } else {
                        PrivacyStanzas::FOUR
                    },
                });
            }
        }
        Ok(Self {
            name: name.into(),
            items,
        })
    }

    /// What the list says about people, in the order of its rules; the first rule about a person
    /// counts, as it does when the list is applied.
    ///
    /// Rules about rooms go with those about the person and are not told apart; rules about groups
    /// of the roster and about no messages are none about people.
    pub fn people(&self) -> Vec<PersonRule> {
        let mut items: Vec<&PrivacyItem> = self.items.iter().collect();
        items.sort_by_key(|item| item.order);
        let mut known = std::collections::BTreeSet::new();
        let rules = items.into_iter().filter_map(|item| {
            let PrivacySubject::Jid(jid) = &item.subject else {
                return None;
            };
            let user = jid
                .user_id()
                .filter(|_| item.stanzas.covers_incoming_messages())?;
            known.insert(user).then_some(PersonRule {
                user,
                action: item.action,
                mutual: item.action == PrivacyAction::Deny
                    && item.stanzas.covers_outgoing_messages(),
            })
        });
        rules.collect()
    }
}

impl PrivacySubject {
    /// The person whose messages in rooms this is about: `{muc domain}/{user}`.
    pub fn room_user(&self) -> Option<UserId> {
        match self {
            Self::Jid(jid) if jid.local().is_none() => jid.resource()?.parse().ok(),
            Self::Jid(_) | Self::Everyone | Self::Group(_) | Self::Roster(_) => None,
        }
    }
}
