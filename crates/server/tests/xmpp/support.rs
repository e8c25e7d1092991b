//! A backend in this process and clients that speak raw XML, so that tests read like the protocol.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::xml::{Framing, Limits, StreamEvent, StreamReader};
use cubist_server::config::Config;
use cubist_server::delivery::Deliver;
use cubist_server::server::XmppParts;
use cubist_server::state::{
    Clock, Condition, MessageQuery, MessageRecord, MessageSort, NewGroup, NewUser, State, TextField,
};
use futures::{SinkExt, StreamExt};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Far beyond what anything here takes, so that only a real fault meets it.
const DEADLINE: Duration = Duration::from_secs(20);

/// Everyone's password.
pub const PASSWORD: &str = "awesomepwd";

/// A running backend.
pub struct World {
    pub state: State,
    pub router: Arc<dyn Deliver>,
    pub ws: SocketAddr,
    pub xmpp: SocketAddr,
    pub xmpps: SocketAddr,
    pub wss: Option<SocketAddr>,
    certificate: CertificateDer<'static>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    dir: TempDir,
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(tempfile::tempdir().unwrap(), change).await
    }

    /// On a folder that may hold what an earlier backend left.
    pub async fn on(dir: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut config = Config {
            data: dir.path().join("data"),
            ..Config::default()
        };
        (config.listen.ws, config.listen.xmpp, config.listen.xmpps) = (any, any, any);
        config.accounts.argon2.memory_kib = 8;
        config.accounts.argon2.passes = 1;
        config.storage.sync = false;
        change(&mut config);
        let config = Arc::new(config);
        let state = State::open(Arc::clone(&config), Clock::system())
            .await
            .unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let tls = rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        let parts = XmppParts {
            config,
            state: state.clone(),
            tls: Arc::new(tls),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        };
        let listening = cubist_server::xmpp::start(parts).await.unwrap();
        Self {
            state,
            router: listening.router,
            ws: listening.ws,
            xmpp: listening.xmpp,
            xmpps: listening.xmpps,
            wss: listening.wss,
            certificate,
            shutdown,
            tasks,
            dir,
        }
    }

    /// Stops as after SIGTERM; the folder can be started on again.
    pub async fn stop(self) -> TempDir {
        self.shutdown.cancel();
        self.tasks.close();
        timeout(DEADLINE, self.tasks.wait())
            .await
            .expect("all tasks end");
        self.state.close().await;
        self.dir
    }

    /// Signs somebody up.
    pub async fn user(&self, login: &str) -> UserId {
        let new = NewUser {
            texts: [(TextField::Login, Some(login.to_owned()))]
                .into_iter()
                .collect(),
            timezone: None,
            password: Some(PASSWORD.to_owned()),
            is_guest: false,
        };
        self.state.create_user(new).await.unwrap().id
    }

    pub async fn group(&self, owner: UserId, occupants: &[UserId]) -> DialogId {
        let new = NewGroup {
            name: "Group".to_owned(),
            occupants: occupants.to_vec(),
            admins: Vec::new(),
            photo: None,
            description: None,
            extensions: None,
            permissions: None,
        };
        self.state.create_group(owner, new).await.unwrap().id
    }

    /// What the history of a dialog holds, oldest first.
    pub async fn history(&self, user: UserId, dialog: DialogId) -> Vec<MessageRecord> {
        let query = MessageQuery {
            dialog,
            conditions: Vec::<Condition<_>>::new(),
            sort: MessageSort::default(),
            limit: 0,
            skip: 0,
            mark_as_read: false,
        };
        self.state.messages(user, query).await.unwrap().items
    }

    /// Waits until the offline queue of somebody is empty.
    pub async fn nothing_waits_for(&self, user: UserId) {
        let waiting = async {
            while !self.state.queued(user, None, 1).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(DEADLINE, waiting)
            .await
            .expect("the queue gets empty");
    }

    /// A WebSocket that has been agreed on, before the stream.
    pub async fn websocket(&self) -> Client {
        let socket = TcpStream::connect(self.ws).await.unwrap();
        Self::agree(&format!("ws://{}/any/path", self.ws), Box::new(socket)).await
    }

    /// A WebSocket over TLS that has been agreed on, before the stream.
    pub async fn secure_websocket(&self) -> Client {
        let socket = TcpStream::connect(self.wss.unwrap()).await.unwrap();
        Self::agree("wss://localhost/", self.encrypt(socket).await).await
    }

    async fn agree(url: &str, socket: Box<dyn Io>) -> Client {
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", "xmpp".parse().unwrap());
        let (socket, response) = tokio_tungstenite::client_async(request, socket)
            .await
            .unwrap();
        assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "xmpp");
        Client::new(Socket::WebSocket(Box::new(socket)))
    }

    /// A TCP connection without TLS, before the stream.
    pub async fn tcp(&self) -> Client {
        Client::new(Socket::tcp(Box::new(
            TcpStream::connect(self.xmpp).await.unwrap(),
        )))
    }

    /// A TCP connection with TLS from the start, before the stream.
    pub async fn tls(&self) -> Client {
        let socket = TcpStream::connect(self.xmpps).await.unwrap();
        Client::new(Socket::tcp(self.encrypt(socket).await))
    }

    pub async fn encrypt<T: Io>(&self, socket: T) -> Box<dyn Io> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from("localhost").unwrap();
        Box::new(
            timeout(DEADLINE, connector.connect(name, socket))
                .await
                .unwrap()
                .unwrap(),
        )
    }

    /// Logged in over a WebSocket and bound, without presence.
    pub async fn bound(&self, user: UserId) -> Client {
        let mut client = self.websocket().await;
        client.log_in(user).await;
        client.bind().await;
        client
    }

    /// Logged in over a WebSocket, bound, with carbons and available, as the official SDK does it.
    pub async fn online(&self, user: UserId) -> Client {
        let mut client = self.bound(user).await;
        client.become_available().await;
        client
    }

    /// As [`Self::online`], with stream management that allows resumption. Returns its name, too.
    pub async fn online_resumable(&self, user: UserId) -> (Client, String) {
        let mut client = self.bound(user).await;
        let id = client.enable(true).await.expect("resumption is offered");
        client.become_available().await;
        (client, id)
    }
}

/// Any byte stream.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for T {}

pub enum Socket {
    WebSocket(Box<WebSocketStream<Box<dyn Io>>>),
    Tcp {
        io: Box<dyn Io>,
        reader: Box<StreamReader>,
    },
}

impl Socket {
    pub fn tcp(io: Box<dyn Io>) -> Self {
        Self::Tcp {
            io,
            reader: Box::new(StreamReader::new(Limits::default())),
        }
    }
}

/// One connection. Dropping it cuts the socket.
pub struct Client {
    pub socket: Socket,
    /// Its full address, once bound.
    pub jid: String,
    /// Stanzas received since stream management was enabled.
    pub received: u32,
    pings: u32,
    asked: u32,
}

impl Client {
    fn new(socket: Socket) -> Self {
        Self {
            socket,
            jid: String::new(),
            received: 0,
            pings: 0,
            asked: 0,
        }
    }

    pub fn bare(&self) -> &str {
        self.jid.split('/').next().unwrap()
    }

    /// Sends text as it is: one frame on a WebSocket.
    pub async fn send(&mut self, xml: &str) {
        match &mut self.socket {
            Socket::WebSocket(socket) => socket.send(Frame::text(xml)).await.unwrap(),
            Socket::Tcp { io, .. } => io.write_all(xml.as_bytes()).await.unwrap(),
        }
    }

    /// The next element, as text; `None` when the socket is closed.
    pub async fn next_or_end(&mut self) -> Option<String> {
        timeout(DEADLINE, self.read())
            .await
            .expect("an element or the end in time")
    }

    async fn read(&mut self) -> Option<String> {
        match &mut self.socket {
            Socket::WebSocket(socket) => loop {
                match socket.next().await? {
                    Ok(Frame::Text(text)) => return Some(text.to_string()),
                    Ok(Frame::Close(_)) | Err(_) => return None,
                    Ok(Frame::Ping(_) | Frame::Pong(_)) => {}
                    Ok(other) => panic!("unexpected frame {other:?}"),
                }
            },
            Socket::Tcp { io, reader } => loop {
                match reader.next_event().unwrap() {
                    Some(StreamEvent::Open(_)) => return Some("<stream:stream>".to_owned()),
                    Some(StreamEvent::Stanza(element)) => {
                        return Some(element.to_xml(Framing::Tcp));
                    }
                    Some(StreamEvent::Close) => return Some("</stream:stream>".to_owned()),
                    None => {}
                }
                let mut bytes = [0; 4096];
                match io.read(&mut bytes).await {
                    Ok(0) | Err(_) => return None,
                    Ok(read) => reader.push(&bytes[..read]),
                }
            },
        }
    }

    /// The next element, as text.
    pub async fn next(&mut self) -> String {
        self.next_or_end()
            .await
            .expect("the connection is still open")
    }

    /// The next stanza, passing over what stream management says; counted.
    pub async fn stanza(&mut self) -> String {
        loop {
            let element = self.next().await;
            if !element.contains("urn:xmpp:sm:3") || element.starts_with("<message") {
                self.received += 1;
                return element;
            }
        }
    }

    pub async fn expect(&mut self, wanted: &str) {
        assert_eq!(self.next().await, wanted);
    }

    /// Waits until everything sent so far is dealt with, and returns the stanzas that came meanwhile.
    ///
    /// The server deals with a connection's stanzas in order, so the answer to a ping comes after everything that
    /// the stanzas before it caused.
    pub async fn settle(&mut self) -> Vec<String> {
        self.pings += 1;
        let id = format!("settle-{}", self.pings);
        self.send(&format!(
            "<iq xmlns=\"jabber:client\" type=\"get\" id=\"{id}\"><ping xmlns=\"urn:xmpp:ping\"/></iq>"
        ))
        .await;
        let mut met = Vec::new();
        loop {
            let stanza = self.stanza().await;
            if stanza.starts_with("<iq") && stanza.contains(&format!("id=\"{id}\"")) {
                return met;
            }
            met.push(stanza);
        }
    }

    /// Opens the stream; returns the features.
    pub async fn open(&mut self) -> String {
        match self.socket {
            Socket::WebSocket(_) => {
                self.send("<open version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" to=\"localhost\"/>").await;
                let open = self.next().await;
                assert!(open.starts_with("<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" from=\"localhost\" id=\""), "{open}");
            }
            Socket::Tcp { .. } => {
                self.send("<?xml version='1.0'?><stream:stream version=\"1.0\" xmlns=\"jabber:client\" xmlns:stream=\"http://etherx.jabber.org/streams\" to=\"localhost\">").await;
                self.expect("<stream:stream>").await;
            }
        }
        self.next().await
    }

    /// Sends PLAIN and returns the answer.
    pub async fn authenticate(&mut self, acting_as: &str, account: &str, password: &str) -> String {
        use base64::Engine;
        let data =
            base64::prelude::BASE64_STANDARD.encode(format!("{acting_as}\0{account}\0{password}"));
        self.send(&format!(
            "<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\">{data}</auth>"
        ))
        .await;
        self.next().await
    }

    /// Opens, logs in and opens anew; returns the features.
    pub async fn log_in(&mut self, user: UserId) -> String {
        self.open().await;
        let answer = self.authenticate("", &format!("{user}-21"), PASSWORD).await;
        assert_eq!(
            answer,
            "<success xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>"
        );
        if let Socket::Tcp { reader, .. } = &mut self.socket {
            reader.restart();
        }
        self.open().await
    }

    /// Binds a resource.
    pub async fn bind(&mut self) {
        self.send("<iq type=\"set\" id=\"b1\" xmlns=\"jabber:client\"><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/></iq>").await;
        let answer = self.next().await;
        let jid = answer
            .split_once("<jid>")
            .unwrap()
            .1
            .split_once("</jid>")
            .unwrap()
            .0;
        jid.clone_into(&mut self.jid);
    }

    /// Carbons and presence.
    pub async fn become_available(&mut self) {
        self.send("<iq type=\"set\" id=\"c1\" xmlns=\"jabber:client\"><enable xmlns=\"urn:xmpp:carbons:2\"/></iq>").await;
        let answer = self.stanza().await;
        assert!(answer.contains("type=\"result\" id=\"c1\""), "{answer}");
        self.send("<presence xmlns=\"jabber:client\"/>").await;
        let own = self.stanza().await;
        assert!(own.starts_with("<presence"), "{own}");
    }

    /// Switches stream management on; returns the name for resuming.
    pub async fn enable(&mut self, resume: bool) -> Option<String> {
        let resume = if resume { " resume=\"true\"" } else { "" };
        self.send(&format!("<enable xmlns=\"urn:xmpp:sm:3\"{resume}/>"))
            .await;
        let enabled = self.next().await;
        assert!(
            enabled.starts_with("<enabled xmlns=\"urn:xmpp:sm:3\""),
            "{enabled}"
        );
        self.received = 0;
        Some(
            enabled
                .split_once(" id=\"")?
                .1
                .split_once('"')?
                .0
                .to_owned(),
        )
    }

    /// Says how much was received.
    pub async fn acknowledge(&mut self) {
        self.send(&format!(
            "<a xmlns=\"urn:xmpp:sm:3\" h=\"{}\"/>",
            self.received
        ))
        .await;
    }

    /// Asks for the server's count.
    pub async fn count(&mut self) -> u32 {
        self.send("<r xmlns=\"urn:xmpp:sm:3\"/>").await;
        loop {
            let element = self.next().await;
            if let Some(rest) = element.strip_prefix("<a xmlns=\"urn:xmpp:sm:3\" h=\"") {
                return rest.split_once('"').unwrap().0.parse().unwrap();
            }
            self.received += u32::from(!element.starts_with("<r "));
        }
    }

    /// Tries to resume; returns the answer.
    pub async fn resume(&mut self, previd: &str, h: u32) -> String {
        self.send(&format!(
            "<resume xmlns=\"urn:xmpp:sm:3\" previd=\"{previd}\" h=\"{h}\"/>"
        ))
        .await;
        self.next().await
    }

    /// Sends a request and returns its answer. Nothing else may come before that.
    pub async fn ask(&mut self, kind: &str, to: &str, payload: &str) -> String {
        self.asked += 1;
        let id = format!("q{}", self.asked);
        let to = if to.is_empty() {
            String::new()
        } else {
            format!(" to=\"{to}\"")
        };
        self.send(&format!(
            "<iq xmlns=\"jabber:client\" type=\"{kind}\" id=\"{id}\"{to}>{payload}</iq>"
        ))
        .await;
        let answer = self.stanza().await;
        assert!(
            answer.starts_with("<iq") && answer.contains(&format!("id=\"{id}\"")),
            "{answer}"
        );
        answer
    }

    /// As [`Self::ask`] for what must be done without words.
    pub async fn order(&mut self, payload: &str) {
        let answer = self.ask("set", "", payload).await;
        assert!(
            answer.contains("type=\"result\"") && answer.ends_with("/>"),
            "{answer}"
        );
    }

    /// Joins a dialog's room; returns the stanzas up to and with the own presence.
    pub async fn join(&mut self, dialog: DialogId, user: UserId) -> Vec<String> {
        self.send(&format!(
            "<presence id=\"995:join\" to=\"21_{dialog}@muc.localhost/{user}\" xmlns=\"jabber:client\">\
             <x xmlns=\"http://jabber.org/protocol/muc\"><history maxstanzas=\"0\"/></x></presence>"
        ))
        .await;
        let mut got = Vec::new();
        loop {
            let stanza = self.stanza().await;
            let is_answer = stanza.contains("id=\"995:join\"");
            got.push(stanza);
            if is_answer {
                return got;
            }
        }
    }

    /// Leaves a dialog's room; the answer is still to come.
    pub async fn leave(&mut self, dialog: DialogId, user: UserId) {
        self.send(&format!(
            "<presence type=\"unavailable\" to=\"21_{dialog}@muc.localhost/{user}\" xmlns=\"jabber:client\"/>"
        ))
        .await;
    }

    /// Ends the stream as a client does that goes for good.
    pub async fn close(mut self) {
        self.send("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
            .await;
        while self.next_or_end().await.is_some() {}
    }

    /// Sends a text to a person, to be stored.
    pub async fn say(&mut self, to: UserId, id: &str, body: &str) {
        self.send(&chat(to, id, body)).await;
    }

    /// Sends a text to a group, to be stored.
    pub async fn say_in(&mut self, dialog: DialogId, id: &str, body: &str) {
        self.send(&format!(
            "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" id=\"{id}\" xmlns=\"jabber:client\">\
             <body>{body}</body><extraParams xmlns=\"jabber:client\"><save_to_history>1</save_to_history>\
             </extraParams></message>"
        ))
        .await;
    }
}

/// A text message to a person, to be stored.
pub fn chat(to: UserId, id: &str, body: &str) -> String {
    format!(
        "<message to=\"{to}-21@localhost\" type=\"chat\" id=\"{id}\" xmlns=\"jabber:client\"><body>{body}</body>\
         <extraParams xmlns=\"jabber:client\"><save_to_history>1</save_to_history></extraParams></message>"
    )
}

/// The texts of stanzas, in order; what has none is left out.
pub fn bodies(stanzas: &[String]) -> Vec<&str> {
    stanzas.iter().filter_map(|stanza| body(stanza)).collect()
}

/// The text of a stanza.
pub fn body(stanza: &str) -> Option<&str> {
    Some(stanza.split_once("<body>")?.1.split_once("</body>")?.0)
}

/// Waits for something that another task brings about, asking again whenever the world may have moved on.
pub async fn eventually(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, waiting)
        .await
        .expect("it comes about in time");
}
