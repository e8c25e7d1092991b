//! Parameters of a message to the custom keys of its REST object and back.

use serde_json::{Map, Value};

use crate::ext::extra_params::{Attachment, ExtraEntry, ExtraParams, ExtraValue};
use crate::rest::tolerant;
use crate::xml::Element;

impl ExtraParams {
    /// The parameters as JSON: scalars as strings, objects as objects, attachments under
    /// `attachments` as objects of strings. A repeated name keeps its last value.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut map = entries_to_json(&self.entries);
        let attachments: Vec<Value> = self.attachments().map(Attachment::to_json).collect();
        if !attachments.is_empty() {
            map.insert("attachments".to_owned(), Value::Array(attachments));
        }
        map
    }

    /// Parameters of JSON, written as the official SDK writes them: `null` is empty, arrays are
    /// objects with the keys `0`, `1`, `2`…, attachments (an array, or an object with such keys)
    /// become `attachment` elements.
    pub fn from_json(map: &Map<String, Value>) -> Self {
        let mut params = Self::new();
        for (name, value) in map {
            if name == "attachments" {
                let items: Vec<&Value> = match value {
                    Value::Array(items) => items.iter().collect(),
                    Value::Object(items) => tolerant::in_key_order(items),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        Vec::new()
                    }
                };
                let attachments = items
                    .into_iter()
                    .filter_map(Value::as_object)
                    .map(Attachment::from_json);
                params
                    .entries
                    .extend(attachments.map(ExtraEntry::Attachment));
            } else {
                params.entries.push(json_to_entry(name, value));
            }
        }
        params
    }
}

impl Attachment {
    /// The attributes as a JSON object of strings.
    pub fn to_json(&self) -> Value {
        let attributes = self.attributes.iter();
        Value::Object(
            attributes
                .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                .collect(),
        )
    }

    /// Attributes of a JSON object; `null` ones are left out, nested values become JSON text.
    pub fn from_json(map: &Map<String, Value>) -> Self {
        let attributes = map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                (
                    name.clone(),
                    tolerant::text(value).unwrap_or_else(|| value.to_string()),
                )
            })
            .collect();
        Self { attributes }
    }
}

fn entries_to_json(entries: &[ExtraEntry]) -> Map<String, Value> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            ExtraEntry::Param {
                name,
                value: ExtraValue::Text(text),
            } => Some((name.clone(), Value::String(text.clone()))),
            ExtraEntry::Param {
                name,
                value: ExtraValue::Nested(entries),
            } => Some((name.clone(), Value::Object(entries_to_json(entries)))),
            ExtraEntry::Attachment(_) => None,
            ExtraEntry::Other(element) => Some((
                element.name().to_owned(),
                Value::String(Element::text(element)),
            )),
        })
        .collect()
}

fn json_to_entry(name: &str, value: &Value) -> ExtraEntry {
    let value = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            ExtraValue::Text(tolerant::text(value).unwrap_or_default())
        }
        Value::Array(items) => {
            let numbered = items
                .iter()
                .enumerate()
                .map(|(index, item)| json_to_entry(&index.to_string(), item));
            ExtraValue::Nested(numbered.collect())
        }
        Value::Object(map) => ExtraValue::Nested(
            map.iter()
                .map(|(name, value)| json_to_entry(name, value))
                .collect(),
        ),
    };
    ExtraEntry::Param {
        name: name.to_owned(),
        value,
    }
}
