//! Files over HTTP, from the announcement to the download.

use futures::StreamExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Answer, Caller, World, within};

async fn announce(caller: &Caller, public: bool) -> Value {
    let body =
        json!({ "blob": { "name": "hello.txt", "content_type": "text/plain", "public": public } });
    caller.post("/blobs.json", body).await.expect(201)["blob"].clone()
}

/// Posts as the official SDK does: each pair of the address's query as a field, then the file.
async fn upload(blob: &Value, bytes: Vec<u8>) -> Answer {
    upload_part(blob.clone(), Part::bytes(bytes)).await
}

async fn upload_part(blob: Value, file: Part) -> Answer {
    let params = blob["blob_object_access"]["params"].as_str().unwrap();
    let address = url::Url::parse(params).unwrap();
    let mut form = Form::new();
    for (name, value) in address.query_pairs() {
        form = form.text(name.into_owned(), value.into_owned());
    }
    let form = form.part("file", file);
    let mut target = address.clone();
    target.set_query(None);
    Answer::of(crate::support::http(None).post(target).multipart(form)).await
}

async fn stored(caller: &Caller, public: bool, bytes: &[u8]) -> Value {
    let blob = announce(caller, public).await;
    upload(&blob, bytes.to_vec()).await.expect(201);
    let body = json!({ "size": bytes.len() });
    let done = caller
        .put(format!("/blobs/{}/complete.json", blob["id"]), body)
        .await;
    assert_eq!((done.status.as_u16(), done.text.as_str()), (200, ""));
    blob
}

fn path(blob: &Value) -> String {
    format!("/blobs/{}", blob["uid"].as_str().unwrap())
}

async fn download(caller: &Caller, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = caller.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request).await
}

fn files_below(path: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                files_below(&entry.path())
            } else {
                1
            }
        })
        .sum()
}

#[tokio::test]
async fn a_file_is_announced_uploaded_completed_and_read() {
    let world = World::new().await;
    let (ann, eve) = (world.person("ann").await, world.person("eve").await);
    let blob = announce(&ann, false).await;
    assert_eq!(
        (&blob["size"], &blob["public"], &blob["content_type"]),
        (&json!(null), &json!(false), &json!("text/plain"))
    );
    let complete = format!("/blobs/{}/complete.json", blob["id"]);
    ann.put(&complete, json!({ "size": 5 })).await.refusal(422);
    upload(&blob, b"hello".to_vec()).await.expect(201);
    ann.get(path(&blob)).await.refusal(404);
    ann.put(&complete, json!({ "size": 6 })).await.expect(422);
    eve.put(&complete, json!({ "size": 5 })).await.refusal(403);
    ann.put(&complete, json!({ "blob": { "size": "5" } }))
        .await
        .expect(200);

    let got = eve.get(path(&blob)).await;
    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, "hello"));
    assert_eq!(got.headers["content-type"], "text/plain");
    assert_eq!(got.headers["content-length"], "5");
    assert_eq!(got.headers["x-content-type-options"], "nosniff");
    let info = eve.get(format!("{}.json", path(&blob))).await.expect(200);
    assert_eq!(
        (&info["blob"]["size"], &info["blob"]["name"]),
        (&json!(5), &json!("hello.txt"))
    );
    // What is complete stays as it is.
    upload(&blob, b"other".to_vec()).await.refusal(403);
    assert_eq!(ann.get(path(&blob)).await.text, "hello");
}

#[tokio::test]
async fn a_private_file_needs_a_session_and_a_public_one_none() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (private, public) = (
        stored(&ann, false, b"private").await,
        stored(&ann, true, b"public").await,
    );
    let nobody = world.nobody();
    assert_eq!(nobody.get(path(&public)).await.text, "public");
    nobody.get(path(&private)).await.expect(401);
    let stale = Caller {
        token: Some("stale".to_owned()),
        ..nobody.clone()
    };
    assert_eq!(
        stale.get(path(&private)).await.refusal(401),
        "Required session does not exist"
    );
    assert_eq!(stale.get(path(&public)).await.text, "public");
    let token = ann.token.as_deref().unwrap();
    let with_token = format!("{}?token={token}", path(&private));
    assert_eq!(nobody.get(&with_token).await.text, "private");
    // The token of an address is for files alone.
    nobody
        .get(format!("/chat/Dialog.json?token={token}"))
        .await
        .expect(401);
    let object = ann
        .get(format!("{}/object.json?download_url=1", path(&private)))
        .await
        .expect(200);
    let address = object["blob"]["blob_object_access"]["download_url"]
        .as_str()
        .unwrap();
    assert_eq!(Answer::of(world.http.get(address)).await.text, "private");
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_as_one() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = stored(&ann, false, b"0123456789").await;
    let path = path(&blob);
    let part = download(&ann, &path, &[("Range", "bytes=2-4")]).await;
    assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "234"));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    assert_eq!(
        download(&ann, &path, &[("Range", "bytes=-3")]).await.text,
        "789"
    );
    let none = download(&ann, &path, &[("Range", "bytes=10-")]).await;
    assert_eq!(none.status.as_u16(), 416);
    assert_eq!(none.headers["content-range"], "bytes */10");
    let other = [("Range", "bytes=2-4"), ("If-Range", "\"other\"")];
    assert_eq!(download(&ann, &path, &other).await.status.as_u16(), 200);
    let whole = ann.get(&path).await;
    let etag = whole.headers["etag"].to_str().unwrap().to_owned();
    let known = download(&ann, &path, &[("If-None-Match", &etag)]).await;
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
    let head = Answer::of(ann.request(Method::HEAD, &path)).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(head.headers["content-length"], "10");
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_refused_and_leaves_nothing() {
    let world = World::with(|config| config.limits.blob_bytes = 100_000).await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    upload(&blob, vec![b'x'; 100_001]).await.refusal(413);
    let folder = world.dir.path().join("blobs");
    assert_eq!(files_below(&folder), 0);
    // The announcement still stands.
    upload(&blob, vec![b'x'; 100_000]).await.expect(201);
    assert_eq!(files_below(&folder), 1);
}

#[tokio::test]
async fn an_upload_needs_the_key_of_its_announcement() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    let uid = blob["uid"].as_str().unwrap();
    let address = format!("{}/blobs/upload", ann.base);
    let post = |fields: &[(&str, &str)]| {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let form = form.part("file", Part::bytes(b"x".to_vec()));
        Answer::of(world.http.post(&address).multipart(form))
    };
    post(&[("key", uid), ("signature", "guess")])
        .await
        .refusal(403);
    post(&[("key", "../../etc/passwd"), ("signature", "guess")])
        .await
        .refusal(403);
    post(&[("key", uid)]).await.expect(422);
    post(&[]).await.expect(422);
    let no_form = ann.post("/blobs/upload", json!({ "key": uid })).await;
    no_form.refusal(400);
    assert_eq!(files_below(&world.dir.path().join("blobs")), 0);
}

#[tokio::test]
async fn files_are_listed_renamed_and_deleted_by_their_owner() {
    let world = World::new().await;
    let (ann, eve) = (world.person("ann").await, world.person("eve").await);
    let blob = stored(&ann, false, b"hello").await;
    stored(&eve, false, b"other").await;
    let own = format!("/blobs/{}", blob["id"]);
    let page = ann.get("/blobs.json?page=1&per_page=10").await.expect(200);
    assert_eq!(
        (&page["total_entries"], &page["current_page"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(page["items"][0]["blob"]["id"], blob["id"]);
    // Numbers can be counted through, so they open nobody else's private files.
    eve.get(format!("{own}.json")).await.refusal(404);
    let renamed = ann
        .get(format!("{own}.json?blob[name]=new%20name"))
        .await
        .expect(200);
    assert_eq!(renamed["blob"]["name"], "new name");
    let body = json!({ "blob": { "name": "x".repeat(101) } });
    ann.put(&own, body).await.expect(422);
    eve.put(&own, json!({ "blob": { "name": "mine" } }))
        .await
        .refusal(403);
    eve.delete(&own).await.refusal(403);
    let deleted = ann.delete(format!("{own}.json")).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (200, ""));
    ann.get(path(&blob)).await.refusal(404);
    ann.delete(&own).await.refusal(404);
    assert_eq!(files_below(&world.dir.path().join("blobs")), 1);
}

#[tokio::test]
async fn the_files_of_one_person_have_a_room_and_what_is_deleted_leaves_it() {
    let world = World::with(|config| config.limits.blob_bytes_per_user = 10).await;
    let (ann, eve) = (world.person("ann").await, world.person("eve").await);
    let (first, second) = (
        stored(&ann, false, b"123456").await,
        announce(&ann, false).await,
    );
    upload(&second, b"12345".to_vec()).await.refusal(422);
    assert_eq!(files_below(&world.dir.path().join("blobs")), 1);
    // To its last byte, and the same file again in its own place.
    for bytes in ["123", "1234", "4321"] {
        upload(&second, bytes.into()).await.expect(201);
    }
    let asked = json!({ "blob": { "name": "more.txt" } });
    ann.post("/blobs.json", asked.clone()).await.refusal(422);
    eve.post("/blobs.json", asked.clone()).await.expect(201);
    let deleted = ann.delete(format!("/blobs/{}.json", first["id"])).await;
    assert_eq!(deleted.status, StatusCode::OK);
    ann.post("/blobs.json", asked).await.expect(201);
}

#[tokio::test]
async fn what_cannot_be_a_file_is_refused_by_field() {
    let world = World::with(|config| config.limits.unfinished_blobs = 1).await;
    let ann = world.person("ann").await;
    for (field, blob) in [
        ("name", json!({})),
        ("name", json!({ "name": "x".repeat(101) })),
        ("name", json!({ "name": "a\nb" })),
        (
            "content_type",
            json!({ "name": "x", "content_type": "text/html\r\nSet-Cookie: a=b" }),
        ),
        (
            "content_type",
            json!({ "name": "x", "content_type": "nonsense" }),
        ),
    ] {
        let refused = ann
            .post("/blobs.json", json!({ "blob": blob }))
            .await
            .expect(422);
        assert!(refused["errors"][field][0].is_string(), "{refused}");
    }
    announce(&ann, false).await;
    let one_more = json!({ "blob": { "name": "x" } });
    ann.post("/blobs.json", one_more.clone()).await.refusal(422);
    world
        .nobody()
        .post("/blobs.json", one_more)
        .await
        .expect(401);
    for name in ["nonsense", "99", "..%2F..%2Fcubist.db"] {
        ann.get(format!("/blobs/{name}.json")).await.refusal(404);
        ann.get(format!("/blobs/{name}/download")).await.expect(404);
    }
}

#[tokio::test]
async fn an_upload_that_is_never_completed_is_swept_after_a_day() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    upload(&blob, b"hello".to_vec()).await.expect(201);
    let kept = stored(&ann, true, b"kept").await;
    let folder = world.dir.path().join("blobs");
    world
        .clock
        .advance(std::time::Duration::from_secs(24 * 60 * 60 - 60));
    within("a flush", world.server.state().flush())
        .await
        .unwrap();
    assert_eq!(files_below(&folder), 2);
    world.clock.advance(std::time::Duration::from_secs(120));
    within("a flush", world.server.state().flush())
        .await
        .unwrap();
    assert_eq!(files_below(&folder), 1);
    assert_eq!(world.nobody().get(path(&kept)).await.text, "kept");
}

#[tokio::test]
async fn an_upload_that_ends_after_the_file_was_completed_changes_nothing() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    let params = blob["blob_object_access"]["params"].as_str().unwrap();
    let (_, key) = params.rsplit_once("signature=").unwrap();
    let state = world.server.state();
    let uid = blob["uid"].as_str().unwrap();
    let mut late = state.begin_upload(uid, key).await.unwrap();
    late.write(b"late").await.unwrap();
    upload(&blob, b"hello".to_vec()).await.expect(201);
    ann.put(format!("/blobs/{}/complete", blob["id"]), json!({}))
        .await
        .expect(200);
    state.finish_upload(late).await.unwrap_err();
    assert_eq!(ann.get(path(&blob)).await.text, "hello");
    assert_eq!(files_below(&world.dir.path().join("blobs")), 1);
}

/// Posts the beginning of a form of 100 MB and nothing more. The answer, which must not wait for the rest.
async fn answer_to_the_beginning(world: &World, beginning: &[u8]) -> String {
    let address = world.server.ready().api_url.replace("http://", "");
    let socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let (mut reading, mut writing) = socket.into_split();
    let head = format!(
        "POST /blobs/upload HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000000\r\n\r\n"
    );
    writing.write_all(head.as_bytes()).await.unwrap();
    // The backend may have refused and hung up before all of it was taken.
    let written = writing.write_all(beginning);
    let mut line = [0; 12];
    let (written, read) = within("an answer", async {
        tokio::join!(written, reading.read_exact(&mut line))
    })
    .await;
    drop(written);
    read.unwrap();
    String::from_utf8_lossy(&line).into_owned()
}

#[tokio::test]
async fn what_is_no_content_of_a_form_is_not_collected() {
    let world = World::new().await;
    let endless = vec![b'a'; 65 << 10];
    let field = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n0123\r\n";
    for (what, beginning) in [
        ("no boundary", String::new()),
        (
            "a head without an end",
            "--x\r\nContent-Disposition: ".to_owned(),
        ),
        ("a second such head", format!("{field}--x\r\nX: ")),
        ("many fields with long heads", {
            let long = "b".repeat(3_000);
            format!("--x\r\nContent-Disposition: form-data; name=\"{long}\"\r\n\r\n\r\n").repeat(22)
        }),
    ] {
        let form = [beginning.as_bytes(), &endless].concat();
        let answer = answer_to_the_beginning(&world, &form).await;
        assert_eq!(answer, "HTTP/1.1 413", "{what}");
    }
}

#[tokio::test]
async fn a_form_that_says_it_is_too_large_is_not_read() {
    let world = World::with(|config| config.limits.blob_bytes = 1_000).await;
    assert_eq!(
        answer_to_the_beginning(&world, b"--x").await,
        "HTTP/1.1 413"
    );
}

#[tokio::test]
async fn a_form_may_have_much_content_around_its_fields() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    let params = blob["blob_object_access"]["params"].as_str().unwrap();
    let address = url::Url::parse(params).unwrap();
    let mut form = Form::new();
    // More than is ever held, before the file: what was read makes room.
    for number in 0..40 {
        form = form.text(format!("field{number}"), "x".repeat(4_000));
    }
    for (name, value) in address.query_pairs() {
        form = form.text(name.into_owned(), value.into_owned());
    }
    // Looks like the end of a part for a while, again and again.
    let bytes = b"\r\n--\r\n".repeat(100_000);
    let form = form.part("file", Part::bytes(bytes.clone()));
    let mut target = address.clone();
    target.set_query(None);
    Answer::of(world.http.post(target).multipart(form))
        .await
        .expect(201);
    let body = json!({ "size": bytes.len() });
    ann.put(format!("/blobs/{}/complete", blob["id"]), body)
        .await
        .expect(200);
    assert!(ann.get(path(&blob)).await.text.as_bytes() == bytes);
}

#[tokio::test]
async fn the_newest_of_two_uploads_of_a_file_is_taken() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let blob = announce(&ann, false).await;
    let folder = world.dir.path().join("blobs/incoming");
    let half = futures::stream::once(async { Ok::<_, std::io::Error>("half") });
    let stalled = reqwest::Body::wrap_stream(half.chain(futures::stream::pending()));
    let first = tokio::spawn(upload_part(blob.clone(), Part::stream(stalled)));
    within("the first bytes", async {
        while files_below(&folder) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    upload(&blob, b"whole".to_vec()).await.expect(201);
    within("the refusal", first).await.unwrap().refusal(409);
    assert_eq!(files_below(&folder), 0);
    ann.put(
        format!("/blobs/{}/complete", blob["id"]),
        json!({ "size": 5 }),
    )
    .await
    .expect(200);
    assert_eq!(ann.get(path(&blob)).await.text, "whole");
}

#[tokio::test]
async fn a_browser_runs_nothing_of_what_was_uploaded() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (content_type, shown) in [
        ("text/html", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("image/svg+xml", "attachment"),
        ("Image/SVG+xml; charset=utf-8", "attachment"),
        ("text/plain", "attachment"),
        ("application/pdf", "attachment"),
        ("image/png", "inline"),
        ("IMAGE/JPEG", "inline"),
        ("video/mp4", "inline"),
        ("audio/ogg", "inline"),
    ] {
        let new = json!({ "blob": {
            "name": "../\u{202e}a\".html", "content_type": content_type, "public": true,
        } });
        let blob = ann.post("/blobs.json", new).await.expect(201)["blob"].clone();
        upload(&blob, b"<script>alert(1)</script>".to_vec())
            .await
            .expect(201);
        ann.put(format!("/blobs/{}/complete", blob["id"]), json!({}))
            .await
            .expect(200);
        for part in [None, Some("bytes=0-3"), Some("bytes=99-")] {
            let headers: Vec<_> = part.map(|part| ("Range", part)).into_iter().collect();
            let got = download(&world.nobody(), &path(&blob), &headers).await;
            let name = "%2E%2E%2F%E2%80%AEa%22%2Ehtml";
            assert_eq!(
                got.headers["content-disposition"],
                format!("{shown}; filename*=UTF-8''{name}"),
                "{content_type}"
            );
            assert_eq!(got.headers["x-content-type-options"], "nosniff");
            assert_eq!(
                got.headers["content-security-policy"],
                "default-src 'none'; sandbox"
            );
        }
    }
}
