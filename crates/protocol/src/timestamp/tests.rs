//! Rules of moments.

use crate::timestamp::{IsoTime, UnixMillis, UnixTime};

#[test]
fn bare_numbers_are_seconds_milliseconds_or_fractions() {
    let check = |text: &str, millis: i64| {
        assert_eq!(
            UnixMillis::from_wire_number(text),
            Some(UnixMillis(millis)),
            "{text}"
        );
    };
    check("1643634366", 1_643_634_366_000);
    check("1643634366123", 1_643_634_366_123);
    check("1643634366.5", 1_643_634_366_500);
    check("1643634366123.7", 1_643_634_366_124);
    check(" 1643634366 ", 1_643_634_366_000);
    check("0", 0);
    check("-1", -1000);
    check("99999999999", 99_999_999_999_000);
    check("100000000000", 100_000_000_000);
}

#[test]
fn what_is_no_finite_number_is_no_moment() {
    for text in ["", "x", "NaN", "inf", "1 2", "0x10"] {
        assert_eq!(UnixMillis::from_wire_number(text), None, "{text}");
    }
}

#[test]
fn huge_numbers_saturate_instead_of_overflowing() {
    assert_eq!(
        UnixMillis::from_wire_number("1e300"),
        Some(UnixMillis(i64::MAX))
    );
    assert_eq!(UnixMillis::from_seconds(i64::MAX), UnixMillis(i64::MAX));
}

#[test]
fn seconds_are_rounded_down_even_before_the_epoch() {
    assert_eq!(UnixMillis(1999).seconds(), 1);
    assert_eq!(UnixMillis(-1).seconds(), -1);
}

#[test]
fn iso_dates_are_read_with_fraction_and_offset_and_written_in_utc() {
    let check = |text: &str, millis: i64| {
        assert_eq!(
            UnixMillis::from_iso8601(text),
            Some(UnixMillis(millis)),
            "{text}"
        );
    };
    check("2018-12-06T12:04:48Z", 1_544_097_888_000);
    check("2018-12-06T12:04:48.250Z", 1_544_097_888_250);
    check("2018-12-06T14:04:48+02:00", 1_544_097_888_000);
    assert_eq!(
        UnixMillis(1_544_097_888_999).to_iso8601(),
        "2018-12-06T12:04:48Z"
    );
    assert_eq!(UnixMillis::from_iso8601("yesterday"), None);
}

#[test]
fn json_moments_are_read_in_each_others_form() {
    let iso: IsoTime = serde_json::from_str("1544097888").unwrap();
    let unix: UnixTime = serde_json::from_str("\"2018-12-06T12:04:48Z\"").unwrap();
    assert_eq!(iso.0, unix.0);
    assert_eq!(
        serde_json::to_string(&iso).unwrap(),
        "\"2018-12-06T12:04:48Z\""
    );
    assert_eq!(serde_json::to_string(&unix).unwrap(), "1544097888");
    assert_eq!(
        serde_json::from_str::<UnixTime>("1544097888.25").unwrap().0,
        UnixMillis(1_544_097_888_250)
    );
    assert!(serde_json::from_str::<IsoTime>("true").is_err());
}
