//! Searching texts and names.

use cubist_protocol::ids::{DialogId, UserId};

use super::{World, bodies, complaints, message};
use crate::state::{Edit, NewMessage, Search};

fn search(text: &str) -> Search {
    Search {
        text: text.to_owned(),
        dialogs: Vec::new(),
        sent: None,
        limit: 0,
    }
}

async fn found(world: &World, user: UserId, search: Search) -> Vec<String> {
    let found = world.state.search(user, search).await.unwrap();
    bodies(&found.messages)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

async fn say_at(world: &World, sender: UserId, dialog: DialogId, text: &str, at: i64) {
    let new = NewMessage {
        date_sent: Some(at),
        ..message(sender, dialog, text)
    };
    world.accept(new).await.unwrap();
}

#[tokio::test]
async fn any_part_of_a_text_is_found_letter_case_included_newest_first() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    for (at, text) in [
        (10, "Lorem ipsum dolor"),
        (30, "say \"lorem ipsum\" twice"),
        (20, "xxlorem ipsumxx"),
        (40, "lorem  ipsum"),
        (50, "ipsum lorem, merol muspi"),
        (60, "明日の天気予報です"),
        (70, "100% of * and [a-z]?"),
    ] {
        say_at(&world, ann, dialog, text, at).await;
    }
    assert_eq!(
        found(&world, bob, search("lorem ipsum")).await,
        ["say \"lorem ipsum\" twice", "xxlorem ipsumxx"]
    );
    assert_eq!(
        found(&world, bob, search("Lorem")).await,
        ["Lorem ipsum dolor"]
    );
    assert_eq!(found(&world, bob, search("の天気予報")).await.len(), 1);
    assert_eq!(found(&world, bob, search("* and [a-z]?")).await.len(), 1);
    assert_eq!(found(&world, bob, search("\"lorem")).await.len(), 1);
    assert!(found(&world, bob, search("LOREM")).await.is_empty());
    let one = Search {
        limit: 1,
        ..search("lorem")
    };
    assert_eq!(found(&world, bob, one).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_found_that_the_person_does_not_see() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let hidden = world.say(ann, dialog, "secret one").await.id;
    let gone = world.say(ann, dialog, "secret two").await.id;
    world.say(ann, dialog, "secret three").await;
    let state = &world.state;
    assert!(found(&world, cat, search("secret")).await.is_empty());
    state
        .delete_messages(bob, vec![hidden], false)
        .await
        .unwrap();
    state.delete_messages(ann, vec![gone], true).await.unwrap();
    assert_eq!(found(&world, bob, search("secret")).await, ["secret three"]);
    assert_eq!(found(&world, ann, search("secret")).await.len(), 2);
    state.clear_history(bob, dialog, false).await.unwrap();
    assert!(found(&world, bob, search("secret")).await.is_empty());
    state
        .delete_dialogs(ann, vec![dialog], false)
        .await
        .unwrap();
    assert!(found(&world, ann, search("secret")).await.is_empty());
}

#[tokio::test]
async fn a_changed_text_is_found_by_its_new_words_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "before").await.id;
    let edit = Edit::text(ann, id, "afterwards".to_owned());
    world.state.edit_message(edit).await.unwrap();
    assert!(found(&world, bob, search("before")).await.is_empty());
    assert_eq!(found(&world, bob, search("afterward")).await.len(), 1);
}

#[tokio::test]
async fn dialogs_and_dates_narrow_a_search_down() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let (with_bob, with_cat) = (world.private(ann, bob).await, world.private(ann, cat).await);
    say_at(&world, ann, with_bob, "hello bob", 1_000).await;
    say_at(&world, ann, with_cat, "hello cat", 2_000).await;
    let there = Search {
        dialogs: vec![with_cat],
        ..search("hello")
    };
    assert_eq!(found(&world, ann, there).await, ["hello cat"]);
    let foreign = Search {
        dialogs: vec![with_cat],
        ..search("hello")
    };
    assert!(found(&world, bob, foreign).await.is_empty());
    for (from, to, hits) in [
        (0, 1_000, 1),
        (1_000, 2_000, 2),
        (1_001, 1_999, 0),
        (2_000, 2_000, 1),
    ] {
        let then = Search {
            sent: Some((from, to)),
            ..search("hello")
        };
        assert_eq!(found(&world, ann, then).await.len(), hits, "{from} {to}");
    }
}

#[tokio::test]
async fn dialogs_are_found_by_the_names_that_the_person_sees() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("annabel").await,
        world.person("robert").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let group = world.group(ann, &[bob]).await;
    let state = world.state.clone();
    let names = |user, text: &str| {
        let (state, wanted) = (state.clone(), search(text));
        async move {
            let found = state.search(user, wanted).await.unwrap();
            let ids = found.dialogs.into_iter().map(|dialog| dialog.id);
            ids.collect::<Vec<_>>()
        }
    };
    assert_eq!(names(ann, "obert").await, [dialog]);
    assert_eq!(names(bob, "annab").await, [dialog]);
    assert_eq!(names(bob, "Frida").await, [group]);
    assert!(names(bob, "frida").await.is_empty());
    assert!(names(cat, "Frida").await.is_empty());
}

#[tokio::test]
async fn a_search_has_bounds() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let state = world.state.clone();
    let complaint = |wanted: Search| {
        let state = state.clone();
        async move { complaints(&state.search(ann, wanted).await.unwrap_err()) }
    };
    assert_eq!(complaint(search("four")).await, ["search_text"]);
    // Characters count, not bytes.
    assert_eq!(complaint(search("äöüß")).await, ["search_text"]);
    let many = Search {
        dialogs: vec![dialog; 11],
        ..search("12345")
    };
    assert_eq!(complaint(many).await, ["chat_dialog_ids"]);
    for (from, to) in [(2, 1), (0, 93 * 24 * 60 * 60)] {
        let odd = Search {
            sent: Some((from, to)),
            ..search("12345")
        };
        assert_eq!(complaint(odd).await, ["end_date"]);
    }
}
