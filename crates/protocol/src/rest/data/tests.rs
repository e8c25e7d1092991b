//! Data records and reports.

use serde_json::{Value, json};

use crate::ids::UserId;
use crate::rest::{
    DataAccess, DataBatch, DataFields, DataPage, DataPermissions, DataPermissionsAnswer,
    DataRecord, DataUpdateByCriteria, DeleteResult, MessageReport, TotalDeleted, UserReport,
};

/// A record of the documentation.
const RECORD: &str = concat!(
    r#"{"_id":"5c09798aca8bf468ab8d2936","_parent_id":null,"reason":"bad","reportedUserId":45,"user_id":47592,"#,
    r#""created_at":1544124810,"updated_at":1544124810,"#,
    r#""permissions":{"read":{"access":"open"},"update":{"access":"owner"},"delete":{"access":"owner"}}}"#
);

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

#[test]
fn a_report_of_a_person_is_written_as_the_official_sdk_does() {
    let text = r#"{"reportedUserId":45,"reason":"bad"}"#;
    let report = UserReport {
        reported_user_id: user(45),
        reason: "bad".to_owned(),
    };
    assert_eq!(serde_json::to_string(&report).unwrap(), text);
    assert_eq!(serde_json::from_str::<UserReport>(text).unwrap(), report);
    let bare: UserReport = serde_json::from_str(r#"{"reportedUserId":"45"}"#).unwrap();
    assert_eq!(
        (bare.reported_user_id, bare.reason.as_str()),
        (user(45), "")
    );
    assert!(serde_json::from_str::<UserReport>(r#"{"reason":"bad"}"#).is_err());
    assert!(serde_json::from_str::<UserReport>(r#"{"reportedUserId":0}"#).is_err());
}

#[test]
fn a_report_of_a_message_names_it_by_its_text_id() {
    let text = r#"{"reportedMessageId":"5c0e7a13e588ce6b6f3ebf80","reason":"spam"}"#;
    let report: MessageReport = serde_json::from_str(text).unwrap();
    assert_eq!(report.reason, "spam");
    assert_eq!(serde_json::to_string(&report).unwrap(), text);
    assert!(serde_json::from_str::<MessageReport>(r#"{"reportedMessageId":7}"#).is_err());
}

#[test]
fn a_record_is_read_and_written() {
    let record: DataRecord = serde_json::from_str(RECORD).unwrap();
    assert_eq!(record.user_id, Some(user(47592)));
    assert_eq!(record.fields.len(), 2);
    assert_eq!(record.permissions, Some(DataPermissions::default()));
    assert_eq!(
        serde_json::to_value(&record).unwrap(),
        serde_json::from_str::<Value>(RECORD).unwrap()
    );
    let report: UserReport = serde_json::from_value(Value::Object(record.fields.clone())).unwrap();
    assert_eq!(report.reported_user_id, user(45));
    let bare: DataRecord =
        serde_json::from_value(json!({"_id": "5c09798aca8bf468ab8d2936", "user_id": "x"})).unwrap();
    assert_eq!((bare.user_id, bare.permissions), (None, None));
    assert!(serde_json::from_value::<DataRecord>(json!({"reason": "bad"})).is_err());
}

#[test]
fn a_caller_cannot_write_the_parts_that_the_server_makes() {
    let fields: DataFields = serde_json::from_value(json!({
        "_id": "x", "_parent_id": "x", "user_id": 1, "created_at": 0, "updated_at": 0, "reason": "bad",
    }))
    .unwrap();
    assert_eq!(fields.permissions, None);
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        r#"{"reason":"bad"}"#
    );
    let closed: DataFields = serde_json::from_value(json!({
        "a": 1, "permissions": {"read": {"access": "owner"}},
    }))
    .unwrap();
    assert_eq!(
        closed.permissions,
        Some(DataPermissions {
            read: DataAccess::Owner,
            ..DataPermissions::default()
        })
    );
    assert_eq!(
        serde_json::to_value(&closed).unwrap(),
        json!({"a": 1, "permissions": {"read": {"access": "owner"}, "update": {"access": "owner"}, "delete": {"access": "owner"}}})
    );
    for permissions in [
        json!({"read": {"access": "friends"}}),
        json!("open"),
        json!([]),
    ] {
        let fields = json!({"permissions": permissions});
        assert!(serde_json::from_value::<DataFields>(fields).is_err());
    }
    assert!(serde_json::from_value::<DataFields>(json!([1])).is_err());
}

#[test]
fn every_access_is_read_and_written() {
    for (text, access) in [
        (r#"{"access":"open"}"#, DataAccess::Open),
        (r#"{"access":"owner"}"#, DataAccess::Owner),
        (
            r#"{"access":"open_for_users_ids","ids":[1,2]}"#,
            DataAccess::Users(vec![user(1), user(2)]),
        ),
        (
            r#"{"access":"open_for_groups","groups":["vip"]}"#,
            DataAccess::Groups(vec!["vip".to_owned()]),
        ),
    ] {
        assert_eq!(serde_json::from_str::<DataAccess>(text).unwrap(), access);
        assert_eq!(serde_json::to_string(&access).unwrap(), text);
    }
    let texts: DataAccess =
        serde_json::from_value(json!({"access": "open_for_users_ids", "users_ids": "1, 2"}))
            .unwrap();
    assert_eq!(texts, DataAccess::Users(vec![user(1), user(2)]));
    for value in [
        json!({}),
        json!({"access": "all"}),
        json!({"access": "open_for_users_ids", "ids": ["x"]}),
    ] {
        assert!(
            serde_json::from_value::<DataAccess>(value.clone()).is_err(),
            "{value}"
        );
    }
    let answer = r#"{"record_id":"5c09798aca8bf468ab8d2936","permissions":{"read":{"access":"open"},"update":{"access":"owner"},"delete":{"access":"owner"}}}"#;
    let permissions: DataPermissionsAnswer = serde_json::from_str(answer).unwrap();
    assert_eq!(serde_json::to_string(&permissions).unwrap(), answer);
}

#[test]
fn several_records_come_under_their_numbers() {
    let text = r#"{"record":{"1":{"reason":"a"},"2":{"reason":"b"}}}"#;
    let batch: DataBatch = serde_json::from_str(text).unwrap();
    assert_eq!(batch.record.len(), 2);
    assert_eq!(serde_json::to_string(&batch).unwrap(), text);
    let criteria = r#"{"search_criteria":{"age":{"gte":41}},"grown":true}"#;
    let update: DataUpdateByCriteria = serde_json::from_str(criteria).unwrap();
    assert_eq!(update.fields.fields.get("grown"), Some(&json!(true)));
    assert_eq!(serde_json::to_string(&update).unwrap(), criteria);
}

#[test]
fn answers_have_only_the_parts_that_belong_to_them() {
    let list = format!(
        r#"{{"class_name":"UserReports","skip":0,"limit":10,"items":[{RECORD},{{"reason":"no id"}}]}}"#
    );
    let page: DataPage = serde_json::from_str(&list).unwrap();
    assert_eq!((page.items.len(), page.unreadable), (1, 1));
    let texts = [
        r#"{"class_name":"UserReports","items":[]}"#,
        r#"{"class_name":"UserReports","skip":0,"limit":10,"items":[]}"#,
        r#"{"class_name":"UserReports","skip":0,"limit":10,"total_found":2,"items":[]}"#,
        r#"{"class_name":"UserReports","not_found":{"ids":["a"]},"items":[]}"#,
    ];
    for text in texts {
        let page: DataPage = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&page).unwrap(), text);
    }
    assert!(serde_json::from_str::<DataPage>(r#"{"class_name":"UserReports"}"#).is_err());
}

#[test]
fn deletions_are_counted_or_listed() {
    let total: TotalDeleted = serde_json::from_str(r#"{"total_deleted":"2"}"#).unwrap();
    assert_eq!(total.total_deleted, 2);
    assert_eq!(
        serde_json::to_string(&total).unwrap(),
        r#"{"total_deleted":2}"#
    );
    let several: DeleteResult = serde_json::from_value(
        json!({"SuccessfullyDeleted": {"ids": ["5c09798aca8bf468ab8d2936"]}}),
    )
    .unwrap();
    assert_eq!(several.deleted.ids, ["5c09798aca8bf468ab8d2936"]);
}
