use super::{World, message};
use crate::state::{Accepted, NewMessage, QueueFor};

async fn texts(world: &World, user: cubist_protocol::ids::UserId) -> Vec<String> {
    let queued = world.state.queued(user, None, 100).await.unwrap();
    queued.into_iter().map(|queued| queued.stanza).collect()
}

#[tokio::test]
async fn stanzas_stay_in_order_until_confirmed_also_over_a_restart() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let stanzas = vec![
        (ann, "1".to_owned()),
        (bob, "x".to_owned()),
        (ann, "2".to_owned()),
        (ann, "3".to_owned()),
    ];
    let ids = world.state.enqueue(stanzas).await.unwrap();
    assert_eq!(texts(&world, ann).await, ["1", "2", "3"]);
    assert_eq!(
        texts(&world, ann).await,
        ["1", "2", "3"],
        "looking takes nothing away"
    );
    let world = world.reopened().await;
    let page = world.state.queued(ann, Some(ids[0]), 1).await.unwrap();
    assert_eq!(
        page.iter()
            .map(|queued| queued.stanza.as_str())
            .collect::<Vec<_>>(),
        ["2"]
    );
    world.state.confirm_queued(ann, [ids[0], ids[2]]);
    assert_eq!(texts(&world, ann).await, ["3"], "confirmed a moment ago");
    world.state.confirm_queued(ann, [ids[1]]);
    assert_eq!(
        texts(&world, bob).await,
        ["x"],
        "nobody confirms for somebody else"
    );
    world.state.confirm_queued(ann, [ids[3]]);
    let world = world.reopened().await;
    assert!(texts(&world, ann).await.is_empty());
}

#[tokio::test]
async fn a_message_and_its_queue_entries_are_one_transaction() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let group = world.group(ann, &[bob, cat]).await;
    let queued_message = |body: &str, sender| NewMessage {
        queue: Some(QueueFor {
            users: vec![bob, cat],
            render: Box::new(|id, at| format!("{id} at {at}")),
        }),
        ..message(sender, group, body)
    };
    let Accepted::New { message, queued } = world.accept(queued_message("x", ann)).await.unwrap()
    else {
        panic!("taken for a repeat");
    };
    assert_eq!(
        queued.iter().map(|(user, _)| *user).collect::<Vec<_>>(),
        [bob, cat]
    );
    let expected = format!("{} at {}", message.id, message.date_sent);
    assert_eq!(texts(&world, bob).await, std::slice::from_ref(&expected));
    assert_eq!(texts(&world, cat).await, [expected]);
    let stranger = world.person("dan").await;
    world
        .accept(queued_message("y", stranger))
        .await
        .unwrap_err();
    assert_eq!(
        texts(&world, bob).await.len(),
        1,
        "a refused message queues nothing"
    );
}

#[tokio::test]
async fn over_the_limit_the_oldest_are_dropped() {
    let world = World::with(|config| config.limits.offline_stanzas = 3).await;
    let ann = world.person("ann").await;
    for number in 0..6 {
        world
            .state
            .enqueue(vec![(ann, number.to_string())])
            .await
            .unwrap();
    }
    assert_eq!(texts(&world, ann).await, ["3", "4", "5"]);
}
