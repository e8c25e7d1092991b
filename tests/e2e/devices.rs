//! One person, two devices.

use cubist_client::model::Status;
use cubist_tests::World;

#[tokio::test]
async fn both_devices_show_what_was_sent_from_one_and_what_came_in() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    let sent = alice.send(&bob, "from the desk").await;
    let carbon = phone.sees_in(dialog, "from the desk").await;
    assert_eq!((carbon.id, carbon.sender), (sent, alice.id));
    assert!(carbon.status >= Status::Sent, "it comes from the server");
    bob.sees(&alice, "from the desk").await;
    bob.send(&alice, "to both").await;
    alice.sees(&bob, "to both").await;
    phone.sees_in(dialog, "to both").await;
    phone.send_in(dialog, "from the phone").await;
    alice.sees_in(dialog, "from the phone").await;
    bob.sees(&alice, "from the phone").await;
    let expected = ["from the desk", "to both", "from the phone"];
    for device in [&alice, &phone, &bob] {
        device.has_exactly(dialog, &expected).await;
    }
    assert_eq!(
        phone.knows(dialog).await.unread,
        1,
        "what one wrote oneself elsewhere is not unread"
    );
}

#[tokio::test]
async fn a_new_device_finds_the_whole_history() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let texts: Vec<_> = (0..230).map(|number| format!("message {number}")).collect();
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    alice.has_sent_everything().await;
    let phone = world.another_device(&alice).await;
    phone.sees_in(dialog, "message 229").await;
    phone
        .until("all pages of the history", async || {
            (phone.texts(dialog).await == texts).then_some(())
        })
        .await;
    let first = phone.transcript(dialog).await.into_iter().next().unwrap();
    assert!(first.status >= Status::Sent);
}
