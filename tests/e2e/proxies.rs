//! Through a proxy, over TLS with certificates that no system knows: chat and REST go the same way,
//! and a change is taken at once.

use std::net::SocketAddr;
use std::sync::Arc;

use cubist_client::keys::{KeyChoice, KeychainPolicy};
use cubist_client::model::{
    AppId, Authority, ChatAddress, ConnectionState, Endpoints, Network, OfflineReason, Origin,
    Proxy as Way, ProxyProblem, ProxyServer, SignUp,
};
use cubist_client::tiles::{TileAt, Tiles};
use cubist_client::{Engine, EngineConfig, Error};
use cubist_tests::backend::{self, Backend};
use cubist_tests::proxy::{Doors, Proxy, Speech, no_proxy};
use cubist_tests::within;
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
