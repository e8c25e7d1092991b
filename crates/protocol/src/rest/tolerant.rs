//! Readers for JSON values that come in more than one form.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::{Map, Value};

use crate::timestamp::UnixMillis;

/// A positive integer, as number or digits; `None` for `null`, `0` and the rest.
pub(crate) fn positive_integer(value: &Value) -> Option<u64> {
    integer(value)
        .and_then(|number| u64::try_from(number).ok())
        .filter(|number| *number > 0)
}

/// An integer, as number (perhaps with a zero fraction) or digits.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "`as` saturates, and only whole numbers come here"
            )]
            (float.fract() == 0.0).then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A scalar as text; `None` for `null`, lists and objects.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A flag, as boolean, number or text; `None` for `null` and what is no flag.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim() {
            "1" | "true" => Some(true),
            "0" | "false" | "" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A moment: ISO 8601 text, or seconds, milliseconds or a fraction as number or text.
pub(crate) fn moment(value: &Value) -> Option<UnixMillis> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => UnixMillis::from_wire_number(&number.to_string()),
            None => number.as_f64().and_then(UnixMillis::from_wire_f64),
        },
        Value::String(text) => UnixMillis::from_number_or_iso8601(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The items of a list in any form: an array, an object with index keys, `"a, b"`, one scalar,
/// or nothing.
pub(crate) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        Value::Object(map) => in_key_order(map).into_iter().cloned().collect(),
        Value::String(text) => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Value::String(item.to_owned()))
            .collect(),
        Value::Number(_) | Value::Bool(_) => vec![value.clone()],
    }
}

/// The values of an object whose keys are the places of a list: `2` comes before `10`.
pub(crate) fn in_key_order(map: &Map<String, Value>) -> Vec<&Value> {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    // Stable: keys that are no numbers stay behind, in their order.
    entries.sort_by_key(|(key, _)| key.parse::<u64>().unwrap_or(u64::MAX));
    entries.into_iter().map(|(_, value)| value).collect()
}

/// For fields: absent, `null`, or a scalar as text.
pub(crate) fn opt_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text(&Value::deserialize(deserializer)?))
}

/// For fields: text, or any JSON kept as text, because some clients send objects where text is meant.
pub(crate) fn opt_text_or_json<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(if value.is_null() {
        None
    } else {
        text(&value).or_else(|| Some(value.to_string()))
    })
}

/// For fields: a user or application id; `null`, `0` and the rest are absent.
pub(crate) fn opt_id<'de, D: Deserializer<'de>, T: TryFrom<u64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(positive_integer(&Value::deserialize(deserializer)?)
        .and_then(|number| T::try_from(number).ok()))
}

/// For fields: an id in text form; anything else is absent.
pub(crate) fn opt_parsed<'de, D: Deserializer<'de>, T: FromStr>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(text(&Value::deserialize(deserializer)?).and_then(|text| text.trim().parse().ok()))
}

/// For fields: a list of ids in any form of [`items`]; items that are no ids are left out.
pub(crate) fn parsed_items<'de, D: Deserializer<'de>, T: FromStr>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(items(&value)
        .iter()
        .filter_map(text)
        .filter_map(|text| text.trim().parse().ok())
        .collect())
}

/// For fields: [`parsed_items`] where an absent list means something else than an empty one.
pub(crate) fn opt_parsed_items<'de, D: Deserializer<'de>, T: FromStr>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_null() {
        return Ok(None);
    }
    Ok(Some(
        items(&value)
            .iter()
            .filter_map(text)
            .filter_map(|text| text.trim().parse().ok())
            .collect(),
    ))
}

/// For fields: a number that is 0 when it is absent or no number.
pub(crate) fn count<'de, D: Deserializer<'de>, T: TryFrom<i64> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(integer(&Value::deserialize(deserializer)?)
        .and_then(|number| T::try_from(number).ok())
        .unwrap_or_default())
}

/// For fields: a number, or nothing.
pub(crate) fn opt_count<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(integer(&Value::deserialize(deserializer)?).and_then(|number| T::try_from(number).ok()))
}

/// For fields: a flag that is false when it is absent or no flag.
pub(crate) fn flag_or_false<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(flag(&Value::deserialize(deserializer)?).unwrap_or(false))
}

/// For fields: a flag that must be there.
pub(crate) fn required_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    flag(&Value::deserialize(deserializer)?)
        .ok_or_else(|| serde::de::Error::custom("expected 1 or 0, true or false"))
}

/// For fields: a moment, or nothing.
pub(crate) fn opt_moment<'de, D: Deserializer<'de>, T: From<UnixMillis>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(moment(&Value::deserialize(deserializer)?).map(T::from))
}

/// For fields: a value of its own type, or nothing when it is not of its form.
pub(crate) fn opt_value<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// Writes a flag as `1` or `0`, the form that all SDKs read.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn as_one_or_zero<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(u8::from(*flag))
}

/// Writes ids as `"a, b"`, as the official SDK does in requests.
pub(crate) fn as_comma_text<S: Serializer, T: Display>(
    ids: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    serializer.serialize_str(&texts.join(", "))
}

/// Whether a flag need not be written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) const fn is_false(flag: &bool) -> bool {
    !*flag
}
