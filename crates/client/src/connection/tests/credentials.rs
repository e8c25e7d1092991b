//! Passwords: asked for, refused, replaced.

use std::sync::Arc;
use std::sync::Mutex;

use futures::future::BoxFuture;

use super::peer::{BindTo, Peer};
use super::{Client, config};
use crate::connection::{CredentialError, CredentialSource, PasswordRequest};
use crate::model::{ConnectionState, Secret, SignedOutReason};

const REFUSED: ConnectionState = ConnectionState::SignedOut {
    reason: SignedOutReason::Credentials,
};

/// Session tokens: each fresh one has another number.
#[derive(Default)]
struct Tokens {
    asked: Mutex<Vec<PasswordRequest>>,
}

impl CredentialSource for Tokens {
    fn password(
        &self,
        request: PasswordRequest,
    ) -> BoxFuture<'_, Result<Option<Secret>, CredentialError>> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(request);
        let fresh = asked
            .iter()
            .filter(|r| **r == PasswordRequest::Fresh)
            .count();
        let token = Secret::new(format!("token{fresh}"));
        Box::pin(std::future::ready(Ok(Some(token))))
    }
}

async fn refuse_one(peer: &Peer) -> String {
    let mut side = peer.accept().await;
    side.offer_plain().await;
    let password = side.hear_password().await;
    side.refuse_password("not-authorized").await;
    password
}

#[tokio::test]
async fn a_refused_password_signs_out_and_is_not_tried_again() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    assert_eq!(refuse_one(&peer).await, "awesomepwd");
    client.until_state(|state| state == REFUSED).await;
    // The network may change as it likes; only the person can end this.
    client.handle.network_changed();
    client.handle.connect_now();
    let mut side = peer.accept_session().await;
    assert!(!client.until_session().await);
    side.say_message("a").await;
    assert_eq!(client.next_message(true).await, "a");
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_a_fresh_one_once() {
    let peer = Peer::new().await;
    let tokens = Arc::new(Tokens::default());
    let mut config = config(&peer, vec![peer.tls_address()]);
    config.credentials = tokens.clone();
    let mut client = Client::start(config);
    assert_eq!(refuse_one(&peer).await, "token0");
    let mut side = peer.accept().await;
    side.offer_plain().await;
    assert_eq!(side.hear_password().await, "token1");
    side.succeed(BindTo::Management).await;
    side.start_session(BindTo::Management).await;
    assert!(!client.until_session().await);
    assert_eq!(
        *tokens.asked.lock().unwrap(),
        [PasswordRequest::Current, PasswordRequest::Fresh]
    );
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_signs_out() {
    let peer = Peer::new().await;
    let mut config = config(&peer, vec![peer.tls_address()]);
    config.credentials = Arc::new(Tokens::default());
    let mut client = Client::start(config);
    assert_eq!(refuse_one(&peer).await, "token0");
    assert_eq!(refuse_one(&peer).await, "token1");
    client.until_state(|state| state == REFUSED).await;
}

#[tokio::test]
async fn a_server_that_cannot_check_passwords_just_now_is_asked_again_later() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept().await;
    side.offer_plain().await;
    side.hear_password().await;
    side.refuse_password("temporary-auth-failure").await;
    peer.accept_session().await;
    assert!(!client.until_session().await);
}

#[tokio::test]
async fn another_session_in_its_place_is_not_fought() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    side.say(
        "<stream:error xmlns:stream='http://etherx.jabber.org/streams'>\
         <conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    )
    .await;
    let replaced = ConnectionState::SignedOut {
        reason: SignedOutReason::Replaced,
    };
    client.until_state(|state| state == replaced).await;
    assert_eq!(client.handle.state(), replaced);
}
