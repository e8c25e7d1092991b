//! The rules for what people write about a dialog: name, photo, description, own fields, rights of outsiders.

use serde_json::{Map, Value};

use crate::config::DIALOG_FIELDS_MAX;
use crate::state::StateError;

/// Longest name, in characters.
const NAME_MAX: usize = 200;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 1_000;
/// Longest photo: a file's uid or a URL, in characters.
const PHOTO_MAX: usize = 2_000;
/// Longest name and value of an own field, in characters.
const FIELD_NAME_MAX: usize = 100;
const FIELD_VALUE_MAX: usize = 1_000;

pub(crate) fn check_name(name: &str) -> Result<(), StateError> {
    if name.trim().is_empty() {
        return Err(StateError::invalid("name", "is required"));
    }
    check_length("name", name.trim(), NAME_MAX)
}

pub(crate) fn check_photo(photo: &str) -> Result<(), StateError> {
    check_length("photo", photo, PHOTO_MAX)
}

pub(crate) fn check_description(description: &str) -> Result<(), StateError> {
    check_length("description", description, DESCRIPTION_MAX)
}

fn check_length(field: &'static str, text: &str, longest: usize) -> Result<(), StateError> {
    if text.chars().count() > longest {
        return Err(StateError::invalid(
            field,
            format!("is too long (maximum is {longest} characters)"),
        ));
    }
    Ok(())
}

/// The own fields as they are stored: every value a text, as on the service, and only `allowed` names if there is a
/// list of them.
pub(crate) fn extensions_text(
    fields: Map<String, Value>,
    allowed: Option<&[String]>,
) -> Result<String, StateError> {
    let is_allowed = |name: &String| allowed.is_none_or(|names| names.contains(name));
    let mut kept = Map::new();
    for (name, value) in fields.into_iter().filter(|(name, _)| is_allowed(name)) {
        let text = match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        check_length("extensions", &name, FIELD_NAME_MAX)?;
        check_length("extensions", &text, FIELD_VALUE_MAX)?;
        kept.insert(name, Value::String(text));
    }
    if kept.len() > DIALOG_FIELDS_MAX {
        return Err(StateError::invalid(
            "extensions",
            format!("has too many fields (maximum is {DIALOG_FIELDS_MAX})"),
        ));
    }
    Ok(Value::Object(kept).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(fields: Value, allowed: Option<&[String]>) -> Result<Value, StateError> {
        let Value::Object(fields) = fields else {
            panic!("no object")
        };
        Ok(serde_json::from_str(&extensions_text(fields, allowed)?).unwrap())
    }

    #[test]
    fn values_become_texts() {
        let fields = json!({ "seats": 4, "open": true, "tags": ["a"] });
        assert_eq!(
            stored(fields, None).unwrap(),
            json!({ "seats": "4", "open": "true", "tags": "[\"a\"]" })
        );
    }

    #[test]
    fn names_outside_the_list_are_ignored_and_do_not_count() {
        let allowed = ["a".to_owned(), "b".to_owned()];
        let fields = json!({ "a": "1", "b": "2", "c": "3", "d": "4" });
        assert_eq!(
            stored(fields.clone(), Some(&allowed)).unwrap(),
            json!({ "a": "1", "b": "2" })
        );
        stored(fields, None).unwrap_err();
    }

    #[test]
    fn texts_have_their_limits_in_characters() {
        check_name(&"ä".repeat(200)).unwrap();
        check_name(&"ä".repeat(201)).unwrap_err();
        check_name(" \t").unwrap_err();
        check_description(&"ä".repeat(1_000)).unwrap();
        check_description(&"ä".repeat(1_001)).unwrap_err();
        stored(json!({ "a": "x".repeat(1_000) }), None).unwrap();
        stored(json!({ "a": "x".repeat(1_001) }), None).unwrap_err();
    }
}
