use std::collections::HashMap;

use super::{World, complaints, new_user};
use crate::state::{
    ChatLogin, Identity, NewUser, PasswordChange, StateError, TextField, UserChanges,
    UserCondition, UserField, UserOp, UserSearch,
};

fn login(text: &str) -> Identity {
    Identity::Login(text.to_owned())
}

fn condition(field: UserField, op: UserOp, values: &[&str]) -> UserCondition {
    UserCondition {
        field,
        op,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

async fn search(world: &World, conditions: Vec<UserCondition>) -> Result<Vec<String>, StateError> {
    let found = world
        .state
        .search_users(UserSearch {
            conditions,
            limit: 100,
            ..UserSearch::default()
        })
        .await?;
    Ok(found
        .items
        .into_iter()
        .map(|user| user.login.unwrap())
        .collect())
}

#[tokio::test]
async fn logins_are_unique_and_found_without_regard_to_case() {
    let world = World::new().await;
    let ann = world.person("Änn").await;
    assert_eq!(
        complaints(&world.sign_up("äNN").await.unwrap_err()),
        ["login"]
    );
    assert_eq!(
        world
            .state
            .user_by_identity(&login("ÄNN "))
            .await
            .unwrap()
            .id,
        ann
    );
}

#[tokio::test]
async fn all_broken_rules_are_told_at_once() {
    let world = World::new().await;
    let texts = HashMap::from([
        (TextField::Login, Some("ab".to_owned())),
        (TextField::Email, Some("nobody".to_owned())),
        (TextField::Tags, Some("a,b,c,d,e,f".to_owned())),
    ]);
    let new = NewUser {
        texts,
        password: Some("1234567".to_owned()),
        ..NewUser::default()
    };
    let error = world.state.create_user(new).await.unwrap_err();
    assert_eq!(
        complaints(&error),
        ["email", "login", "user_tags", "password"]
    );
    let nameless = NewUser {
        password: Some("12345678".to_owned()),
        ..NewUser::default()
    };
    assert_eq!(
        complaints(&world.state.create_user(nameless).await.unwrap_err()),
        ["base"]
    );
}

#[tokio::test]
async fn an_unknown_person_and_a_wrong_password_are_told_apart_at_a_login() {
    let world = World::new().await;
    world.person("ann").await;
    let unknown = world.state.check_login(&login("bob"), "long enough").await;
    assert!(matches!(unknown, Err(StateError::NotFound)));
    let wrong = world.state.check_login(&login("ann"), "long enougH").await;
    assert!(matches!(wrong, Err(StateError::BadCredentials)));
    world
        .state
        .check_login(&login("ann"), "long enough")
        .await
        .unwrap();
}

#[tokio::test]
async fn the_chat_takes_the_password_or_a_token_of_the_same_person() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (token, _) = world.state.create_session(Some(ann)).await.unwrap();
    let verify = |user, secret: &str| {
        let (state, secret) = (world.state.clone(), secret.to_owned());
        async move { state.verify_chat_login(user, &secret).await.unwrap() }
    };
    assert_eq!(verify(ann, "long enough").await, ChatLogin::Accepted);
    assert_eq!(verify(ann, token.expose()).await, ChatLogin::Accepted);
    assert_eq!(verify(bob, token.expose()).await, ChatLogin::Refused);
    assert_eq!(verify(ann, "guess").await, ChatLogin::Refused);
    let nobody = cubist_protocol::ids::UserId::new(99).unwrap();
    assert_eq!(verify(nobody, "long enough").await, ChatLogin::Refused);
}

#[tokio::test]
async fn guessing_passwords_is_braked_but_a_token_still_opens_the_chat() {
    let world = World::with(|config| config.limits.failed_logins_per_minute = 2).await;
    let ann = world.person("ann").await;
    let (token, _) = world.state.create_session(Some(ann)).await.unwrap();
    for _ in 0..2 {
        world
            .state
            .check_login(&login("ann"), "guess")
            .await
            .unwrap_err();
    }
    let braked = world.state.check_login(&login("ann"), "long enough").await;
    assert!(
        matches!(braked, Err(StateError::Throttled { .. })),
        "{braked:?}"
    );
    assert_eq!(
        world
            .state
            .verify_chat_login(ann, "long enough")
            .await
            .unwrap(),
        ChatLogin::Throttled
    );
    assert_eq!(
        world
            .state
            .verify_chat_login(ann, token.expose())
            .await
            .unwrap(),
        ChatLogin::Accepted
    );
}

#[tokio::test]
async fn a_new_password_needs_the_old_one() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let change = |old: Option<&str>| {
        let password = PasswordChange {
            old: old.map(str::to_owned),
            new: "even longer".to_owned(),
            session: None,
        };
        UserChanges {
            password: Some(password),
            ..UserChanges::default()
        }
    };
    for old in [None, Some("wrong one")] {
        let error = world.state.update_user(ann, change(old)).await.unwrap_err();
        assert_eq!(complaints(&error), ["old_password"]);
    }
    world
        .state
        .update_user(ann, change(Some("long enough")))
        .await
        .unwrap();
    world
        .state
        .check_login(&login("ann"), "long enough")
        .await
        .unwrap_err();
    world
        .state
        .check_login(&login("ann"), "even longer")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_password_ends_every_session_but_the_one_that_changed_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let mut tokens = Vec::new();
    for user in [Some(ann), Some(ann), Some(bob), None] {
        tokens.push(world.state.create_session(user).await.unwrap().0);
    }
    let change = |old: &str| UserChanges {
        password: Some(PasswordChange {
            old: Some(old.to_owned()),
            new: "even longer".to_owned(),
            session: Some(tokens[0].expose().to_owned()),
        }),
        ..UserChanges::default()
    };
    let live = |world: &World| -> Vec<bool> {
        let known = |token: &crate::state::Token| world.state.use_session(token.expose()).is_some();
        tokens.iter().map(known).collect()
    };
    world
        .state
        .update_user(ann, change("wrong one"))
        .await
        .unwrap_err();
    assert_eq!(live(&world), [true, true, true, true]);
    world
        .state
        .update_user(ann, change("long enough"))
        .await
        .unwrap();
    assert_eq!(live(&world), [true, false, true, true]);
    let world = world.reopened().await;
    assert_eq!(live(&world), [true, false, true, true], "on disk, too");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_clears_what_it_empties() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let texts = HashMap::from([
        (TextField::FullName, Some("Ann Lee".to_owned())),
        (TextField::Phone, Some("1".to_owned())),
    ]);
    world
        .state
        .update_user(
            ann,
            UserChanges {
                texts,
                ..UserChanges::default()
            },
        )
        .await
        .unwrap();
    let texts = HashMap::from([(TextField::Phone, None)]);
    let user = world
        .state
        .update_user(
            ann,
            UserChanges {
                texts,
                ..UserChanges::default()
            },
        )
        .await
        .unwrap();
    assert_eq!(
        (user.login.as_deref(), user.full_name.as_deref(), user.phone),
        (Some("ann"), Some("Ann Lee"), None)
    );
    let texts = HashMap::from([(TextField::Login, None)]);
    let nameless = world
        .state
        .update_user(
            ann,
            UserChanges {
                texts,
                ..UserChanges::default()
            },
        )
        .await;
    assert_eq!(complaints(&nameless.unwrap_err()), ["base"]);
}

#[tokio::test]
async fn a_deleted_person_is_gone_everywhere_but_what_they_wrote_stays() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = world.group(ann, &[bob]).await;
    world.say(bob, group, "hello").await;
    let (token, _) = world.state.create_session(Some(bob)).await.unwrap();
    world.state.delete_user(bob).await.unwrap();
    assert!(world.state.use_session(token.expose()).is_none());
    assert!(matches!(
        world.state.user(bob).await,
        Err(StateError::NotFound)
    ));
    assert_eq!(world.dialog(ann, group).await.occupants, [ann]);
    assert_eq!(super::bodies(&world.history(ann, group).await), ["hello"]);
    assert!(matches!(
        world.state.private_dialog(ann, bob).await,
        Err(StateError::NotFound)
    ));
}

#[tokio::test]
async fn a_search_needs_a_field_that_stands_for_itself() {
    let world = World::new().await;
    for conditions in [
        vec![],
        vec![condition(UserField::Login, UserOp::NotIn, &["ann"])],
        vec![condition(UserField::CreatedAt, UserOp::Greater, &["0"])],
    ] {
        assert_eq!(
            complaints(&search(&world, conditions).await.unwrap_err()),
            ["base"]
        );
    }
    let misplaced = vec![
        condition(UserField::Login, UserOp::In, &["ann"]),
        condition(UserField::Login, UserOp::Greater, &["a"]),
    ];
    assert_eq!(
        complaints(&search(&world, misplaced).await.unwrap_err()),
        ["login"]
    );
}

#[tokio::test]
async fn searches_combine_and_ignore_case() {
    let world = World::new().await;
    for name in ["anna", "annabel", "anne", "bert"] {
        world.person(name).await;
    }
    let all = condition(
        UserField::Login,
        UserOp::In,
        &["ANNA", "anne", "Bert", "nobody"],
    );
    assert_eq!(
        search(&world, vec![all.clone()]).await.unwrap(),
        ["anna", "anne", "bert"]
    );
    let but = condition(UserField::Login, UserOp::NotIn, &["anne"]);
    assert_eq!(
        search(&world, vec![all.clone(), but]).await.unwrap(),
        ["anna", "bert"]
    );
    let future = condition(
        UserField::CreatedAt,
        UserOp::Greater,
        &["2999-01-01T00:00:00Z"],
    );
    assert!(search(&world, vec![all, future]).await.unwrap().is_empty());
    let one = condition(UserField::Id, UserOp::Equal, &["1001"]);
    assert_eq!(search(&world, vec![one]).await.unwrap(), ["anna"]);
}

#[tokio::test]
async fn a_telephone_number_is_found_however_it_is_written() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let phone = |text: &str| UserChanges {
        texts: [(TextField::Phone, Some(text.to_owned()))].into(),
        ..UserChanges::default()
    };
    let written = phone("+49 (30) 555-0199");
    let user = world.state.update_user(ann, written).await.unwrap();
    assert_eq!(user.phone.as_deref(), Some("+49 (30) 555-0199"));
    for (op, text) in [
        (UserOp::Equal, "+49305550199"),
        (UserOp::In, "+49 30 5550199"),
        (UserOp::StartWith, "+49 30/555"),
    ] {
        let asked = vec![condition(UserField::Phone, op, &[text])];
        assert_eq!(search(&world, asked).await.unwrap(), ["ann"], "{text}");
    }
    let asked = vec![condition(UserField::Phone, UserOp::Equal, &["+493055501"])];
    assert_eq!(
        search(&world, asked).await.unwrap(),
        Vec::<String>::new(),
        "not the whole of it"
    );
}

#[tokio::test]
async fn a_beginning_has_at_least_four_characters_and_finds_at_most_five() {
    let world = World::new().await;
    for number in 0..7 {
        world.person(&format!("anna{number}")).await;
    }
    world.person("ann").await;
    let short = condition(UserField::Login, UserOp::StartWith, &["ann"]);
    assert_eq!(
        complaints(&search(&world, vec![short]).await.unwrap_err()),
        ["login"]
    );
    let start = condition(UserField::Login, UserOp::StartWith, &["ANNA"]);
    let conditions = vec![start];
    let page = world
        .state
        .search_users(UserSearch {
            conditions,
            limit: 100,
            ..UserSearch::default()
        })
        .await
        .unwrap();
    assert_eq!((page.limit, page.items.len()), (5, 5));
}

#[tokio::test]
async fn tags_are_compared_as_a_whole() {
    let world = World::new().await;
    let mut new = new_user("ann", "long enough");
    new.texts
        .insert(TextField::Tags, Some("vip, staff".to_owned()));
    world.state.create_user(new).await.unwrap();
    let tagged = |tag: &'static str| vec![condition(UserField::Tags, UserOp::In, &[tag])];
    assert_eq!(search(&world, tagged("staff")).await.unwrap(), ["ann"]);
    assert!(search(&world, tagged("sta")).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_activity_survives_a_restart() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    world.clock.advance(std::time::Duration::from_secs(100));
    world.state.touch(ann);
    let at = world.state.last_activity(ann).await.unwrap().unwrap();
    let world = world.reopened().await;
    assert_eq!(world.state.last_activity(ann).await.unwrap(), Some(at));
    assert!(world.dir.path().join("cubist.db").exists());
}
