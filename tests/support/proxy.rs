//! Proxies that know names nobody else knows, and write down who was asked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use fast_socks5::server::Socks5ServerProtocol;
use fast_socks5::util::target_addr::TargetAddr;
use fast_socks5::{ReplyError, Socks5Command};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

/// Where a name and a port lead.
pub type Doors = HashMap<(String, u16), SocketAddr>;

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// HTTP `CONNECT`.
    Http,
    /// SOCKS version 5.
    Socks5,
}

/// A proxy on this machine. Dropping it cuts every connection.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    /// Whom it let through to where, in turn.
    led: watch::Receiver<Vec<String>>,
    _task: AbortOnDropHandle<()>,
}

struct Rules {
    speech: Speech,
    doors: Doors,
    login: Option<(String, String)>,
    led: watch::Sender<Vec<String>>,
}

impl Proxy {
    /// Opens a proxy that lets everybody through these doors, or those who say who they are.
    pub async fn open(speech: Speech, doors: &Doors, login: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, led) = watch::channel(Vec::new());
        let rules = Arc::new(Rules {
            speech,
            doors: doors.clone(),
            login: login.map(|(name, password)| (name.to_owned(), password.to_owned())),
            led: sender,
        });
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                served.spawn(serve(client, Arc::clone(&rules)));
            }
        }));
        Self {
            address,
            led,
            _task: task,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whom it let through to where, as `host:port`.
    pub fn led(&self) -> Vec<String> {
        self.led.borrow().clone()
    }

    /// Waits until somebody was let through to `host:port`.
    pub async fn has_led_to(&self, target: &str) {
        let mut led = self.led.clone();
        let led = led.wait_for(|led| led.iter().any(|each| each == target));
        crate::within(&format!("the proxy to lead to {target}"), led)
            .await
            .unwrap();
    }
}

async fn serve(client: TcpStream, rules: Arc<Rules>) {
    // Whoever hangs up in the middle is no business of a test.
    match rules.speech {
        Speech::Http => drop(serve_http(client, &rules).await),
        Speech::Socks5 => drop(serve_socks(client, &rules).await),
    }
}

async fn serve_http(client: TcpStream, rules: &Rules) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut first = String::new();
    // What is no text is not HTTP.
    client.read_line(&mut first).await?;
    let mut given = None;
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("proxy-authorization")
        {
            given = Some(value.trim().to_owned());
        }
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let wanted = rules.login.as_ref().map(|(name, password)| {
        use base64::Engine as _;
        let text = format!("{name}:{password}");
        format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(text))
    });
    let refusal = if wanted.is_some() && given != wanted {
        Some("407 Proxy Authentication Required")
    } else if method != "CONNECT" {
        Some("400 Bad Request")
    } else {
        None
    };
    if let Some(refusal) = refusal {
        let answer = format!("HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n");
        return client.write_all(answer.as_bytes()).await;
    }
    let (host, port) = target.rsplit_once(':').unwrap_or((target, "0"));
    let Some(mut server) = rules.lead(host, port.parse().unwrap_or(0)).await else {
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(answer).await;
    };
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

async fn serve_socks(
    client: TcpStream,
    rules: &Rules,
) -> Result<(), fast_socks5::server::SocksServerError> {
    let client = match &rules.login {
        None => Socks5ServerProtocol::accept_no_auth(client).await?,
        Some((name, password)) => {
            let right = |given: String, word: String| given == *name && word == *password;
            Socks5ServerProtocol::accept_password_auth(client, right)
                .await?
                .0
        }
    };
    let (client, command, target) = client.read_command().await?;
    let (host, port) = match target {
        TargetAddr::Domain(host, port) => (host, port),
        TargetAddr::Ip(address) => (address.ip().to_string(), address.port()),
    };
    let server = match command {
        Socks5Command::TCPConnect => rules.lead(&host, port).await,
        Socks5Command::TCPBind | Socks5Command::UDPAssociate => None,
    };
    let Some(mut server) = server else {
        return client.reply_error(&ReplyError::ConnectionNotAllowed).await;
    };
    let mut client = client.reply_success(SocketAddr::from(([0; 4], 0))).await?;
    copy_bidirectional(&mut client, &mut server).await.ok();
    Ok(())
}

impl Rules {
    async fn lead(&self, host: &str, port: u16) -> Option<TcpStream> {
        let door = self.doors.get(&(host.to_owned(), port))?;
        let server = TcpStream::connect(door).await.ok()?;
        self.led
            .send_modify(|led| led.push(format!("{host}:{port}")));
        Some(server)
    }
}

/// What answers every connection with a line of another protocol.
pub async fn no_proxy() -> (SocketAddr, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut some = [0; 3];
            client.read_exact(&mut some).await.ok();
            client.write_all(b"220 mail.example ESMTP\r\n").await.ok();
        }
    });
    (address, AbortOnDropHandle::new(task))
}
