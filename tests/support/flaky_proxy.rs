//! A line that can be cut, slowed and frozen, between a client and a server that know nothing of it.
//!
//! It carries bytes and understands none of them, so it sits below TLS as a bad network does.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    up: Way,
    down: Way,
}

/// One way through the line.
#[derive(Debug, Default)]
struct Way {
    /// Bytes that may still pass before the line ends by itself.
    allowance: Mutex<Option<Allowance>>,
    /// Bytes that have passed, ever.
    passed: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
struct Allowance {
    left: usize,
    /// How the line ends then.
    end: End,
}

/// How a line ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// New connections are carried.
    Cut,
    /// None are, until the line comes up.
    Down,
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
            up: Way::default(),
            down: Way::default(),
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
        self.shared.end(End::Cut);
    }

    /// Ends every connection and takes no new ones: the network is gone.
    pub fn go_down(&self) {
        self.shared.end(End::Down);
    }

    /// Whether it takes no new connections.
    pub fn is_down(&self) -> bool {
        self.shared.mood.borrow().refusing
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

    /// Cuts everything once `bytes` more have gone one way: in the middle of whatever is being sent.
    pub fn cut_after(&self, direction: Direction, bytes: usize) {
        self.end_after(direction, bytes, End::Cut);
    }

    /// The same, and no new connection is taken until the line comes up.
    pub fn go_down_after(&self, direction: Direction, bytes: usize) {
        self.end_after(direction, bytes, End::Down);
    }

    /// How many bytes have gone one way so far.
    pub fn passed(&self, direction: Direction) -> usize {
        self.shared.way(direction).passed.load(Ordering::Relaxed)
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

    fn end_after(&self, direction: Direction, bytes: usize, end: End) {
        let allowance = Allowance { left: bytes, end };
        *self.shared.way(direction).allowance.lock().unwrap() = Some(allowance);
    }

    fn set_frozen(&self, direction: Direction, frozen: bool) {
        self.shared.mood.send_modify(|mood| match direction {
            Direction::Up => mood.up_frozen = frozen,
            Direction::Down => mood.down_frozen = frozen,
        });
    }
}

impl Shared {
    fn way(&self, direction: Direction) -> &Way {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    fn end(&self, end: End) {
        if end == End::Down {
            // Before the cut: whoever connects anew because of it is refused already.
            self.mood.send_modify(|mood| mood.refusing = true);
        }
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Way {
    /// How much of a portion may pass, and how the line ends behind it.
    fn allow(&self, wanted: usize) -> (usize, Option<End>) {
        let mut allowance = self.allowance.lock().unwrap();
        match &mut *allowance {
            None => (wanted, None),
            Some(allowance) if allowance.left > wanted => {
                allowance.left -= wanted;
                (wanted, None)
            }
            Some(Allowance { left, end }) => {
                let last = (*left, Some(*end));
                *allowance = None;
                last
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
        tokio::join!(
            carry_one_way(from_client, to_server, Direction::Up, &shared),
            carry_one_way(from_server, to_client, Direction::Down, &shared),
        )
    };
    tokio::select! {
        _ = cuts.changed() => {}
        _ = both => {}
    }
}

/// Carries one way until its end, whatever that is: what a server said before it closed its door
/// still goes the other way.
async fn carry_one_way(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    shared: &Shared,
) {
    // An end that cannot be passed on is known there already.
    drop(pump(from, &mut to, direction, shared).await);
    drop(to.shutdown().await);
}

async fn pump(
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
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
            return Ok(());
        }
        let way = shared.way(direction);
        let (allowed, end) = way.allow(read);
        to.write_all(&buffer[..allowed]).await?;
        way.passed.fetch_add(allowed, Ordering::Relaxed);
        if let Some(end) = end {
            shared.end(end);
            // The rest of this portion is lost, and nothing comes behind a hole.
            return Ok(());
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
        proxy.cut_after(Direction::Up, 5);
        client.write_all(b"abcdefgh").await.unwrap();
        let mut heard = Vec::new();
        within("the cut", server.read_to_end(&mut heard))
            .await
            .unwrap();
        assert_eq!(heard, b"abcde");
        proxy.until_idle().await;
        assert_eq!(proxy.passed(Direction::Up), 5);
        let _carried = connect(&proxy, &listener).await;
    }

    #[tokio::test]
    async fn a_line_that_goes_down_in_the_middle_of_an_answer_stays_down() {
        let (proxy, listener) = line().await;
        let (mut client, mut server) = connect(&proxy, &listener).await;
        proxy.go_down_after(Direction::Down, 3);
        server.write_all(b"answer").await.unwrap();
        let mut heard = Vec::new();
        within("the end", client.read_to_end(&mut heard))
            .await
            .unwrap();
        assert_eq!(heard, b"ans");
        proxy.until_idle().await;
        assert_eq!(proxy.passed(Direction::Down), 3);
        let mut refused = TcpStream::connect(proxy.address()).await.unwrap();
        let ended = within("the refusal", refused.read(&mut [0; 1])).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        proxy.come_up();
        let _carried = connect(&proxy, &listener).await;
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
