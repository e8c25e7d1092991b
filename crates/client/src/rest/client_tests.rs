//! The client against a small HTTP server that answers as a test wants.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cubist_protocol::ids::{AppId, UserId};
use cubist_protocol::rest::CreateDialog;
use futures::future::{BoxFuture, join_all};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{Client, RestConfig};
use crate::clock::Clock;
use crate::connection::Trust;
use crate::connection::tests::peer::Peer;
use crate::model::{Identity, Secret, SignUp, UnixMillis};
use crate::network::Ways;
use crate::rest::{DialogFilter, Error, Session};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Seen {
    /// Method and target.
    pub(in crate::rest) line: String,
    pub(in crate::rest) token: Option<String>,
    auth_key: Option<String>,
    pub(in crate::rest) body: String,
}

/// What to answer.
pub(in crate::rest) struct Reply {
    pub(in crate::rest) status: u16,
    pub(in crate::rest) headers: String,
    pub(in crate::rest) body: String,
}

pub(in crate::rest) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: String::new(),
        body: body.into(),
    }
}

/// Listens on this machine and remembers what it was asked.
pub(in crate::rest) struct Server {
    pub(in crate::rest) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn new<F>(answer: F) -> Self
    where
        F: Fn(Seen) -> BoxFuture<'static, Reply> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), seen.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, log) = (answer.clone(), log.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let request = read_request(&mut stream).await;
                    log.lock().unwrap().push(request.clone());
                    let Reply {
                        status,
                        headers,
                        body,
                    } = answer(request).await;
                    let head = format!(
                        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
                        body.len()
                    );
                    // A client that gave up does not read the end.
                    stream.write_all(head.as_bytes()).await.ok();
                    stream.write_all(body.as_bytes()).await.ok();
                });
            }
        });
        Self { base, seen, task }
    }

    /// Answers at once.
    pub(in crate::rest) async fn answering(
        answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |request| Box::pin(std::future::ready(answer(&request)))).await
    }

    fn client(&self) -> Client {
        Client::new(config(&self.base)).unwrap()
    }

    /// A client that is signed in with `token`.
    pub(in crate::rest) fn client_with(&self, token: &str) -> Client {
        let client = self.client();
        client.restore(session(token), login());
        client
    }

    pub(in crate::rest) fn lines(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|request| request.line.clone()).collect()
    }

    pub(in crate::rest) fn request(&self, index: usize) -> Seen {
        self.seen.lock().unwrap()[index].clone()
    }
}

async fn read_request(stream: &mut BufReader<tokio::net::TcpStream>) -> Seen {
    let mut seen = Seen {
        line: String::new(),
        token: None,
        auth_key: None,
        body: String::new(),
    };
    stream.read_line(&mut seen.line).await.unwrap();
    seen.line = seen.line.trim().trim_end_matches(" HTTP/1.1").to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.unwrap();
        match header.trim().split_once(": ") {
            Some((name, value)) => match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "cb-token" => seen.token = Some(value.to_owned()),
                "cb-authkey" => seen.auth_key = Some(value.to_owned()),
                _ => {}
            },
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    seen.body = String::from_utf8(body).unwrap();
    seen
}

fn config(base: &str) -> RestConfig {
    RestConfig {
        base: base.parse().unwrap(),
        app_id: AppId::new(21).unwrap(),
        auth_key: Secret::new("AUTHKEY"),
        trust: Trust::new(None).unwrap(),
        ways: Ways::direct(),
    }
}

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

fn session(token: &str) -> Session {
    Session {
        token: Secret::new(token),
        user: user(81),
        expires_at: None,
    }
}

fn login() -> Identity {
    Identity::Login {
        login: "john".to_owned(),
        password: Secret::new("pw11111111"),
    }
}

pub(in crate::rest) const EXPIRED: &str =
    r#"{"errors":{"base":["Required session does not exist"]}}"#;
const NO_DIALOGS: &str = r#"{"total_entries":0,"skip":0,"limit":100,"items":[]}"#;

pub(in crate::rest) fn new_session(token: &str) -> Reply {
    let body =
        format!(r#"{{"session":{{"id":1,"user_id":81,"application_id":21,"token":"{token}"}}}}"#);
    reply(201, body)
}

/// Knows the token `good` and makes sessions with it.
fn platform(request: &Seen) -> Reply {
    if request.line.starts_with("POST /session") {
        new_session("good")
    } else if request.token.as_deref() == Some("good") {
        reply(200, NO_DIALOGS)
    } else {
        reply(401, EXPIRED)
    }
}

#[tokio::test]
async fn an_expired_session_is_renewed_and_the_call_repeated() {
    let server = Server::answering(platform).await;
    let client = server.client_with("stale");
    client.dialogs(&DialogFilter::default()).await.unwrap();
    let dialogs = "GET /chat/Dialog.json?sort_desc=last_message_date_sent";
    assert_eq!(server.lines(), [dialogs, "POST /session.json", dialogs]);
    assert_eq!(server.request(0).token.as_deref(), Some("stale"));
    assert_eq!(
        server.request(1).body,
        r#"{"application_id":21,"auth_key":"AUTHKEY","user":{"login":"john","password":"pw11111111"}}"#
    );
    assert_eq!(server.request(2).token.as_deref(), Some("good"));
    assert_eq!(client.session().unwrap().token, Secret::new("good"));
}

/// How many calls hear at once that their session is gone.
const CALLERS: usize = 8;

/// A server that lets a new session be made only when every caller has heard that the old one is
/// gone, and `made` of it.
async fn stampede(
    made: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Server, Vec<Result<(), Error>>) {
    let refused = Arc::new(Semaphore::new(0));
    let made = Arc::new(made);
    let server = Server::new(move |request| {
        let (refused, made) = (refused.clone(), made.clone());
        Box::pin(async move {
            if request.line.starts_with("POST /session") {
                let all = u32::try_from(CALLERS).unwrap();
                refused.acquire_many(all).await.unwrap().forget();
                return made();
            }
            if request.token.as_deref() == Some("stale") {
                refused.add_permits(1);
            }
            platform(&request)
        })
    })
    .await;
    let client = server.client_with("stale");
    let filter = DialogFilter::default();
    let calls = (0..CALLERS).map(|_| async { client.dialogs(&filter).await.map(drop) });
    let results = join_all(calls).await;
    (server, results)
}

fn sessions_made(server: &Server) -> usize {
    let lines = server.lines();
    lines
        .iter()
        .filter(|line| line.starts_with("POST /session"))
        .count()
}

#[tokio::test]
async fn all_who_hear_of_an_expired_session_share_the_new_one() {
    let (server, results) = stampede(|| new_session("good")).await;
    assert_eq!(results, vec![Ok(()); CALLERS]);
    assert_eq!(sessions_made(&server), 1);
    assert_eq!(server.lines().len(), 2 * CALLERS + 1);
}

#[tokio::test]
async fn all_who_hear_of_an_expired_session_share_the_refusal_too() {
    let (server, results) = stampede(|| reply(401, r#"{"errors":["Unauthorized"]}"#)).await;
    assert_eq!(results, vec![Err(Error::Credentials); CALLERS]);
    assert_eq!(sessions_made(&server), 1);
}

#[tokio::test]
async fn a_new_session_that_is_refused_at_once_is_not_renewed_again() {
    let server = Server::answering(|request| {
        if request.line.starts_with("POST /session") {
            new_session("useless")
        } else {
            reply(401, EXPIRED)
        }
    })
    .await;
    let client = server.client_with("stale");
    let result = client.dialogs(&DialogFilter::default()).await;
    assert_eq!(result, Err(Error::Credentials));
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_token_from_elsewhere_is_looked_at_and_cannot_be_renewed() {
    let server = Server::answering(|request| match request.token.as_deref() {
        Some("given") if request.line == "GET /session.json" => new_session("given"),
        _ => reply(401, EXPIRED),
    })
    .await;
    let client = server.client();
    let identity = Identity::Token {
        token: Secret::new("given"),
    };
    assert_eq!(client.sign_in(identity).await.unwrap().user, user(81));
    let result = client.dialogs(&DialogFilter::default()).await;
    assert_eq!(result, Err(Error::Credentials));
    let posts = sessions_made(&server);
    assert_eq!(posts, 0);
}

#[tokio::test]
async fn without_a_session_or_an_identity_nothing_is_asked() {
    let server = Server::answering(platform).await;
    let result = server.client().dialogs(&DialogFilter::default()).await;
    assert_eq!(result, Err(Error::NotSignedIn));
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_session_known_to_be_over_is_renewed_without_asking() {
    let server = Server::answering(platform).await;
    let client = server.client();
    let over = Session {
        expires_at: Some(UnixMillis(1)),
        ..session("stale")
    };
    client.restore(over, login());
    client.dialogs(&DialogFilter::default()).await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

/// Fails with `status` the first `failures` times.
async fn failing(status: u16, headers: &'static str, failures: usize) -> Server {
    let count = AtomicUsize::new(0);
    Server::answering(move |request| {
        if count.fetch_add(1, Ordering::SeqCst) < failures {
            Reply {
                headers: headers.to_owned(),
                ..reply(status, "<html>")
            }
        } else if request.line.starts_with("POST") {
            reply(
                201,
                r#"{"_id":"5356c64ab35c12bd3b108a41","user_id":81,"type":2,"occupants_ids":[81]}"#,
            )
        } else {
            reply(200, NO_DIALOGS)
        }
    })
    .await
}

#[tokio::test]
async fn a_question_is_repeated_after_a_passing_failure() {
    let server = failing(503, "", 2).await;
    let client = server.client_with("good");
    client.dialogs(&DialogFilter::default()).await.unwrap();
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_question_is_not_repeated_for_ever() {
    let server = failing(503, "", 100).await;
    let client = server.client_with("good");
    let result = client.dialogs(&DialogFilter::default()).await;
    assert!(
        matches!(result, Err(Error::Server { status: 503, .. })),
        "{result:?}"
    );
    assert_eq!(server.lines().len(), 3);
}

fn friday() -> CreateDialog {
    CreateDialog::group("Friday", vec![user(82)])
}

#[tokio::test]
async fn a_new_group_is_not_made_twice() {
    let server = failing(503, "", 1).await;
    let client = server.client_with("good");
    let result = client.create_dialog(&friday()).await;
    assert!(
        matches!(result, Err(Error::Server { status: 503, .. })),
        "{result:?}"
    );
    assert_eq!(server.lines(), ["POST /chat/Dialog.json"]);
    assert_eq!(
        server.request(0).body,
        r#"{"type":2,"name":"Friday","occupants_ids":"82"}"#
    );
}

#[tokio::test]
async fn a_call_that_came_too_early_waits_as_long_as_the_server_says() {
    let server = failing(429, "Retry-After: 0\r\n", 1).await;
    let client = server.client_with("good");
    client.create_dialog(&friday()).await.unwrap();
    assert_eq!(server.lines().len(), 2);

    let server = failing(429, "Retry-After: 3600\r\n", 1).await;
    let client = server.client_with("good");
    let retry_after = Duration::from_secs(3600);
    assert_eq!(
        client.dialogs(&DialogFilter::default()).await,
        Err(Error::RateLimited { retry_after })
    );
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_kept() {
    let server = Server::answering(|_| reply(200, " ".repeat(17 * 1024 * 1024))).await;
    let client = server.client_with("good");
    let result = client.dialogs(&DialogFilter::default()).await;
    assert!(matches!(result, Err(Error::BadAnswer { .. })), "{result:?}");
}

#[tokio::test]
async fn an_answer_of_another_form_is_an_error_of_its_own() {
    let server = Server::answering(|_| reply(200, "")).await;
    let client = server.client_with("good");
    let result = client.dialogs(&DialogFilter::default()).await;
    assert!(matches!(result, Err(Error::BadAnswer { .. })), "{result:?}");
}

#[tokio::test]
async fn a_redirection_is_not_followed_with_the_token() {
    let trap = Server::answering(platform).await;
    let headers = format!("Location: {}chat/Dialog.json\r\n", trap.base);
    let server = Server::answering(move |_| Reply {
        headers: headers.clone(),
        ..reply(302, "")
    })
    .await;
    let client = server.client_with("good");
    let result = client.dialogs(&DialogFilter::default()).await;
    assert!(
        matches!(result, Err(Error::Server { status: 302, .. })),
        "{result:?}"
    );
    assert_eq!(trap.lines(), Vec::<String>::new());
}

#[derive(Debug)]
struct StoppedClock(i64);

impl Clock for StoppedClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0)
    }
}

#[tokio::test]
async fn the_servers_clock_is_known_after_the_first_answer() {
    let server = Server::answering(|_| Reply {
        headers: "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                  CB-Token-ExpirationDate: 1994-11-06 10:49:37 UTC\r\n"
            .to_owned(),
        ..reply(200, NO_DIALOGS)
    })
    .await;
    let clock = Arc::new(StoppedClock(784_111_700_000));
    let client = Client::with_clock(config(&server.base), clock).unwrap();
    client.restore(session("good"), login());
    assert_eq!(client.clock_offset_millis(), None);
    client.dialogs(&DialogFilter::default()).await.unwrap();
    assert_eq!(client.clock_offset_millis(), Some(77_500));
    let expires_at = client.session().unwrap().expires_at;
    assert_eq!(expires_at, Some(UnixMillis(784_118_977_000)));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(config(&base)).unwrap();
    let host = "127.0.0.1".to_owned();
    assert_eq!(
        client.sign_in(login()).await,
        Err(Error::Unreachable { host })
    );
}

/// A call over TLS to a server whose authority is believed or not.
async fn call_over_tls(is_believed: bool) -> Result<(), Error> {
    let peer = Peer::new().await;
    let trust = if is_believed {
        Trust::new(Some(peer.authority()))
    } else {
        Trust::new(None)
    };
    let client = Client::new(RestConfig {
        trust: trust.unwrap(),
        ..config(&format!("https://localhost:{}", peer.port()))
    })
    .unwrap();
    client.restore(session("good"), login());
    let filter = DialogFilter::default();
    let serve = async {
        let Ok(tls) = peer.accept_tls().await else {
            return;
        };
        let mut stream = BufReader::new(tls);
        let mut line = String::new();
        // A client that does not believe the certificate says no more.
        while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
            line.clear();
        }
        let length = NO_DIALOGS.len();
        let answer = format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n{NO_DIALOGS}");
        stream.write_all(answer.as_bytes()).await.ok();
        stream.flush().await.ok();
    };
    let (result, ()) = tokio::join!(client.dialogs(&filter), serve);
    result.map(drop)
}

#[tokio::test]
async fn the_accounts_own_authority_is_believed_and_an_unknown_one_is_not() {
    assert_eq!(call_over_tls(true).await, Ok(()));
    let host = "localhost".to_owned();
    assert_eq!(call_over_tls(false).await, Err(Error::Certificate { host }));
}

#[tokio::test]
async fn signing_up_shows_the_applications_key_and_signs_nobody_in() {
    let server = Server::answering(|request| match request.auth_key.as_deref() {
        Some("AUTHKEY") => reply(201, r#"{"user":{"id":81,"login":"john"}}"#),
        _ => reply(401, r#"{"errors":["Token is required"]}"#),
    })
    .await;
    let client = server.client();
    let request = SignUp {
        full_name: "John Smith".to_owned(),
        login: "john".to_owned(),
        email: None,
        password: Secret::new("pw11111111"),
    };
    assert_eq!(client.sign_up(&request).await.unwrap().id, user(81));
    assert_eq!(client.session(), None);
    assert_eq!(
        server.request(0).body,
        r#"{"user":{"login":"john","password":"pw11111111","full_name":"John Smith"}}"#
    );
}

#[tokio::test]
async fn where_the_key_is_not_enough_a_session_of_the_application_signs_up() {
    let server = Server::answering(|request| {
        if request.line.starts_with("POST /session") {
            reply(
                201,
                r#"{"session":{"id":1,"user_id":null,"application_id":21,"token":"app"}}"#,
            )
        } else if request.token.as_deref() == Some("app") {
            reply(201, r#"{"user":{"id":81,"login":"john"}}"#)
        } else {
            reply(401, r#"{"errors":["Token is required"]}"#)
        }
    })
    .await;
    let client = server.client();
    let request = SignUp {
        full_name: "John Smith".to_owned(),
        login: "john".to_owned(),
        email: None,
        password: Secret::new("pw11111111"),
    };
    assert_eq!(client.sign_up(&request).await.unwrap().id, user(81));
    assert_eq!(
        server.request(1).body,
        r#"{"application_id":21,"auth_key":"AUTHKEY"}"#
    );
}

#[tokio::test]
async fn signing_out_forgets_the_session_even_when_the_server_fails() {
    let server = failing(500, "", 1).await;
    let client = server.client_with("good");
    assert!(client.sign_out().await.is_err());
    assert_eq!(server.lines(), ["DELETE /session.json"]);
    assert_eq!(client.session(), None);
    let result = client.dialogs(&DialogFilter::default()).await;
    assert_eq!(result, Err(Error::NotSignedIn));
}

#[tokio::test]
async fn users_are_asked_for_a_hundred_at_a_time() {
    let server = Server::answering(|_| {
        reply(
            200,
            r#"{"limit":100,"skip":0,"total_entries":1,"items":[{"id":7,"full_name":"G"}]}"#,
        )
    })
    .await;
    let client = server.client_with("good");
    let ids: Vec<_> = (1..=150).map(user).collect();
    assert_eq!(client.users(&ids).await.unwrap().len(), 2);
    let counts: Vec<_> = server
        .lines()
        .iter()
        .map(|line| line.matches("id[in][]=").count())
        .collect();
    assert_eq!(counts, [100, 50]);
    assert_eq!(client.users(&[]).await.unwrap(), []);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn messages_are_marked_by_id_and_never_all_by_mistake() {
    let server = Server::answering(|_| reply(200, "")).await;
    let client = server.client_with("good");
    let dialog = "5356c64ab35c12bd3b108a41".parse().unwrap();
    client.mark_read(dialog, &[]).await.unwrap();
    assert_eq!(server.lines(), Vec::<String>::new());
    let ids = ["61f7de000000000000000001", "61f7de000000000000000002"];
    client
        .mark_read(dialog, &ids.map(|id| id.parse().unwrap()))
        .await
        .unwrap();
    client.mark_all_read(dialog).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "PUT /chat/Message/61f7de000000000000000001,61f7de000000000000000002.json",
            "PUT /chat/Message.json"
        ]
    );
    assert_eq!(
        server.request(0).body,
        r#"{"chat_dialog_id":"5356c64ab35c12bd3b108a41","read":1,"delivered":1}"#
    );
}

#[test]
fn nothing_printed_tells_a_secret() {
    let client = Client::new(config("https://api.example")).unwrap();
    client.restore(session("tokensecret"), login());
    let text = format!(
        "{client:?} {:?} {:?}",
        client.session(),
        config("https://api.example")
    );
    for secret in ["tokensecret", "pw11111111", "AUTHKEY"] {
        assert!(!text.contains(secret), "{text}");
    }
}
