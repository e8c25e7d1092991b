//! Who people say they are.

use cubist_client::model::{ConnectionState, Identity, ProfileEdit, SignedOutReason, User};
use cubist_client::{ClientEvent, Error, model::UserId};
use cubist_tests::{Person, World};

/// Someone as the cache of another person has them.
async fn known_to(person: &Person, id: UserId) -> Option<User> {
    let found = person.account().users(&[id]).await.unwrap();
    found.into_iter().next()
}

fn edit() -> ProfileEdit {
    ProfileEdit {
        name: Some("Bob Builder".to_owned()),
        email: Some("bob@example.org".to_owned()),
        phone: Some("+49301234567".to_owned()),
        website: Some("https://bob.example".to_owned()),
        ..ProfileEdit::default()
    }
}

#[tokio::test]
async fn a_changed_profile_is_seen_by_others_and_in_the_list_of_accounts() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let mine = bob.account().update_profile(edit()).await.unwrap();
    assert_eq!(mine.name, "Bob Builder");
    assert_eq!(bob.account().own_profile().await.unwrap(), mine);
    let entry = bob.engine().accounts()[0].clone();
    assert_eq!(
        (entry.name.as_str(), entry.email.as_deref()),
        ("Bob Builder", Some("bob@example.org"))
    );
    // Who opens the card asks anew.
    alice.account().profile(bob.id).await.unwrap();
    let seen = alice
        .until("the new name", async || {
            known_to(&alice, bob.id)
                .await
                .filter(|user| user.name == "Bob Builder")
        })
        .await;
    assert_eq!(seen.phone.as_deref(), Some("+49301234567"));
    assert_eq!(seen.website.as_deref(), Some("https://bob.example"));
    let dialog = alice.chat_with(&bob).await;
    assert_eq!(alice.knows(dialog).await.name, "Bob Builder");
}

#[tokio::test]
async fn another_device_learns_of_the_own_profile_with_its_next_session() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let mut phone = world.another_device(&bob).await;
    phone.quit().await;
    bob.account().update_profile(edit()).await.unwrap();
    phone.reopen().await;
    phone
        .until("the new name", async || {
            let entry = phone.engine().accounts()[0].clone();
            (entry.name == "Bob Builder").then_some(())
        })
        .await;
}

#[tokio::test]
async fn people_are_found_by_name_login_address_and_number() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.account().update_profile(edit()).await.unwrap();
    for query in [
        "Bob Builder",
        "Bob B",
        "bob",
        "bob@example.org",
        "+49 30 1234567",
        "+4930",
    ] {
        let found = alice.account().search_people(query.to_owned()).await;
        let ids: Vec<_> = found.unwrap().iter().map(|user| user.id).collect();
        assert_eq!(ids, [bob.id], "{query}");
    }
    // Three letters must be the whole of it.
    for query in ["Bui", "nobody at all", "  "] {
        let found = alice.account().search_people(query.to_owned()).await;
        assert_eq!(found.unwrap(), [], "{query}");
    }
}

#[tokio::test]
async fn bad_changes_of_a_profile_change_nothing() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let account = bob.account();
    let with = |change: fn(&mut ProfileEdit)| {
        let mut edit = ProfileEdit::default();
        change(&mut edit);
        edit
    };
    let nameless = with(|edit| edit.name = Some("  ".to_owned()));
    let refused = account.update_profile(nameless).await;
    assert!(matches!(
        refused,
        Err(Error::InvalidInput { field: "name" })
    ));
    let homeless = with(|edit| edit.login = Some(String::new()));
    let refused = account.update_profile(homeless).await;
    assert!(matches!(
        refused,
        Err(Error::InvalidInput { field: "login" })
    ));
    let taken = with(|edit| edit.login = Some("alice".to_owned()));
    let refused = account.update_profile(taken).await;
    assert!(
        matches!(&refused, Err(Error::Validation { fields }) if fields[0].field == "login"),
        "{refused:?}"
    );
    assert_eq!(account.own_profile().await.unwrap().name, "bob");
    assert_eq!(known_to(&alice, alice.id).await.unwrap().name, "alice");
}

#[tokio::test]
async fn a_new_password_counts_at_once_and_after_a_restart() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    let new = "an even longer password";
    let wrong = bob
        .account()
        .change_password("not my password".into(), new.into())
        .await;
    assert!(
        matches!(wrong, Err(Error::Validation { .. } | Error::Credentials)),
        "{wrong:?}"
    );
    let short = bob
        .account()
        .change_password(bob.password(), "short".into())
        .await;
    assert!(matches!(
        short,
        Err(Error::InvalidInput { field: "password" })
    ));
    bob.account()
        .change_password(bob.password(), new.into())
        .await
        .unwrap();
    bob.loses_the_network().await;
    bob.has_the_network_again().await;
    bob.quit().await;
    bob.reopen().await;
    bob.is_online().await;
    bob.send(&alice, "still me").await;
    alice.sees(&bob, "still me").await;
    let sign_in = async |password: &str| {
        let identity = Identity::Login {
            login: "bob".to_owned(),
            password: password.into(),
        };
        bob.engine()
            .sign_in(bob.endpoints().clone(), identity)
            .await
    };
    let old = sign_in(bob.password().expose()).await;
    assert!(matches!(old, Err(Error::Credentials)), "{old:?}");
    sign_in(new).await.unwrap();
}

#[tokio::test]
async fn a_new_password_signs_other_devices_out_and_this_one_stays() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let phone = world.another_device(&bob).await;
    let mut events = bob.events();
    bob.account()
        .change_password(bob.password(), "an even longer password".into())
        .await
        .unwrap();
    phone
        .until("the phone signed out", async || {
            let state = phone.account().connection();
            (state
                == ConnectionState::SignedOut {
                    reason: SignedOutReason::Credentials,
                })
            .then_some(())
        })
        .await;
    bob.is_online().await;
    alice.send(&bob, "who is there?").await;
    bob.sees(&alice, "who is there?").await;
    assert!(phone.account().update_profile(edit()).await.is_err());
    while let Ok(event) = events.try_recv() {
        let signed_out = matches!(
            event,
            ClientEvent::Connection {
                state: ConnectionState::SignedOut { .. },
                ..
            }
        );
        assert!(!signed_out, "who changed it was asked to sign in");
    }
}

#[tokio::test]
async fn who_signs_in_with_a_login_does_so_with_the_new_one() {
    let mut world = World::apart().await;
    let mut bob = world.person("bob").await;
    let edit = ProfileEdit {
        login: Some("robert".to_owned()),
        ..ProfileEdit::default()
    };
    bob.account().update_profile(edit).await.unwrap();
    bob.quit().await;
    // Without the sessions of before, only login and password open the door.
    world.restart_backend().await;
    bob.reopen().await;
    bob.is_online().await;
    assert_eq!(bob.engine().accounts()[0].login.as_deref(), Some("robert"));
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    alice.send(&bob, "bye").await;
    bob.sees(&alice, "bye").await;
    let account = bob.account().id().clone();
    let wrong = bob
        .engine()
        .delete_account(&account, "not my password".into());
    assert!(matches!(wrong.await, Err(Error::Credentials)));
    assert_eq!(bob.engine().accounts().len(), 1, "nothing has happened");
    bob.engine()
        .delete_account(&account, bob.password())
        .await
        .unwrap();
    assert_eq!(bob.engine().accounts(), []);
    assert!(bob.engine().account(&account).is_none());
    let identity = Identity::Login {
        login: "bob".to_owned(),
        password: bob.password(),
    };
    let again = bob.engine().sign_in(bob.endpoints().clone(), identity);
    assert!(matches!(again.await, Err(Error::Credentials)));
    let found = alice.account().search_people("bob".to_owned()).await;
    assert_eq!(found.unwrap(), []);
}
