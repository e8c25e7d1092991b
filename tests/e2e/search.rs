//! Looking for messages: in the cache, on the server, and going there.

use cubist_client::model::{Anchor, DialogId, MessageId, SearchHit, SearchQuery};
use cubist_tests::{Person, World};
use rusqlite::Connection;

/// More than a device fetches of a chat by itself.
const MANY: usize = 260;

fn texts(hits: &[SearchHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.message.text.as_str()).collect()
}

async fn here(person: &Person, query: &SearchQuery) -> Vec<SearchHit> {
    let account = person.account();
    account.search(query.clone(), None, 50).await.unwrap().hits
}

async fn on_server(person: &Person, query: &SearchQuery) -> Vec<SearchHit> {
    let account = person.account();
    let found = account.search_server(query.clone(), None).await.unwrap();
    found.expect("the words are long enough").hits
}

/// Everything was said a second apart, as far as the backend remembers: what shares a second is fetched together.
fn spread_out(world: &World) {
    let database = std::fs::read_dir(world.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|ending| ending == "db" || ending == "sqlite")
        })
        .unwrap();
    let changed = Connection::open(database)
        .unwrap()
        .execute(
            "UPDATE messages SET date_sent = date_sent - 1000 + (SELECT count(*) FROM messages m WHERE m.key < messages.key)",
            [],
        )
        .unwrap();
    assert!(changed > MANY);
}

/// Alice tells Bob many things; the first one is special.
async fn long_chat(world: &World, alice: &Person, bob: &Person) -> (DialogId, MessageId) {
    let dialog = alice.chat_with(bob).await;
    let first = alice.send(bob, "The Lighthouse keeper has the key").await;
    for n in 0..MANY {
        alice.send_in(dialog, &format!("step {n}")).await;
    }
    let last = alice.send_in(dialog, "and a lighthouse again").await;
    bob.sees(alice, "and a lighthouse again").await;
    alice.has_sent_everything().await;
    spread_out(world);
    assert_ne!(first, last);
    (dialog, first)
}

/// A new device has fetched the newest page of the chat and not its beginning.
async fn knows_the_end_only(phone: &Person, dialog: DialogId, first: MessageId) {
    let account = phone.account();
    phone
        .until("the end of the chat", async || {
            let page = account.messages(dialog, Anchor::Newest, 10).await.ok()?;
            let last = page.items.last()?;
            (last.text == "and a lighthouse again").then_some(())
        })
        .await;
    assert_eq!(account.dialog_of(first).await.unwrap(), None);
}

#[tokio::test]
async fn the_server_tells_what_a_new_device_does_not_have_and_nothing_twice() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let (dialog, first) = long_chat(&world, &alice, &bob).await;
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    knows_the_end_only(&phone, dialog, first).await;

    let query = SearchQuery::words("lighthouse");
    assert_eq!(
        texts(&here(&phone, &query).await),
        ["and a lighthouse again"]
    );
    // In another case there, and not told of again where the phone knows it.
    let found = on_server(&phone, &query).await;
    assert_eq!(texts(&found), ["The Lighthouse keeper has the key"]);
    let marked: Vec<&str> = found[0]
        .snippet
        .iter()
        .filter(|part| part.hit)
        .map(|part| part.text.as_str())
        .collect();
    assert_eq!(marked, ["Lighthouse"]);
    // From now on the phone finds it by itself.
    assert_eq!(here(&phone, &query).await.len(), 2);
    assert_eq!(texts(&on_server(&phone, &query).await), [""; 0]);
}

#[tokio::test]
async fn one_goes_to_a_hit_without_what_lies_between() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let (dialog, first) = long_chat(&world, &alice, &bob).await;
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    knows_the_end_only(&phone, dialog, first).await;
    let query = SearchQuery {
        dialogs: vec![dialog],
        from: vec![phone.account().user()],
        ..SearchQuery::words("Lighthouse keeper")
    };
    assert_eq!(on_server(&phone, &query).await[0].message.id, first);
    let page = phone
        .account()
        .messages(dialog, Anchor::Around(first), 32)
        .await
        .unwrap();
    let around: Vec<_> = page.items.iter().map(|each| each.text.as_str()).collect();
    assert_eq!(around[0], "The Lighthouse keeper has the key");
    assert_eq!(around[1], "step 0", "what follows it is there, too");
    assert!(around.len() > 10);
    let between = SearchQuery::words(format!("step {}", MANY / 2 + 20));
    assert_eq!(texts(&here(&phone, &between).await), [""; 0]);
}

#[tokio::test]
async fn without_a_network_the_cache_is_searched_and_the_server_is_not() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    alice.send(&bob, "remember the lighthouse").await;
    bob.sees(&alice, "remember the lighthouse").await;
    bob.loses_the_network().await;
    let query = SearchQuery::words("lighthouse");
    assert_eq!(here(&bob, &query).await.len(), 1);
    let account = bob.account();
    let refused = account.search_server(query, None).await;
    assert!(
        matches!(refused, Err(cubist_client::Error::Offline)),
        "{refused:?}"
    );
    let short = account
        .search_server(SearchQuery::words("lamp"), None)
        .await;
    assert!(matches!(short, Ok(None)), "{short:?}");
}
