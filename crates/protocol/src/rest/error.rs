//! What a refused call says.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::rest::tolerant;

/// The key of errors that concern no field.
const BASE: &str = "base";

/// The exact text that tells the official SDK that its token has expired.
const SESSION_EXPIRED: &str = "Required session does not exist";

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorEntry {
    /// The field of the request that is wrong; `None` for the request as a whole.
    pub field: Option<String>,
    /// Words for people who read English.
    pub text: String,
}

/// The body of an error answer.
///
/// Written as `{"errors":{"base":["…"]}}`, the form that the official SDK checks. Read from that,
/// from fields with texts, from a bare list, and from bodies that are nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// The reasons, possibly none.
    pub entries: Vec<ErrorEntry>,
}

impl ErrorBody {
    /// An error of the request as a whole.
    pub fn base(text: impl Into<String>) -> Self {
        Self {
            entries: vec![ErrorEntry {
                field: None,
                text: text.into(),
            }],
        }
    }

    /// An error of one field.
    pub fn field(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            entries: vec![ErrorEntry {
                field: Some(field.into()),
                text: text.into(),
            }],
        }
    }

    /// What goes with status 401 when the token is unknown or expired.
    pub fn session_expired() -> Self {
        Self::base(SESSION_EXPIRED)
    }

    /// Whether a new session is the remedy; ask this of answers with status 401.
    pub fn is_session_expired(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.text == SESSION_EXPIRED)
    }

    /// The first reason as words.
    pub fn first_text(&self) -> Option<&str> {
        self.entries.first().map(|entry| entry.text.as_str())
    }

    /// Reads the body of any error answer; what is no JSON has no reasons.
    pub fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn read(value: &Value) -> Self {
        let errors = match value {
            Value::Object(map) => map
                .get("errors")
                .or_else(|| map.get("error"))
                .or_else(|| map.get("message")),
            Value::String(_) | Value::Array(_) => Some(value),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        };
        let mut entries = Vec::new();
        match errors {
            Some(Value::Object(fields)) => {
                for (field, texts) in fields {
                    read_texts(
                        texts,
                        Some(field.as_str()).filter(|field| *field != BASE),
                        &mut entries,
                    );
                }
            }
            Some(texts) => read_texts(texts, None, &mut entries),
            None => {}
        }
        Self { entries }
    }
}

fn read_texts(texts: &Value, field: Option<&str>, entries: &mut Vec<ErrorEntry>) {
    let texts = match texts {
        Value::Array(texts) => texts.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(texts)
        }
    };
    entries.extend(texts.iter().filter_map(|text| {
        let text = tolerant::text(text).or_else(|| text.is_object().then(|| text.to_string()))?;
        Some(ErrorEntry {
            field: field.map(str::to_owned),
            text,
        })
    }));
}

impl Serialize for ErrorBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
        for entry in &self.entries {
            let field = entry.field.as_deref().unwrap_or(BASE);
            match fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, texts)) => texts.push(&entry.text),
                None => fields.push((field, vec![&entry.text])),
            }
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("errors", &Fields(fields))?;
        map.end()
    }
}

/// Texts by field, in the order the fields first came.
struct Fields<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, texts)| (field, texts)))
    }
}

impl<'de> Deserialize<'de> for ErrorBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::read(&value))
    }
}

#[cfg(test)]
mod tests;
