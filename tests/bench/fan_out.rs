//! One person sends, many devices of another one receive, and everything is kept.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cubist_tests::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::figures::{per_second, progress, report};
use crate::raw_client::{self, Line, SENT_ON_ENTERING};
use crate::servers::{self, Login, Server};
use crate::tls::{self, DOMAIN};

/// Messages that may be on their way without the server's word for them: what a busy group of
/// senders has together.
const WINDOW: u32 = 128;

/// A count is asked for each time so many were sent.
const ASK_EVERY: u32 = 16;

/// Devices of the recipient, and messages of one run.
const RUNS: [(usize, u32); 2] = [(10, 2_000), (100, 300)];

/// Longest wait for one run: only a server that has stopped takes so long.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures both servers, in turns, so that a change of the machine's mood meets both.
pub(crate) async fn measure(work: &Path, quick: bool) {
    let runs = if quick { 2 } else { 7 };
    for (devices, messages) in RUNS {
        let messages = if quick { messages / 10 } else { messages };
        progress(&format!("fan-out to {devices} devices"));
        let ours = servers::cubist(work, 2).await;
        let theirs = servers::prosody(work, 2).await;
        let mut sides = [
            Side::new(ours, devices).await,
            Side::new(theirs, devices).await,
        ];
        // The first run fills caches and is not counted.
        for run in 0..=runs {
            for side in &mut sides {
                let took = side.run(messages).await;
                if run > 0 {
                    side.samples
                        .push(per_second(usize::try_from(messages).unwrap(), took));
                }
            }
        }
        for side in &sides {
            let name = format!("fan_out.{devices}.{}", side.server.name);
            report(&name, "messages/s", &side.samples);
        }
    }
}

/// One server with its clients.
struct Side {
    sender: Sender,
    arrived: Arc<Arrived>,
    expected: usize,
    devices: usize,
    samples: Vec<f64>,
    _receivers: Vec<AbortOnDropHandle<()>>,
    /// Dropped last: it must not close lines that somebody still reads.
    server: Server,
}

impl Side {
    async fn new(server: Server, devices: usize) -> Self {
        let connector = tls::connector(&server.authority_pem);
        let [from, to] = server.people.as_slice() else {
            panic!("two people take part")
        };
        let arrived = Arc::new(Arrived::default());
        let mut receivers = Vec::with_capacity(devices);
        for _ in 0..devices {
            let entering = raw_client::enter(&connector, &server, to, false);
            let line = within("a device to log in", entering).await;
            let receiving = tokio::spawn(receive(line, Arc::clone(&arrived)));
            receivers.push(AbortOnDropHandle::new(receiving));
        }
        let entering = raw_client::enter(&connector, &server, from, false);
        let line = within("the sender to log in", entering).await;
        let sender = Sender::new(line, to);
        Self {
            sender,
            arrived,
            expected: 0,
            devices,
            samples: Vec::new(),
            _receivers: receivers,
            server,
        }
    }

    /// How long it takes until every device has every message, and the sender the server's word.
    async fn run(&mut self, messages: u32) -> Duration {
        self.expected += usize::try_from(messages).unwrap() * self.devices;
        let started = Instant::now();
        let all = async {
            self.sender.send(messages).await;
            self.arrived.wait_for(self.expected).await;
        };
        let ended = tokio::time::timeout(PATIENCE, all).await;
        assert!(ended.is_ok(), "{} takes no more messages", self.server.name);
        started.elapsed()
    }
}

/// Deliveries to all devices together.
#[derive(Debug, Default)]
struct Arrived {
    count: AtomicUsize,
    more: Notify,
}

impl Arrived {
    fn add(&self, count: u32) {
        self.count
            .fetch_add(usize::try_from(count).unwrap(), Ordering::AcqRel);
        self.more.notify_one();
    }

    async fn wait_for(&self, wanted: usize) {
        while self.count.load(Ordering::Acquire) < wanted {
            self.more.notified().await;
        }
        assert_eq!(
            self.count.load(Ordering::Acquire),
            wanted,
            "each message came once"
        );
    }
}

async fn receive(mut line: Line, arrived: Arc<Arrived>) {
    let mut known = line.tally.messages;
    loop {
        line.listen().await;
        if line.tally.messages > known {
            arrived.add(line.tally.messages - known);
            known = line.tally.messages;
        }
    }
}

/// The one who writes.
struct Sender {
    write: tokio::io::WriteHalf<tokio_rustls::client::TlsStream<tokio::net::TcpStream>>,
    to: String,
    sent: u32,
    handled: watch::Receiver<u32>,
    _reading: AbortOnDropHandle<()>,
}

impl Sender {
    fn new(line: Line, to: &Login) -> Self {
        let Line { stream, mut tally } = line;
        let (mut read, write) = tokio::io::split(stream);
        let (told, handled) = watch::channel(tally.handled);
        let reading = tokio::spawn(async move {
            let mut chunk = [0; 4096];
            loop {
                let count = read.read(&mut chunk).await.unwrap();
                assert!(count > 0, "the server closed the sender's stream");
                tally.take(&chunk[..count]);
                told.send_replace(tally.handled);
            }
        });
        Self {
            write,
            to: format!("{}@{DOMAIN}", to.local),
            sent: SENT_ON_ENTERING,
            handled,
            _reading: AbortOnDropHandle::new(reading),
        }
    }

    async fn send(&mut self, messages: u32) {
        let end = self.sent + messages;
        let mut text = String::new();
        while self.sent < end {
            text.clear();
            for _ in 0..ASK_EVERY.min(end - self.sent) {
                self.sent += 1;
                text.push_str(&message(&self.to, self.sent));
            }
            text.push_str("<r xmlns='urn:xmpp:sm:3'/>");
            self.write.write_all(text.as_bytes()).await.unwrap();
            self.write.flush().await.unwrap();
            let floor = self.sent.saturating_sub(WINDOW);
            self.handled
                .wait_for(|handled| *handled >= floor)
                .await
                .unwrap();
        }
        self.handled
            .wait_for(|handled| *handled >= end)
            .await
            .unwrap();
    }
}

fn message(to: &str, number: u32) -> String {
    format!(
        "<message to='{to}' type='chat' id='5a{number:022x}'>\
         <body>message {number} of a common length, about as long as this one</body>\
         <extraParams xmlns='jabber:client'><save_to_history>1</save_to_history></extraParams>\
         <markable xmlns='urn:xmpp:chat-markers:0'/></message>"
    )
}
