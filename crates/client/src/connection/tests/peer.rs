//! The other side of the socket: says what a test tells it to.

use std::sync::Arc;

use cubist_protocol::ns;
use cubist_protocol::stream::{Plain, Sasl};
use cubist_protocol::xml::{Element, Framing, Limits};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::{DEADLINE, within};
use crate::connection::error::Error;
use crate::connection::socket::{BoxedIo, Received, Socket};
use crate::model::ChatAddress;

/// The address every session gets.
pub(super) const FULL_JID: &str = "4448514-21@localhost/1700000001-chat-4242";

const PLAIN: &str = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
    <mechanism>PLAIN</mechanism></mechanisms></stream:features>";
const STARTTLS: &str = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\
    <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>\
    </stream:features>";
const BIND: &str = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>\
    </stream:features>";
const BIND_AND_SM: &str = "<stream:features><sm xmlns='urn:xmpp:sm:3'/>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";

/// Listens on this machine, with a certificate for `localhost` and 127.0.0.1.
pub(crate) struct Peer {
    listener: TcpListener,
    authority: String,
    tls: TlsAcceptor,
}

impl Peer {
    pub(crate) async fn new() -> Self {
        Self::with_names(&["localhost", "127.0.0.1"]).await
    }

    pub(super) async fn with_names(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let chain = vec![CertificateDer::from(leaf)];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            authority: authority.pem(),
            tls: TlsAcceptor::from(Arc::new(config)),
        }
    }

    /// PEM of the authority that signed the certificate.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(super) fn tls_address(&self) -> ChatAddress {
        ChatAddress::Tls {
            host: "127.0.0.1".to_owned(),
            port: self.port(),
        }
    }

    pub(super) fn starttls_address(&self) -> ChatAddress {
        ChatAddress::StartTls {
            host: "127.0.0.1".to_owned(),
            port: self.port(),
        }
    }

    pub(super) fn ws_address(&self, scheme: &str) -> ChatAddress {
        ChatAddress::WebSocket {
            url: format!("{scheme}://localhost:{}/any", self.port())
                .parse()
                .unwrap(),
        }
    }

    pub(super) async fn accept_tcp(&self) -> TcpStream {
        within(self.listener.accept()).await.unwrap().0
    }

    /// Direct TLS.
    pub(super) async fn accept(&self) -> Side {
        let tcp = self.accept_tcp().await;
        let tls = within(self.tls.accept(tcp)).await.unwrap();
        Side::new(Socket::tcp(Box::new(tls), Limits::default(), true))
    }

    /// TCP without TLS so far.
    pub(super) async fn accept_plain(&self) -> Side {
        let tcp = self.accept_tcp().await;
        Side::new(Socket::tcp(Box::new(tcp), Limits::default(), false))
    }

    /// A WebSocket; agrees to the subprotocol that was asked for.
    pub(super) async fn accept_web_socket(&self, is_protected: bool) -> Side {
        let tcp = self.accept_tcp().await;
        let io: BoxedIo = if is_protected {
            Box::new(within(self.tls.accept(tcp)).await.unwrap())
        } else {
            Box::new(tcp)
        };
        #[allow(
            clippy::result_large_err,
            reason = "the library sets the type of the refusal"
        )]
        let agree = |request: &Request, mut response: Response| {
            let name = "sec-websocket-protocol";
            assert_eq!(request.headers().get(name).unwrap(), "xmpp");
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static("xmpp"));
            Ok(response)
        };
        let frames = within(accept_hdr_async(io, agree)).await.unwrap();
        Side::new(Socket::web_socket(frames, Limits::default(), is_protected))
    }

    /// Accepts a connection and gives it a new session with stream management.
    pub(super) async fn accept_session(&self) -> Side {
        let mut side = self.accept().await;
        side.log_in(BindTo::Management).await;
        side
    }

    /// One TLS connection, for a protocol of the test's own.
    pub(crate) async fn accept_tls(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let tcp = self.accept_tcp().await;
        within(self.tls.accept(tcp)).await
    }

    /// The handshake of direct TLS, which may fail.
    pub(super) async fn try_protect(&self, tcp: TcpStream) -> std::io::Result<BoxedIo> {
        // With TLS 1.3 the server's part is over before the client has judged the certificate:
        // only reading shows what the client made of it.
        let mut tls = within(self.tls.accept(tcp)).await?;
        tokio::io::AsyncReadExt::read_u8(&mut tls).await?;
        Ok(Box::new(tls))
    }

    /// Puts TLS around a connection after `<proceed/>`.
    pub(super) async fn protect(&self, side: Side) -> Side {
        let io = side.socket.into_io().unwrap();
        let tls = within(self.tls.accept(io)).await.unwrap();
        Side::new(Socket::tcp(Box::new(tls), Limits::default(), true))
    }
}

/// What is offered after authentication.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BindTo {
    Management,
    NoManagement,
}

/// One accepted connection.
pub(super) struct Side {
    pub(super) socket: Socket,
}

impl Side {
    fn new(socket: Socket) -> Self {
        Self { socket }
    }

    /// Writes `xml`, all of it.
    pub(super) async fn say(&mut self, xml: &str) {
        self.socket.queue(xml.to_owned());
        within(self.socket.progress(false)).await.unwrap();
    }

    pub(super) async fn hear(&mut self) -> Result<Received, Error> {
        within(self.socket.receive(DEADLINE, "a test")).await
    }

    pub(super) async fn hear_element(&mut self) -> Element {
        match self.hear().await.unwrap() {
            Received::Element(element) => element,
            other => panic!("{other:?} instead of an element"),
        }
    }

    /// The next element, which must be a `name`.
    pub(super) async fn expect(&mut self, name: &str) -> Element {
        let element = self.hear_element().await;
        assert_eq!(element.name(), name, "{element:?}");
        element
    }

    /// The next message, past requests for acknowledgement, presence and IQs.
    pub(super) async fn expect_message(&mut self) -> String {
        loop {
            let element = self.hear_element().await;
            if element.name() == "message" {
                return element.attr("id").unwrap().to_owned();
            }
        }
    }

    /// The next element of stream management, which must be a `name`.
    pub(super) async fn expect_management(&mut self, name: &str) -> Element {
        loop {
            let element = self.hear_element().await;
            if element.is(name, ns::STREAM_MANAGEMENT) {
                return element;
            }
        }
    }

    /// The stream's end, past anything else.
    pub(super) async fn expect_close(&mut self) {
        loop {
            match self.hear().await {
                Ok(Received::Close) => return,
                Ok(_) => {}
                Err(error) => panic!("{error} instead of the end of the stream"),
            }
        }
    }

    pub(super) async fn open(&mut self, features: &str) {
        match self.hear().await.unwrap() {
            Received::Open(header) => assert_eq!(header.attr("to"), Some("localhost")),
            other => panic!("{other:?} instead of a stream"),
        }
        if self.socket.framing() == Framing::Tcp {
            self.say(&format!(
                "<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='localhost' \
                 xmlns:stream='http://etherx.jabber.org/streams' id='s' version='1.0'>{features}"
            ))
            .await;
        } else {
            let open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' \
                        id='s' version='1.0'/>";
            self.say(open).await;
            let declared = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'";
            self.say(&features.replacen("<stream:features", declared, 1))
                .await;
        }
    }

    pub(super) async fn offer_plain(&mut self) {
        self.open(PLAIN).await;
    }

    pub(super) async fn offer_starttls(&mut self) {
        self.open(STARTTLS).await;
    }

    /// The password given with PLAIN.
    pub(super) async fn hear_password(&mut self) -> String {
        let element = self.expect("auth").await;
        match Sasl::from_element(&element).unwrap() {
            Sasl::Auth {
                mechanism,
                initial: Some(data),
            } if mechanism == "PLAIN" => {
                let plain = Plain::decode(&data).unwrap();
                assert_eq!(
                    (plain.authzid.as_str(), plain.authcid.as_str()),
                    ("", "4448514-21")
                );
                plain.password
            }
            other => panic!("{other:?} instead of PLAIN"),
        }
    }

    pub(super) async fn refuse_password(&mut self, condition: &str) {
        self.say(&format!(
            "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>"
        ))
        .await;
    }

    /// From the first header to authenticated, with the features after that said.
    pub(super) async fn authenticate(&mut self, to: BindTo) {
        self.offer_plain().await;
        self.hear_password().await;
        self.succeed(to).await;
    }

    pub(super) async fn succeed(&mut self, to: BindTo) {
        self.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
            .await;
        self.socket.restart();
        let features = match to {
            BindTo::Management => BIND_AND_SM,
            BindTo::NoManagement => BIND,
        };
        self.open(features).await;
    }

    /// From the first header to a new session, its carbons IQ and presence heard.
    pub(super) async fn log_in(&mut self, to: BindTo) {
        self.authenticate(to).await;
        self.start_session(to).await;
    }

    /// Bind, stream management, carbons, presence.
    pub(super) async fn start_session(&mut self, to: BindTo) {
        let bind = self.expect("iq").await;
        self.bind(&bind).await;
        if to == BindTo::Management {
            let enable = self.expect("enable").await;
            assert_eq!(enable.attr("resume"), Some("true"));
            self.say("<enabled xmlns='urn:xmpp:sm:3' id='f00d' resume='true' max='60'/>")
                .await;
        }
        let carbons = self.expect("iq").await;
        assert!(carbons.child("enable", ns::CARBONS).is_some());
        self.expect("presence").await;
    }

    pub(super) async fn bind(&mut self, request: &Element) {
        let id = request.attr("id").unwrap();
        self.say(&format!(
            "<iq xmlns='jabber:client' type='result' id='{id}'>\
             <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{FULL_JID}</jid></bind></iq>"
        ))
        .await;
    }

    pub(super) async fn say_message(&mut self, id: &str) {
        self.say(&format!(
            "<message xmlns='jabber:client' type='chat' id='{id}' from='78-21@localhost/r'>\
             <body>hi</body></message>"
        ))
        .await;
    }

    pub(super) async fn acknowledge(&mut self, h: u32) {
        self.say(&format!("<a xmlns='urn:xmpp:sm:3' h='{h}'/>"))
            .await;
    }

    pub(super) async fn request_ack(&mut self) {
        self.say("<r xmlns='urn:xmpp:sm:3'/>").await;
    }
}
