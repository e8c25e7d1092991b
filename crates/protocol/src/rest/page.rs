//! Lists of objects, counts, and results of deletions.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::rest::tolerant;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// All objects that match; messages do without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_entries: Option<u64>,
    /// How many were left out before this page.
    pub skip: u64,
    /// The most that a page may have.
    pub limit: u64,
    /// The objects.
    pub items: Vec<T>,
    /// How many items of a page that was read were not of the expected form and left out.
    ///
    /// One odd object of a newer server must not hide the others.
    #[serde(skip)]
    pub unreadable: usize,
}

impl<T> Page<T> {
    /// A page to send.
    pub const fn new(items: Vec<T>, skip: u64, limit: u64, total_entries: Option<u64>) -> Self {
        Self {
            total_entries,
            skip,
            limit,
            items,
            unreadable: 0,
        }
    }
}

#[derive(Deserialize)]
struct RawPage {
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    total_entries: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::count")]
    skip: u64,
    #[serde(default, deserialize_with = "tolerant::count")]
    limit: u64,
    items: Vec<Value>,
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawPage::deserialize(deserializer)?;
        let (items, unreadable) = readable(raw.items);
        Ok(Self {
            total_entries: raw.total_entries,
            skip: raw.skip,
            limit: raw.limit,
            items,
            unreadable,
        })
    }
}

/// One page of the older lists (people by name or tag, stored files), which count pages from 1.
///
/// Their items are wrapped, as in `{"user":{…}}`; [`crate::rest::User`] reads both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberedPage<T> {
    /// Which page this is, from 1.
    pub current_page: u64,
    /// The most that a page may have.
    pub per_page: u64,
    /// All objects that match.
    pub total_entries: u64,
    /// The objects.
    pub items: Vec<T>,
    /// As [`Page::unreadable`].
    #[serde(skip)]
    pub unreadable: usize,
}

impl<T> NumberedPage<T> {
    /// A page to send.
    pub const fn new(items: Vec<T>, current_page: u64, per_page: u64, total_entries: u64) -> Self {
        Self {
            current_page,
            per_page,
            total_entries,
            items,
            unreadable: 0,
        }
    }
}

#[derive(Deserialize)]
struct RawNumberedPage {
    #[serde(default, deserialize_with = "tolerant::count")]
    current_page: u64,
    #[serde(default, deserialize_with = "tolerant::count")]
    per_page: u64,
    #[serde(default, deserialize_with = "tolerant::count")]
    total_entries: u64,
    items: Vec<Value>,
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for NumberedPage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawNumberedPage::deserialize(deserializer)?;
        let (items, unreadable) = readable(raw.items);
        Ok(Self {
            current_page: raw.current_page,
            per_page: raw.per_page,
            total_entries: raw.total_entries,
            items,
            unreadable,
        })
    }
}

/// The items that are of the expected form, and how many are not.
pub(crate) fn readable<T: serde::de::DeserializeOwned>(values: Vec<Value>) -> (Vec<T>, usize) {
    let found = values.len();
    let items: Vec<T> = values
        .into_iter()
        .filter_map(|value| serde_json::from_value(value).ok())
        .collect();
    let unreadable = found.saturating_sub(items.len());
    (items, unreadable)
}

/// The answer to a list query with `count=1`: `{"items":{"count":3}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountEnvelope {
    /// Where the list would be.
    pub items: Count,
}

impl CountEnvelope {
    /// The answer for a number of matches.
    pub const fn new(count: u64) -> Self {
        Self {
            items: Count { count },
        }
    }
}

/// A number of matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub count: u64,
}

/// The answer to a deletion of several objects, by their ids as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteResult {
    /// Gone.
    #[serde(rename = "SuccessfullyDeleted", default)]
    pub deleted: IdList,
    /// Unknown, or not visible to the caller.
    #[serde(rename = "NotFound", default)]
    pub not_found: IdList,
    /// Not the caller's to delete.
    #[serde(rename = "WrongPermissions", default)]
    pub wrong_permissions: IdList,
}

/// A list of ids under the key `ids`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdList {
    /// The ids as text.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub ids: Vec<String>,
}

impl FromIterator<String> for IdList {
    fn from_iter<I: IntoIterator<Item = String>>(ids: I) -> Self {
        Self {
            ids: ids.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
