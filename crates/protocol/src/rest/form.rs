//! Urlencoded bodies: `user[login]=a&user[password]=b`, as some SDKs send where others send JSON.

use serde_json::{Map, Value};

use crate::rest::query::decode_component;

/// Objects within one another; deeper keys are left out.
const MAX_DEPTH: usize = 8;

/// Pairs of one body; further ones are left out, since lists are found by their key.
const MAX_PAIRS: usize = 1000;

/// Reads a urlencoded body to the JSON that it stands for; values are texts.
///
/// `a[b]=1` is `{"a":{"b":"1"}}`, `a[]=1&a[]=2` and `a=1&a=2` are `{"a":["1","2"]}`. The typed
/// requests of this crate read texts where they want numbers, so the result fits them.
pub fn to_json(body: &str) -> Value {
    let mut root = Map::new();
    for pair in body
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PAIRS)
    {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = decode_component(key);
        let path: Vec<&str> = key
            .split('[')
            .map(|part| part.strip_suffix(']').unwrap_or(part))
            .collect();
        let path = match path.as_slice() {
            [path @ .., ""] if !path.is_empty() => path,
            path => path,
        };
        if path.len() <= MAX_DEPTH {
            insert(&mut root, path, decode_component(value).into_owned());
        }
    }
    Value::Object(root)
}

fn insert(object: &mut Map<String, Value>, path: &[&str], value: String) {
    let Some((name, inner)) = path.split_first() else {
        return;
    };
    if inner.is_empty() {
        match object.get_mut(*name) {
            None => {
                object.insert((*name).to_owned(), Value::String(value));
            }
            Some(Value::Array(items)) => items.push(Value::String(value)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::String(value)]),
        }
        return;
    }
    let entry = object
        .entry(*name)
        .or_insert_with(|| Value::Object(Map::new()));
    // A key that is both a value and an object keeps what came first.
    if let Value::Object(entry) = entry {
        insert(entry, inner, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rest::form::to_json;
    use crate::rest::{CreateDialog, SessionRequest};

    #[test]
    fn nested_keys_and_lists_become_json() {
        let check =
            |body: &str, expected: serde_json::Value| assert_eq!(to_json(body), expected, "{body}");
        check("", json!({}));
        check("force=1", json!({"force": "1"}));
        check(
            "user[login]=john+doe&user%5Bpassword%5D=a%26b",
            json!({"user": {"login": "john doe", "password": "a&b"}}),
        );
        check(
            "a[]=1&a[]=2&b=3&b=4&b=5",
            json!({"a": ["1", "2"], "b": ["3", "4", "5"]}),
        );
        check("a=1&a[b]=2", json!({"a": "1"}));
        check("=x&flag", json!({"": "x", "flag": ""}));
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert_eq!(to_json(&format!("a{}=1", "[b]".repeat(8))), json!({}));
        let many: Vec<String> = (0..2000).map(|n| format!("k{n}=v")).collect();
        assert_eq!(to_json(&many.join("&")).as_object().unwrap().len(), 1000);
    }

    #[test]
    fn typed_requests_read_the_result() {
        let body = "application_id=21&auth_key=AUTHKEY&nonce=4242&timestamp=1700000000&user[login]=john&user[password]=pw11111111";
        let request: SessionRequest = serde_json::from_value(to_json(body)).unwrap();
        assert_eq!(request.application_id.get(), 21);
        assert_eq!(request.user.unwrap().login.as_deref(), Some("john"));
        let dialog: CreateDialog =
            serde_json::from_value(to_json("type=3&occupants_ids=56")).unwrap();
        assert_eq!(dialog.occupants_ids.len(), 1);
    }
}
