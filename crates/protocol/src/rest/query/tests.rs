//! List queries, byte by byte as the official SDK writes them.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, proptest};
use proptest::sample::select;
use proptest::{option, prop_assert_eq};

use crate::rest::{ArrayStyle, Filter, ListQuery, Operator, Sort};

fn filter(field: &str, operator: Operator, values: &[&str]) -> Filter {
    Filter {
        field: field.to_owned(),
        operator,
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

/// The query has exactly these conditions (in the order of field and operator).
#[track_caller]
fn check_filters(query: &str, expected: &[Filter]) {
    assert_eq!(ListQuery::decode(query).filters, expected, "{query}");
}

#[test]
fn an_empty_query_asks_for_everything() {
    assert_eq!(ListQuery::decode(""), ListQuery::default());
    assert_eq!(ListQuery::decode("?"), ListQuery::default());
    assert_eq!(ListQuery::default().encode(ArrayStyle::Comma), "");
}

#[test]
fn raw_and_encoded_brackets_mean_the_same() {
    let raw = ListQuery::decode(
        "limit=100&skip=0&sort_desc=last_message_date_sent&updated_at[gt]=1455098137",
    );
    let encoded = ListQuery::decode(
        "limit=100&skip=0&sort_desc=last_message_date_sent&updated_at%5Bgt%5D=1455098137",
    );
    assert_eq!(raw, encoded);
    assert_eq!(
        raw.filters,
        [filter("updated_at", Operator::Gt, &["1455098137"])]
    );
    assert_eq!((raw.limit, raw.skip), (Some(100), Some(0)));
    assert_eq!(
        raw.sort,
        Some(Sort {
            field: "last_message_date_sent".to_owned(),
            descending: true
        })
    );
}

#[test]
fn captured_queries_are_read() {
    check_filters(
        "type%5Bin%5D=2%2C3&updated_at%5Bgt%5D=1455098137",
        &[
            filter("type", Operator::In, &["2", "3"]),
            filter("updated_at", Operator::Gt, &["1455098137"]),
        ],
    );
    check_filters(
        "_id[in]=5c09a%2C5c09b",
        &[filter("_id", Operator::In, &["5c09a", "5c09b"])],
    );
    check_filters(
        "extensions[location]=Sun%20bar&name[ctn]=a%20b%26c&type[in]=2%2C3",
        &[
            filter("extensions.location", Operator::Eq, &["Sun bar"]),
            filter("name", Operator::Ctn, &["a b&c"]),
            filter("type", Operator::In, &["2", "3"]),
        ],
    );
    let users = ListQuery::decode("id[in][]=51941&id[in][]=51946&limit=10&offset=50");
    assert_eq!(
        users.filters,
        [filter("id", Operator::In, &["51941", "51946"])]
    );
    assert_eq!(users.skip, Some(50));
    check_filters(
        "a[]=1&a[]=2&a[]=3&b=1%2C2%2C3",
        &[
            filter("a", Operator::Eq, &["1", "2", "3"]),
            filter("b", Operator::Eq, &["1,2,3"]),
        ],
    );
}

#[test]
fn lists_may_be_joined_bracketed_or_repeated() {
    for query in [
        "id[in]=1,2",
        "id[in]=1%2C%202",
        "id[in][]=1&id[in][]=2",
        "id[in]=1&id[in]=2",
        "id%5Bin%5D%5B%5D=1&id[in]=2",
    ] {
        check_filters(query, &[filter("id", Operator::In, &["1", "2"])]);
    }
    for query in [
        "chat_dialog_ids=d2%2C%20d1",
        "chat_dialog_ids=d2,d1",
        "chat_dialog_ids[]=d2&chat_dialog_ids[]=d1",
        "chat_dialog_ids[in]=d2,d1",
    ] {
        assert_eq!(
            ListQuery::decode(query).list("chat_dialog_ids"),
            ["d2", "d1"],
            "{query}"
        );
    }
}

#[test]
fn commas_stay_in_values_that_are_no_list() {
    check_filters(
        "name[ctn]=a%2Cb",
        &[filter("name", Operator::Ctn, &["a,b"])],
    );
    check_filters("message=a,b", &[filter("message", Operator::Eq, &["a,b"])]);
}

#[test]
fn every_operator_is_read_by_the_name_it_is_written_with() {
    let operators = [
        "ne",
        "lt",
        "lte",
        "gt",
        "gte",
        "in",
        "nin",
        "all",
        "ctn",
        "start_with",
        "or",
    ];
    for name in operators {
        let query = format!("f[{name}]=x");
        let decoded = ListQuery::decode(&query);
        assert_eq!(decoded.filters[0].operator.as_str(), name);
        assert_eq!(decoded.encode(ArrayStyle::Comma), query);
    }
    check_filters("f[eq]=x", &[filter("f", Operator::Eq, &["x"])]);
    check_filters(
        "attachments.type=photo",
        &[filter("attachments.type", Operator::Eq, &["photo"])],
    );
}

#[test]
fn plain_parameters_are_found_by_name() {
    let query =
        ListQuery::decode("chat_dialog_id=5356&mark_as_read=0&preview=1&count=1&x=2&x=3&odd=maybe");
    assert_eq!(query.value("chat_dialog_id"), Some("5356"));
    assert_eq!(
        (
            query.flag("mark_as_read"),
            query.flag("preview"),
            query.flag("odd"),
            query.flag("none")
        ),
        (Some(false), Some(true), None, None)
    );
    assert_eq!(query.value("x"), Some("3"));
    assert!(query.count);
}

#[test]
fn a_body_of_delete_is_read_like_a_query() {
    assert_eq!(ListQuery::decode("force=1").flag("force"), Some(true));
}

#[test]
fn nonsense_is_read_without_panic() {
    let odd = ListQuery::decode("limit=-1&skip=x&=&&[gt]=1&a[=2&b]=3&%FF=%zz&c[gt][lt]=4&d");
    assert_eq!((odd.limit, odd.skip), (None, None));
    assert_eq!(odd.value("a"), Some("2"));
    assert_eq!(odd.value("d"), Some(""));
    assert_eq!(odd.value("\u{fffd}"), Some("%zz"));
}

#[test]
fn queries_are_written_as_the_official_sdk_does() {
    let query = ListQuery::default()
        .filter("updated_at", Operator::Gt, 1_455_098_137)
        .sort_by("last_message_date_sent", true)
        .limit(100)
        .skip(0);
    assert_eq!(
        query.encode(ArrayStyle::Comma),
        "limit=100&skip=0&sort_desc=last_message_date_sent&updated_at[gt]=1455098137"
    );
    let query = ListQuery::default()
        .filter_list("type", Operator::In, [2, 3])
        .filter("name", Operator::Ctn, "a b&c")
        .filter("extensions.location", Operator::Eq, "Sun bar");
    assert_eq!(
        query.encode(ArrayStyle::Comma),
        "extensions[location]=Sun%20bar&name[ctn]=a%20b%26c&type[in]=2%2C3"
    );
    let query = ListQuery::default()
        .filter_list("id", Operator::In, [51941, 51946])
        .limit(10)
        .skip(50);
    assert_eq!(
        query.encode(ArrayStyle::Brackets),
        "id[in][]=51941&id[in][]=51946&limit=10&offset=50"
    );
    let query = ListQuery::default()
        .param("chat_dialog_id", "5356")
        .filter("date_sent", Operator::Lt, 1_544_111_746)
        .param("mark_as_read", 0)
        .sort_by("date_sent", true)
        .limit(100)
        .skip(0);
    assert_eq!(
        query.encode(ArrayStyle::Comma),
        "chat_dialog_id=5356&date_sent[lt]=1544111746&limit=100&mark_as_read=0&skip=0&sort_desc=date_sent"
    );
}

#[test]
fn many_different_keys_are_no_burden() {
    let pairs: Vec<String> = (0..50_000).map(|n| format!("k{n}=v")).collect();
    assert_eq!(ListQuery::decode(&pairs.join("&")).filters.len(), 50_000);
}

/// Queries as this crate's own users build them: a field and operator once, values without commas in lists.
fn any_query() -> impl Strategy<Value = ListQuery> {
    let operator = select(vec![
        Operator::Eq,
        Operator::Gt,
        Operator::Ctn,
        Operator::In,
        Operator::Nin,
    ]);
    let field = select(vec![
        "a",
        "b c",
        "extensions.x y",
        "attachments.type",
        "ä&=",
    ]);
    let plain = (field, operator, any::<String>(), vec("[^,\\s]{1,5}", 1..4)).prop_map(
        |(field, operator, text, list)| {
            let values = if operator.takes_list() {
                list
            } else {
                vec![text]
            };
            Filter {
                field: field.to_owned(),
                operator,
                values,
            }
        },
    );
    let sort = option::of((any::<String>(), any::<bool>()));
    (
        vec(plain, 0..4),
        sort,
        option::of(any::<u64>()),
        option::of(any::<u64>()),
        any::<bool>(),
    )
        .prop_map(|(mut filters, sort, limit, skip, count)| {
            filters.sort_by(|a, b| (&a.field, a.operator).cmp(&(&b.field, b.operator)));
            filters.dedup_by(|a, b| (&a.field, a.operator) == (&b.field, b.operator));
            let sort = sort.map(|(field, descending)| Sort { field, descending });
            ListQuery {
                filters,
                sort,
                limit,
                skip,
                count,
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(query in any_query(), style in select(vec![ArrayStyle::Comma, ArrayStyle::Brackets])) {
        let text = query.encode(style);
        prop_assert_eq!(ListQuery::decode(&text), query, "{}", text);
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        let once = ListQuery::decode(&text);
        prop_assert_eq!(ListQuery::decode(&text), once);
    }
}
