//! From "send" to the server's acknowledgement, beside what a network and a disk need for it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cubist_client::connection::{
    self, ConnectionConfig, ConnectionHandle, FixedPassword, Incoming, SendTag, Trust,
};
use cubist_client::keys::{KeyChoice, KeyState, KeychainPolicy};
use cubist_client::model::{
    AppId, ChatAddress, ConnectionState, DialogId, Endpoints, MessageId, Origin, Secret, SignUp,
    Status, UserId,
};
use cubist_client::{Account, ClientEvent, Engine, EngineConfig};
use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Presence, Stanza};
use cubist_tests::{BackendProcess, within};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::bare::Bare;
use crate::cache;
use crate::corpus::{Corpus, Kind};
use crate::figures::{progress, report_millis};
use crate::tls::{self, Certificate};

/// Bytes of a short message and of its acknowledgement together, as they go over the line.
const EXCHANGE_BYTES: usize = 420;

/// Not measured: connections, caches and branch predictors settle.
const WARM_UP: usize = 20;

const TEXT: &str = "a message of a common length, about as long as this one";

const PASSWORD: &str = "a password of no use";

/// Measures `count` messages, one after the other.
pub(crate) async fn measure(work: &Path, quick: bool) {
    // A connection may send a thousand stanzas at once before the backend slows it down.
    let count = if quick { 60 } else { 400 };
    let folder = TempDir::new_in(work).unwrap();
    let backend = BackendProcess::start(&folder.path().join("backend")).await;
    let sender = Person::sign_up(&backend, &folder.path().join("sender"), "sender").await;
    let recipient = Person::sign_up(&backend, &folder.path().join("recipient"), "recipient").await;
    let dialog = sender.account.create_private(recipient.id).await.unwrap();
    // Away: what is measured is the way to the acknowledgement, not what comes back after it.
    recipient.engine.shutdown().await;

    progress("sending with the engine, one message at a time");
    let (mut queued, mut ticked) = (Vec::new(), Vec::new());
    let mut events = sender.engine.events();
    for n in 0..WARM_UP + count {
        let started = Instant::now();
        let id = sender
            .account
            .send_text(dialog, TEXT.to_owned())
            .await
            .unwrap();
        let shown = started.elapsed();
        within("the tick", one_tick(&mut events, dialog, id)).await;
        if n >= WARM_UP {
            queued.push(shown);
            ticked.push(started.elapsed());
        }
    }
    let endpoints = sender.endpoints.clone();
    sender.engine.shutdown().await;

    progress("sending stanzas on the line alone");
    let line = on_the_line(&endpoints, sender.id, recipient.id, dialog, count).await;
    backend.kill().await;

    progress("an echo and a commit");
    let (echoes, commits) = echo_and_commit(&folder, count).await;
    let both: Vec<_> = echoes
        .iter()
        .zip(&commits)
        .map(|(echo, commit)| *echo + *commit)
        .collect();
    report_millis("send.queued", &queued);
    report_millis("send.tick", &ticked);
    report_millis("send.ack", &line);
    report_millis("send.limit", &both);
    report_millis("send.limit.echo", &echoes);
    report_millis("send.limit.commit", &commits);
}

/// Someone with an engine, straight on the backend.
struct Person {
    engine: Engine,
    account: Account,
    id: UserId,
    endpoints: Endpoints,
}

impl Person {
    async fn sign_up(backend: &BackendProcess, folder: &Path, login: &str) -> Self {
        let ready = &backend.ready;
        let endpoints = Endpoints {
            api_url: ready.api_url.clone(),
            chat: vec![ChatAddress::Tls {
                host: ready.domain.clone(),
                port: ready.xmpps_address().port(),
            }],
            domain: ready.domain.clone(),
            muc_domain: None,
            app_id: AppId::new(ready.app_id).unwrap(),
            auth_key: ready.auth_key.as_str().into(),
            ca_cert_pem: Some(std::fs::read_to_string(&ready.ca_cert).unwrap()),
            origin: Origin::Custom,
        };
        let mut config = EngineConfig::new(folder);
        config.keychain = KeychainPolicy::Disabled;
        let engine = Engine::open(config).await.unwrap();
        if matches!(engine.key_state(), KeyState::NeedsChoice { .. }) {
            engine.create_keys(KeyChoice::KeyFile).await.unwrap();
        }
        let mut events = engine.events();
        let person = SignUp {
            full_name: login.to_owned(),
            login: login.to_owned(),
            email: None,
            password: PASSWORD.into(),
        };
        let id = engine.sign_up(endpoints.clone(), person).await.unwrap();
        let account = engine.account(&id).unwrap();
        while account.connection() != ConnectionState::Online {
            within("the line", events.recv()).await.unwrap();
        }
        let id = engine.accounts()[0].user;
        Self {
            engine,
            account,
            id,
            endpoints,
        }
    }
}

/// Resolves when the message has its first tick.
async fn one_tick(
    events: &mut broadcast::Receiver<ClientEvent>,
    dialog: DialogId,
    message: MessageId,
) {
    loop {
        let ClientEvent::MessagesChanged {
            dialog: of,
            messages,
            ..
        } = events.recv().await.unwrap()
        else {
            continue;
        };
        let has_tick = |each: &cubist_client::model::Message| {
            each.id == message && each.status >= Status::Sent
        };
        if of == dialog && messages.iter().any(has_tick) {
            return;
        }
    }
}

/// The same messages from the connection of the engine, without its cache: what is left is TLS and
/// the backend with its own commit.
async fn on_the_line(
    endpoints: &Endpoints,
    from: UserId,
    to: UserId,
    dialog: DialogId,
    count: usize,
) -> Vec<Duration> {
    let jid = Jid::user(from, endpoints.app_id, &endpoints.domain).unwrap();
    let credentials = Arc::new(FixedPassword(Secret::from(PASSWORD)));
    let trust = Trust::new(endpoints.ca_cert_pem.as_deref()).unwrap();
    let config = ConnectionConfig::new(endpoints.chat.clone(), jid, credentials, trust);
    let shutdown = CancellationToken::new();
    let (handle, mut incoming, task) = connection::spawn(config, shutdown.clone());
    while !matches!(
        next(&handle, &mut incoming).await,
        Incoming::SessionStarted { .. }
    ) {}
    handle
        .send(Stanza::Presence(Presence::default()), None)
        .await
        .unwrap();
    let to = Jid::user(to, endpoints.app_id, &endpoints.domain).unwrap();
    let mut samples = Vec::with_capacity(count);
    for n in 0..WARM_UP + count {
        let tag = SendTag(u64::try_from(n).unwrap());
        let mut extra = ExtraParams::new();
        extra.set_save_to_history();
        extra.set_dialog_id(dialog);
        let mut message = Message::new(MessageKind::Chat, to.clone());
        message.id = Some(format!("5a{n:022x}"));
        message.body = Some(TEXT.to_owned());
        message.extra = Some(extra);
        message.markable = true;
        let started = Instant::now();
        handle
            .send(Stanza::Message(Box::new(message)), Some(tag))
            .await
            .unwrap();
        loop {
            if let Incoming::Acked(tags) = next(&handle, &mut incoming).await
                && tags.contains(&tag)
            {
                break;
            }
        }
        if n >= WARM_UP {
            samples.push(started.elapsed());
        }
    }
    shutdown.cancel();
    drop(incoming);
    within("the line to close", task).await.unwrap();
    samples
}

async fn next(handle: &ConnectionHandle, incoming: &mut mpsc::Receiver<Incoming>) -> Incoming {
    match within("something on the line", incoming.recv())
        .await
        .unwrap()
    {
        Incoming::Stanza(stanza, token) => {
            handle.handled(token);
            drop(stanza);
            Incoming::Acked(Vec::new())
        }
        other => other,
    }
}

/// What no messenger can do without: the bytes there and back, and one flush to the disk.
async fn echo_and_commit(folder: &TempDir, count: usize) -> (Vec<Duration>, Vec<Duration>) {
    let certificate = Certificate::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = certificate.acceptor();
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        let mut stream = acceptor.accept(socket).await.unwrap();
        let mut bytes = [0; EXCHANGE_BYTES];
        while stream.read_exact(&mut bytes).await.is_ok() {
            stream.write_all(&bytes).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    let mut stream = tls::connect(&tls::connector(certificate.authority_pem()), port).await;

    let corpus = Corpus::new(cache::me(), 20);
    let path = folder.path().join("limit.db");
    let store = cache::open(&path).await;
    cache::save_chats(&store, &corpus).await;
    store.close().await;
    let mut disk = Bare::writer(&path);
    let now = cubist_client::clock::Clock::now(&cubist_client::clock::SystemClock);
    let records: Vec<_> = corpus.messages(Kind::Live, WARM_UP + count, now).collect();
    let (mut echoes, mut commits) = (Vec::new(), Vec::new());
    for (n, record) in records.iter().enumerate() {
        let started = Instant::now();
        round_trip(&mut stream).await;
        let echo = started.elapsed();
        let started = Instant::now();
        disk.insert(std::slice::from_ref(record));
        if n >= WARM_UP {
            echoes.push(echo);
            commits.push(started.elapsed());
        }
    }
    drop(stream);
    server.abort();
    (echoes, commits)
}

async fn round_trip(stream: &mut TlsStream<TcpStream>) {
    let mut bytes = [b'x'; EXCHANGE_BYTES];
    stream.write_all(&bytes).await.unwrap();
    stream.flush().await.unwrap();
    stream.read_exact(&mut bytes).await.unwrap();
}
