//! The classes of the data API and what their records may hold.

use cubist_protocol::ids::{ObjectId, UserId};
use cubist_protocol::rest::{MESSAGE_REPORTS, USER_REPORTS};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::state::StateError;

/// Longest reason of a report, in characters.
const REASON_MAX: usize = 1_000;
/// Fields of a record of a class that knows no fields of its own.
const FIELDS_MAX: usize = 100;
/// Longest name of such a field, in bytes.
const FIELD_NAME_MAX: usize = 64;

/// A class of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordClass {
    /// `UserReports`: `reportedUserId` (a number) and `reason`.
    UserReports,
    /// `MessageReports`: `reportedMessageId` (a text) and `reason`.
    MessageReports,
    /// One that the configuration names; takes any fields.
    Other(String),
}

impl RecordClass {
    /// The class of that name, without regard to case: it comes from a path.
    pub fn find(config: &Config, name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        if is(USER_REPORTS) {
            return Some(Self::UserReports);
        }
        if is(MESSAGE_REPORTS) {
            return Some(Self::MessageReports);
        }
        let other = config.data_classes.iter().find(|known| is(known))?;
        Some(Self::Other(other.clone()))
    }

    /// Its name as the service spells it.
    pub fn name(&self) -> &str {
        match self {
            Self::UserReports => USER_REPORTS,
            Self::MessageReports => MESSAGE_REPORTS,
            Self::Other(name) => name,
        }
    }

    /// The fields of a record as they are stored. `is_new`: required fields must be there. Fields that a class does
    /// not know are left out, as on the service.
    pub(crate) fn check(
        &self,
        fields: Map<String, Value>,
        is_new: bool,
    ) -> Result<Map<String, Value>, StateError> {
        match self {
            Self::UserReports => report(fields, is_new, "reportedUserId", |value| {
                let id: UserId = text(value)?.trim().parse().ok()?;
                Some(Value::from(id.get()))
            }),
            Self::MessageReports => report(fields, is_new, "reportedMessageId", |value| {
                let id: ObjectId = text(value)?.trim().parse().ok()?;
                Some(Value::from(id.to_string()))
            }),
            Self::Other(_) => {
                let odd = fields.keys().find(|name| {
                    name.is_empty()
                        || name.len() > FIELD_NAME_MAX
                        || name.chars().any(char::is_control)
                });
                if odd.is_some() {
                    return Err(StateError::invalid(
                        "base",
                        format!(
                            "the name of a field must have between 1 and {FIELD_NAME_MAX} bytes"
                        ),
                    ));
                }
                if fields.len() > FIELDS_MAX {
                    return Err(StateError::invalid(
                        "base",
                        format!("a record has at most {FIELDS_MAX} fields"),
                    ));
                }
                Ok(fields)
            }
        }
    }
}

fn report(
    mut fields: Map<String, Value>,
    is_new: bool,
    about: &'static str,
    read: impl Fn(&Value) -> Option<Value>,
) -> Result<Map<String, Value>, StateError> {
    let mut kept = Map::new();
    match fields.remove(about).filter(|value| !value.is_null()) {
        Some(value) => {
            let value = read(&value).ok_or_else(|| StateError::invalid(about, "is no such id"))?;
            kept.insert(about.to_owned(), value);
        }
        None if is_new => return Err(StateError::invalid(about, "is required")),
        None => {}
    }
    if let Some(value) = fields.remove("reason").filter(|value| !value.is_null()) {
        let reason = text(&value).ok_or_else(|| StateError::invalid("reason", "must be a text"))?;
        let reason = reason.trim();
        if reason.chars().count() > REASON_MAX {
            return Err(StateError::invalid(
                "reason",
                format!("is too long (maximum is {REASON_MAX} characters)"),
            ));
        }
        kept.insert("reason".to_owned(), Value::from(reason));
    }
    Ok(kept)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(class: &RecordClass, fields: Value) -> Result<Value, StateError> {
        let Value::Object(fields) = fields else {
            panic!("no object")
        };
        class.check(fields, true).map(Value::Object)
    }

    #[test]
    fn reports_know_their_fields_and_give_them_one_form() {
        let class = RecordClass::UserReports;
        assert_eq!(
            stored(
                &class,
                json!({ "reportedUserId": "45", "reason": " bad ", "more": 1 })
            )
            .unwrap(),
            json!({ "reportedUserId": 45, "reason": "bad" })
        );
        let id = "5c09798aca8bf468ab8d2936";
        let class = RecordClass::MessageReports;
        assert_eq!(
            stored(&class, json!({ "reportedMessageId": id.to_uppercase() })).unwrap(),
            json!({ "reportedMessageId": id })
        );
    }

    #[test]
    fn a_report_of_nothing_and_an_endless_reason_are_refused() {
        let class = RecordClass::UserReports;
        for fields in [
            json!({ "reason": "bad" }),
            json!({ "reportedUserId": null }),
            json!({ "reportedUserId": 0 }),
            json!({ "reportedUserId": "ann" }),
            json!({ "reportedUserId": 45, "reason": "x".repeat(1_001) }),
            json!({ "reportedUserId": 45, "reason": ["x"] }),
        ] {
            stored(&class, fields).unwrap_err();
        }
        stored(
            &RecordClass::MessageReports,
            json!({ "reportedMessageId": 7 }),
        )
        .unwrap_err();
    }

    #[test]
    fn classes_are_found_without_regard_to_case() {
        let config = Config {
            data_classes: vec!["Notes".to_owned()],
            ..Config::default()
        };
        let name = |text| RecordClass::find(&config, text).map(|class| class.name().to_owned());
        assert_eq!(name("userreports").as_deref(), Some("UserReports"));
        assert_eq!(name("notes").as_deref(), Some("Notes"));
        assert_eq!(name("unknown"), None);
    }
}
