//! Counts and deletions.

use crate::rest::{CountEnvelope, DeleteResult, IdList};

#[test]
fn a_count_stands_where_the_list_would() {
    let text = r#"{"items":{"count":3}}"#;
    assert_eq!(
        serde_json::from_str::<CountEnvelope>(text).unwrap(),
        CountEnvelope::new(3)
    );
    assert_eq!(serde_json::to_string(&CountEnvelope::new(3)).unwrap(), text);
    assert!(serde_json::from_str::<CountEnvelope>(r#"{"items":[]}"#).is_err());
}

#[test]
fn a_deletion_of_several_tells_what_became_of_each() {
    let text = r#"{"SuccessfullyDeleted":{"ids":["m1"]},"NotFound":{"ids":[]},"WrongPermissions":{"ids":["m2","m3"]}}"#;
    let result: DeleteResult = serde_json::from_str(text).unwrap();
    assert_eq!(result.deleted, IdList::from_iter(["m1".to_owned()]));
    assert_eq!(result.wrong_permissions.ids, ["m2", "m3"]);
    assert_eq!(serde_json::to_string(&result).unwrap(), text);
}

#[test]
fn missing_parts_of_a_deletion_are_empty() {
    let result: DeleteResult =
        serde_json::from_str(r#"{"NotFound":{"ids":[7]},"WrongPermissions":{}}"#).unwrap();
    assert_eq!(result.not_found.ids, ["7"]);
    assert!(result.deleted.ids.is_empty() && result.wrong_permissions.ids.is_empty());
    assert!(serde_json::from_str::<DeleteResult>("7").is_err());
}
