use cubist_protocol::rest::DialogKind as WireKind;

use super::compare;
use crate::model::DialogId;
use crate::store::dialogs;
use crate::store::testing::{ME, dialog, dialog_id};
use crate::sync::testing::{World, wire_dialog};

/// A world that knows and a server that has `count` groups.
async fn with_groups(count: u32) -> World {
    let world = World::new().await;
    let groups = (1..=count).map(|n| wire_dialog(n, WireKind::Group, &[ME, 2]));
    *world.api.dialogs.lock().unwrap() = groups.collect();
    world
        .context
        .store
        .write(move |tx| {
            for n in 1..=count {
                let group = dialog(n, crate::model::DialogKind::Group, &[ME, 2]);
                dialogs::save(tx, &group)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    world
}

async fn known(world: &World) -> Vec<DialogId> {
    let mut ids = world
        .context
        .store
        .read(dialogs::complete_ids)
        .await
        .unwrap();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn equal_numbers_are_one_question_however_many_dialogs_there_are() {
    let world = with_groups(1_000).await;
    compare(&world.context).await.unwrap();
    assert_eq!(world.api.asked().len(), 1);
}

#[tokio::test]
async fn what_is_gone_is_found_without_listing_the_rest() {
    let world = with_groups(1_000).await;
    let gone = dialog_id(345);
    world
        .api
        .dialogs
        .lock()
        .unwrap()
        .retain(|dialog| dialog.id != gone);
    compare(&world.context).await.unwrap();
    let known = known(&world).await;
    assert_eq!(known.len(), 999);
    assert!(!known.contains(&gone));
    // All, ten batches, and the one batch with the difference in full.
    assert_eq!(world.api.asked().len(), 12);
}

#[tokio::test]
async fn what_a_shifting_list_left_out_is_found_as_well() {
    let world = with_groups(150).await;
    let missed = dialog_id(77);
    world
        .context
        .store
        .write(move |tx| dialogs::remove(tx, missed))
        .await
        .unwrap();
    compare(&world.context).await.unwrap();
    assert!(known(&world).await.contains(&missed));
}

#[tokio::test]
async fn dialogs_of_kinds_that_are_not_shown_make_no_difference() {
    let world = with_groups(3).await;
    let meeting = wire_dialog(9, WireKind::Meeting, &[ME, 2]);
    world.api.dialogs.lock().unwrap().push(meeting);
    compare(&world.context).await.unwrap();
    assert_eq!(world.api.asked().len(), 1);
}
