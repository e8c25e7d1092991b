//! What the server is asked, and what of its answers is new.

use cubist_protocol::rest;

use super::{STRETCH_MILLIS, is_long_enough, on_server, ways_to_write};
use crate::model::{DialogId, MessageId, SearchQuery, UnixMillis};
use crate::store::messages;
use crate::store::search;
use crate::store::testing::{dialog_id, incoming, message_id, user_id};
use crate::sync::testing::{NOW, World};

fn kept(n: u32, dialog: u32, seconds: i64, text: &str) -> rest::Message {
    let at = UnixMillis::from_seconds(seconds);
    let mut message = rest::Message::new(message_id(n), dialog_id(dialog), user_id(2), at);
    message.message = Some(text.to_owned());
    message
}

async fn found(world: &World, query: &SearchQuery) -> Vec<MessageId> {
    let answer = on_server(&world.context, query, None).await.unwrap();
    answer.hits.iter().map(|hit| hit.message.id).collect()
}

fn in_dialogs(text: &str, dialogs: &[u32]) -> SearchQuery {
    SearchQuery {
        dialogs: dialogs.iter().map(|&n| dialog_id(n)).collect(),
        ..SearchQuery::words(text)
    }
}

#[test]
fn the_server_wants_five_characters() {
    assert!(!is_long_enough(&SearchQuery::words(" word ")));
    assert!(is_long_enough(&SearchQuery::words("words")));
    assert!(is_long_enough(&SearchQuery::words("北京大学校")));
}

#[test]
fn the_first_letter_is_tried_in_both_cases() {
    assert_eq!(ways_to_write("lorem"), ["lorem", "Lorem"]);
    assert_eq!(ways_to_write("Lorem"), ["Lorem", "lorem"]);
    assert_eq!(ways_to_write("北京大学"), ["北京大学"]);
    assert_eq!(ways_to_write(""), [""]);
}

#[tokio::test]
async fn what_the_cache_tells_of_is_not_told_again() {
    let world = World::new().await;
    world
        .context
        .store
        .write(|tx| {
            messages::insert_batch(
                tx,
                &[
                    incoming(1, 100, "lorem here"),
                    incoming(2, 200, "dolorem here"),
                ],
            )
        })
        .await
        .unwrap();
    *world.api.messages.lock().unwrap() = vec![
        kept(1, 1, 100, "lorem here"),
        // The cache has it, and does not find it: it looks for beginnings of words.
        kept(2, 1, 200, "dolorem here"),
        kept(3, 2, 300, "Lorem there"),
        // A chat that is not here.
        kept(4, 7, 400, "lorem elsewhere"),
    ];
    let query = SearchQuery::words("lorem");
    assert_eq!(found(&world, &query).await, [message_id(3), message_id(2)]);
    assert_eq!(
        world.api.asked()[..2],
        [
            "search lorem in 0 sent None".to_owned(),
            "search Lorem in 0 sent None".to_owned(),
        ]
    );
    // It is in the cache now, and the search there tells of it.
    let local = world
        .context
        .store
        .read(|db| search::messages(db, "lorem", 10))
        .await
        .unwrap();
    let local: Vec<_> = local.iter().map(|hit| hit.message.id).collect();
    assert_eq!(local, [message_id(3), message_id(1)]);
    assert_eq!(found(&world, &query).await, [message_id(2)]);
}

#[tokio::test]
async fn no_request_names_more_than_ten_dialogs_and_filters_still_hold() {
    let world = World::new().await;
    *world.api.messages.lock().unwrap() = vec![
        kept(1, 1, 100, "lorem"),
        kept(2, 2, 200, "lorem https://a.example"),
    ];
    let many: Vec<u32> = (1..=12).collect();
    assert_eq!(
        found(&world, &in_dialogs("lorem", &many)).await,
        [message_id(2), message_id(1)]
    );
    let asked = world.api.asked();
    let searches: Vec<_> = asked
        .iter()
        .filter(|asked| asked.starts_with("search lorem"))
        .collect();
    assert_eq!(
        searches,
        [
            "search lorem in 10 sent None",
            "search lorem in 2 sent None"
        ]
    );
    let by_nobody = SearchQuery {
        from: vec![user_id(3)],
        ..SearchQuery::words("lorem")
    };
    assert_eq!(found(&world, &by_nobody).await, []);
}

#[tokio::test]
async fn dates_are_asked_for_in_stretches_that_the_server_takes() {
    let world = World::new().await;
    let stretch = STRETCH_MILLIS / 1_000;
    // Longer ago than one stretch; the ids of the dialogs of the test are of 1970.
    let now = NOW + 1;
    let query = SearchQuery {
        before: Some(UnixMillis::from_seconds(stretch * 3)),
        ..SearchQuery::words("lorem")
    };
    *world.api.messages.lock().unwrap() = vec![kept(1, 1, 50, "lorem")];
    assert_eq!(found(&world, &query).await, [message_id(1)]);
    for asked in world
        .api
        .asked()
        .iter()
        .filter(|asked| asked.starts_with("search"))
    {
        let dates = asked.split("Some((").nth(1).unwrap().trim_end_matches("))");
        let (oldest, newest) = dates.split_once(", ").unwrap();
        let (oldest, newest): (i64, i64) = (oldest.parse().unwrap(), newest.parse().unwrap());
        assert!(newest - oldest <= stretch, "{asked}");
        assert!(newest <= now, "{asked}");
    }
}

#[tokio::test]
async fn a_full_answer_goes_on_where_it_ended() {
    let world = World::new().await;
    *world.api.messages.lock().unwrap() = (1..=150)
        .map(|n| kept(n, 1, i64::from(n), "lorem"))
        .collect();
    let query = SearchQuery::words("lorem");
    let first = on_server(&world.context, &query, None).await.unwrap();
    assert_eq!(first.hits.len(), 100);
    let second = on_server(&world.context, &query, first.next).await.unwrap();
    assert_eq!(second.hits.len(), 50);
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn a_second_that_fills_an_answer_does_not_hold_up_the_search() {
    let world = World::new().await;
    let mut all: Vec<_> = (1..=120).map(|n| kept(n, 1, 500, "lorem")).collect();
    all.push(kept(200, 1, 100, "lorem"));
    *world.api.messages.lock().unwrap() = all;
    let query = SearchQuery::words("lorem");
    let mut next = None;
    let mut rounds = 0;
    let mut seen: Vec<MessageId> = Vec::new();
    loop {
        let page = on_server(&world.context, &query, next).await.unwrap();
        seen.extend(page.hits.iter().map(|hit| hit.message.id));
        rounds += 1;
        assert!(rounds < 6, "it comes to an end");
        match page.next {
            Some(_) => next = page.next,
            None => break,
        }
    }
    assert!(seen.contains(&message_id(200)));
}

#[tokio::test]
async fn a_failure_is_told() {
    let world = World::new().await;
    world
        .api
        .failures
        .lock()
        .unwrap()
        .push_back(crate::rest::Error::Offline);
    let query = SearchQuery::words("lorem");
    assert!(on_server(&world.context, &query, None).await.is_err());
}

#[test]
fn ids_of_dialogs_tell_when_they_were_made() {
    // What `floor` relies on.
    let id: DialogId = "5c094c0ce588ce6856f87422".parse().unwrap();
    assert_eq!(id.object_id().bytes()[..4], 0x5c09_4c0c_u32.to_be_bytes());
}
