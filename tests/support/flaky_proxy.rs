//! A line that can be cut, slowed and frozen, between a client and a server that know nothing of it.
//!
//! It carries bytes and understands none of them, so it sits below TLS as a bad network does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::deadline::within;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// Where connections end. Shared by all lines to one port, so that a restarted server can move.
pub type Target = Arc<Mutex<SocketAddr>>;

/// How the line behaves now.
#[derive(Clone, Copy, Debug, Default)]
struct Mood {
    /// New connections are dropped at once.
    refusing: bool,
    /// Nothing goes up; what is sent waits.
    up_frozen: bool,
    /// Nothing comes down; what is sent waits.
    down_frozen: bool,
    /// Every portion of bytes waits this long, both ways.
    delay: Duration,
}

/// The listening side of a line. Dropping it cuts everything.
#[derive(Debug)]
pub struct FlakyProxy {
    /// What the pumps look at.
    shared: Arc<Shared>,
    /// Where clients connect to.
    address: SocketAddr,
    /// Accepts and carries.
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Shared {
    target: Target,
    mood: watch::Sender<Mood>,
    /// Counts the cuts: a change ends every connection of the moment.
    cuts: watch::Sender<u64>,
    /// Connections that reached the server and are still open.
    live: watch::Sender<usize>,
    /// Connections that reached the server, ever.
    made: watch::Sender<usize>,
    /// Bytes that may still go up before the line is cut by itself.
    allowance: Mutex<Option<usize>>,
}

impl FlakyProxy {
    /// Opens a line to `target` on a free port.
    pub async fn to(target: Target) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target,
            mood: watch::Sender::default(),
            cuts: watch::Sender::default(),
            live: watch::Sender::default(),
            made: watch::Sender::default(),
            allowance: Mutex::default(),
        });
        let task = AbortOnDropHandle::new(tokio::spawn(accept(listener, shared.clone())));
        Self {
            shared,
            address,
            _task: task,
        }
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection of the moment. New ones are carried.
    pub fn cut(&self) {
        self.shared.cut();
    }

    /// Ends every connection and takes no new ones: the network is gone.
    pub fn go_down(&self) {
        self.shared.mood.send_modify(|mood| mood.refusing = true);
        self.cut();
    }

    /// Takes connections again.
    pub fn come_up(&self) {
        self.shared.mood.send_modify(|mood| mood.refusing = false);
    }

    /// Holds back what goes one way. Connections stay open and nobody is told.
    pub fn freeze(&self, direction: Direction) {
        self.set_frozen(direction, true);
    }

    /// Lets what was held back go on.
    pub fn thaw(&self, direction: Direction) {
        self.set_frozen(direction, false);
    }

    /// Every portion of bytes takes this much longer, both ways.
    pub fn delay(&self, delay: Duration) {
        self.shared.mood.send_modify(|mood| mood.delay = delay);
    }

    /// Cuts everything once `bytes` more have gone up: in the middle of whatever is being sent.
    pub fn cut_after(&self, bytes: usize) {
        *self.shared.allowance.lock().unwrap() = Some(bytes);
    }

    /// How many connections have reached the server so far.
    pub fn made(&self) -> usize {
        *self.shared.made.borrow()
    }

    /// Waits until `count` connections have reached the server since the line was opened.
    pub async fn until_made(&self, count: usize) {
        let mut made = self.shared.made.subscribe();
        within(
            "a new connection through the line",
            made.wait_for(|made| *made >= count),
        )
        .await
        .unwrap();
    }

    /// Waits until no connection is open.
    pub async fn until_idle(&self) {
        let mut live = self.shared.live.subscribe();
        within("the line to be idle", live.wait_for(|live| *live == 0))
            .await
            .unwrap();
    }

    fn set_frozen(&self, direction: Direction, frozen: bool) {
        self.shared.mood.send_modify(|mood| match direction {
            Direction::Up => mood.up_frozen = frozen,
            Direction::Down => mood.down_frozen = frozen,
        });
    }
}

impl Shared {
    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How much of a portion may go up, and whether the line is cut behind it.
    fn allow(&self, wanted: usize) -> (usize, bool) {
        let mut allowance = self.allowance.lock().unwrap();
        match *allowance {
            None => (wanted, false),
            Some(left) if left > wanted => {
                *allowance = Some(left - wanted);
                (wanted, false)
            }
            Some(left) => {
                *allowance = None;
                (left, true)
            }
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.unwrap();
                connections.spawn(carry(client, shared.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Counts a connection while it is open.
struct Live<'a>(&'a watch::Sender<usize>);

impl<'a> Live<'a> {
    fn count(live: &'a watch::Sender<usize>) -> Self {
        live.send_modify(|live| *live += 1);
        Self(live)
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|live| *live -= 1);
    }
}

async fn carry(client: TcpStream, shared: Arc<Shared>) {
    // Before the mood is read: a cut in between must not be missed.
    let mut cuts = shared.cuts.subscribe();
    if shared.mood.borrow().refusing {
        return;
    }
    let target = *shared.target.lock().unwrap();
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let _live = Live::count(&shared.live);
    shared.made.send_modify(|made| *made += 1);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let both = async {
        tokio::try_join!(
            pump(from_client, to_server, Direction::Up, &shared),
            pump(from_server, to_client, Direction::Down, &shared),
        )
    };
    tokio::select! {
        _ = cuts.changed() => {}
        _ = both => {}
    }
}

/// Carries one way until its end; an error ends the other way as well.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    shared: &Shared,
) -> std::io::Result<()> {
    let mut mood = shared.mood.subscribe();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        let delay = mood.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        // What is in hand waits as well: frozen means that nothing arrives any more.
        let moving = mood
            .wait_for(|mood| match direction {
                Direction::Up => !mood.up_frozen,
                Direction::Down => !mood.down_frozen,
            })
            .await
            .map(drop);
        if moving.is_err() {
            return Ok(());
        }
        if read == 0 {
            return to.shutdown().await;
        }
        let (allowed, cut) = match direction {
            Direction::Up => shared.allow(read),
            Direction::Down => (read, false),
        };
        to.write_all(&buffer[..allowed]).await?;
        if cut {
            shared.cut();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, FlakyProxy, Target};
    use crate::deadline::within;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// A line to a listener that the test plays itself.
    async fn line() -> (FlakyProxy, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target: Target = Arc::new(Mutex::new(listener.local_addr().unwrap()));
        (FlakyProxy::to(target).await, listener)
    }

    async fn connect(proxy: &FlakyProxy, listener: &TcpListener) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(proxy.address()).await.unwrap();
        let (server, _) = within("a connection", listener.accept()).await.unwrap();
        (client, server)
    }

    #[tokio::test]
    async fn bytes_and_the_end_go_both_ways() {
        let (proxy, listener) = line().await;
        let (mut client, mut server) = connect(&proxy, &listener).await;
        client.write_all(b"question").await.unwrap();
        client.shutdown().await.unwrap();
        let mut heard = String::new();
        within("the question", server.read_to_string(&mut heard))
            .await
            .unwrap();
        assert_eq!(heard, "question");
        server.write_all(b"answer").await.unwrap();
        drop(server);
        heard.clear();
        within("the answer", client.read_to_string(&mut heard))
            .await
            .unwrap();
        assert_eq!(heard, "answer");
        proxy.until_idle().await;
    }

    #[tokio::test]
    async fn a_cut_comes_after_exactly_the_bytes_that_were_allowed() {
        let (proxy, listener) = line().await;
        let (mut client, mut server) = connect(&proxy, &listener).await;
        proxy.cut_after(5);
        client.write_all(b"abcdefgh").await.unwrap();
        let mut heard = Vec::new();
        within("the cut", server.read_to_end(&mut heard))
            .await
            .unwrap();
        assert_eq!(heard, b"abcde");
        proxy.until_idle().await;
    }

    #[tokio::test]
    async fn what_was_frozen_arrives_after_the_thaw_and_the_other_way_goes_on() {
        let (proxy, listener) = line().await;
        let (mut client, mut server) = connect(&proxy, &listener).await;
        proxy.freeze(Direction::Up);
        client.write_all(b"later").await.unwrap();
        server.write_all(b"now").await.unwrap();
        let mut heard = [0; 3];
        within("the free way", client.read_exact(&mut heard))
            .await
            .unwrap();
        assert_eq!(&heard, b"now");
        proxy.thaw(Direction::Up);
        let mut heard = [0; 5];
        within("the thaw", server.read_exact(&mut heard))
            .await
            .unwrap();
        assert_eq!(&heard, b"later");
    }

    #[tokio::test]
    async fn a_line_that_is_down_reaches_nobody() {
        let (proxy, listener) = line().await;
        let (mut client, _server) = connect(&proxy, &listener).await;
        proxy.go_down();
        let mut heard = Vec::new();
        within("the end", client.read_to_end(&mut heard))
            .await
            .unwrap();
        let mut refused = TcpStream::connect(proxy.address()).await.unwrap();
        // An end or a reset, by the timing of the system: in no case an answer.
        let ended = within("the refusal", refused.read(&mut [0; 1])).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        assert_eq!(proxy.made(), 1);
        proxy.come_up();
        let _carried = connect(&proxy, &listener).await;
        proxy.until_made(2).await;
    }
}
