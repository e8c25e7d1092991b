//! Leases: the backend of a desktop app ends with the last app that uses it.
//!
//! A lease is an open TCP connection on loopback whose first line is the token of `running.json`; the answer is `ok`.
//! It ends with the connection, so an app that crashes leaves none behind. Before it closes, an app may say `stay`
//! (go on without leases from now on) or `go` (end with the last lease again). The operator's commands use the same
//! port: `order` and a text is answered with one line, see [`crate::orders`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Lease;
use crate::delivery::BoxFuture;

/// Longest first line: whoever has not shown the token gets no more room.
const FIRST_LINE: u64 = 128;
/// Longest line after it.
const LINE: u64 = 64 << 10;
/// How long the first line may take.
const GREETING: Duration = Duration::from_secs(5);

/// Answers an order.
pub(crate) type Orders = Arc<dyn Fn(String) -> BoxFuture<String> + Send + Sync>;

/// The leases of a backend.
pub(crate) struct Leases {
    address: SocketAddr,
    token: String,
    held: watch::Receiver<Held>,
    /// How long the backend goes on without any; `None`: for ever.
    linger: Option<Duration>,
}

/// What is held now.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    count: usize,
    /// An app asked the backend to go on.
    stay: bool,
}

impl Leases {
    /// Opens the port.
    pub(crate) async fn open(
        settings: &Lease,
        orders: Orders,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let (sender, held) = watch::channel(Held::default());
        tasks.spawn(accept(
            listener,
            token.clone(),
            orders,
            Arc::new(sender),
            tasks.clone(),
            shutdown,
        ));
        let ends = settings.leased && !settings.stay;
        let linger = ends.then(|| Duration::from_secs(settings.linger_seconds));
        Ok(Self {
            address,
            token,
            held,
            linger,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Waits until there has been no lease for the whole linger time.
    pub(crate) async fn over(&self) {
        let Some(linger) = self.linger else {
            return std::future::pending().await;
        };
        let mut held = self.held.clone();
        loop {
            let is_free = |held: &Held| held.count == 0 && !held.stay;
            if held.wait_for(is_free).await.is_err() {
                // The port closed: the backend stops for another reason.
                return std::future::pending().await;
            }
            let taken_again = held.wait_for(|held| !is_free(held));
            if tokio::time::timeout(linger, taken_again).await.is_err() {
                return;
            }
        }
    }
}

async fn accept(
    listener: TcpListener,
    token: String,
    orders: Orders,
    held: Arc<watch::Sender<Held>>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(GREETING / 100).await;
            continue;
        };
        let (token, held, shutdown) = (token.clone(), Arc::clone(&held), shutdown.clone());
        let orders = Arc::clone(&orders);
        tasks.spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                result = hold(stream, &token, &orders, &held) => if let Err(error) = result {
                    tracing::debug!(%error, "a lease ended in disorder");
                },
            }
        });
    }
}

async fn hold(
    stream: TcpStream,
    token: &str,
    orders: &Orders,
    held: &watch::Sender<Held>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let first = tokio::time::timeout(GREETING, line(&mut stream, FIRST_LINE)).await??;
    if first.trim() != token {
        return Err(io::Error::other("wrong token"));
    }
    held.send_modify(|held| held.count += 1);
    let _given_back = GiveBack(held);
    stream.get_mut().write_all(b"ok\n").await?;
    loop {
        let word = line(&mut stream, LINE).await?;
        if let Some(order) = word.strip_prefix("order ") {
            let answer = orders(order.trim().to_owned()).await;
            stream
                .get_mut()
                .write_all(format!("{answer}\n").as_bytes())
                .await?;
            continue;
        }
        match word.trim() {
            "stay" => held.send_modify(|held| held.stay = true),
            "go" => held.send_modify(|held| held.stay = false),
            _ if word.is_empty() => return Ok(()),
            _ => {}
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>, longest: u64) -> io::Result<String> {
    let mut text = String::new();
    stream.take(longest).read_line(&mut text).await?;
    Ok(text)
}

/// Counts the lease back however its task ends.
struct GiveBack<'a>(&'a watch::Sender<Held>);

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        self.0
            .send_modify(|held| held.count = held.count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn leases(settings: Lease) -> Leases {
        let orders: Orders = Arc::new(|order| Box::pin(async move { format!("done: {order}") }));
        Leases::open(
            &settings,
            orders,
            &TaskTracker::new(),
            CancellationToken::new(),
        )
        .await
        .unwrap()
    }

    fn leased(linger_seconds: u64) -> Lease {
        Lease {
            leased: true,
            linger_seconds,
            stay: false,
        }
    }

    async fn take(leases: &Leases, token: &str) -> (BufReader<TcpStream>, String) {
        let mut stream = BufReader::new(TcpStream::connect(leases.address()).await.unwrap());
        stream
            .get_mut()
            .write_all(format!("{token}\n").as_bytes())
            .await
            .unwrap();
        let answer = line(&mut stream, LINE).await.unwrap_or_default();
        (stream, answer)
    }

    async fn is_over(leases: &Leases) -> bool {
        let deadline = Duration::from_millis(100);
        tokio::time::timeout(deadline, leases.over()).await.is_ok()
    }

    async fn until_held(leases: &Leases, count: usize) {
        leases
            .held
            .clone()
            .wait_for(|held| held.count == count)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn the_backend_ends_with_the_last_lease_however_it_is_lost() {
        let leases = leases(leased(0)).await;
        let (one, answer) = take(&leases, leases.token()).await;
        assert_eq!(answer, "ok\n");
        let (two, _) = take(&leases, leases.token()).await;
        until_held(&leases, 2).await;
        drop(one);
        until_held(&leases, 1).await;
        assert!(!is_over(&leases).await);
        drop(two);
        leases.over().await;
    }

    #[tokio::test]
    async fn an_order_is_answered_in_one_line_but_not_without_the_token() {
        let leases = leases(leased(0)).await;
        let (mut stream, _) = take(&leases, leases.token()).await;
        stream.get_mut().write_all(b"order a b\n").await.unwrap();
        assert_eq!(line(&mut stream, LINE).await.unwrap(), "done: a b\n");
        let (mut stream, _) = take(&leases, "order a b").await;
        assert_eq!(line(&mut stream, LINE).await.unwrap_or_default(), "");
    }

    #[tokio::test]
    async fn a_wrong_token_is_no_lease() {
        let leases = leases(leased(0)).await;
        let (_stream, answer) = take(&leases, "guess").await;
        assert_eq!(answer, "");
        leases.over().await;
    }

    #[tokio::test]
    async fn an_app_can_ask_the_backend_to_stay() {
        let leases = leases(leased(0)).await;
        let (mut stream, _) = take(&leases, leases.token()).await;
        stream.get_mut().write_all(b"stay\n").await.unwrap();
        leases
            .held
            .clone()
            .wait_for(|held| held.stay)
            .await
            .unwrap();
        drop(stream);
        until_held(&leases, 0).await;
        assert!(!is_over(&leases).await);
    }

    #[tokio::test]
    async fn an_app_can_take_back_that_the_backend_stays() {
        let leases = leases(leased(0)).await;
        let (mut stream, _) = take(&leases, leases.token()).await;
        stream.get_mut().write_all(b"stay\n").await.unwrap();
        let mut held = leases.held.clone();
        held.wait_for(|held| held.stay).await.unwrap();
        stream.get_mut().write_all(b"go\n").await.unwrap();
        drop(stream);
        leases.over().await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_lease_it_lingers_for_the_set_time() {
        let leases = leases(leased(10)).await;
        let start = tokio::time::Instant::now();
        leases.over().await;
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test]
    async fn without_the_setting_it_never_ends() {
        let unleased = leases(Lease::default()).await;
        assert!(!is_over(&unleased).await);
        let staying = leases(Lease {
            leased: true,
            linger_seconds: 0,
            stay: true,
        })
        .await;
        assert!(!is_over(&staying).await);
    }
}
