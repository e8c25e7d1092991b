//! What people report to those who run the application.

use std::process::Command;

use cubist_client::Error;
use cubist_tests::World;
use cubist_tests::programs::program;

#[tokio::test]
async fn a_reported_person_and_a_reported_message_are_on_the_list() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let spam = bob.send(&alice, "buy this").await;
    let dialog = alice.sees(&bob, "buy this").await.dialog;
    let account = alice.account();
    account
        .report_user(bob.id, "  sells things ".to_owned())
        .await
        .unwrap();
    account
        .report_message(dialog, spam, "spam".to_owned())
        .await
        .unwrap();
    let listed = Command::new(program("cubist-server"))
        .args(["reports", "--json", "--data"])
        .arg(world.data())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    for part in [
        "sells things",
        "spam",
        &spam.to_string(),
        &bob.id.to_string(),
    ] {
        assert!(listed.contains(part), "{part} in {listed}");
    }
}

#[tokio::test]
async fn a_report_needs_a_reason_and_somebody_else() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let own = alice.send(&bob, "mine").await;
    let dialog = alice.chat_with(&bob).await;
    let account = alice.account();
    let reason = || "a reason".to_owned();
    for refused in [
        account.report_user(alice.id, reason()).await,
        account.report_user(bob.id, " ".to_owned()).await,
        account.report_user(bob.id, "x".repeat(1001)).await,
        account.report_message(dialog, own, reason()).await,
    ] {
        assert!(matches!(refused, Err(Error::InvalidInput { .. })));
    }
}
