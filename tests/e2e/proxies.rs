//! Through a proxy, over TLS with certificates that no system knows: chat and REST go the same way,
//! and a change is taken at once.

use std::io::{Cursor, Read as _};
use std::net::SocketAddr;
use std::sync::Arc;

use cubist_client::keys::{KeyChoice, KeychainPolicy};
use cubist_client::model::{
    Anchor, AppId, Authority, ChatAddress, ConnectionState, Draft, Endpoints, FileState, Network,
    NewAttachment, OfflineReason, Origin, Proxy as Way, ProxyProblem, ProxyServer, SignUp,
};
use cubist_client::tiles::{TileAt, Tiles};
use cubist_client::{Account, Engine, EngineConfig, Error};
use cubist_tests::backend::{self, Backend};
use cubist_tests::proxy::{Doors, Proxy, Speech, no_proxy};
use cubist_tests::within;
use image::{ImageFormat, RgbImage};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

const API: &str = "api.cubist.test:443";
const CHAT: &str = "chat.cubist.test:5223";
/// A backend under its own name.
const ARCHIVE: &str = "archive.cubist.test";
const LOGIN: (&str, &str) = ("mira", "open: sesame");

/// TLS before the plain REST port of the backend, as a gateway of an organisation has it.
struct Gateway {
    address: SocketAddr,
    authority: String,
    _task: AbortOnDropHandle<()>,
}

impl Gateway {
    async fn before(rest: SocketAddr) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["api", "pages", "tiles"].map(|name| format!("{name}.cubist.test"));
        let leaf = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.into()], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let tls = tls.clone();
                clients.spawn(async move {
                    let mut client = tls.accept(client).await.ok()?;
                    let mut server = TcpStream::connect(rest).await.ok()?;
                    copy_bidirectional(&mut client, &mut server).await.ok()
                });
            }
        });
        Self {
            address,
            authority: authority.pem(),
            _task: AbortOnDropHandle::new(task),
        }
    }
}

/// A house with a backend that only its proxies lead to.
struct House {
    backend: Backend,
    gateway: Gateway,
    _data: TempDir,
}

impl House {
    async fn new() -> Self {
        let data = TempDir::new().unwrap();
        let backend = Backend::start(backend::config(data.path())).await;
        let gateway = Gateway::before(backend.ready.rest_address()).await;
        Self {
            backend,
            gateway,
            _data: data,
        }
    }

    fn doors(&self) -> Doors {
        let mut doors = Doors::new();
        for name in ["api", "pages", "tiles"] {
            doors.insert((format!("{name}.cubist.test"), 443), self.gateway.address);
        }
        let chat = ("chat.cubist.test".to_owned(), 5223);
        doors.insert(chat, self.backend.ready.xmpps_address());
        doors
    }

    fn endpoints(&self) -> Endpoints {
        let ready = &self.backend.ready;
        Endpoints {
            api_url: Url::parse("https://api.cubist.test").unwrap(),
            chat: vec![ChatAddress::Tls {
                host: "chat.cubist.test".to_owned(),
                port: 5223,
            }],
            domain: ready.domain.clone(),
            muc_domain: None,
            app_id: AppId::new(ready.app_id).unwrap(),
            auth_key: ready.auth_key.as_str().into(),
            ca_cert_pem: None,
            origin: Origin::Custom,
        }
    }

    /// Both authorities in one file, as organisations hand them out.
    fn authority(&self) -> Authority {
        let chat = std::fs::read_to_string(&self.backend.ready.ca_cert).unwrap();
        Authority {
            name: "house.pem".to_owned(),
            pem: format!("{}{chat}", self.gateway.authority),
        }
    }
}

async fn engine(home: &TempDir) -> Engine {
    let mut config = EngineConfig::new(home.path());
    config.keychain = KeychainPolicy::Disabled;
    let engine = within("the engine to open", Engine::open(config))
        .await
        .unwrap();
    engine.create_keys(KeyChoice::KeyFile).await.ok();
    engine
}

fn server(address: SocketAddr, login: Option<(&str, &str)>) -> ProxyServer {
    ProxyServer {
        host: address.ip().to_string(),
        port: address.port(),
        name: login.map(|(name, _)| name.to_owned()),
        password: login.map(|(_, password)| password.into()),
    }
}

fn newcomer() -> SignUp {
    SignUp {
        full_name: "Mira".to_owned(),
        login: "mira".to_owned(),
        email: None,
        password: "a long password".into(),
    }
}

/// Waits for a state of the only account.
async fn until(engine: &Engine, what: &str, wanted: impl Fn(ConnectionState) -> bool) {
    let mut events = engine.events();
    let waiting = async {
        while !wanted(engine.accounts()[0].connection) {
            events.recv().await.ok();
        }
    };
    within(what, waiting).await;
}

async fn is_online(engine: &Engine) {
    until(engine, "the account to be online", |state| {
        state == ConnectionState::Online
    })
    .await;
}

#[tokio::test]
async fn chat_and_rest_and_everything_else_go_through_the_proxy_that_is_chosen() {
    let house = House::new().await;
    let http = Proxy::open(Speech::Http, &house.doors(), Some(LOGIN)).await;
    let socks = Proxy::open(Speech::Socks5, &house.doors(), Some(LOGIN)).await;
    let home = TempDir::new().unwrap();
    let engine = engine(&home).await;
    let network = |proxy| Network {
        proxy,
        authority: Some(house.authority()),
    };
    let through_http = network(Way::Http(server(http.address(), Some(LOGIN))));
    engine.set_network(through_http.clone()).await.unwrap();

    let id = within("the sign-up", engine.sign_up(house.endpoints(), newcomer()))
        .await
        .unwrap();
    is_online(&engine).await;
    let led = http.led();
    assert!(
        led.contains(&API.to_owned()) && led.contains(&CHAT.to_owned()),
        "{led:?}"
    );

    let account = engine.account(&id).unwrap();
    let page = Url::parse("https://pages.cubist.test/").unwrap();
    let preview = within("the preview", account.link_preview(page)).await;
    assert!(preview.unwrap().is_none());
    let asked = |led: &[String]| led.iter().any(|to| to.starts_with("pages."));
    assert!(!asked(&http.led()), "the proxy would choose the address");
    let tile = Tiles::default();
    let source = "https://tiles.cubist.test/{z}/{x}/{y}.png";
    let ways = engine.ways();
    let none = tile.fetch(&ways, source, TileAt::new(0, 0, 0).unwrap());
    assert!(
        within("the tile", none).await.is_err(),
        "the backend has no tiles"
    );
    http.has_led_to("tiles.cubist.test:443").await;

    // Another choice is taken at once, by chat and REST.
    let before = http.led().len();
    let through_socks = network(Way::Socks5(server(socks.address(), Some(LOGIN))));
    engine.set_network(through_socks).await.unwrap();
    socks.has_led_to(CHAT).await;
    is_online(&engine).await;
    let trial = within("the trial", engine.try_network(&id)).await.unwrap();
    assert!(trial.api.is_ok() && trial.chat.is_ok(), "{trial:?}");
    assert_eq!(trial.proxy, Some(socks.address().to_string()));
    socks.has_led_to(API).await;
    assert_eq!(
        http.led().len(),
        before,
        "nobody asks the first proxy any more"
    );

    // The choice outlives the program, and its password stands nowhere.
    within("the engine to close", engine.shutdown()).await;
    let kept = std::fs::read_to_string(home.path().join("network.json")).unwrap();
    assert!(kept.contains("mira") && !kept.contains("sesame"), "{kept}");
    let led = socks.led().len();
    let engine = self::engine(&home).await;
    is_online(&engine).await;
    assert!(socks.led().len() > led);
    within("the engine to close", engine.shutdown()).await;
    house.backend.stop().await;
}

/// A house whose backend speaks TLS under its own name, so that what it says of files leads to that name.
struct Archive {
    backend: Backend,
    _data: TempDir,
}

impl Archive {
    async fn new() -> Self {
        let data = TempDir::new().unwrap();
        let mut config = backend::config(data.path());
        ARCHIVE.clone_into(&mut config.domain);
        config.listen.https = Some(config.listen.http);
        let backend = Backend::start(config).await;
        Self {
            backend,
            _data: data,
        }
    }

    fn doors(&self) -> Doors {
        let ready = &self.backend.ready;
        let doors = [(443, ready.rest_address()), (5223, ready.xmpps_address())];
        doors
            .map(|(port, address)| ((ARCHIVE.to_owned(), port), address))
            .into()
    }

    /// Someone who has signed up and whose engine knows no way but this proxy.
    async fn newcomer(&self, home: &TempDir, proxy: Way, name: &str) -> Engine {
        let ready = &self.backend.ready;
        let engine = engine(home).await;
        let authority = Authority {
            name: "archive.pem".to_owned(),
            pem: std::fs::read_to_string(&ready.ca_cert).unwrap(),
        };
        let network = Network {
            proxy,
            authority: Some(authority),
        };
        engine.set_network(network).await.unwrap();
        let endpoints = Endpoints {
            api_url: Url::parse(&format!("https://{ARCHIVE}")).unwrap(),
            chat: vec![ChatAddress::Tls {
                host: ARCHIVE.to_owned(),
                port: 5223,
            }],
            domain: ready.domain.clone(),
            muc_domain: None,
            app_id: AppId::new(ready.app_id).unwrap(),
            auth_key: ready.auth_key.as_str().into(),
            ca_cert_pem: None,
            origin: Origin::Custom,
        };
        let person = SignUp {
            full_name: name.to_owned(),
            login: name.to_owned(),
            ..newcomer()
        };
        within("the sign-up", engine.sign_up(endpoints, person))
            .await
            .unwrap();
        is_online(&engine).await;
        engine
    }
}

/// The only account of an engine.
fn account(engine: &Engine) -> Account {
    engine.account(&engine.accounts()[0].id).unwrap()
}

/// Waits until `check` finds what it looks for, looking again after every event.
async fn found<T>(engine: &Engine, what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let mut events = engine.events();
    let looking = async {
        loop {
            if let Some(found) = check().await {
                return found;
            }
            events.recv().await.ok();
        }
    };
    within(what, looking).await
}

#[tokio::test]
async fn files_go_up_and_come_down_through_either_kind_of_proxy() {
    let archive = Archive::new().await;
    let http = Proxy::open(Speech::Http, &archive.doors(), Some(LOGIN)).await;
    let socks = Proxy::open(Speech::Socks5, &archive.doors(), Some(LOGIN)).await;
    let (home, other_home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let through_http = Way::Http(server(http.address(), Some(LOGIN)));
    let through_socks = Way::Socks5(server(socks.address(), Some(LOGIN)));
    // Nobody but the proxies knows the name: whatever arrives went through one.
    let mira = archive.newcomer(&home, through_http, "mira").await;
    let jonas = archive.newcomer(&other_home, through_socks, "jonas").await;
    let dialog = account(&mira)
        .create_private(jonas.accounts()[0].user)
        .await
        .unwrap();

    for (from, to, seed) in [(&mira, &jonas, 1_u8), (&jonas, &mira, 2)] {
        // More than fits the buffers of a tunnel.
        let bytes: Vec<u8> = (0..300_000_u32)
            .map(|at| at.to_le_bytes()[1] ^ seed)
            .collect();
        let staging = account(from)
            .stage_bytes(dialog, "report.bin".to_owned(), bytes.clone())
            .await
            .unwrap();
        let draft = Draft {
            attachments: vec![NewAttachment::Staged {
                id: staging.staged[0].id,
                as_file: true,
            }],
            ..Draft::default()
        };
        let id = account(from).send(dialog, draft).await.unwrap();
        let attachment = async || {
            let page = account(to)
                .messages(dialog, Anchor::Newest, 10)
                .await
                .ok()?;
            let message = page.items.into_iter().find(|message| message.id == id)?;
            message.attachments.into_iter().next()
        };
        let arrived = found(to, "the message with its file", attachment).await;
        assert_eq!(arrived.size, Some(300_000));
        within("the download", account(to).download(id, 0))
            .await
            .unwrap();
        found(to, "the file to be here", async || {
            (attachment().await?.file == Some(FileState::Here)).then_some(())
        })
        .await;
        let mut file = account(to).attachment_file(id, 0).await.unwrap();
        let read = tokio::task::spawn_blocking(move || {
            let mut read = Vec::new();
            file.read_to_end(&mut read).map(|_| read)
        });
        assert_eq!(read.await.unwrap().unwrap(), bytes);
    }
    for engine in [mira, jonas] {
        within("the engine to close", engine.shutdown()).await;
    }
    archive.backend.stop().await;
}

#[tokio::test]
async fn no_picture_of_somebodys_choice_is_looked_for_by_a_proxy() {
    let archive = Archive::new().await;
    let mut doors = archive.doors();
    // Neighbours of the proxy that it would lead to, by name and by address.
    let (neighbour, _neighbour) = no_proxy().await;
    for host in ["wiki.cubist.test", "10.0.0.1", "fd00::1"] {
        doors.insert((host.to_owned(), 443), neighbour);
    }
    let http = Proxy::open(Speech::Http, &doors, None).await;
    let socks = Proxy::open(Speech::Socks5, &doors, None).await;
    let (home, other_home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let through_http = Way::Http(server(http.address(), None));
    let through_socks = Way::Socks5(server(socks.address(), None));
    let mira = archive.newcomer(&home, through_http, "mira").await;
    let jonas = archive.newcomer(&other_home, through_socks, "jonas").await;
    for engine in [&mira, &jonas] {
        for name in [
            "https://wiki.cubist.test/a.png",
            "https://10.0.0.1/a.png",
            "https://[fd00::1]/a.png",
        ] {
            let picture = within("the picture", account(engine).picture(name)).await;
            assert!(picture.is_err(), "{name}");
        }
    }
    // One that the API keeps is there as ever.
    let mut face = Cursor::new(Vec::new());
    RgbImage::new(40, 40)
        .write_to(&mut face, ImageFormat::Png)
        .unwrap();
    let profile = account(&mira).set_avatar(Some(face.into_inner())).await;
    let uid = profile.unwrap().avatar.unwrap();
    let seen = within("the face", account(&jonas).picture(&uid)).await;
    assert!(!seen.unwrap().bytes.is_empty());
    for proxy in [&http, &socks] {
        let led = proxy.led();
        let own = |to: &String| to.starts_with(ARCHIVE);
        assert!(!led.is_empty() && led.iter().all(own), "{led:?}");
    }
    for engine in [mira, jonas] {
        within("the engine to close", engine.shutdown()).await;
    }
    archive.backend.stop().await;
}

#[tokio::test]
async fn a_proxy_in_the_way_says_how_it_can_be_put_right() {
    let house = House::new().await;
    let http = Proxy::open(Speech::Http, &house.doors(), Some(LOGIN)).await;
    let socks = Proxy::open(Speech::Socks5, &house.doors(), Some(LOGIN)).await;
    let closed = Proxy::open(Speech::Http, &Doors::new(), None).await;
    let shut = Proxy::open(Speech::Socks5, &Doors::new(), None).await;
    let (mail, _mail) = no_proxy().await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let home = TempDir::new().unwrap();
    let engine = engine(&home).await;
    let wrong = Some((LOGIN.0, "guessed"));
    let cases = [
        (
            Way::Http(server(http.address(), wrong)),
            ProxyProblem::Login,
        ),
        (Way::Http(server(http.address(), None)), ProxyProblem::Login),
        (
            Way::Socks5(server(socks.address(), wrong)),
            ProxyProblem::Login,
        ),
        (
            Way::Socks5(server(socks.address(), None)),
            ProxyProblem::Login,
        ),
        (
            Way::Http(server(closed.address(), None)),
            ProxyProblem::Refused,
        ),
        (
            Way::Socks5(server(shut.address(), None)),
            ProxyProblem::Refused,
        ),
        (Way::Http(server(gone, None)), ProxyProblem::Unreachable),
        (Way::Socks5(server(gone, None)), ProxyProblem::Unreachable),
        (Way::Http(server(mail, None)), ProxyProblem::NotAProxy),
        (Way::Socks5(server(mail, None)), ProxyProblem::NotAProxy),
    ];
    for (proxy, wanted) in cases {
        let what = format!("{proxy:?}");
        let network = Network {
            proxy,
            authority: Some(house.authority()),
        };
        engine.set_network(network).await.unwrap();
        let trial = within("the trial", engine.try_endpoints(&house.endpoints()))
            .await
            .unwrap();
        for (server, outcome) in [("api", trial.api), ("chat", trial.chat)] {
            let Err(Error::Proxy { host, problem }) = outcome else {
                panic!("{what}, {server}: {outcome:?}");
            };
            assert_eq!(
                (host.as_str(), problem),
                ("127.0.0.1", wanted),
                "{what}, {server}"
            );
        }
        let refused = within("the sign-up", engine.sign_up(house.endpoints(), newcomer())).await;
        assert!(
            matches!(refused, Err(Error::Proxy { .. })),
            "{what}: {refused:?}"
        );
    }
    house.backend.stop().await;
}

#[tokio::test]
async fn an_account_waits_for_its_proxy_and_says_that_it_does() {
    let house = House::new().await;
    let http = Proxy::open(Speech::Http, &house.doors(), Some(LOGIN)).await;
    let home = TempDir::new().unwrap();
    let engine = engine(&home).await;
    let network = |login| Network {
        proxy: Way::Http(server(http.address(), login)),
        authority: Some(house.authority()),
    };
    engine.set_network(network(Some(LOGIN))).await.unwrap();
    within("the sign-up", engine.sign_up(house.endpoints(), newcomer()))
        .await
        .unwrap();
    is_online(&engine).await;
    engine
        .set_network(network(Some((LOGIN.0, "guessed"))))
        .await
        .unwrap();
    until(&engine, "the proxy to ask for another login", |state| {
        state
            == ConnectionState::Offline {
                reason: OfflineReason::ProxyLogin,
            }
    })
    .await;
    engine.set_network(network(Some(LOGIN))).await.unwrap();
    is_online(&engine).await;
    within("the engine to close", engine.shutdown()).await;
    house.backend.stop().await;
}

#[tokio::test]
async fn a_certificate_nobody_knows_is_refused_until_its_authority_is_given() {
    let house = House::new().await;
    let http = Proxy::open(Speech::Http, &house.doors(), None).await;
    let home = TempDir::new().unwrap();
    let engine = engine(&home).await;
    let network = |authority| Network {
        proxy: Way::Http(server(http.address(), None)),
        authority,
    };
    engine.set_network(network(None)).await.unwrap();
    let trial = within("the trial", engine.try_endpoints(&house.endpoints()))
        .await
        .unwrap();
    for outcome in [trial.api, trial.chat] {
        assert!(
            matches!(outcome, Err(Error::Certificate { .. })),
            "{outcome:?}"
        );
    }
    let broken = Authority {
        name: "letter.txt".to_owned(),
        pem: "Dear colleagues".to_owned(),
    };
    let refused = engine.set_network(network(Some(broken))).await;
    let field = match refused {
        Err(Error::InvalidInput { field }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field, "authority");
    engine
        .set_network(network(Some(house.authority())))
        .await
        .unwrap();
    within("the sign-up", engine.sign_up(house.endpoints(), newcomer()))
        .await
        .unwrap();
    is_online(&engine).await;
    within("the engine to close", engine.shutdown()).await;
    house.backend.stop().await;
}
