//! Sessions, as the official SDK asks for them and the live service gives them.

use serde_json::json;

use crate::rest::session::{format_expiration, parse_expiration};
use crate::rest::{Credentials, SessionEnvelope, SessionRequest};
use crate::timestamp::UnixMillis;

fn request(text: &str) -> SessionRequest {
    serde_json::from_str(text).unwrap()
}

#[test]
fn requests_of_the_official_sdk_come_back_as_they_went() {
    for text in [
        r#"{"application_id":21,"auth_key":"AUTHKEY"}"#,
        r#"{"application_id":21,"auth_key":"AUTHKEY","user":{"login":"john","password":"pw11111111"}}"#,
        r#"{"application_id":21,"auth_key":"AUTHKEY","user":{"email":"j@x.y","password":"pw11111111"}}"#,
        r#"{"application_id":21,"auth_key":"AUTHKEY","provider":"facebook"}"#,
    ] {
        assert_eq!(serde_json::to_string(&request(text)).unwrap(), text);
    }
}

#[test]
fn a_guest_is_marked_by_text_or_number() {
    for guest in [json!("1"), json!(1), json!(true)] {
        let body = json!({"application_id": 21, "auth_key": "K", "user": {"guest": guest, "full_name": "Olof"}});
        let user = serde_json::from_value::<SessionRequest>(body)
            .unwrap()
            .user
            .unwrap();
        assert!(user.guest);
        assert_eq!(
            serde_json::to_string(&user).unwrap(),
            r#"{"guest":1,"full_name":"Olof"}"#
        );
    }
}

#[test]
fn the_signature_of_old_sdks_is_ignored() {
    let signed = request(
        r#"{"application_id":"21","auth_key":"AUTHKEY","nonce":4242,"timestamp":1700000000,"signature":"22ba"}"#,
    );
    assert_eq!(
        signed,
        request(r#"{"application_id":21,"auth_key":"AUTHKEY"}"#)
    );
}

#[test]
fn a_request_without_application_is_rejected() {
    for text in [
        "{}",
        r#"{"application_id":0,"auth_key":"K"}"#,
        r#"{"application_id":null}"#,
        r#"{"application_id":21,"user":7}"#,
    ] {
        assert!(
            serde_json::from_str::<SessionRequest>(text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_session_of_the_documentation_is_read_and_written() {
    let text = concat!(
        r#"{"session":{"id":111,"user_id":81,"application_id":21,"token":"83153a14fb2df777c2f866178902a4bb15000001","#,
        r#""ts":1544010993,"created_at":"2018-12-05T11:58:02Z","updated_at":"2018-12-05T11:58:02Z","#,
        r#""user":{"id":81,"full_name":"John Smith","email":"j@x.y","login":"john","phone":null,"website":null,"#,
        r#""created_at":"2018-12-05T11:58:02Z","updated_at":"2018-12-05T11:58:02Z","last_request_at":"2018-12-05T11:58:02Z","#,
        r#""external_user_id":null,"external_id":null,"facebook_id":null,"twitter_id":null,"custom_data":null,"#,
        r#""blob_id":null,"avatar":null,"user_tags":null,"timezone":null}}}"#
    );
    let session: SessionEnvelope = serde_json::from_str(text).unwrap();
    assert_eq!(
        session.session.user.as_ref().unwrap().full_name.as_deref(),
        Some("John Smith")
    );
    assert_eq!(serde_json::to_string(&session).unwrap(), text);
}

#[test]
fn a_session_without_user_has_null_or_zero_or_nothing() {
    for user_id in [r#""user_id":null,"#, r#""user_id":0,"#, ""] {
        let text = format!(r#"{{"id":1,{user_id}"application_id":21,"token":"t"}}"#);
        let session: crate::rest::Session = serde_json::from_str(&text).unwrap();
        assert_eq!(session.user_id, None, "{text}");
        assert!(
            serde_json::to_string(&session)
                .unwrap()
                .contains(r#""user_id":null"#)
        );
    }
    assert!(
        serde_json::from_str::<crate::rest::Session>(r#"{"id":1,"application_id":21}"#).is_err(),
        "no token"
    );
}

#[test]
fn debug_output_holds_no_secret() {
    let request = request(
        r#"{"application_id":21,"auth_key":"SECRETKEY","user":{"login":"SECRETLOGIN","password":"SECRETPW"}}"#,
    );
    let session: SessionEnvelope =
        serde_json::from_str(r#"{"session":{"id":1,"application_id":21,"token":"SECRETTOKEN"}}"#)
            .unwrap();
    let login: Credentials =
        serde_json::from_str(r#"{"email":"e","password":"SECRETPW"}"#).unwrap();
    let shown = format!("{request:?} {session:?} {login:?}");
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[test]
fn the_expiration_header_is_read_and_written() {
    let moment = UnixMillis::from_seconds(1_692_970_170);
    assert_eq!(format_expiration(moment), "2023-08-25 13:29:30 UTC");
    assert_eq!(parse_expiration("2023-08-25 13:29:30 UTC"), Some(moment));
    for text in [
        "",
        "2023-08-25",
        "2023-08-25 13:29:30",
        "2023-08-25 13:29:30 CET",
        "x y UTC",
    ] {
        assert_eq!(parse_expiration(text), None, "{text}");
    }
}
