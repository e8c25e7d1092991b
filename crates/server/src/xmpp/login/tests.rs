//! What cannot be shown over a socket of this machine.

use std::sync::Arc;

use cubist_protocol::ids::AppId;
use cubist_protocol::xml::{Limits, StreamEvent, StreamReader};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::state::{Clock, State};
use crate::xmpp::bounds::Bounds;
use crate::xmpp::login::{LoginError, log_in};
use crate::xmpp::names::Names;
use crate::xmpp::router::Router;
use crate::xmpp::transport::{Tls, Transport};

async fn router(folder: &std::path::Path) -> Router {
    let config = Arc::new(Config {
        data: folder.join("data"),
        ..Config::default()
    });
    let state = State::open(Arc::clone(&config), Clock::system())
        .await
        .unwrap();
    let names = Names::new("localhost", "muc.localhost", AppId::new(21).unwrap()).unwrap();
    Router::new(
        state,
        names,
        Bounds::new(&config),
        None,
        CancellationToken::new(),
        TaskTracker::new(),
    )
}

fn tls() -> Tls {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key)
    .unwrap();
    Tls::new(Arc::new(config))
}

#[tokio::test]
async fn a_password_in_plain_text_is_taken_from_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let router = router(folder.path()).await;
    let (mut client, server) = tokio::io::duplex(64 * 1024);
    let from_elsewhere = Transport::tcp(Box::new(server), false, false, router.bounds());
    client
        .write_all(
            b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost'>\
              <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
        )
        .await
        .unwrap();
    client.shutdown().await.unwrap();
    let refused = log_in(&router, &tls(), from_elsewhere).await;
    assert!(matches!(refused, Err(LoginError::Refused)));

    let mut bytes = Vec::new();
    client.read_to_end(&mut bytes).await.unwrap();
    let mut reader = StreamReader::new(Limits::default());
    reader.push(&bytes);
    assert!(matches!(
        reader.next_event(),
        Ok(Some(StreamEvent::Open(_)))
    ));
    let mut said = Vec::new();
    while let Some(StreamEvent::Stanza(element)) = reader.next_event().unwrap() {
        said.push(element.to_xml(cubist_protocol::xml::Framing::Tcp));
    }
    assert_eq!(
        said,
        [
            "<stream:features><starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"><required/></starttls></stream:features>",
            "<failure xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><encryption-required/></failure>",
        ]
    );
}
