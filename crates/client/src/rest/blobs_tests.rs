//! Uploads and downloads against a small HTTP server.

use std::sync::{Arc, Mutex};

use super::NewFile;
use crate::rest::Error;
use crate::rest::client::tests::{EXPIRED, Reply, Seen, Server, new_session, reply};

fn file(text: &str) -> NewFile {
    NewFile {
        name: "picture.png".to_owned(),
        content_type: "image/png",
        public: false,
        bytes: text.as_bytes().to_vec(),
    }
}

fn announced(upload_to: &str) -> Reply {
    reply(
        201,
        format!(
            r#"{{"blob":{{"id":7,"uid":"abc123","content_type":"image/png","name":"picture.png",
            "size":null,"public":false,"blob_object_access":{{"id":7,"blob_id":7,
            "object_access_type":"Write","params":"{upload_to}"}}}}}}"#
        ),
    )
}

fn redirected(to: &str) -> Reply {
    Reply {
        headers: format!("Location: {to}\r\n"),
        ..reply(301, "moved")
    }
}

/// A server that names itself in its answers: the address is known only once it listens.
async fn with_own_address(answer: impl Fn(&Seen, &str) -> Reply + Send + Sync + 'static) -> Server {
    let base = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&base);
    let server = Server::answering(move |seen| answer(seen, &known.lock().unwrap())).await;
    base.lock().unwrap().clone_from(&server.base);
    server
}

#[tokio::test]
async fn a_file_is_announced_uploaded_as_a_form_and_declared_complete() {
    let server = with_own_address(|seen, base| {
        if seen.line.starts_with("POST /blobs.json") {
            announced(&format!("{base}upload?Content-Type=image%2Fpng&key=abc123"))
        } else {
            reply(201, "<PostResponse/>")
        }
    })
    .await;
    let blob = server
        .client_with("good")
        .store_file(file("pixels"))
        .await
        .unwrap();
    assert_eq!((blob.uid.as_str(), blob.size), ("abc123", Some(6)));
    assert_eq!(
        server.lines(),
        [
            "POST /blobs.json",
            "POST /upload",
            "PUT /blobs/7/complete.json"
        ]
    );
    let announcement = server.request(0).body;
    assert!(announcement.contains(r#""public":false"#), "{announcement}");
    let form = server.request(1);
    assert_eq!(form.token.as_deref(), Some("good"), "the API's own upload");
    let places: Vec<_> = ["name=\"Content-Type\"", "name=\"key\"", "name=\"file\""]
        .iter()
        .map(|part| form.body.find(part).unwrap())
        .collect();
    assert!(
        places.is_sorted(),
        "the fields in their order, the file last"
    );
    assert!(form.body.contains("pixels"));
    assert_eq!(server.request(2).body, r#"{"size":6}"#);
}

#[tokio::test]
async fn a_refused_upload_is_not_declared_complete() {
    let server = with_own_address(|seen, base| {
        if seen.line.starts_with("POST /blobs.json") {
            announced(&format!("{base}upload?key=abc123"))
        } else {
            reply(403, r#"{"errors":["too late"]}"#)
        }
    })
    .await;
    let refused = server.client_with("good").store_file(file("x")).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })));
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn an_upload_elsewhere_needs_tls() {
    let server = Server::answering(|_| announced("http://127.0.0.1:9/bucket?key=abc")).await;
    let refused = server.client_with("good").store_file(file("x")).await;
    assert!(matches!(refused, Err(Error::Insecure { .. })));
}

#[tokio::test]
async fn a_download_shows_the_session_and_follows_the_way_it_is_sent() {
    let server = with_own_address(|seen, base| {
        if seen.line.contains("token=good") {
            redirected(&format!("{base}store/1"))
        } else {
            reply(200, "pixels")
        }
    })
    .await;
    let client = server.client_with("good");
    assert_eq!(client.file("abc123", 100).await.unwrap(), b"pixels");
    assert_eq!(
        server.lines(),
        ["GET /blobs/abc123?token=good", "GET /store/1"],
        "the session is not shown to the next one"
    );
}

#[tokio::test]
async fn a_download_with_a_session_that_is_gone_is_repeated_with_a_new_one() {
    let server = Server::answering(|seen| {
        if seen.line.starts_with("POST /session") {
            new_session("good")
        } else if seen.line.contains("token=good") {
            reply(200, "pixels")
        } else {
            reply(401, EXPIRED)
        }
    })
    .await;
    let client = server.client_with("stale");
    assert_eq!(client.file("abc123", 100).await.unwrap(), b"pixels");
}

#[tokio::test]
async fn an_address_of_the_api_is_asked_with_the_present_session() {
    let server = Server::answering(|_| reply(200, "pixels")).await;
    let client = server.client_with("good");
    let url = format!("{}blobs/abc123?token=old", server.base);
    client.file(&url, 100).await.unwrap();
    assert_eq!(server.lines(), ["GET /blobs/abc123?token=good"]);
}

#[tokio::test]
async fn a_download_ends_at_its_limit_and_in_a_circle() {
    let server = with_own_address(|seen, base| {
        if seen.line.contains("large") {
            reply(200, "x".repeat(101))
        } else {
            redirected(&format!("{base}blobs/circle"))
        }
    })
    .await;
    let client = server.client_with("good");
    for name in ["large", "circle"] {
        let refused = client.file(name, 100).await;
        assert!(matches!(refused, Err(Error::BadAnswer { .. })), "{name}");
    }
}

#[tokio::test]
async fn a_redirection_or_a_profile_cannot_send_this_machine_to_its_neighbours() {
    let neighbour = Server::answering(|_| reply(200, "secret")).await;
    let target = neighbour.base.clone();
    let server = Server::answering(move |_| redirected(&target)).await;
    let client = server.client_with("good");
    let https = neighbour.base.replace("http:", "https:");
    for name in ["abc123", &neighbour.base, &https, "https://10.0.0.1/a.png"] {
        let refused = client.file(name, 100).await;
        // The own host is exempt, so there TLS fails where nobody speaks it.
        assert!(refused.is_err(), "{name}");
    }
    assert_eq!(neighbour.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn what_names_no_picture_is_not_asked_for() {
    let server = Server::answering(|_| reply(200, "pixels")).await;
    let client = server.client_with("good");
    for name in ["", "../session", "not a name"] {
        assert!(client.file(name, 100).await.is_err(), "{name}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}
