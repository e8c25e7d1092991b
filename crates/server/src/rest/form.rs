//! Urlencoded bodies as JSON: `user[login]=ann&tags[]=a&tags[]=b` is `{"user":{"login":"ann"},"tags":["a","b"]}`.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Deepest nesting of brackets. The API uses two.
const DEEPEST: usize = 8;

/// Reads a urlencoded text. Never fails: what makes no sense is a field that nobody asks for.
pub(super) fn decode(text: &str) -> Value {
    let mut root = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (component(key), component(value));
        let mut parts = key
            .split('[')
            .map(|part| part.strip_suffix(']').unwrap_or(part));
        let first = parts.next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = parts.take(DEEPEST).collect();
        put(root.entry(first).or_insert(Value::Null), &rest, value);
    }
    Value::Object(root)
}

fn put(place: &mut Value, path: &[&str], value: String) {
    match path.split_first() {
        None => *place = Value::String(value),
        Some((&"", _)) => {
            if let Value::Array(items) = place {
                items.push(Value::String(value));
            } else {
                *place = Value::Array(vec![Value::String(value)]);
            }
        }
        Some((name, rest)) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            if let Value::Object(map) = place {
                put(map.entry(*name).or_insert(Value::Null), rest, value);
            }
        }
    }
}

fn component(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_nest_and_empty_ones_make_lists() {
        let text = "application_id=21&user[login]=j%20ohn&user%5Bpassword%5D=a%2Bb+c&tags[]=x&tags[]=y&flag";
        assert_eq!(
            decode(text),
            json!({
                "application_id": "21",
                "user": { "login": "j ohn", "password": "a+b c" },
                "tags": ["x", "y"],
                "flag": "",
            })
        );
    }

    #[test]
    fn the_last_of_contradicting_fields_wins() {
        assert_eq!(decode("a=1&a=2"), json!({ "a": "2" }));
        assert_eq!(decode("a=1&a[b]=2"), json!({ "a": { "b": "2" } }));
    }

    #[test]
    fn deep_nesting_is_cut_off() {
        let deep = format!("a{}=1", "[b]".repeat(10_000));
        assert!(decode(&deep).to_string().len() < 200);
    }
}
