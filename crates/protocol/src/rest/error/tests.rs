//! Bodies of refusals, in every shape that was seen.

use crate::rest::{ErrorBody, ErrorEntry};

fn entry(field: Option<&str>, text: &str) -> ErrorEntry {
    ErrorEntry {
        field: field.map(str::to_owned),
        text: text.to_owned(),
    }
}

#[test]
fn all_shapes_are_read() {
    let check = |body: &str, expected: &[ErrorEntry]| {
        assert_eq!(
            ErrorBody::parse(body.as_bytes()).entries,
            expected,
            "{body}"
        );
    };
    check(
        r#"{"errors":{"base":["Required session does not exist"]}}"#,
        &[entry(None, "Required session does not exist")],
    );
    check(
        r#"{"errors":{"password":["is too short (minimum is 8 characters)"]}}"#,
        &[entry(
            Some("password"),
            "is too short (minimum is 8 characters)",
        )],
    );
    check(
        r#"{"errors":["Token is required"]}"#,
        &[entry(None, "Token is required")],
    );
    check(
        r#"{"errors":["Unauthorized"]}"#,
        &[entry(None, "Unauthorized")],
    );
    check(r#"{"errors":{"base":"one"}}"#, &[entry(None, "one")]);
    check(r#"{"errors":"one"}"#, &[entry(None, "one")]);
    check(r#"{"error":"one"}"#, &[entry(None, "one")]);
    check(r#"{"message":"one"}"#, &[entry(None, "one")]);
    check(
        r#"["one","two"]"#,
        &[entry(None, "one"), entry(None, "two")],
    );
    check(
        r#"{"errors":{"a":["x","y"],"b":["z"]}}"#,
        &[
            entry(Some("a"), "x"),
            entry(Some("a"), "y"),
            entry(Some("b"), "z"),
        ],
    );
}

#[test]
fn bodies_of_another_kind_have_no_reasons() {
    for body in [
        "",
        " ",
        "<html>",
        "{}",
        "null",
        "7",
        r#"{"errors":null}"#,
        "\u{0}",
    ] {
        assert_eq!(
            ErrorBody::parse(body.as_bytes()),
            ErrorBody::default(),
            "{body}"
        );
    }
    assert_eq!(ErrorBody::parse(b"\xff"), ErrorBody::default());
}

#[test]
fn errors_are_written_in_the_form_that_the_official_sdk_checks() {
    let write = |body: &ErrorBody| serde_json::to_string(body).unwrap();
    assert_eq!(
        write(&ErrorBody::session_expired()),
        r#"{"errors":{"base":["Required session does not exist"]}}"#
    );
    let mut body = ErrorBody::field("login", "is taken");
    body.entries.push(entry(None, "sorry"));
    body.entries.push(entry(Some("login"), "is short"));
    assert_eq!(
        write(&body),
        r#"{"errors":{"login":["is taken","is short"],"base":["sorry"]}}"#
    );
    assert_eq!(ErrorBody::parse(write(&body).as_bytes()).entries.len(), 3);
}

#[test]
fn only_the_exact_words_mean_an_expired_session() {
    assert!(
        ErrorBody::parse(br#"{"errors":["Required session does not exist"]}"#).is_session_expired()
    );
    assert!(!ErrorBody::base("Unauthorized").is_session_expired());
    assert_eq!(
        ErrorBody::base("Unauthorized").first_text(),
        Some("Unauthorized")
    );
}
