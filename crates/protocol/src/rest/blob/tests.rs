//! Stored files, from their announcement to their page in a list.

use serde_json::{Value, json};

use crate::rest::{
    Blob, BlobAccessKind, BlobEnvelope, BlobUid, CompleteBlob, NewBlobEnvelope, NumberedPage,
    UpdateBlobEnvelope, UploadForm, UploadFormError, form,
};

/// The answer of the live service to an announcement.
const ANNOUNCED: &str = concat!(
    r#"{"blob":{"id":46919,"uid":"763ef825ad8748239ed07def2c14555100","content_type":"text/plain","name":"awesome.txt","size":null,"#,
    r#""created_at":"2018-12-06T12:04:48Z","updated_at":"2018-12-06T12:04:48Z","public":false,"#,
    r#""blob_object_access":{"id":46919,"blob_id":46919,"expires":"2018-12-06T13:04:48Z","object_access_type":"Write","#,
    r#""params":"https://s3.amazonaws.com/bucket?Content-Type=text%2Fplain&Expires=1&key=763ef825ad8748239ed07def2c14555100&success_action_status=201"}}}"#
);

fn blob(value: Value) -> Result<Blob, serde_json::Error> {
    serde_json::from_value(value)
}

#[test]
fn the_announcement_of_the_official_sdk_is_read_and_written() {
    let text = r#"{"blob":{"name":"awesome.txt","content_type":"text/plain","public":false}}"#;
    let new: NewBlobEnvelope = serde_json::from_str(text).unwrap();
    assert_eq!(new.blob.name.as_deref(), Some("awesome.txt"));
    assert_eq!(serde_json::to_string(&new).unwrap(), text);
    assert!(serde_json::from_str::<NewBlobEnvelope>("{}").is_err());
}

#[test]
fn the_answer_names_the_form_to_post() {
    let announced: BlobEnvelope = serde_json::from_str(ANNOUNCED).unwrap();
    assert_eq!(serde_json::to_string(&announced).unwrap(), ANNOUNCED);
    let access = announced.blob.blob_object_access.unwrap();
    assert_eq!(access.object_access_type, Some(BlobAccessKind::Write));
    assert!(
        !format!("{access:?}").contains("s3"),
        "the address is a key"
    );
    let params = access.params.unwrap();
    let form = UploadForm::parse(&params).unwrap();
    assert_eq!(form.url, "https://s3.amazonaws.com/bucket");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        form.fields,
        [
            pair("Content-Type", "text/plain"),
            pair("Expires", "1"),
            pair("key", "763ef825ad8748239ed07def2c14555100"),
            pair("success_action_status", "201"),
        ]
    );
    assert_eq!(form.to_params(), params);
    assert!(!format!("{form:?}").contains("763ef"));
}

#[test]
fn a_form_of_our_own_survives_what_is_special_in_addresses() {
    let form = UploadForm {
        url: "http://127.0.0.1:8080/upload".to_owned(),
        fields: vec![("a b".to_owned(), "c+d&e=f/ä".to_owned())],
    };
    assert_eq!(
        form.to_params(),
        "http://127.0.0.1:8080/upload?a%20b=c%2Bd%26e%3Df%2F%C3%A4"
    );
    assert_eq!(UploadForm::parse(&form.to_params()), Ok(form));
    let policy = UploadForm::parse("https://host/bucket?policy=eyJ+a/b==").unwrap();
    assert_eq!(
        policy.fields,
        [("policy".to_owned(), "eyJ+a/b==".to_owned())],
        "signed fields go back as they came"
    );
}

#[test]
fn what_is_no_form_is_rejected() {
    let check = |params: &str, expected: UploadFormError| {
        assert_eq!(UploadForm::parse(params), Err(expected), "{params}");
    };
    check("https://host/upload", UploadFormError::NoFields);
    check("https://host/upload?", UploadFormError::NoFields);
    check("", UploadFormError::NoFields);
    for params in [
        "?a=1",
        "file:///etc/passwd?a=1",
        "ftp://host/?a=1",
        "https://?a=1",
        "https:///path?a=1",
        "https://bank.example@evil.example/?a=1",
        "https://host#x?a=1",
    ] {
        check(params, UploadFormError::NoAddress);
    }
    let many = "a=1&".repeat(101);
    check(
        &format!("https://host/?{many}"),
        UploadFormError::TooManyFields,
    );
}

#[test]
fn completing_is_read_in_both_forms_and_written_as_the_official_sdk_does() {
    assert_eq!(
        serde_json::to_string(&CompleteBlob { size: 11 }).unwrap(),
        r#"{"size":11}"#
    );
    for text in [
        r#"{"size":11}"#,
        r#"{"size":"11"}"#,
        r#"{"blob":{"size":"11"}}"#,
        r#"{"blob":{"size":11}}"#,
    ] {
        let complete: CompleteBlob = serde_json::from_str(text).unwrap();
        assert_eq!(complete.size, 11, "{text}");
    }
    for text in [
        "{}",
        r#"{"size":-1}"#,
        r#"{"size":"all"}"#,
        r#"{"blob":{}}"#,
        "11",
    ] {
        assert!(
            serde_json::from_str::<CompleteBlob>(text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_new_name_comes_as_json_or_in_the_query() {
    let text = r#"{"blob":{"name":"new name"}}"#;
    let update: UpdateBlobEnvelope = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&update).unwrap(), text);
    let query = form::to_json("blob[name]=new%20name");
    assert_eq!(
        serde_json::from_value::<UpdateBlobEnvelope>(query).unwrap(),
        update
    );
}

#[test]
fn a_list_is_numbered_and_its_items_are_wrapped() {
    let text = r#"{"current_page":1,"per_page":10,"total_entries":1,"items":[{"blob":{"id":46919,"uid":"763ef825","content_type":"text/plain","name":"awesome.txt","size":11,"created_at":null,"updated_at":null,"public":true}}]}"#;
    let page: NumberedPage<BlobEnvelope> = serde_json::from_str(text).unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(serde_json::to_string(&page).unwrap(), text);
    let odd: NumberedPage<BlobEnvelope> =
        serde_json::from_value(json!({"current_page": "2", "items": [{"blob": {"id": 0}}]}))
            .unwrap();
    assert_eq!(
        (odd.current_page, odd.items.len(), odd.unreadable),
        (2, 0, 1)
    );
}

#[test]
fn a_download_is_found_under_both_spellings() {
    for key in ["download_url", "dowload_url"] {
        let blob = blob(json!({
            "id": 1, "uid": "a", "blob_object_access": {"object_access_type": "Read", key: "https://host/a"},
        }))
        .unwrap();
        let access = blob.blob_object_access.unwrap();
        assert_eq!(access.download_url.as_deref(), Some("https://host/a"));
        assert_eq!(access.object_access_type, Some(BlobAccessKind::Read));
    }
}

#[test]
fn odd_forms_of_fields_are_read() {
    let odd = blob(json!({
        "id": "7", "uid": "aB-_9", "size": "11", "public": "true", "content_type": null, "blob_object_access": "none",
    }))
    .unwrap();
    assert_eq!((odd.id.get(), odd.size, odd.public), (7, Some(11), true));
    assert_eq!(odd.blob_object_access, None);
}

#[test]
fn what_could_leave_a_folder_is_no_uid() {
    for text in ["a", "763ef825ad8748239ed07def2c14555100", "A-b_9"] {
        assert_eq!(text.parse::<BlobUid>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "..",
        "a/b",
        "a.b",
        "a b",
        "ä",
        "a%2Fb",
        "https://host/a",
    ] {
        assert!(text.parse::<BlobUid>().is_err(), "{text}");
        assert!(blob(json!({"id": 1, "uid": text})).is_err(), "{text}");
    }
    assert!("a".repeat(101).parse::<BlobUid>().is_err());
    assert!(
        blob(json!({"uid": "a"})).is_err(),
        "a number is needed, too"
    );
}
