//! List queries: filters, order and paging in the query string.
//!
//! The official SDK writes `updated_at[gt]=5` or `updated_at%5Bgt%5D=5`, and lists as
//! `id[in]=1%2C2`, `id[in][]=1&id[in][]=2` or (other SDKs) `id[in]=1&id[in]=2`. All of them are
//! read to the same [`ListQuery`]; bodies of DELETE requests have the same form.

mod operator;

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub use crate::rest::query::operator::Operator;

/// What JavaScript's `encodeURIComponent` leaves as it is.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The prefix of fields that are written in brackets: `extensions.city` is `extensions[city]`.
const EXTENSIONS: &str = "extensions.";

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The field; nested ones with a dot, as in `extensions.city`.
    pub field: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what: several values for operators that take a list or a repeated key.
    pub values: Vec<String>,
}

impl Filter {
    /// The values, those that are joined by commas taken apart.
    pub fn list(&self) -> impl Iterator<Item = &str> {
        self.values
            .iter()
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }
}

/// The order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The field that decides.
    pub field: String,
    /// Whether great values come first.
    pub descending: bool,
}

/// How lists of values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArrayStyle {
    /// `id[in]=1%2C2`: dialogs and messages.
    Comma,
    /// `id[in][]=1&id[in][]=2`: users.
    Brackets,
}

/// A list query.
///
/// Parameters that are no filters (`mark_as_read`, `chat_dialog_id`, `force`…) are filters with
/// [`Operator::Eq`] as well: see [`ListQuery::value`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: Option<Sort>,
    /// The most objects wanted.
    pub limit: Option<u64>,
    /// How many objects to leave out first: `skip`, or `offset` in lists of users.
    pub skip: Option<u64>,
    /// Whether only the number of objects is wanted.
    pub count: bool,
}

impl ListQuery {
    /// Reads a query string (what comes after the `?`) or a urlencoded body.
    ///
    /// Never fails: what makes no sense as a number is absent, unknown keys are filters.
    pub fn decode(query: &str) -> Self {
        let mut found = Self::default();
        // By field and operator, so that repeated keys join without a search through all filters.
        let mut filters: BTreeMap<(String, Operator), Vec<String>> = BTreeMap::new();
        for pair in query
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decode_component(key), decode_component(value));
            match key.as_ref() {
                "limit" => found.limit = value.trim().parse().ok(),
                "skip" | "offset" => found.skip = value.trim().parse().ok(),
                "count" => found.count = matches!(value.trim(), "1" | "true"),
                "sort_asc" => {
                    found.sort = Some(Sort {
                        field: value.into_owned(),
                        descending: false,
                    });
                }
                "sort_desc" => {
                    found.sort = Some(Sort {
                        field: value.into_owned(),
                        descending: true,
                    });
                }
                key => {
                    let (field, operator) = split_key(key);
                    let values = filters.entry((field, operator)).or_default();
                    if operator.takes_list() {
                        let items = value
                            .split(',')
                            .map(str::trim)
                            .filter(|item| !item.is_empty());
                        values.extend(items.map(str::to_owned));
                    } else {
                        values.push(value.into_owned());
                    }
                }
            }
        }
        found.filters = filters
            .into_iter()
            .map(|((field, operator), values)| Filter {
                field,
                operator,
                values,
            })
            .collect();
        found
    }

    /// Writes the query string, without the `?`, in the order of its keys.
    pub fn encode(&self, arrays: ArrayStyle) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for filter in &self.filters {
            let key = join_key(&filter.field, filter.operator);
            match (arrays, filter.values.as_slice()) {
                (ArrayStyle::Brackets, values) if filter.operator.takes_list() => {
                    pairs.extend(
                        values
                            .iter()
                            .map(|value| (format!("{key}[]"), value.clone())),
                    );
                }
                (_, values) if filter.operator.takes_list() => pairs.push((key, values.join(","))),
                (_, [value]) => pairs.push((key, value.clone())),
                (_, values) => pairs.extend(
                    values
                        .iter()
                        .map(|value| (format!("{key}[]"), value.clone())),
                ),
            }
        }
        let skip_key = match arrays {
            ArrayStyle::Comma => "skip",
            ArrayStyle::Brackets => "offset",
        };
        pairs.extend(
            self.limit
                .map(|limit| ("limit".to_owned(), limit.to_string())),
        );
        pairs.extend(
            self.skip
                .map(|skip| (skip_key.to_owned(), skip.to_string())),
        );
        pairs.extend(self.count.then(|| ("count".to_owned(), "1".to_owned())));
        if let Some(sort) = &self.sort {
            let key = if sort.descending {
                "sort_desc"
            } else {
                "sort_asc"
            };
            pairs.push((key.to_owned(), sort.field.clone()));
        }
        // Stable, so that the values of one key keep their order.
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let encoded = pairs
            .iter()
            .map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, COMPONENT)));
        encoded.collect::<Vec<_>>().join("&")
    }

    /// Adds a condition.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a number or id reads better without `&`"
    )]
    pub fn filter(
        mut self,
        field: impl Into<String>,
        operator: Operator,
        value: impl ToString,
    ) -> Self {
        self.filters.push(Filter {
            field: field.into(),
            operator,
            values: vec![value.to_string()],
        });
        self
    }

    /// Adds a condition with several values.
    #[must_use]
    pub fn filter_list<T: ToString>(
        mut self,
        field: impl Into<String>,
        operator: Operator,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        self.filters.push(Filter {
            field: field.into(),
            operator,
            values,
        });
        self
    }

    /// Adds a parameter that is no condition, such as `mark_as_read=0`.
    #[must_use]
    pub fn param(self, name: impl Into<String>, value: impl ToString) -> Self {
        self.filter(name, Operator::Eq, value)
    }

    /// Sets the order.
    #[must_use]
    pub fn sort_by(mut self, field: impl Into<String>, descending: bool) -> Self {
        self.sort = Some(Sort {
            field: field.into(),
            descending,
        });
        self
    }

    /// Sets the size of the page.
    #[must_use]
    pub const fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets how many objects come before the page.
    #[must_use]
    pub const fn skip(mut self, skip: u64) -> Self {
        self.skip = Some(skip);
        self
    }

    /// The value of a plain parameter; the last one when it is repeated.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.find(name, Operator::Eq)?
            .values
            .last()
            .map(String::as_str)
    }

    /// The values of a plain parameter, however they are joined; `a[in]` counts too.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let wanted = self
            .filters
            .iter()
            .filter(|f| f.field == name && matches!(f.operator, Operator::Eq | Operator::In));
        wanted.flat_map(Filter::list).collect()
    }

    /// Whether a plain parameter is `1` or `true`; `None` when it is absent or neither this nor `0` or `false`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)?.trim() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    /// The condition on a field with an operator.
    pub fn find(&self, field: &str, operator: Operator) -> Option<&Filter> {
        self.filters
            .iter()
            .find(|filter| filter.field == field && filter.operator == operator)
    }
}

/// `updated_at[gt]` to field and operator; `[]` says nothing; other brackets name a nested field.
fn split_key(key: &str) -> (String, Operator) {
    let mut parts = key.split('[');
    let mut field = parts.next().unwrap_or_default().to_owned();
    let mut operator = Operator::Eq;
    for part in parts {
        let part = part.strip_suffix(']').unwrap_or(part);
        match Operator::from_name(part) {
            Some(known) => operator = known,
            None if part.is_empty() => {}
            None => {
                field.push('.');
                field.push_str(part);
            }
        }
    }
    (field, operator)
}

fn join_key(field: &str, operator: Operator) -> String {
    let mut key = match field.strip_prefix(EXTENSIONS) {
        Some(name) => format!("extensions[{}]", utf8_percent_encode(name, COMPONENT)),
        None => utf8_percent_encode(field, COMPONENT).to_string(),
    };
    if operator != Operator::Eq {
        key.push('[');
        key.push_str(operator.as_str());
        key.push(']');
    }
    key
}

/// Percent-decoding, with `+` for a space as in forms; bytes that are no UTF-8 are replaced.
pub(crate) fn decode_component(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests;
