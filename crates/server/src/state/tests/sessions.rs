use std::time::Duration;

use super::World;

const TWO_HOURS: u64 = 2 * 60 * 60;

#[tokio::test]
async fn a_session_lives_for_two_hours_after_its_last_use() {
    let world = World::new().await;
    let (token, session) = world.state.create_session(None).await.unwrap();
    assert_eq!(
        session.expires_at - session.created_at,
        TWO_HOURS.cast_signed()
    );
    world.clock.advance(Duration::from_secs(TWO_HOURS - 1));
    let used = world.state.use_session(token.expose()).unwrap();
    assert!(used.expires_at > session.expires_at);
    world.clock.advance(Duration::from_secs(TWO_HOURS - 1));
    assert!(world.state.use_session(token.expose()).is_some());
    world.clock.advance(Duration::from_secs(TWO_HOURS));
    assert!(world.state.use_session(token.expose()).is_none());
    assert!(world.state.use_session("guess").is_none());
}

#[tokio::test]
async fn uses_reach_the_disk_with_the_flush_and_not_one_by_one() {
    let world = World::new().await;
    let (token, session) = world.state.create_session(None).await.unwrap();
    let commits = world.state.commits();
    world.clock.advance(Duration::from_secs(60));
    for _ in 0..100 {
        world.state.use_session(token.expose()).unwrap();
    }
    assert_eq!(world.state.commits(), commits);
    assert_eq!(
        world.state.stored_expiry(token.expose()).await.unwrap(),
        Some(session.expires_at)
    );
    world.state.flush().await.unwrap();
    let stored = world
        .state
        .stored_expiry(token.expose())
        .await
        .unwrap()
        .unwrap();
    assert!(stored >= session.expires_at + 60);
}

#[tokio::test]
async fn sessions_and_their_users_survive_a_restart() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (token, _) = world.state.create_session(None).await.unwrap();
    let changed = world
        .state
        .set_session_user(token.expose(), Some(ann))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(changed.user, Some(ann));
    let world = world.reopened().await;
    assert_eq!(
        world.state.use_session(token.expose()).unwrap().user,
        Some(ann)
    );
    world
        .state
        .set_session_user(token.expose(), None)
        .await
        .unwrap();
    assert_eq!(world.state.use_session(token.expose()).unwrap().user, None);
}

#[tokio::test]
async fn an_ended_session_is_gone_at_once_and_after_a_restart() {
    let world = World::new().await;
    let (token, _) = world.state.create_session(None).await.unwrap();
    assert!(world.state.end_session(token.expose()).await.unwrap());
    assert!(!world.state.end_session(token.expose()).await.unwrap());
    assert!(world.state.use_session(token.expose()).is_none());
    let world = world.reopened().await;
    assert!(world.state.use_session(token.expose()).is_none());
}

#[tokio::test]
async fn beyond_the_limit_the_longest_unused_session_of_a_person_ends() {
    let world = World::with(|config| config.limits.sessions_per_user = 2).await;
    let ann = world.person("ann").await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(world.state.create_session(Some(ann)).await.unwrap().0);
        world.clock.advance(Duration::from_secs(10));
    }
    let alive: Vec<bool> = tokens
        .iter()
        .map(|token| world.state.use_session(token.expose()).is_some())
        .collect();
    assert_eq!(alive, [false, true, true]);
}

#[tokio::test]
async fn no_token_is_in_the_database_or_in_a_debug_text() {
    let world = World::new().await;
    let (token, _) = world.state.create_session(None).await.unwrap();
    let secret = token.expose().to_owned();
    assert!(!format!("{token:?}").contains(&secret));
    world.state.close().await;
    let file = std::fs::read(world.dir.path().join("cubist.db")).unwrap();
    assert!(
        !file
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    );
}
