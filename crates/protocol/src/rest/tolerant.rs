//! Readers for JSON values that come in more than one form.

use serde_json::Value;

use crate::timestamp::UnixMillis;

/// A positive integer, as number or digits; `None` for `null`, `0` and the rest.
pub(crate) fn positive_integer(value: &Value) -> Option<u64> {
    integer(value).and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0)
}

/// An integer, as number (perhaps with a zero fraction) or digits.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and only whole numbers come here")]
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
        Value::Object(map) => map.values().cloned().collect(),
        Value::String(text) => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Value::String(item.to_owned()))
            .collect(),
        Value::Number(_) | Value::Bool(_) => vec![value.clone()],
    }
}
