//! Rules of ids.

use crate::ids::{AppId, DialogId, IdError, MessageId, ObjectId, ObjectIdGenerator, UserId};
use crate::timestamp::UnixMillis;

#[test]
fn object_id_is_written_in_lower_case_and_read_in_any() {
    let id: ObjectId = "5C094C0CE588ce6856f87422".parse().unwrap();
    assert_eq!(id.to_string(), "5c094c0ce588ce6856f87422");
    assert_eq!(id.made_at_seconds(), 0x5c09_4c0c);
    assert_eq!(ObjectId::from_bytes(id.bytes()), id);
}

#[test]
fn object_id_rejects_other_lengths_and_letters() {
    for text in [
        "",
        "5356",
        "5c094c0ce588ce6856f8742",
        "5c094c0ce588ce6856f874220",
        "5c094c0ce588ce6856f8742g",
        "äääääääääääääääääääääääää",
        "+c094c0ce588ce6856f87422",
    ] {
        assert_eq!(
            text.parse::<ObjectId>(),
            Err(IdError::NotObjectId),
            "{text}"
        );
    }
}

#[test]
fn object_ids_are_ordered_like_their_text() {
    let mut ids: Vec<ObjectId> = [
        "6b03030b76f1960a4c000000",
        "00000000000000000000000a",
        "5c094c0ce588ce6856f87422",
    ]
    .map(|t| t.parse().unwrap())
    .to_vec();
    ids.sort_unstable();
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    assert!(texts.is_sorted(), "{texts:?}");
}

#[test]
fn generator_lays_out_time_random_and_counter() {
    let mut generator = ObjectIdGenerator::new([0xa1, 0xb2, 0xc3, 0xd4, 0xe5], 0x00ff_ffff);
    let now = UnixMillis::from_seconds(0x6543_2100);
    assert_eq!(generator.next(now).to_string(), "65432100a1b2c3d4e5ffffff");
    assert_eq!(
        generator.next(now).to_string(),
        "65432100a1b2c3d4e5000000",
        "the counter wraps at 24 bits"
    );
    assert_eq!(
        generator.next_message(now).to_string(),
        "65432100a1b2c3d4e5000001"
    );
}

#[test]
fn generator_survives_clocks_outside_of_its_range() {
    let mut generator = ObjectIdGenerator::new([0; 5], 0);
    assert_eq!(generator.next(UnixMillis(-5000)).made_at_seconds(), 0);
    assert_eq!(
        generator.next(UnixMillis(i64::MAX)).made_at_seconds(),
        u32::MAX
    );
}

#[test]
fn generated_dialog_ids_are_never_all_digits() {
    // Everything but the counter is digits, so only the counter can bring a letter.
    let mut generator = ObjectIdGenerator::new([0x11; 5], 0);
    let now = UnixMillis::from_seconds(0x1234_5678);
    assert!(generator.next(now).is_all_digits());
    for _ in 0..1000 {
        let id = generator.next_dialog(now);
        assert!(
            id.to_string()
                .bytes()
                .any(|byte| byte.is_ascii_alphabetic()),
            "{id}"
        );
    }
}

#[test]
fn integers_are_positive_and_fit_into_63_bits() {
    assert_eq!("4448514".parse::<UserId>().unwrap().get(), 4_448_514);
    for text in ["", "0", "-1", "+1", "1.5", " 1", "9223372036854775808", "x"] {
        assert_eq!(
            text.parse::<UserId>(),
            Err(IdError::NotPositiveInteger),
            "{text}"
        );
    }
    assert_eq!(UserId::new(0), None);
    assert_eq!(UserId::try_from(-3_i64), Err(IdError::NotPositiveInteger));
    assert_eq!(UserId::try_from(i64::MAX).unwrap().as_i64(), i64::MAX);
}

#[test]
fn json_ids_are_read_from_numbers_and_text_and_written_in_their_usual_form() {
    assert_eq!(
        serde_json::from_str::<UserId>("78").unwrap(),
        serde_json::from_str("\"78\"").unwrap()
    );
    assert_eq!(
        serde_json::to_string(&AppId::new(21).unwrap()).unwrap(),
        "21"
    );
    assert!(serde_json::from_str::<UserId>("0").is_err());
    assert!(serde_json::from_str::<UserId>("null").is_err());
    let id: DialogId = serde_json::from_str("\"5356c64ab35c12bd3b108a41\"").unwrap();
    assert_eq!(
        serde_json::to_string(&id).unwrap(),
        "\"5356c64ab35c12bd3b108a41\""
    );
    assert!(serde_json::from_str::<MessageId>("\"5356\"").is_err());
    assert!(serde_json::from_str::<MessageId>("5356").is_err());
}
