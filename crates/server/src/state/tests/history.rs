use std::collections::HashSet;

use cubist_protocol::ids::{DialogId, UserId};
use serde_json::json;

use super::{World, all_of, bodies, message};
use crate::state::{
    Condition, Mark, MessageField, MessageOrder, MessageQuery, MessageSort, NewMessage, Op,
    StateError,
};

const NEWEST_FIRST: MessageSort = MessageSort {
    by: MessageOrder::DateSent,
    descending: true,
};

/// Two people with ten messages, five of which share a second.
async fn chatty() -> (World, UserId, UserId, DialogId) {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    for number in 0..10 {
        let at = if number < 5 {
            1_500_000_000
        } else {
            1_500_000_000 + number
        };
        let sender = if number % 2 == 0 { ann } else { bob };
        let new = NewMessage {
            date_sent: Some(at),
            ..message(sender, dialog, &number.to_string())
        };
        world.accept(new).await.unwrap();
    }
    (world, ann, bob, dialog)
}

#[tokio::test]
async fn pages_share_no_message_and_miss_none_although_many_share_a_second() {
    let (world, ann, _, dialog) = chatty().await;
    for sort in [MessageSort::default(), NEWEST_FIRST] {
        let mut seen = Vec::new();
        for skip in (0..10).step_by(3) {
            let query = MessageQuery {
                sort,
                limit: 3,
                skip,
                ..all_of(dialog)
            };
            seen.extend(world.state.messages(ann, query).await.unwrap().items);
        }
        assert_eq!(seen.len(), 10);
        let ids: HashSet<_> = seen.iter().map(|record| record.message.id).collect();
        assert_eq!(ids.len(), 10);
        let keys: Vec<_> = seen
            .iter()
            .map(|record| (record.message.date_sent, record.message.id))
            .collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        if sort.descending {
            sorted.reverse();
        }
        assert_eq!(keys, sorted);
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
async fn histories_are_filtered_by_every_documented_field() {
    let (world, ann, bob, dialog) = chatty().await;
    let photo = json!({ "type": "photo" }).as_object().cloned().unwrap();
    let new = NewMessage {
        date_sent: Some(1_500_000_020),
        attachments: vec![photo],
        ..message(ann, dialog, "look at 7")
    };
    world.accept(new).await.unwrap();
    let ids: Vec<String> = world
        .history(ann, dialog)
        .await
        .iter()
        .map(|record| record.message.id.to_string())
        .collect();
    let check = |field, op, values: Vec<String>, expected: Vec<&'static str>| {
        let conditions = vec![Condition {
            field,
            op,
            values: values.clone(),
        }];
        let state = world.state.clone();
        async move {
            let query = MessageQuery {
                conditions: conditions.clone(),
                ..all_of(dialog)
            };
            let page = state.messages(ann, query).await.unwrap();
            assert_eq!(bodies(&page.items), expected, "{field:?} {op:?} {values:?}");
            assert_eq!(
                state.count_messages(ann, dialog, conditions).await.unwrap(),
                expected.len()
            );
        }
    };
    let text = |value: &dyn ToString| vec![value.to_string()];
    check(
        MessageField::Id,
        Op::In,
        vec![ids[1].clone(), ids[3].clone()],
        vec!["1", "3"],
    )
    .await;
    check(
        MessageField::Body,
        Op::Contains,
        text(&"7"),
        vec!["7", "look at 7"],
    )
    .await;
    check(
        MessageField::DateSent,
        Op::Greater,
        text(&1_500_000_008),
        vec!["9", "look at 7"],
    )
    .await;
    check(
        MessageField::DateSent,
        Op::Less,
        text(&1_500_000_005),
        vec!["0", "1", "2", "3", "4"],
    )
    .await;
    check(
        MessageField::DateSent,
        Op::GreaterOrEqual,
        text(&"2017-07-14T02:40:20Z"),
        vec!["look at 7"],
    )
    .await;
    check(
        MessageField::Sender,
        Op::Equal,
        text(&bob),
        vec!["1", "3", "5", "7", "9"],
    )
    .await;
    check(
        MessageField::Recipient,
        Op::NotEqual,
        text(&bob),
        vec!["1", "3", "5", "7", "9"],
    )
    .await;
    check(
        MessageField::AttachmentType,
        Op::Equal,
        text(&"photo"),
        vec!["look at 7"],
    )
    .await;
    check(
        MessageField::AttachmentType,
        Op::NotEqual,
        text(&"photo"),
        vec!["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    )
    .await;
    check(
        MessageField::UpdatedAt,
        Op::Greater,
        text(&4_000_000_000_i64),
        vec![],
    )
    .await;
}

#[tokio::test]
async fn listing_marks_as_read_unless_told_not_to() {
    let (world, ann, bob, dialog) = chatty().await;
    world.state.messages(ann, all_of(dialog)).await.unwrap();
    assert_eq!(world.dialog(ann, dialog).await.unread, 5);
    let query = MessageQuery {
        mark_as_read: true,
        limit: 4,
        ..all_of(dialog)
    };
    let page = world.state.messages(ann, query.clone()).await.unwrap();
    assert!(page.items.iter().all(|record| record.read.contains(&ann)));
    assert_eq!(
        page.marked
            .iter()
            .map(|marked| marked.author)
            .collect::<Vec<_>>(),
        [bob, bob]
    );
    assert_eq!(world.dialog(ann, dialog).await.unread, 3);
    assert!(
        world
            .state
            .messages(ann, query)
            .await
            .unwrap()
            .marked
            .is_empty()
    );
    assert_eq!(world.state.unread(ann, None).await.unwrap().total, 3);
}

#[tokio::test]
async fn a_foreign_history_is_forbidden_and_an_unknown_one_not_found() {
    let (world, _, _, dialog) = chatty().await;
    let cat = world.person("cat").await;
    assert!(matches!(
        world.state.messages(cat, all_of(dialog)).await,
        Err(StateError::Forbidden(_))
    ));
    assert!(matches!(
        world.state.count_messages(cat, dialog, vec![]).await,
        Err(StateError::Forbidden(_))
    ));
    let unknown = "5356c64ab35c12bd3b108a41".parse().unwrap();
    assert!(matches!(
        world.state.messages(cat, all_of(unknown)).await,
        Err(StateError::NotFound)
    ));
    assert!(world.state.mark_all(cat, Mark::Read, dialog).await.is_err());
}

#[tokio::test]
async fn pages_are_never_larger_than_the_limit() {
    let world = World::with(|config| config.limits.page = 3).await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    for _ in 0..5 {
        world.say(ann, dialog, "x").await;
    }
    for limit in [0, 2, 3, 1_000_000] {
        let query = MessageQuery {
            limit,
            ..all_of(dialog)
        };
        let page = world.state.messages(ann, query).await.unwrap();
        let expected = if limit == 2 { 2 } else { 3 };
        assert_eq!((page.limit, page.items.len()), (expected, expected));
    }
}
