//! XEP-0016: Privacy Lists, by which the platform blocks people (guide: "Privacy (blacklist) API").
//!
//! One element serves eight requests and two answers, and only the IQ's type tells some of them
//! apart: a list without items is a question in a `get` and a deletion in a `set`. So there is one
//! struct for what stands there, and [`PrivacyQuery::into_get`] and [`PrivacyQuery::into_set`] for
//! what is meant.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::xml::Element;

mod item;
mod people;

pub use crate::ext::xep0016_privacy::item::{
    PrivacyAction, PrivacyItem, PrivacyStanzas, PrivacySubject, RosterState,
};
pub use crate::ext::xep0016_privacy::people::PersonRule;

/// A named list of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyList {
    /// Its name, unique for the user.
    pub name: String,
    /// Its rules as they stand there; they apply in the order of their numbers.
    pub items: Vec<PrivacyItem>,
}

/// An `active` or a `default`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PrivacyChoice {
    /// It is not there.
    #[default]
    Unmentioned,
    /// It names no list: none is used.
    Declined,
    /// It names this list.
    List(String),
}

impl PrivacyChoice {
    fn of(name: Option<String>) -> Self {
        name.map_or(Self::Declined, Self::List)
    }

    fn into_name(self) -> Option<String> {
        match self {
            Self::Unmentioned | Self::Declined => None,
            Self::List(name) => Some(name),
        }
    }

    fn read_into(&mut self, element: &Element, name: &'static str) -> Result<(), ParseError> {
        if *self != Self::Unmentioned {
            return Err(ParseError::MissingChild(name));
        }
        let list = element.attr("name").filter(|name| !name.is_empty());
        *self = Self::of(list.map(str::to_owned));
        Ok(())
    }

    fn to_element(&self, name: &str) -> Option<Element> {
        let list = match self {
            Self::Unmentioned => return None,
            Self::Declined => None,
            Self::List(list) => Some(list.as_str()),
        };
        Some(Element::new(name, ns::PRIVACY).with_attr_opt("name", list))
    }
}

/// The `query` of all requests and answers about privacy lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyQuery {
    /// The `active` element.
    pub active: PrivacyChoice,
    /// The `default` element.
    pub default: PrivacyChoice,
    /// The lists, by name only or with their items.
    pub lists: Vec<PrivacyList>,
}

/// What a `get` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivacyGet {
    /// §2.3: the names of all lists, and which ones are the active and the default one.
    Names,
    /// §2.3: one list.
    List {
        /// Its name.
        name: String,
    },
}

/// What a `set` orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivacySet {
    /// §2.4: this list holds for this session; `None` declines the use of any.
    Active(Option<String>),
    /// §2.5: this list holds for the account; `None` declines the use of any.
    Default(Option<String>),
    /// §2.6: the list is made, or replaced as a whole. It has at least one item.
    Edit(PrivacyList),
    /// §2.8: the list goes.
    Delete {
        /// Its name.
        name: String,
    },
}

/// The answer to [`PrivacyGet::Names`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyNames {
    /// The list that holds for this session.
    pub active: Option<String>,
    /// The list that holds for the account.
    pub default: Option<String>,
    /// All lists.
    pub names: Vec<String>,
}

impl PrivacyQuery {
    /// The request for the names.
    pub fn get_names() -> Self {
        Self::default()
    }

    /// The request for one list.
    pub fn get_list(name: impl Into<String>) -> Self {
        Self::of_list(PrivacyList {
            name: name.into(),
            items: Vec::new(),
        })
    }

    /// The order to make or replace a list; also the answer to [`Self::get_list`].
    ///
    /// Without items it would be the order to delete it.
    pub fn of_list(list: PrivacyList) -> Self {
        Self {
            lists: vec![list],
            ..Self::default()
        }
    }

    /// The order to delete a list.
    pub fn delete(name: impl Into<String>) -> Self {
        Self::get_list(name)
    }

    /// The order to use a list for the account, or none.
    pub fn set_default(name: Option<String>) -> Self {
        Self {
            default: PrivacyChoice::of(name),
            ..Self::default()
        }
    }

    /// The order to use a list for this session, or none.
    pub fn set_active(name: Option<String>) -> Self {
        Self {
            active: PrivacyChoice::of(name),
            ..Self::default()
        }
    }

    /// The answer to [`Self::get_names`].
    pub fn of_names(names: PrivacyNames) -> Self {
        let lists = names.names.into_iter().map(|name| PrivacyList {
            name,
            items: Vec::new(),
        });
        Self {
            active: names
                .active
                .map_or(PrivacyChoice::Unmentioned, PrivacyChoice::List),
            default: names
                .default
                .map_or(PrivacyChoice::Unmentioned, PrivacyChoice::List),
            lists: lists.collect(),
        }
    }

    /// What this means in a `get`; an error (a bad request) when it is none of [`PrivacyGet`].
    pub fn into_get(self) -> Result<PrivacyGet, ParseError> {
        let is_mentioned = |choice: &PrivacyChoice| *choice != PrivacyChoice::Unmentioned;
        if is_mentioned(&self.active) || is_mentioned(&self.default) {
            return Err(ParseError::MissingChild("list"));
        }
        let mut lists = self.lists.into_iter();
        match (lists.next(), lists.next()) {
            (None, _) => Ok(PrivacyGet::Names),
            (Some(list), None) if list.items.is_empty() => Ok(PrivacyGet::List { name: list.name }),
            // §2.3: one list at a time.
            (Some(_), _) => Err(ParseError::MissingChild("list")),
        }
    }

    /// What this means in a `set`; an error (a bad request) when it is none of [`PrivacySet`].
    pub fn into_set(self) -> Result<PrivacySet, ParseError> {
        let mut lists = self.lists.into_iter();
        match (self.active, self.default, lists.next(), lists.next()) {
            (PrivacyChoice::Unmentioned, PrivacyChoice::Unmentioned, Some(list), None) => {
                Ok(if list.items.is_empty() {
                    PrivacySet::Delete { name: list.name }
                } else {
                    PrivacySet::Edit(list)
                })
            }
            // §2.6: one of them at a time.
            (PrivacyChoice::Unmentioned, PrivacyChoice::Unmentioned, _, _) | (_, _, Some(_), _) => {
                Err(ParseError::MissingChild("list"))
            }
            (active, PrivacyChoice::Unmentioned, None, _) => {
                Ok(PrivacySet::Active(active.into_name()))
            }
            (PrivacyChoice::Unmentioned, default, None, _) => {
                Ok(PrivacySet::Default(default.into_name()))
            }
            (_, _, None, _) => Err(ParseError::MissingChild("list")),
        }
    }

    /// What this means as the answer to [`PrivacyGet::Names`].
    ///
    /// Each name once, though a server may repeat those of the active and the default list.
    pub fn into_names(self) -> PrivacyNames {
        let mut names: Vec<String> = Vec::with_capacity(self.lists.len());
        let mut known = std::collections::BTreeSet::new();
        for list in self.lists {
            if known.insert(list.name.clone()) {
                names.push(list.name);
            }
        }
        PrivacyNames {
            active: self.active.into_name(),
            default: self.default.into_name(),
            names,
        }
    }

    /// What this means as the answer to [`PrivacyGet::List`]; `None` when the list is not there.
    pub fn into_list(self) -> Option<PrivacyList> {
        self.lists.into_iter().next()
    }

    /// Reads a `query`.
    ///
    /// One rule that is not understood makes the whole unreadable: a list applied in part could let
    /// through whom it was made against.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "query", ns::PRIVACY)?;
        let mut query = Self::default();
        for child in element.elements().filter(|child| child.ns() == ns::PRIVACY) {
            match child.name() {
                "active" => query.active.read_into(child, "active")?,
                "default" => query.default.read_into(child, "default")?,
                "list" => query.lists.push(PrivacyList::read(child)?),
                _ => return Err(ParseError::UnexpectedElement),
            }
        }
        Ok(query)
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut query = Element::new("query", ns::PRIVACY);
        let choices = [
            self.active.to_element("active"),
            self.default.to_element("default"),
        ];
        for choice in choices.into_iter().flatten() {
            query.push(choice);
        }
        for list in &self.lists {
            query.push(list.to_element());
        }
        query
    }
}

impl PrivacyList {
    fn read(element: &Element) -> Result<Self, ParseError> {
        let items = element
            .elements()
            .filter(|child| child.is("item", ns::PRIVACY));
        let list = Self {
            name: crate::stanza::attributes::required(element, "name")?,
            items: items.map(PrivacyItem::read).collect::<Result<_, _>>()?,
        };
        // §2.1: the numbers are unique in a list, or their order would mean nothing.
        let mut orders: Vec<u32> = list.items.iter().map(|item| item.order).collect();
        orders.sort_unstable();
        let found = orders.len();
        orders.dedup();
        if orders.len() < found {
            return Err(ParseError::InvalidAttribute("order"));
        }
        Ok(list)
    }

    fn to_element(&self) -> Element {
        let list = Element::new("list", ns::PRIVACY).with_attr("name", self.name.as_str());
        self.items
            .iter()
            .fold(list, |list, item| list.with_child(item.to_element()))
    }
}

#[cfg(test)]
mod tests;
