//! The transport against XMPP servers that other people wrote: Prosody and ejabberd.
//!
//! Both run as plain processes of this test on loopback, with a configuration, certificates and
//! storage in a folder that goes away with it. They offer SCRAM alone, so a login proves it.

mod certificates;
mod ejabberd;
mod party;
mod prosody;
mod server;

use cubist_client::connection::{Incoming, SendTag};
use cubist_client::model::{ChatAddress, ConnectionState, OfflineReason};
use cubist_protocol::stanza::Stanza;
use cubist_tests::{Direction, FlakyProxy};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::party::Party;
use self::server::RealServer;

/// Every rule below holds with both servers.
macro_rules! with_both {
    ($($name:ident),+ $(,)?) => {
        mod with_prosody {
            $(#[tokio::test] async fn $name() { super::$name(super::prosody::start().await).await; })+
        }
        mod with_ejabberd {
            $(#[tokio::test] async fn $name() { super::$name(super::ejabberd::start().await).await; })+
        }
    };
}

with_both!(
    a_message_goes_both_ways_over_direct_tls_and_is_acknowledged,
    a_message_goes_both_ways_over_starttls,
    a_ping_is_answered,
    a_session_is_resumed_after_a_cut_and_nothing_is_lost_or_doubled,
    what_was_sent_while_the_line_was_dead_is_delivered_once,
    a_wrong_password_signs_out,
    a_certificate_of_somebody_else_is_refused,
);

async fn a_message_goes_both_ways_over_direct_tls_and_is_acknowledged(server: RealServer) {
    let address = server.direct_tls();
    exchange(&server, address).await;
}

async fn a_message_goes_both_ways_over_starttls(server: RealServer) {
    let address = server.starttls();
    exchange(&server, address).await;
}

async fn exchange(server: &RealServer, address: ChatAddress) {
    let mut romeo = Party::enter(server, server::ROMEO, vec![address.clone()]).await;
    let mut juliet = Party::enter(server, server::JULIET, vec![address]).await;
    romeo
        .say(&juliet, "m1", "good <night> & \"good night\"", SendTag(7))
        .await;
    assert_eq!(juliet.hears().await, "good <night> & \"good night\"");
    assert_eq!(romeo.acknowledged().await, [SendTag(7)]);
    juliet
        .say(&romeo, "m2", "a thousand times 💜", SendTag(1))
        .await;
    assert_eq!(romeo.hears().await, "a thousand times 💜");
    assert_eq!(juliet.acknowledged().await, [SendTag(1)]);
    romeo.leave().await;
    juliet.leave().await;
}

async fn a_ping_is_answered(server: RealServer) {
    let mut romeo = Party::enter(&server, server::ROMEO, vec![server.direct_tls()]).await;
    let handle = romeo.handle.clone();
    let ping = handle.ping(Duration::from_secs(20));
    // The answer comes through the same socket as the rest, which is only read while somebody takes it.
    let took = romeo.listening_during(ping).await.unwrap();
    assert!(took < Duration::from_secs(20));
    romeo.leave().await;
}

async fn a_session_is_resumed_after_a_cut_and_nothing_is_lost_or_doubled(server: RealServer) {
    let line = FlakyProxy::to(Arc::new(Mutex::new(server.tls_address))).await;
    let mut romeo = Party::enter(&server, server::ROMEO, vec![server::through(&line)]).await;
    let mut juliet = Party::enter(&server, server::JULIET, vec![server.direct_tls()]).await;
    let first = romeo.jid.clone();
    line.cut();
    let (resumed, jid) = romeo.session_started().await;
    assert!(resumed, "the server keeps the session");
    assert_eq!(jid, first);
    romeo.say(&juliet, "m1", "one", SendTag(1)).await;
    juliet.say(&romeo, "m2", "two", SendTag(1)).await;
    assert_eq!(juliet.hears().await, "one");
    assert_eq!(romeo.hears().await, "two");
    juliet.say(&romeo, "m3", "end", SendTag(2)).await;
    assert_eq!(romeo.hears().await, "end", "nothing came twice");
    assert_eq!(romeo.acknowledged().await, [SendTag(1)]);
    romeo.leave().await;
    juliet.leave().await;
}

async fn what_was_sent_while_the_line_was_dead_is_delivered_once(server: RealServer) {
    let line = FlakyProxy::to(Arc::new(Mutex::new(server.tls_address))).await;
    let mut romeo = Party::enter(&server, server::ROMEO, vec![server::through(&line)]).await;
    let mut juliet = Party::enter(&server, server::JULIET, vec![server.direct_tls()]).await;
    // Up, so that the server gets nothing of the first, and down, so that the acknowledgement of
    // the second never comes back although the server has it.
    line.freeze(Direction::Up);
    romeo.say(&juliet, "m1", "one", SendTag(1)).await;
    line.thaw(Direction::Up);
    line.freeze(Direction::Down);
    romeo.say(&juliet, "m2", "two", SendTag(2)).await;
    assert_eq!(juliet.hears().await, "one");
    assert_eq!(juliet.hears().await, "two");
    // Both are on their way to a dead line: the server must keep them.
    juliet.say(&romeo, "m3", "three", SendTag(1)).await;
    assert_eq!(juliet.acknowledged().await, [SendTag(1)]);
    line.cut();
    line.thaw(Direction::Down);
    let (resumed, _) = romeo.session_started().await;
    assert!(resumed);
    assert_eq!(romeo.hears().await, "three");
    romeo.say(&juliet, "m4", "end", SendTag(3)).await;
    assert_eq!(juliet.hears().await, "end", "nothing came twice");
    assert_eq!(
        romeo.acknowledged_up_to(SendTag(3)).await,
        [SendTag(1), SendTag(2), SendTag(3)]
    );
    romeo.leave().await;
    juliet.leave().await;
}

async fn a_wrong_password_signs_out(server: RealServer) {
    let mut impostor = Party::connect(
        &server,
        server::ROMEO,
        "not the password",
        vec![server.direct_tls()],
    );
    let state = impostor
        .until("to be refused", |incoming| match incoming {
            Incoming::State(state @ ConnectionState::SignedOut { .. }) => Some(*state),
            _ => None,
        })
        .await;
    assert!(matches!(state, ConnectionState::SignedOut { .. }));
    impostor.leave().await;
}

async fn a_certificate_of_somebody_else_is_refused(server: RealServer) {
    let other = certificates::Certificates::new(server.folder.path(), "other");
    let mut romeo =
        Party::connect_trusting(&server, &other.authority_pem, vec![server.direct_tls()]);
    let reason = romeo
        .until("to refuse the certificate", |incoming| match incoming {
            Incoming::State(ConnectionState::Offline { reason }) => Some(*reason),
            Incoming::SessionStarted { .. } => panic!("a stranger's certificate was believed"),
            _ => None,
        })
        .await;
    assert_eq!(reason, OfflineReason::Certificate);
    romeo.leave().await;
}

/// The text of a chat message, if the stanza is one.
fn text_of(stanza: &Stanza) -> Option<String> {
    match stanza {
        Stanza::Message(message) => message.body.clone(),
        Stanza::Presence(_) | Stanza::Iq(_) => None,
    }
}
